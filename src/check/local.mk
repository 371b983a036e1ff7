# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/check/build.c \
	src/check/check.h \
	src/check/collect.h \
	src/check/form.c \
	src/check/identity.c \
	src/check/image.c \
	src/check/imports.c \
	src/check/inspect.c \
	src/check/kernel.c src/check/kernel.h \
	src/check/kernel_file.c src/check/kernel_file.h \
	src/check/kernel_paths.c src/check/kernel_paths.h \
	src/check/module.c \
	src/check/running.c \
	src/check/symbols.c \
	src/check/tree.c
