# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/check/build.c src/check/build.h \
	src/check/collect.c src/check/collect.h \
	src/check/decides.c src/check/decides.h \
	src/check/entry_points.c src/check/entry_points.h \
	src/check/form.c src/check/form.h \
	src/check/hardening.c src/check/hardening.h \
	src/check/identity.c src/check/identity.h \
	src/check/imports.c src/check/imports.h \
	src/check/inspect.c \
	src/check/kernel.c src/check/kernel.h \
	src/check/kernel_cell.c src/check/kernel_cell.h \
	src/check/kernel_file.c src/check/kernel_file.h \
	src/check/kernel_paths.c src/check/kernel_paths.h \
	src/check/module.c src/check/module.h \
	src/check/module_file.c src/check/module_file.h \
	src/check/module_tree.c src/check/module_tree.h \
	src/check/running.c src/check/running.h \
	src/check/symbols.c src/check/symbols.h
