# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/crypto/certificate.c src/crypto/certificate.h \
	src/crypto/chain.c \
	src/crypto/cms.h src/crypto/cms_parts.h src/crypto/cms_sign.c src/crypto/cms_verify.c \
	src/crypto/crl.c \
	src/crypto/crypto.h \
	src/crypto/der.c src/crypto/der.h \
	src/crypto/digest.c \
	src/crypto/ed25519.c \
	src/crypto/engine.c \
	src/crypto/module_sign.c \
	src/crypto/module_signer.c \
	src/crypto/module_signature_match.c \
	src/crypto/module_signature.c src/crypto/module_signature.h \
	src/crypto/openssl.c src/crypto/openssl.h \
	src/crypto/pkcs11.c \
	src/crypto/private_key.c \
	src/crypto/public_key.c \
	src/crypto/x509_text.c

crypto_tests = \
	tests/unit/test_certificate \
	tests/unit/test_chain \
	tests/unit/test_cms_sign \
	tests/unit/test_cms_verify \
	tests/unit/test_crl \
	tests/unit/test_der \
	tests/unit/test_digest \
	tests/unit/test_ed25519 \
	tests/unit/test_module_sign \
	tests/unit/test_module_signature \
	tests/unit/test_module_signer \
	tests/unit/test_pkcs11 \
	tests/unit/test_private_key \
	tests/unit/test_public_key
check_PROGRAMS += $(crypto_tests)
unit_tests += $(crypto_tests)

# Certificates and CRLs made by the test itself.
PKI = tests/unit/pki.c tests/unit/pki.h
tests_unit_test_certificate_SOURCES = tests/unit/test_certificate.c $(PKI)
tests_unit_test_chain_SOURCES = tests/unit/test_chain.c $(PKI)
tests_unit_test_cms_sign_SOURCES = tests/unit/test_cms_sign.c $(PKI)
tests_unit_test_cms_verify_SOURCES = tests/unit/test_cms_verify.c $(PKI)
tests_unit_test_crl_SOURCES = tests/unit/test_crl.c $(PKI)
tests_unit_test_module_sign_SOURCES = tests/unit/test_module_sign.c $(PKI)
tests_unit_test_module_signer_SOURCES = tests/unit/test_module_signer.c $(PKI)
tests_unit_test_pkcs11_SOURCES = tests/unit/test_pkcs11.c $(PKI)

check_PROGRAMS += tests/fuzz/replay_cms
unit_tests += tests/fuzz/replay_cms
tests_fuzz_replay_cms_SOURCES = tests/fuzz/fuzz_cms.c tests/fuzz/replay.c tests/fuzz/replay.h $(PKI)

# Certificates made by the openssl command.
check_PROGRAMS += tests/tools/cms
tests_tools_cms_SOURCES = tests/tools/cms.c
dist_check_SCRIPTS += tests/pki/verdicts.sh
unit_tests += tests/pki/verdicts.sh
EXTRA_DIST += tests/pki/make
