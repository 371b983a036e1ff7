# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/crypto/crypto.h \
	src/crypto/digest.c \
	src/crypto/ed25519.c \
	src/crypto/openssl.c src/crypto/openssl.h
