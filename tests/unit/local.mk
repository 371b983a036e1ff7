# SPDX-License-Identifier: LGPL-2.1-or-later
# A unit test is a program of its own, in the folder of the file that it is for: one line here.
unit_programs = \
	tests/unit/apply/test_apply_installed \
	tests/unit/apply/test_boot_open \
	tests/unit/apply/test_host_install \
	tests/unit/apply/test_install \
	tests/unit/apply/test_lifetimes \
	tests/unit/apply/test_module_trust \
	tests/unit/apply/test_plan \
	tests/unit/apply/test_receipt \
	tests/unit/apply/test_recover \
	tests/unit/apply/test_rollback \
	tests/unit/apply/test_transaction \
	tests/unit/base/test_directory \
	tests/unit/base/test_error \
	tests/unit/base/test_facts \
	tests/unit/base/test_file \
	tests/unit/base/test_options \
	tests/unit/base/test_root \
	tests/unit/base/test_root_glob \
	tests/unit/base/test_value \
	tests/unit/base/test_value_code \
	tests/unit/bundle/test_describe \
	tests/unit/bundle/test_entry \
	tests/unit/bundle/test_module_cache \
	tests/unit/bundle/test_signature_check \
	tests/unit/bundle/test_verify_all \
	tests/unit/cell/test_cell \
	tests/unit/check/test_form \
	tests/unit/check/test_kernel_file \
	tests/unit/check/test_kernel_paths \
	tests/unit/check/test_module \
	tests/unit/check/test_running \
	tests/unit/cli/test_apply_report \
	tests/unit/cli/test_json \
	tests/unit/cli/test_options \
	tests/unit/cli/test_suggest \
	tests/unit/cli/test_units \
	tests/unit/crypto/test_certificate \
	tests/unit/crypto/test_chain \
	tests/unit/crypto/test_cms_sign \
	tests/unit/crypto/test_cms_verify \
	tests/unit/crypto/test_crl \
	tests/unit/crypto/test_der \
	tests/unit/crypto/test_digest \
	tests/unit/crypto/test_ed25519 \
	tests/unit/crypto/test_ed25519_point \
	tests/unit/crypto/test_module_sign \
	tests/unit/crypto/test_module_signature \
	tests/unit/crypto/test_module_signer \
	tests/unit/crypto/test_pkcs11 \
	tests/unit/crypto/test_private_key \
	tests/unit/crypto/test_public_key \
	tests/unit/format/test_doc \
	tests/unit/format/test_fixes \
	tests/unit/format/test_head \
	tests/unit/format/test_index \
	tests/unit/format/test_manifest \
	tests/unit/format/test_metadata \
	tests/unit/format/test_release \
	tests/unit/format/test_state_file \
	tests/unit/format/test_stream \
	tests/unit/format/test_tar \
	tests/unit/format/test_yaml \
	tests/unit/format/test_zstd \
	tests/unit/inspect/test_anatomy \
	tests/unit/inspect/test_arena \
	tests/unit/inspect/test_btf \
	tests/unit/inspect/test_bzimage \
	tests/unit/inspect/test_certificates \
	tests/unit/inspect/test_anatomy_faults \
	tests/unit/inspect/test_ftrace_sites \
	tests/unit/inspect/test_init_calls \
	tests/unit/inspect/test_kallsyms \
	tests/unit/inspect/test_kconfig \
	tests/unit/inspect/test_kernel_exports \
	tests/unit/inspect/test_kernel_image \
	tests/unit/inspect/test_klp_judge \
	tests/unit/inspect/test_module \
	tests/unit/inspect/test_module_index \
	tests/unit/inspect/test_notes \
	tests/unit/inspect/test_scan_x86 \
	tests/unit/inspect/test_symbol_elf \
	tests/unit/inspect/test_symbol_set \
	tests/unit/inspect/test_symbol_text \
	tests/unit/inspect/test_symvers \
	tests/unit/inspect/test_vmlinux \
	tests/unit/inspect/test_x86 \
	tests/unit/machine/test_applied \
	tests/unit/machine/test_boot_choice \
	tests/unit/machine/test_boot_count \
	tests/unit/machine/test_boot_unit \
	tests/unit/machine/test_claims \
	tests/unit/machine/test_coverage \
	tests/unit/machine/test_freshness \
	tests/unit/machine/test_history \
	tests/unit/machine/test_hold \
	tests/unit/machine/test_host \
	tests/unit/machine/test_journal \
	tests/unit/machine/test_state \
	tests/unit/machine/test_store \
	tests/unit/machine/test_store_rebuild \
	tests/unit/pack/test_bases \
	tests/unit/pack/test_create \
	tests/unit/pack/test_diff \
	tests/unit/pack/test_draft \
	tests/unit/pack/test_gather \
	tests/unit/pack/test_pack \
	tests/unit/pack/test_release_facts \
	tests/unit/pack/test_sign \
	tests/unit/pack/test_sign_module \
	tests/unit/pack/test_spec \
	tests/unit/runtime/test_attempt \
	tests/unit/pack/test_spec_read \
	tests/unit/runtime/test_blockers \
	tests/unit/runtime/test_disable \
	tests/unit/runtime/test_kernel_io \
	tests/unit/runtime/test_keyring \
	tests/unit/runtime/test_kmsg \
	tests/unit/runtime/test_kprobes \
	tests/unit/runtime/test_load \
	tests/unit/runtime/test_preflight \
	tests/unit/runtime/test_prove \
	tests/unit/runtime/test_replace \
	tests/unit/runtime/test_refusal \
	tests/unit/runtime/test_reverse \
	tests/unit/runtime/test_stack \
	tests/unit/runtime/test_unload \
	tests/unit/runtime/test_watch \
	tests/unit/shared/test_buf \
	tests/unit/shared/test_text \
	tests/unit/status/test_status \
	tests/unit/trust/test_extract \
	tests/unit/trust/test_judge \
	tests/unit/trust/test_keyring \
	tests/unit/trust/test_policy \
	tests/unit/trust/test_signer \
	tests/unit/trust/test_verify
check_PROGRAMS += $(unit_programs) tests/unit/apply/test_killed
unit_tests += $(unit_programs)
long_tests += tests/unit/apply/test_killed

# The program's own parts, which no library has.
tests_unit_cli_test_apply_report_SOURCES = tests/unit/cli/test_apply_report.c src/cli/apply_report.c src/cli/print.c \
	src/cli/output.c src/cli/units.c
tests_unit_cli_test_json_SOURCES = tests/unit/cli/test_json.c src/cli/json.c
tests_unit_cli_test_options_SOURCES = tests/unit/cli/test_options.c src/cli/options.c src/cli/output.c \
	src/cli/suggest.c src/cli/units.c
tests_unit_cli_test_suggest_SOURCES = tests/unit/cli/test_suggest.c src/cli/suggest.c
tests_unit_cli_test_units_SOURCES = tests/unit/cli/test_units.c src/cli/units.c

tests_unit_apply_test_killed_SOURCES = tests/unit/apply/test_killed.c tests/fault/supervise.c tests/fault/supervise.h
tests_unit_apply_test_lifetimes_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=fsync,--wrap=fdatasync
tests_unit_base_test_file_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=renameat2,--wrap=fsync,--wrap=strdup,--wrap=openat,--wrap=openat64
