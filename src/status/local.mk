# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/status/check.c src/status/check.h \
	src/status/fixes.c src/status/fixes.h \
	src/status/metrics.c \
	src/status/stack.c src/status/stack.h \
	src/status/status.c src/status/status.h
