# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/cell/cell.c src/cell/cell.h \
	src/cell/confine.c src/cell/confine.h \
	src/cell/message.c src/cell/message.h
