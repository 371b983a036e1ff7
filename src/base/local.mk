# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/base/array.c src/base/array.h \
	src/base/buf.c src/base/buf.h \
	src/base/cleanup.h \
	src/base/error.c src/base/error.h \
	src/base/export.h \
	src/base/facts.c src/base/facts.h \
	src/base/file.c src/base/file.h \
	src/base/options.c src/base/options.h \
	src/base/ref.h \
	src/base/root.c src/base/root.h \
	src/base/text.c src/base/text.h \
	src/base/value.c src/base/value.h

# For any test that needs a directory, keys, modules or bundles.
FIXTURE = tests/unit/fixture.c tests/unit/fixture.h $(ELF_MAKER)

base_tests = \
	tests/unit/test_buf \
	tests/unit/test_facts \
	tests/unit/test_file \
	tests/unit/test_root \
	tests/unit/test_text \
	tests/unit/test_value
check_PROGRAMS += $(base_tests)
unit_tests += $(base_tests)

tests_unit_test_root_SOURCES = tests/unit/test_root.c $(FIXTURE)
tests_unit_test_file_SOURCES = tests/unit/test_file.c $(FIXTURE)
tests_unit_test_file_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=renameat2,--wrap=fsync,--wrap=strdup,--wrap=openat
