# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/runtime/blockers.c \
	src/runtime/disable.c \
	src/runtime/forced.c \
	src/runtime/kernel_io.c \
	src/runtime/kernel_ops.c \
	src/runtime/keyring.c \
	src/runtime/kmsg.c \
	src/runtime/kprobes.c \
	src/runtime/load.c \
	src/runtime/lock.c \
	src/runtime/modules.c \
	src/runtime/preflight.c \
	src/runtime/prove.c \
	src/runtime/replace.c \
	src/runtime/reverse.c \
	src/runtime/stack.c \
	src/runtime/unload.c \
	src/runtime/watch.c \
	src/runtime/keyring.h \
	src/runtime/private.h \
	src/runtime/runtime.h
