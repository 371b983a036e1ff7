# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/inspect/anatomy.c src/inspect/anatomy.h \
	src/inspect/anatomy_code.c \
	src/inspect/anatomy_imports.c \
	src/inspect/anatomy_klp.c \
	src/inspect/anatomy_memory.c \
	src/inspect/anatomy_modinfo.c \
	src/inspect/anatomy_parts.h \
	src/inspect/anatomy_replace.c \
	src/inspect/bzimage.c \
	src/inspect/code.c src/inspect/code.h \
	src/inspect/elf.c src/inspect/elf.h \
	src/inspect/inspect.h \
	src/inspect/klp.c src/inspect/klp.h \
	src/inspect/klp_build.c \
	src/inspect/klp_kpatch.c \
	src/inspect/klp_source.c \
	src/inspect/modinfo.c src/inspect/modinfo.h \
	src/inspect/module.c src/inspect/module.h \
	src/inspect/notes.c src/inspect/notes.h \
	src/inspect/scan_x86.c src/inspect/scan_x86.h \
	src/inspect/symtab.c src/inspect/symtab.h \
	src/inspect/vmlinux.c \
	src/inspect/word.h \
	src/inspect/x86.c src/inspect/x86.h

inspect_tests = \
	tests/unit/test_anatomy \
	tests/unit/test_bzimage \
	tests/unit/test_module \
	tests/unit/test_notes \
	tests/unit/test_scan_x86 \
	tests/unit/test_vmlinux \
	tests/unit/test_x86 \
	tests/fuzz/replay_anatomy \
	tests/fuzz/replay_bzimage \
	tests/fuzz/replay_module \
	tests/fuzz/replay_notes \
	tests/fuzz/replay_vmlinux
check_PROGRAMS += $(inspect_tests)
unit_tests += $(inspect_tests)

ELF_MAKER = tests/unit/elf_maker.c tests/unit/elf_maker.h

tests_unit_test_anatomy_SOURCES = tests/unit/test_anatomy.c $(ELF_MAKER)
tests_unit_test_bzimage_SOURCES = tests/unit/test_bzimage.c $(ELF_MAKER)
tests_unit_test_module_SOURCES = tests/unit/test_module.c $(ELF_MAKER)
tests_unit_test_notes_SOURCES = tests/unit/test_notes.c $(ELF_MAKER)
tests_unit_test_scan_x86_SOURCES = tests/unit/test_scan_x86.c $(ELF_MAKER)
tests_unit_test_vmlinux_SOURCES = tests/unit/test_vmlinux.c $(ELF_MAKER)
tests_fuzz_replay_anatomy_SOURCES = tests/fuzz/replay.c tests/fuzz/replay.h tests/fuzz/fuzz_anatomy.c $(ELF_MAKER)
tests_fuzz_replay_bzimage_SOURCES = tests/fuzz/replay.c tests/fuzz/replay.h tests/fuzz/fuzz_bzimage.c $(ELF_MAKER)
tests_fuzz_replay_module_SOURCES = tests/fuzz/replay.c tests/fuzz/replay.h tests/fuzz/fuzz_module.c $(ELF_MAKER)
tests_fuzz_replay_notes_SOURCES = tests/fuzz/replay.c tests/fuzz/replay.h tests/fuzz/fuzz_notes.c $(ELF_MAKER)
tests_fuzz_replay_vmlinux_SOURCES = tests/fuzz/replay.c tests/fuzz/replay.h tests/fuzz/fuzz_vmlinux.c $(ELF_MAKER)

# A tool of the command line's tests.
check_PROGRAMS += tests/tools/mkmodule
tests_tools_mkmodule_SOURCES = tests/tools/mkmodule.c $(ELF_MAKER)
