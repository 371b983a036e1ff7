# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/machine/applied.c src/machine/applied.h \
	src/machine/boot_choice.c src/machine/boot_choice.h \
	src/machine/boot_count.c src/machine/boot_count.h \
	src/machine/boot_unit.c src/machine/boot_unit.h \
	src/machine/claims.c src/machine/claims.h \
	src/machine/config.c src/machine/config.h \
	src/machine/coverage.c src/machine/coverage.h \
	src/machine/follow.c src/machine/follow.h \
	src/machine/freshness.c src/machine/freshness.h \
	src/machine/history.c src/machine/history.h \
	src/machine/hold.c src/machine/hold.h \
	src/machine/hold_set.c \
	src/machine/host.c src/machine/host.h \
	src/machine/journal.c src/machine/journal.h \
	src/machine/loss.c src/machine/loss.h \
	src/machine/snapshot.c src/machine/snapshot.h \
	src/machine/state.c src/machine/state.h \
	src/machine/store.c src/machine/store.h
