# SPDX-License-Identifier: LGPL-2.1-or-later
# What the library and the program both need, with hidden symbols: each links its own copy.
noinst_LTLIBRARIES += libshared.la
libshared_la_SOURCES = \
	src/shared/array.c src/shared/array.h \
	src/shared/attribute.h \
	src/shared/buf.c src/shared/buf.h \
	src/shared/cleanup.h \
	src/shared/json.c src/shared/json.h \
	src/shared/text.c src/shared/text.h
