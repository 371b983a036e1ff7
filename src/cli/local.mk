# SPDX-License-Identifier: LGPL-2.1-or-later
bin_PROGRAMS += lppack
lppack_SOURCES = \
	src/cli/apply.c \
	src/cli/apply_report.c src/cli/apply_report.h \
	src/cli/cleanup.h \
	src/cli/create.c \
	src/cli/describe.c src/cli/describe.h \
	src/cli/diff.c \
	src/cli/diff_report.c src/cli/diff_report.h \
	src/cli/extract.c \
	src/cli/help.c \
	src/cli/inspect.c \
	src/cli/json.c src/cli/json.h \
	src/cli/keygen.c \
	src/cli/main.c \
	src/cli/options.c src/cli/options.h \
	src/cli/output.c src/cli/output.h \
	src/cli/show.c \
	src/cli/source.c src/cli/source.h \
	src/cli/status.c \
	src/cli/suggest.c src/cli/suggest.h \
	src/cli/units.c src/cli/units.h \
	src/cli/verbs.c src/cli/verbs.h \
	src/cli/verify.c
lppack_LDADD = liblppack.la
