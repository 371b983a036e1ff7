# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/crypto/crypto.h \
	src/crypto/digest.c \
	src/crypto/ed25519.c \
	src/crypto/module_signature.c src/crypto/module_signature.h \
	src/crypto/openssl.c src/crypto/openssl.h

crypto_tests = \
	tests/unit/test_digest \
	tests/unit/test_ed25519 \
	tests/unit/test_module_signature
check_PROGRAMS += $(crypto_tests)
unit_tests += $(crypto_tests)
