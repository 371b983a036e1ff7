# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/ops/at_boot.c src/ops/at_boot.h \
	src/ops/bases.c \
	src/ops/boot.c src/ops/boot.h src/ops/boot_unit.c \
	src/ops/bundle.h \
	src/ops/check.h \
	src/ops/check_all.c \
	src/ops/check_build.c \
	src/ops/check_files.c src/ops/check_files.h \
	src/ops/check_form.c src/ops/check_identity.c \
	src/ops/check_image.c \
	src/ops/check_imports.c \
	src/ops/check_kernel.c src/ops/check_kernel.h \
	src/ops/check_module.c \
	src/ops/check_pack.c \
	src/ops/check_parts.h \
	src/ops/check_running.c \
	src/ops/check_symbols.c \
	src/ops/check_tree.c \
	src/ops/contents.c \
	src/ops/coverage.c src/ops/coverage.h \
	src/ops/create.c \
	src/ops/describe.c src/ops/describe.h \
	src/ops/diff.c \
	src/ops/directory.c src/ops/directory.h \
	src/ops/draft.c src/ops/draft.h \
	src/ops/entry.c \
	src/ops/findings.c src/ops/findings.h \
	src/ops/freshness.c src/ops/freshness.h \
	src/ops/gather.c \
	src/ops/history.c src/ops/history.h \
	src/ops/hold.c src/ops/hold.h src/ops/hold_set.c \
	src/ops/host.c src/ops/host.h \
	src/ops/inspect_module.c \
	src/ops/journal.c src/ops/journal.h \
	src/ops/install.c \
	src/ops/kernel_file.c src/ops/kernel_file.h \
	src/ops/keys.c src/ops/keys.h \
	src/ops/level.c src/ops/level.h \
	src/ops/module_cache.c src/ops/module_cache.h \
	src/ops/module_trust.c src/ops/module_trust.h \
	src/ops/pack.c src/ops/pack.h \
	src/ops/policy.c src/ops/policy.h \
	src/ops/plan.c src/ops/plan.h \
	src/ops/receipt.c \
	src/ops/recover.c \
	src/ops/record.c src/ops/record.h \
	src/ops/remove.c \
	src/ops/rollback.c \
	src/ops/root_glob.c src/ops/root_glob.h \
	src/ops/running.c src/ops/running.h \
	src/ops/sign.c src/ops/sign.h \
	src/ops/sign_journal.c \
	src/ops/sign_module.c src/ops/sign_module.h \
	src/ops/sign_store.c \
	src/ops/signatures.c \
	src/ops/state.c src/ops/state.h \
	src/ops/status.c src/ops/status.h \
	src/ops/status_check.c \
	src/ops/status_fixes.c \
	src/ops/status_metrics.c \
	src/ops/status_stack.c \
	src/ops/store.c src/ops/store.h src/ops/store_write.h \
	src/ops/store_open.c \
	src/ops/store_rebuild.c \
	src/ops/signer.c src/ops/signer.h \
	src/ops/signing.c \
	src/ops/spec.c src/ops/spec.h \
	src/ops/transaction.c src/ops/transaction.h \
	src/ops/transition.h \
	src/ops/trust.c src/ops/trust.h \
	src/ops/trust_store.c \
	src/ops/trust_update.c \
	src/ops/verify.c \
	src/ops/version.c

check_PROGRAMS += tests/unit/test_kernel_file
unit_tests += tests/unit/test_kernel_file
tests_unit_test_kernel_file_SOURCES = tests/unit/test_kernel_file.c tests/unit/packer.c tests/unit/packer.h \
	tests/unit/elf_maker.c tests/unit/elf_maker.h

