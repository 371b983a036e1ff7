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
	src/inspect/arena.c src/inspect/arena.h \
	src/inspect/btf.c \
	src/inspect/bzimage.c \
	src/inspect/certificates.c \
	src/inspect/code.c src/inspect/code.h \
	src/inspect/elf.c src/inspect/elf.h \
	src/inspect/ftrace_sites.c \
	src/inspect/inspect.h \
	src/inspect/kallsyms.c \
	src/inspect/kconfig.c \
	src/inspect/kernel_exports.c \
	src/inspect/kernel_image.c \
	src/inspect/kernel_link.h \
	src/inspect/kernel_parts.h \
	src/inspect/klp.c src/inspect/klp.h \
	src/inspect/klp_build.c \
	src/inspect/klp_kpatch.c \
	src/inspect/klp_source.c \
	src/inspect/modinfo.c src/inspect/modinfo.h \
	src/inspect/module.c src/inspect/module.h \
	src/inspect/module_index.c \
	src/inspect/notes.c src/inspect/notes.h \
	src/inspect/scan_x86.c src/inspect/scan_x86.h \
	src/inspect/symbol_elf.c \
	src/inspect/symbol_set.c \
	src/inspect/symbol_text.c \
	src/inspect/symtab.c src/inspect/symtab.h \
	src/inspect/symvers.c \
	src/inspect/vmlinux.c \
	src/inspect/word.h \
	src/inspect/x86.c src/inspect/x86.h

inspect_tests = \
	tests/unit/test_anatomy \
	tests/unit/test_arena \
	tests/unit/test_btf \
	tests/unit/test_bzimage \
	tests/unit/test_certificates \
	tests/unit/test_ftrace_sites \
	tests/unit/test_kallsyms \
	tests/unit/test_kconfig \
	tests/unit/test_kernel_exports \
	tests/unit/test_kernel_image \
	tests/unit/test_module \
	tests/unit/test_module_index \
	tests/unit/test_notes \
	tests/unit/test_scan_x86 \
	tests/unit/test_symbol_elf \
	tests/unit/test_symbol_set \
	tests/unit/test_symbol_text \
	tests/unit/test_symvers \
	tests/unit/test_vmlinux \
	tests/unit/test_x86 \
	tests/fuzz/replay_anatomy \
	tests/fuzz/replay_bzimage \
	tests/fuzz/replay_kernel_link \
	tests/fuzz/replay_kernel_text \
	tests/fuzz/replay_module \
	tests/fuzz/replay_notes \
	tests/fuzz/replay_vmlinux
check_PROGRAMS += $(inspect_tests)
unit_tests += $(inspect_tests)

ELF_MAKER = tests/unit/elf_maker.c tests/unit/elf_maker.h tests/unit/bytes.h
ELF_EDIT = tests/unit/elf_edit.c tests/unit/elf_edit.h

KERNEL_MAKER = tests/unit/kernel_maker.c tests/unit/kernel_maker.h tests/unit/bytes.h

tests_unit_test_anatomy_SOURCES = tests/unit/test_anatomy.c $(ELF_MAKER) $(ELF_EDIT)
tests_unit_test_bzimage_SOURCES = tests/unit/test_bzimage.c $(ELF_MAKER)
tests_unit_test_module_SOURCES = tests/unit/test_module.c $(ELF_MAKER) $(ELF_EDIT)
tests_unit_test_notes_SOURCES = tests/unit/test_notes.c $(ELF_MAKER)
tests_unit_test_scan_x86_SOURCES = tests/unit/test_scan_x86.c $(ELF_MAKER)
tests_unit_test_vmlinux_SOURCES = tests/unit/test_vmlinux.c $(ELF_MAKER)
tests_unit_test_btf_SOURCES = tests/unit/test_btf.c $(KERNEL_MAKER)
tests_unit_test_certificates_SOURCES = tests/unit/test_certificates.c $(KERNEL_MAKER)
tests_unit_test_ftrace_sites_SOURCES = tests/unit/test_ftrace_sites.c $(KERNEL_MAKER)
tests_unit_test_kallsyms_SOURCES = tests/unit/test_kallsyms.c $(KERNEL_MAKER)
tests_unit_test_kernel_exports_SOURCES = tests/unit/test_kernel_exports.c $(KERNEL_MAKER)
tests_unit_test_kernel_image_SOURCES = tests/unit/test_kernel_image.c $(KERNEL_MAKER)
tests_unit_test_symbol_elf_SOURCES = tests/unit/test_symbol_elf.c $(KERNEL_MAKER)
tests_fuzz_replay_anatomy_SOURCES = tests/fuzz/replay.c tests/fuzz/replay.h tests/fuzz/fuzz_anatomy.c $(ELF_MAKER)
tests_fuzz_replay_bzimage_SOURCES = tests/fuzz/replay.c tests/fuzz/replay.h tests/fuzz/fuzz_bzimage.c $(ELF_MAKER)
tests_fuzz_replay_kernel_link_SOURCES = tests/fuzz/replay.c tests/fuzz/replay.h tests/fuzz/fuzz_kernel_link.c \
	$(KERNEL_MAKER)
tests_fuzz_replay_kernel_text_SOURCES = tests/fuzz/replay.c tests/fuzz/replay.h tests/fuzz/fuzz_kernel_text.c
tests_fuzz_replay_module_SOURCES = tests/fuzz/replay.c tests/fuzz/replay.h tests/fuzz/fuzz_module.c $(ELF_MAKER)
tests_fuzz_replay_notes_SOURCES = tests/fuzz/replay.c tests/fuzz/replay.h tests/fuzz/fuzz_notes.c $(ELF_MAKER)
tests_fuzz_replay_vmlinux_SOURCES = tests/fuzz/replay.c tests/fuzz/replay.h tests/fuzz/fuzz_vmlinux.c $(ELF_MAKER)

# A tool of the command line's tests.
check_PROGRAMS += tests/tools/mkmodule
tests_tools_mkmodule_SOURCES = tests/tools/mkmodule.c $(ELF_MAKER) \
	tests/unit/kernel_maker.c tests/unit/kernel_maker.h
