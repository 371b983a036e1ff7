# SPDX-License-Identifier: LGPL-2.1-or-later
# Each harness of a fuzzer replays its corpus here.
fuzz_programs = \
	tests/fuzz/replay_anatomy \
	tests/fuzz/replay_bzimage \
	tests/fuzz/replay_cell \
	tests/fuzz/replay_cms \
	tests/fuzz/replay_kernel_file \
	tests/fuzz/replay_kernel_link \
	tests/fuzz/replay_kernel_text \
	tests/fuzz/replay_module \
	tests/fuzz/replay_notes \
	tests/fuzz/replay_policy \
	tests/fuzz/replay_vmlinux \
	tests/fuzz/replay_yaml
check_PROGRAMS += $(fuzz_programs) tests/fuzz/replay_bundle
unit_tests += $(fuzz_programs)

tests_fuzz_replay_anatomy_SOURCES = tests/fuzz/fuzz_anatomy.c tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_bundle_SOURCES = tests/fuzz/fuzz_bundle.c tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_bzimage_SOURCES = tests/fuzz/fuzz_bzimage.c tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_cell_SOURCES = tests/fuzz/fuzz_cell.c tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_cms_SOURCES = tests/fuzz/fuzz_cms.c tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_kernel_file_SOURCES = tests/fuzz/fuzz_kernel_file.c tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_kernel_link_SOURCES = tests/fuzz/fuzz_kernel_link.c tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_kernel_text_SOURCES = tests/fuzz/fuzz_kernel_text.c tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_module_SOURCES = tests/fuzz/fuzz_module.c tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_notes_SOURCES = tests/fuzz/fuzz_notes.c tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_policy_SOURCES = tests/fuzz/fuzz_policy.c tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_vmlinux_SOURCES = tests/fuzz/fuzz_vmlinux.c tests/fuzz/replay.c tests/fuzz/replay.h
tests_fuzz_replay_yaml_SOURCES = tests/fuzz/fuzz_yaml.c tests/fuzz/replay.c tests/fuzz/replay.h
