# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/ops/bases.c \
	src/ops/bundle.h \
	src/ops/check_all.c \
	src/ops/contents.c \
	src/ops/create.c \
	src/ops/describe.c src/ops/describe.h \
	src/ops/diff.c \
	src/ops/draft.c src/ops/draft.h \
	src/ops/entry.c \
	src/ops/findings.c src/ops/findings.h \
	src/ops/gather.c \
	src/ops/host.c src/ops/host.h \
	src/ops/inspect_module.c \
	src/ops/kernel_file.c src/ops/kernel_file.h \
	src/ops/keys.c src/ops/keys.h \
	src/ops/level.c src/ops/level.h \
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

ops_tests = \
	tests/unit/test_bases \
	tests/unit/test_check_all \
	tests/unit/test_create \
	tests/unit/test_describe \
	tests/unit/test_diff \
	tests/unit/test_entry \
	tests/unit/test_gather \
	tests/unit/test_keys \
	tests/unit/test_level \
	tests/unit/test_module_cache \
	tests/unit/test_ops_host \
	tests/unit/test_pack \
	tests/unit/test_plan \
	tests/unit/test_record \
	tests/unit/test_signatures \
	tests/unit/test_spec \
	tests/unit/test_verify
check_PROGRAMS += $(ops_tests)
unit_tests += $(ops_tests)

tests_unit_test_check_all_SOURCES = tests/unit/test_check_all.c $(FIXTURE)
tests_unit_test_create_SOURCES = tests/unit/test_create.c $(FIXTURE)
tests_unit_test_describe_SOURCES = tests/unit/test_describe.c $(FIXTURE)
tests_unit_test_diff_SOURCES = tests/unit/test_diff.c $(FIXTURE)
tests_unit_test_entry_SOURCES = tests/unit/test_entry.c $(FIXTURE)
tests_unit_test_gather_SOURCES = tests/unit/test_gather.c $(FIXTURE)
tests_unit_test_keys_SOURCES = tests/unit/test_keys.c $(FIXTURE)
tests_unit_test_level_SOURCES = tests/unit/test_level.c $(FIXTURE)
tests_unit_test_ops_host_SOURCES = tests/unit/test_ops_host.c $(FIXTURE) $(FAKE_KERNEL)
tests_unit_test_pack_SOURCES = tests/unit/test_pack.c $(FIXTURE)
tests_unit_test_plan_SOURCES = tests/unit/test_plan.c tests/unit/ops_machine.h $(FIXTURE) $(FAKE_KERNEL)
tests_unit_test_record_SOURCES = tests/unit/test_record.c $(FIXTURE)
tests_unit_test_signatures_SOURCES = tests/unit/test_signatures.c $(FIXTURE)
tests_unit_test_spec_SOURCES = tests/unit/test_spec.c $(FIXTURE)
tests_unit_test_verify_SOURCES = tests/unit/test_verify.c $(FIXTURE)
