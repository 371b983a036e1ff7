# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/pack/bases.c src/pack/bases.h \
	src/pack/check.c src/pack/check.h \
	src/pack/create.c \
	src/pack/diff.c \
	src/pack/draft.c src/pack/draft.h \
	src/pack/gather.c src/pack/gather.h \
	src/pack/pack.c src/pack/pack.h \
	src/pack/release_facts.c src/pack/release_facts.h \
	src/pack/sign.c \
	src/pack/sign_journal.c src/pack/sign_journal.h \
	src/pack/sign_module.c src/pack/sign_module.h \
	src/pack/sign_set.c src/pack/sign_set.h \
	src/pack/sign_write.c src/pack/sign_write.h \
	src/pack/spec.c src/pack/spec.h \
	src/pack/spec_read.c
