# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/ops/bases.c \
	src/ops/bundle.h \
	src/ops/check_all.c \
	src/ops/contents.c \
	src/ops/create.c \
	src/ops/describe.c src/ops/describe.h \
	src/ops/entry.c \
	src/ops/gather.c \
	src/ops/host.c src/ops/host.h \
	src/ops/kernel_file.c src/ops/kernel_file.h \
	src/ops/keys.c src/ops/keys.h \
	src/ops/module_cache.c src/ops/module_cache.h \
	src/ops/pack.c src/ops/pack.h \
	src/ops/plan.c src/ops/plan.h \
	src/ops/receipt.c \
	src/ops/record.c src/ops/record.h \
	src/ops/signatures.c \
	src/ops/spec.c src/ops/spec.h \
	src/ops/verify.c \
	src/ops/version.c

check_PROGRAMS += tests/unit/test_kernel_file
unit_tests += tests/unit/test_kernel_file
tests_unit_test_kernel_file_SOURCES = tests/unit/test_kernel_file.c tests/unit/packer.c tests/unit/packer.h \
	tests/unit/elf_maker.c tests/unit/elf_maker.h