ops_tests = \
	tests/unit/test_at_boot \
	tests/unit/test_boot \
	tests/unit/test_boot_unit \
	tests/unit/test_coverage \
	tests/unit/test_directory \
	tests/unit/test_history \
	tests/unit/test_hold \
	tests/unit/test_install \
	tests/unit/test_root_glob \
	tests/unit/test_status \
	tests/unit/test_store \
	tests/unit/test_store_open \
	tests/unit/test_store_rebuild \
	tests/unit/test_bases \
	tests/unit/test_check_all \
	tests/unit/test_check_files \
	tests/unit/test_check_form \
	tests/unit/test_check_module \
	tests/unit/test_check_running \
	tests/unit/test_create \
	tests/unit/test_describe \
	tests/unit/test_diff \
	tests/unit/test_draft \
	tests/unit/test_entry \
	tests/unit/test_freshness \
	tests/unit/test_gather \
	tests/unit/test_keys \
	tests/unit/test_level \
	tests/unit/test_lifetimes \
	tests/unit/test_module_cache \
	tests/unit/test_module_trust \
	tests/unit/test_ops_host \
	tests/unit/test_options \
	tests/unit/test_pack \
	tests/unit/test_plan \
	tests/unit/test_policy \
	tests/unit/test_receipt \
	tests/unit/test_record \
	tests/unit/test_rollback \
	tests/unit/test_running \
	tests/unit/test_recover \
	tests/unit/test_journal \
	tests/unit/test_transaction \
	tests/unit/test_sign \
	tests/unit/test_sign_module \
	tests/unit/test_signatures \
	tests/unit/test_signer \
	tests/unit/test_spec \
	tests/unit/test_state \
	tests/unit/test_trust \
	tests/unit/test_verify
check_PROGRAMS += $(ops_tests) tests/fuzz/replay_policy
unit_tests += $(ops_tests) tests/fuzz/replay_policy
check_PROGRAMS += tests/unit/test_killed
long_tests += tests/unit/test_killed

tests_fuzz_replay_policy_SOURCES = tests/fuzz/fuzz_policy.c tests/fuzz/replay.c tests/fuzz/replay.h
tests_unit_test_check_all_SOURCES = tests/unit/test_check_all.c $(FIXTURE)
tests_unit_test_check_files_SOURCES = tests/unit/test_check_files.c $(FIXTURE)
tests_unit_test_check_form_SOURCES = tests/unit/test_check_form.c $(ELF_MAKER) $(ELF_EDIT) \
	tests/unit/kernel_maker.c tests/unit/kernel_maker.h
tests_unit_test_check_module_SOURCES = tests/unit/test_check_module.c $(FIXTURE) \
	$(KERNEL_MAKER)
tests_unit_test_check_running_SOURCES = tests/unit/test_check_running.c $(FIXTURE) \
	$(KERNEL_MAKER)
tests_unit_test_create_SOURCES = tests/unit/test_create.c $(FIXTURE)
tests_unit_test_describe_SOURCES = tests/unit/test_describe.c $(FIXTURE)
tests_unit_test_diff_SOURCES = tests/unit/test_diff.c $(FIXTURE)
tests_unit_test_draft_SOURCES = tests/unit/test_draft.c $(FIXTURE)
tests_unit_test_entry_SOURCES = tests/unit/test_entry.c $(FIXTURE)
tests_unit_test_freshness_SOURCES = tests/unit/test_freshness.c $(FIXTURE)
tests_unit_test_gather_SOURCES = tests/unit/test_gather.c $(FIXTURE)
tests_unit_test_keys_SOURCES = tests/unit/test_keys.c $(FIXTURE)
tests_unit_test_level_SOURCES = tests/unit/test_level.c $(FIXTURE)
tests_unit_test_lifetimes_SOURCES = tests/unit/test_lifetimes.c tests/unit/ops_machine.h $(FIXTURE) $(FAKE_KERNEL)
tests_unit_test_lifetimes_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fsync,--wrap=fdatasync
tests_unit_test_module_trust_SOURCES = tests/unit/test_module_trust.c tests/unit/ops_machine.h $(FIXTURE) $(FAKE_KERNEL) \
	$(PKI)
