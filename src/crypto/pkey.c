/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys as OpenSSL has them: which of them sign bundles, and the keys of this folder made of them. */
#include "crypto/pkey.h"

#include "crypto/digest.h"
#include "crypto/ed25519_point.h"
#include "crypto/openssl.h"

#include <openssl/core_names.h>
#include <string.h>

static const char kinds_hint[] = "use an Ed25519, ECDSA P-256 or P-384, or RSA key of 3072 to 8192 bits; "
				 "make one with: lppack keygen";

/* How the one encoding of a SubjectPublicKeyInfo begins. An elliptic point that is compressed, or a curve that is
 * spelled out, would be a second SPKI, and so a second id, of the same key. */
const uint8_t lp_ed25519_spki_prefix[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };
static const uint8_t p256_prefix[] = { 0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
				       0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
				       0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04 };
static const uint8_t p384_prefix[] = { 0x30, 0x76, 0x30, 0x10, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02,
				       0x01, 0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22, 0x03, 0x62, 0x00, 0x04 };

static const struct {
	const uint8_t *prefix;
	size_t prefix_size;
	size_t size;
	unsigned int bits;
	enum lp_key_algorithm algorithm;
} curves[] = {
	{ lp_ed25519_spki_prefix, sizeof(lp_ed25519_spki_prefix), LP_ED25519_SPKI_SIZE, 256, LP_KEY_ED25519 },
	{ p256_prefix, sizeof(p256_prefix), 91, 256, LP_KEY_ECDSA_P256 },
	{ p384_prefix, sizeof(p384_prefix), 120, 384, LP_KEY_ECDSA_P384 },
};

/* FIPS 186-5, A.1.1: the public exponent is odd and above 2^16; one of 1 would make every signature valid. */
static int check_rsa(EVP_PKEY *pkey, const char *name, unsigned int *bits, struct lppack_error *err)
{
	LP_AUTO(cleanup_BN_free) BIGNUM *e = NULL;
	int n = EVP_PKEY_get_bits(pkey);

	if (n < LP_RSA_MIN_BITS || n > LP_RSA_MAX_BITS)
		return lp_fail(err, LPPACK_E_KEY, kinds_hint, "%s: an RSA key of %d bits cannot sign bundles: too %s",
			       name, n, n < LP_RSA_MIN_BITS ? "weak" : "long");
	if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) != 1)
		return lp_fail_openssl(err, LPPACK_E_KEY, kinds_hint, "%s: the RSA key has no exponent", name);
	if (!BN_is_odd(e) || BN_num_bits(e) < 17 || BN_num_bits(e) > 256)
		return lp_fail(err, LPPACK_E_KEY, kinds_hint,
			       "%s: an RSA key with that public exponent cannot sign bundles: too weak", name);
	*bits = (unsigned int)n;
	return 0;
}

static int identify(EVP_PKEY *pkey, const char *name, struct lp_public_key *out, struct lppack_error *err)
{
	const char *type = EVP_PKEY_get0_type_name(pkey);

	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (out->spki_size == curves[i].size &&
		    memcmp(out->spki, curves[i].prefix, curves[i].prefix_size) == 0) {
			out->algorithm = curves[i].algorithm;
			out->bits = curves[i].bits;
			return out->algorithm == LP_KEY_ED25519 ?
				       lp_ed25519_point_check(out->spki + LP_ED25519_PREFIX_SIZE, name, err) :
				       0;
		}
	if (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_RSA) {
		out->algorithm = LP_KEY_RSA;
		return check_rsa(pkey, name, &out->bits, err);
	}
	if (EVP_PKEY_get_base_id(pkey) == EVP_PKEY_EC)
		return lp_fail(err, LPPACK_E_KEY, kinds_hint,
			       "%s: an EC key of another curve than P-256 and P-384, or not in the plain form, cannot "
			       "sign bundles",
			       name);
	return lp_fail(err, LPPACK_E_KEY, kinds_hint, "%s: a key of type %s cannot sign bundles", name,
		       type ? type : "unknown");
}

int lp_public_key_from_pkey(EVP_PKEY *pkey, const char *name, struct lp_public_key *out, struct lppack_error *err)
{
	LP_AUTO_OPENSSL uint8_t *der = NULL;
	int n = i2d_PUBKEY(pkey, &der);
	int rc;

	*out = (struct lp_public_key){ 0 };
	if (n <= 0)
		return lp_fail_openssl(err, LPPACK_E_KEY, kinds_hint, "%s: the public key cannot be encoded", name);
	if (n <= LP_SPKI_MAX) {
		memcpy(out->spki, der, (size_t)n);
		out->spki_size = (size_t)n;
	}
	rc = identify(pkey, name, out, err);
	if (rc < 0)
		return rc;
	if (out->spki_size == 0)
		return lp_fail(err, LPPACK_E_KEY, kinds_hint, "%s: the public key is too long", name);
	return lp_sha256(out->spki, out->spki_size, &out->id, err);
}

int lp_private_key_take(EVP_PKEY *pkey, const char *name, struct lp_private_key **out, struct lppack_error *err)
{
	LP_AUTO(cleanup_EVP_PKEY_free) EVP_PKEY *owned = pkey;
	struct lp_public_key public_key;
	struct lp_private_key *key;
	int rc = lp_public_key_from_pkey(owned, name, &public_key, err);

	if (rc < 0)
		return rc;
	key = malloc(sizeof(*key));
	if (!key)
		return lp_fail_nomem(err);
	*key = (struct lp_private_key){ .pkey = LP_TAKE(owned), .public_key = public_key };
	*out = key;
	return 0;
}
