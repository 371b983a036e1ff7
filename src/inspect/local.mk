# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/inspect/bzimage.c \
	src/inspect/elf.c src/inspect/elf.h \
	src/inspect/inspect.h \
	src/inspect/klp.c src/inspect/klp.h \
	src/inspect/klp_build.c \
	src/inspect/klp_kpatch.c \
	src/inspect/klp_source.c \
	src/inspect/modinfo.c src/inspect/modinfo.h \
	src/inspect/module.c \
	src/inspect/notes.c src/inspect/notes.h \
	src/inspect/vmlinux.c \
	src/inspect/word.h

inspect_tests = \
	tests/unit/test_bzimage \
	tests/unit/test_module \
	tests/unit/test_notes \
	tests/unit/test_vmlinux \
	tests/fuzz/replay_bzimage \
	tests/fuzz/replay_module \
	tests/fuzz/replay_notes \
	tests/fuzz/replay_vmlinux
check_PROGRAMS += $(inspect_tests)
unit_tests += $(inspect_tests)

ELF_MAKER = tests/unit/elf_maker.c tests/unit/elf_maker.h

tests_unit_test_bzimage_SOURCES = tests/unit/test_bzimage.c $(ELF_MAKER)

tests_unit_test_module_SOURCES = tests/unit/test_module.c $(ELF_MAKER)

tests_unit_test_notes_SOURCES = tests/unit/test_notes.c $(ELF_MAKER)

tests_unit_test_vmlinux_SOURCES = tests/unit/test_vmlinux.c $(ELF_MAKER)

tests_fuzz_replay_bzimage_SOURCES = tests/fuzz/replay.c tests/fuzz/replay.h tests/fuzz/fuzz_bzimage.c $(ELF_MAKER)

tests_fuzz_replay_module_SOURCES = tests/fuzz/replay.c tests/fuzz/replay.h tests/fuzz/fuzz_module.c $(ELF_MAKER)

tests_fuzz_replay_notes_SOURCES = tests/fuzz/replay.c tests/fuzz/replay.h tests/fuzz/fuzz_notes.c $(ELF_MAKER)

tests_fuzz_replay_vmlinux_SOURCES = tests/fuzz/replay.c tests/fuzz/replay.h tests/fuzz/fuzz_vmlinux.c $(ELF_MAKER)

# A tool of the command line's tests.
check_PROGRAMS += tests/tools/mkmodule
tests_tools_mkmodule_SOURCES = tests/tools/mkmodule.c $(ELF_MAKER)
