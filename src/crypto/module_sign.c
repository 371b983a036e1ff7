/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signing a module as scripts/sign-file.c of the kernel does it. */
#include "crypto/module_sign.h"

#include "shared/text.h"
#include "crypto/openssl.h"

#include <string.h>

/* include/linux/module_signature.h */
static const char magic[] = "~Module signature appended~\n";
#define PKEY_ID_PKCS7 2

static const char *const digests[] = { "sha256", "sha384", "sha512", NULL };

static int make_pkcs7(const struct lp_private_key *key, X509 *x509, const EVP_MD *digest, BIO *module, uint8_t **der)
{
	const unsigned int flags = CMS_NOCERTS | CMS_BINARY;
	LP_AUTO(cleanup_CMS_ContentInfo_free) CMS_ContentInfo *cms =
		CMS_sign(NULL, NULL, NULL, NULL, flags | CMS_PARTIAL | CMS_DETACHED);

	if (!cms || !CMS_add1_signer(cms, x509, key->pkey, digest, flags | CMS_NOATTR | CMS_NOSMIMECAP) ||
	    CMS_final(cms, module, NULL, flags) != 1)
		return -1;
	return i2d_CMS_ContentInfo(cms, der);
}

/* struct module_signature: algo, hash, id_type, signer_len, key_id_len, three bytes of padding, sig_len big-endian. */
static void append_trailer(struct lp_buf *out, uint32_t size)
{
	uint8_t trailer[12] = { [2] = PKEY_ID_PKCS7,
				[8] = (uint8_t)(size >> 24),
				[9] = (uint8_t)(size >> 16),
				[10] = (uint8_t)(size >> 8),
				[11] = (uint8_t)size };

	lp_buf_append(out, trailer, sizeof(trailer));
	lp_buf_append(out, magic, sizeof(magic) - 1);
}

int lp_module_sign(const void *module, size_t n, const struct lp_private_key *key,
		   const struct lp_certificate *certificate, const char *digest, struct lp_buf *out,
		   struct lppack_error *err)
{
	const size_t magic_size = sizeof(magic) - 1;
	LP_AUTO(cleanup_BIO_free_all) BIO *bio = lp_bio_open(module, n);
	LP_AUTO_OPENSSL uint8_t *der = NULL;
	int size;
	int rc;

	if (!lp_text_is_one_of(digest, digests))
		return lp_fail(err, LPPACK_E_USAGE, "the kernel takes sha256, sha384 and sha512",
			       "'%s' is no digest to sign a module with", digest);
	if (n >= magic_size && memcmp((const uint8_t *)module + n - magic_size, magic, magic_size) == 0)
		return lp_fail(err, LPPACK_E_SIGNED, "use the module as it was before it was signed",
			       "the module has a signature already");
	if (key->public_key.algorithm == LP_KEY_ED25519)
		return lp_fail(err, LPPACK_E_KEY, LP_MODULE_KEYS_HINT,
			       "%s: the kernel takes no Ed25519 signature of a module", certificate->name);
	rc = lp_certificate_match(certificate, key, err);
	if (rc < 0)
		return rc;
	if (!bio)
		return lp_fail_nomem(err);
	size = make_pkcs7(key, certificate->x509, EVP_get_digestbyname(digest), bio, &der);
	if (size <= 0)
		return lp_fail_openssl(err, LPPACK_E_KEY, NULL, "%s: the module cannot be signed", certificate->name);
	lp_buf_append(out, der, (size_t)size);
	append_trailer(out, (uint32_t)size);
	return lp_buf_ok(out) ? 0 : lp_fail_nomem(err);
}
