# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/base/directory.c src/base/directory.h \
	src/base/error.c src/base/error.h \
	src/base/export.h \
	src/base/facts.c src/base/facts.h \
	src/base/file.c src/base/file.h \
	src/base/options.c src/base/options.h \
	src/base/output.c src/base/output.h \
	src/base/ref.h \
	src/base/root.c src/base/root.h \
	src/base/root_glob.c src/base/root_glob.h \
	src/base/value.c src/base/value.h \
	src/base/value_add.c src/base/value_add.h \
	src/base/value_code.c src/base/value_code.h \
	src/base/version.c
