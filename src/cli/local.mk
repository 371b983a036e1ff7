# SPDX-License-Identifier: LGPL-2.1-or-later
bin_PROGRAMS += lppack
lppack_SOURCES = \
	src/cli/apply.c \
	src/cli/apply_common.c src/cli/apply_common.h \
	src/cli/apply_report.c src/cli/apply_report.h \
	src/cli/check.c \
	src/cli/cleanup.h \
	src/cli/confirm.c \
	src/cli/create.c \
	src/cli/diff.c \
	src/cli/diff_report.c src/cli/diff_report.h \
	src/cli/each_file.c src/cli/each_file.h \
	src/cli/effective_version.c \
	src/cli/reboot_needed.c \
	src/cli/extract.c \
	src/cli/help.c \
	src/cli/history.c \
	src/cli/hold.c \
	src/cli/inspect.c \
	src/cli/install.c \
	src/cli/json.c src/cli/json.h \
	src/cli/keygen.c \
	src/cli/main.c \
	src/cli/options.c src/cli/options.h \
	src/cli/output.c src/cli/output.h \
	src/cli/passphrase.c src/cli/passphrase.h \
	src/cli/print.c src/cli/print.h \
	src/cli/show.c \
	src/cli/recover.c \
	src/cli/recovery.c src/cli/recovery.h \
	src/cli/remove.c \
	src/cli/rollback.c \
	src/cli/sign.c \
	src/cli/signers.c src/cli/signers.h \
	src/cli/source.c src/cli/source.h \
	src/cli/status.c \
	src/cli/status_report.c src/cli/status_report.h \
	src/cli/status_watch.c src/cli/status_watch.h \
	src/cli/suggest.c src/cli/suggest.h \
	src/cli/trust.c \
	src/cli/trust_report.c src/cli/trust_report.h \
	src/cli/unhold.c \
	src/cli/units.c src/cli/units.h \
	src/cli/verbs.c src/cli/verbs.h \
	src/cli/verify.c
lppack_LDADD = liblppack.la libshared.la
