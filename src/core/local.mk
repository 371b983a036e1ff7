# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/core/doc.c \
	src/core/fixes.c \
	src/core/format.h \
	src/core/head.c src/core/head.h \
	src/core/index.c src/core/index.h \
	src/core/manifest.c \
	src/core/metadata.c \
	src/core/stream.c src/core/stream.h \
	src/core/tar.c src/core/tar.h \
	src/core/yaml.c src/core/yaml.h \
	src/core/zstd.c src/core/zstd.h

check_PROGRAMS += tests/unit/test_stream
unit_tests += tests/unit/test_stream
tests_unit_test_stream_SOURCES = tests/unit/test_stream.c tests/unit/packer.c tests/unit/packer.h

core_tests = \
	tests/unit/test_doc \
	tests/unit/test_fixes \
	tests/unit/test_head \
	tests/unit/test_index \
	tests/unit/test_manifest \
	tests/unit/test_metadata \
	tests/unit/test_tar \
	tests/unit/test_yaml \
	tests/unit/test_zstd
check_PROGRAMS += $(core_tests)
unit_tests += $(core_tests)

tests_unit_test_head_SOURCES = tests/unit/test_head.c $(FIXTURE)
tests_unit_test_tar_SOURCES = tests/unit/test_tar.c $(FIXTURE)
