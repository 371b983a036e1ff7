# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/crypto/certificate.c src/crypto/certificate.h \
	src/crypto/chain.c \
	src/crypto/cms.h \
	src/crypto/cms_parts.h \
	src/crypto/cms_sign.c \
	src/crypto/cms_verify.c \
	src/crypto/crl.c \
	src/crypto/der.c src/crypto/der.h \
	src/crypto/digest.c src/crypto/digest.h \
	src/crypto/ed25519.c src/crypto/ed25519.h \
	src/crypto/engine.c \
	src/crypto/module_sign.c \
	src/crypto/module_signature.c src/crypto/module_signature.h \
	src/crypto/module_signature_match.c \
	src/crypto/module_signer.c \
	src/crypto/openssl.c src/crypto/openssl.h \
	src/crypto/pkcs11.c src/crypto/pkcs11.h \
	src/crypto/private_key.c src/crypto/private_key.h \
	src/crypto/public_key.c src/crypto/public_key.h \
	src/crypto/x509_text.c
