# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/status/describe.c src/status/describe.h \
	src/status/effective.c src/status/effective.h \
	src/status/findings.c src/status/findings.h \
	src/status/fixes.c src/status/fixes.h \
	src/status/metrics.c \
	src/status/modules.c src/status/modules.h \
	src/status/read.c \
	src/status/reboot.c src/status/reboot.h \
	src/status/stack.c src/status/stack.h \
	src/status/status.c src/status/status.h \
	src/status/transition.c
