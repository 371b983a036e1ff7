# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/runtime/blockers.c \
	src/runtime/forced.c \
	src/runtime/host.c \
	src/runtime/keyring.c src/runtime/keyring.h \
	src/runtime/kmsg.c \
	src/runtime/kprobes.c \
	src/runtime/load.c \
	src/runtime/lock.c \
	src/runtime/modules.c \
	src/runtime/preflight.c \
	src/runtime/private.h \
	src/runtime/prove.c \
	src/runtime/real_ops.c \
	src/runtime/removal.c \
	src/runtime/remove.c \
	src/runtime/restore.c \
	src/runtime/runtime.h \
	src/runtime/stack.c \
	src/runtime/swap.c \
	src/runtime/undo.c \
	src/runtime/watch.c
