/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading and writing public keys. */
#include "crypto/public_key.h"

#include "crypto/context.h"
#include "crypto/digest.h"
#include "crypto/ed25519_point.h"
#include "crypto/openssl.h"
#include "crypto/pkey.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

const char *const lp_key_algorithm_names[] = { "ed25519", "ecdsa-p256", "ecdsa-p384", "rsa", NULL };

bool lp_public_key_equal(const struct lp_public_key *a, const struct lp_public_key *b)
{
	return a->spki_size == b->spki_size && memcmp(a->spki, b->spki, a->spki_size) == 0;
}

int lp_public_key_decode(const void *spki, size_t n, const char *name, struct lp_public_key *out,
			 struct lppack_error *err)
{
	const uint8_t *at = spki;
	OSSL_LIB_CTX *in = lp_openssl_context();
	LP_AUTO(cleanup_EVP_PKEY_free)
	EVP_PKEY *pkey = in && n <= LP_SPKI_MAX ? d2i_PUBKEY_ex(NULL, &at, (long)n, in, NULL) : NULL;
	int rc;

	if (!pkey)
		return lp_fail_openssl(err, LPPACK_E_KEY, NULL, "%s: not a public key", name);
	rc = lp_public_key_from_pkey(pkey, name, out, err);
	if (rc < 0)
		return rc;
	if (out->spki_size != n || memcmp(out->spki, spki, n) != 0)
		return lp_fail(err, LPPACK_E_KEY, NULL, "%s: not the canonical form of a public key", name);
	return 0;
}

/* Compared instead of decoded, because the bytes of a signature's member come from a stranger. */
int lp_public_key_set(const uint8_t *spki, const char *name, struct lp_public_key *out, struct lppack_error *err)
{
	if (memcmp(spki, lp_ed25519_spki_prefix, sizeof(lp_ed25519_spki_prefix)) != 0)
		return lp_fail(err, LPPACK_E_KEY, NULL, "%s: not an Ed25519 public key", name);
	*out = (struct lp_public_key){ .algorithm = LP_KEY_ED25519, .bits = 256, .spki_size = LP_ED25519_SPKI_SIZE };
	memcpy(out->spki, spki, LP_ED25519_SPKI_SIZE);
	if (lp_ed25519_point_check(spki + LP_ED25519_PREFIX_SIZE, name, err) < 0)
		return -LPPACK_E_KEY;
	return lp_sha256(out->spki, out->spki_size, &out->id, err);
}

int lp_public_key_parse(const void *pem, size_t n, const char *name, struct lp_public_key *out,
			struct lppack_error *err)
{
	struct lp_asking nobody = { 0 };
	OSSL_LIB_CTX *in = lp_openssl_context();
	LP_AUTO(cleanup_BIO_free_all) BIO *bio = lp_bio_open(pem, n);
	LP_AUTO(cleanup_EVP_PKEY_free)
	EVP_PKEY *pkey = in && bio ? PEM_read_bio_PUBKEY_ex(bio, NULL, lp_asking_answer, &nobody, in, NULL) : NULL;

	ERR_clear_error();
	if (!pkey && lp_pem_has(pem, n, "PRIVATE KEY-----"))
		return lp_fail(err, LPPACK_E_KEY,
			       "name the .pub file of the pair, and keep the private key off this machine",
			       "%s: not a PEM public key: it is a private key", name);
	if (!pkey)
		return lp_fail(err, LPPACK_E_KEY, "name the .pub file that lppack keygen made",
			       "%s: not a PEM public key", name);
	if (!lp_bio_is_blank(bio))
		return lp_fail(err, LPPACK_E_KEY, "keep one key in a file", "%s: more than one key in it", name);
	return lp_public_key_from_pkey(pkey, name, out, err);
}

int lp_public_key_format(const struct lp_public_key *key, struct lp_buf *pem, struct lppack_error *err)
{
	LP_AUTO(cleanup_BIO_free_all) BIO *bio = BIO_new(BIO_s_mem());

	if (!bio || PEM_write_bio(bio, PEM_STRING_PUBLIC, "", key->spki, (long)key->spki_size) <= 0)
		return lp_fail_openssl(err, LPPACK_E_INTERNAL, NULL, "the public key cannot be encoded");
	return lp_bio_take(bio, pem, err);
}
