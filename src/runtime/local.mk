# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/runtime/attempt.c src/runtime/attempt.h \
	src/runtime/blockers.c src/runtime/blockers.h \
	src/runtime/caller.h \
	src/runtime/disable.c src/runtime/disable.h \
	src/runtime/kernel_io.c src/runtime/kernel_io.h \
	src/runtime/kernel_ops.c src/runtime/kernel_ops.h \
	src/runtime/keyring.c src/runtime/keyring.h \
	src/runtime/kmsg.c src/runtime/kmsg.h \
	src/runtime/kprobes.c src/runtime/kprobes.h \
	src/runtime/load.c src/runtime/load.h \
	src/runtime/lock.c src/runtime/lock.h \
	src/runtime/patch.c src/runtime/patch.h \
	src/runtime/preflight.c src/runtime/preflight.h \
	src/runtime/privilege.c src/runtime/privilege.h \
	src/runtime/prove.c src/runtime/prove.h \
	src/runtime/refusal.c src/runtime/refusal.h \
	src/runtime/replace.c src/runtime/replace.h \
	src/runtime/reverse.c src/runtime/reverse.h \
	src/runtime/stack.c src/runtime/stack.h \
	src/runtime/unload.c src/runtime/unload.h \
	src/runtime/watch.c src/runtime/watch.h