tests_unit_test_ops_host_SOURCES = tests/unit/test_ops_host.c $(FIXTURE) $(FAKE_KERNEL)
tests_unit_test_options_SOURCES = tests/unit/test_options.c tests/unit/ops_machine.h $(FIXTURE) $(FAKE_KERNEL)
tests_unit_test_pack_SOURCES = tests/unit/test_pack.c $(FIXTURE)
tests_unit_test_plan_SOURCES = tests/unit/test_plan.c tests/unit/ops_machine.h $(FIXTURE) $(FAKE_KERNEL)
tests_unit_test_policy_SOURCES = tests/unit/test_policy.c $(FIXTURE)
tests_unit_test_killed_SOURCES = tests/unit/test_killed.c tests/unit/ops_machine.h tests/fault/supervise.c \
	tests/fault/supervise.h $(FIXTURE) $(FAKE_KERNEL)
tests_unit_test_receipt_SOURCES = tests/unit/test_receipt.c tests/unit/ops_machine.h $(FIXTURE) $(FAKE_KERNEL)
tests_unit_test_recover_SOURCES = tests/unit/test_recover.c tests/unit/ops_machine.h $(FIXTURE) $(FAKE_KERNEL)
tests_unit_test_journal_SOURCES = tests/unit/test_journal.c $(FIXTURE)
tests_unit_test_transaction_SOURCES = tests/unit/test_transaction.c tests/unit/ops_machine.h $(FIXTURE) $(FAKE_KERNEL)
tests_unit_test_rollback_SOURCES = tests/unit/test_rollback.c tests/unit/ops_machine.h $(FIXTURE) $(FAKE_KERNEL)
tests_unit_test_record_SOURCES = tests/unit/test_record.c $(FIXTURE)
tests_unit_test_running_SOURCES = tests/unit/test_running.c $(FIXTURE)
tests_unit_test_sign_SOURCES = tests/unit/test_sign.c $(FIXTURE) $(PKI)
tests_unit_test_sign_module_SOURCES = tests/unit/test_sign_module.c $(FIXTURE) $(PKI)
tests_unit_test_signatures_SOURCES = tests/unit/test_signatures.c $(FIXTURE)
tests_unit_test_signer_SOURCES = tests/unit/test_signer.c $(FIXTURE) $(PKI)
tests_unit_test_spec_SOURCES = tests/unit/test_spec.c $(FIXTURE)
tests_unit_test_state_SOURCES = tests/unit/test_state.c $(FIXTURE)
tests_unit_test_trust_SOURCES = tests/unit/test_trust.c $(FIXTURE)
tests_unit_test_verify_SOURCES = tests/unit/test_verify.c $(FIXTURE)
STORE_MACHINE = tests/unit/store_machine.h tests/unit/ops_machine.h $(FIXTURE) $(FAKE_KERNEL)
tests_unit_test_at_boot_SOURCES = tests/unit/test_at_boot.c $(STORE_MACHINE)
tests_unit_test_boot_SOURCES = tests/unit/test_boot.c $(STORE_MACHINE)
tests_unit_test_boot_unit_SOURCES = tests/unit/test_boot_unit.c $(STORE_MACHINE)
tests_unit_test_coverage_SOURCES = tests/unit/test_coverage.c $(STORE_MACHINE)
tests_unit_test_directory_SOURCES = tests/unit/test_directory.c $(FIXTURE)
tests_unit_test_history_SOURCES = tests/unit/test_history.c $(STORE_MACHINE)
tests_unit_test_hold_SOURCES = tests/unit/test_hold.c $(STORE_MACHINE)
tests_unit_test_install_SOURCES = tests/unit/test_install.c $(STORE_MACHINE)
tests_unit_test_root_glob_SOURCES = tests/unit/test_root_glob.c $(FIXTURE)
tests_unit_test_status_SOURCES = tests/unit/test_status.c $(STORE_MACHINE)
tests_unit_test_store_SOURCES = tests/unit/test_store.c $(STORE_MACHINE)
tests_unit_test_store_rebuild_SOURCES = tests/unit/test_store_rebuild.c $(STORE_MACHINE)
tests_unit_test_store_open_SOURCES = tests/unit/test_store_open.c $(STORE_MACHINE)
