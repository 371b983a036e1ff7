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
