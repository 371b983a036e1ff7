# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/apply/apply_installed.c \
	src/apply/boot_open.c src/apply/boot_open.h \
	src/apply/host_install.c \
	src/apply/install.c src/apply/install.h \
	src/apply/losses.c src/apply/losses.h \
	src/apply/module_trust.c src/apply/module_trust.h \
	src/apply/plan.c src/apply/plan.h \
	src/apply/receipt.c src/apply/receipt.h \
	src/apply/recover.c src/apply/recover.h \
	src/apply/remove.c \
	src/apply/rollback.c src/apply/rollback.h \
	src/apply/transaction.c src/apply/transaction.h \
	src/apply/transition.c src/apply/transition.h
