# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/trust/extract.c \
	src/trust/gaps.c src/trust/gaps.h \
	src/trust/judge.c src/trust/judge.h \
	src/trust/key_dir.c src/trust/key_dir.h \
	src/trust/key_files.c \
	src/trust/keyring.c src/trust/keyring.h \
	src/trust/meetable.c src/trust/meetable.h \
	src/trust/policy.c src/trust/policy.h \
	src/trust/policy_memory.c src/trust/policy_memory.h \
	src/trust/policy_update.c \
	src/trust/signer.c src/trust/signer.h \
	src/trust/source.c src/trust/source.h \
	src/trust/verify.c src/trust/verify.h
