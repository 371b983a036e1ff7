/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "crypto/crypto.h"
#include "crypto/openssl.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

LP_DEFINE_CLEANUP(EVP_PKEY, EVP_PKEY_free)
LP_DEFINE_CLEANUP(EVP_MD_CTX, EVP_MD_CTX_free)
LP_DEFINE_CLEANUP(BIO, BIO_free_all)

struct lp_private_key {
	EVP_PKEY *pkey;
	struct lp_public_key public_key;
};

static int public_key_from_pkey(EVP_PKEY *pkey, const char *name, struct lp_public_key *out,
				struct lppack_error *err)
{
	uint8_t *der = out->spki;

	if (EVP_PKEY_get_base_id(pkey) != EVP_PKEY_ED25519)
		return lp_fail(err, LPPACK_E_KEY, "make one with: lppack keygen", "%s: not an Ed25519 key", name);
	if (i2d_PUBKEY(pkey, NULL) != LP_ED25519_SPKI_SIZE || i2d_PUBKEY(pkey, &der) != LP_ED25519_SPKI_SIZE)
		return lp_fail_openssl(err, LPPACK_E_KEY, NULL, "%s: the public key cannot be encoded", name);
	return lp_sha256(out->spki, sizeof(out->spki), &out->id, err);
}

static int take_pkey(EVP_PKEY *pkey, const char *name, struct lp_private_key **out, struct lppack_error *err)
{
	LP_AUTO(cleanup_EVP_PKEY_free) EVP_PKEY *owned = pkey;
	LP_AUTO(cleanup_lp_private_key_free) struct lp_private_key *key = calloc(1, sizeof(*key));
	int rc;

	if (!key)
		return lp_fail_nomem(err);
	key->pkey = LP_TAKE(owned);
	rc = public_key_from_pkey(key->pkey, name, &key->public_key, err);
	if (rc < 0)
		return rc;
	*out = LP_TAKE(key);
	return 0;
}

int lp_private_key_generate(struct lp_private_key **out, struct lppack_error *err)
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

	if (!pkey)
		return lp_fail_openssl(err, LPPACK_E_INTERNAL, NULL, "an Ed25519 key cannot be made");
	return take_pkey(pkey, "new key", out, err);
}

/* OpenSSL would otherwise prompt on the terminal for the passphrase of an encrypted key. */
static int no_passphrase(char *buf, int size, int writing, void *context)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

static bool has_text(const void *pem, size_t n, const char *text)
{
	return n > 0 && memmem(pem, n, text, strlen(text));
}

static int fail_private(const void *pem, size_t n, const char *name, struct lppack_error *err)
{
	ERR_clear_error();
	if (has_text(pem, n, "BEGIN ENCRYPTED PRIVATE KEY") || has_text(pem, n, "Proc-Type: 4,ENCRYPTED"))
		return lp_fail(err, LPPACK_E_KEY, "decrypt it first: openssl pkey -in ENCRYPTED -out PLAIN.key",
			       "%s: not an unencrypted PEM private key: it is encrypted", name);
	if (has_text(pem, n, "BEGIN PUBLIC KEY"))
		return lp_fail(err, LPPACK_E_KEY, "name the .key file of the pair: only a private key signs",
			       "%s: not an unencrypted PEM private key: it is a public key", name);
	return lp_fail(err, LPPACK_E_KEY, "name the .key file that lppack keygen made",
		       "%s: not an unencrypted PEM private key", name);
}

int lp_private_key_parse(const void *pem, size_t n, const char *name, struct lp_private_key **out,
			 struct lppack_error *err)
{
	LP_AUTO(cleanup_BIO_free_all) BIO *bio = BIO_new_mem_buf(pem, (int)n);
	EVP_PKEY *pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;

	if (!pkey)
		return fail_private(pem, n, name, err);
	return take_pkey(pkey, name, out, err);
}

static int take_pem(BIO *bio, struct lp_buf *pem, struct lppack_error *err)
{
	char *data = NULL;
	long n = BIO_get_mem_data(bio, &data);

	lp_buf_append(pem, data, n > 0 ? (size_t)n : 0);
	return lp_buf_ok(pem) ? 0 : lp_fail_nomem(err);
}

int lp_private_key_format(const struct lp_private_key *key, struct lp_buf *pem, struct lppack_error *err)
{
	LP_AUTO(cleanup_BIO_free_all) BIO *bio = BIO_new(BIO_s_secmem());

	if (!bio || PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) != 1)
		return lp_fail_openssl(err, LPPACK_E_INTERNAL, NULL, "the private key cannot be encoded");
	return take_pem(bio, pem, err);
}

const struct lp_public_key *lp_private_key_public(const struct lp_private_key *key)
{
	return &key->public_key;
}

void lp_private_key_free(struct lp_private_key *key)
{
	if (key)
		EVP_PKEY_free(key->pkey);
	free(key);
}

static bool is_blank_after(BIO *bio)
{
	char c;

	while (BIO_read(bio, &c, 1) == 1)
		if (!c || !strchr(" \t\r\n", c))
			return false;
	return true;
}

static int fail_public(const void *pem, size_t n, const char *name, struct lppack_error *err)
{
	ERR_clear_error();
	if (has_text(pem, n, "PRIVATE KEY-----"))
		return lp_fail(err, LPPACK_E_KEY,
			       "name the .pub file of the pair, and keep the private key off this machine",
			       "%s: not a PEM public key: it is a private key", name);
	return lp_fail(err, LPPACK_E_KEY, "name the .pub file that lppack keygen made", "%s: not a PEM public key",
		       name);
}

int lp_public_key_parse(const void *pem, size_t n, const char *name, struct lp_public_key *out,
			struct lppack_error *err)
{
	LP_AUTO(cleanup_BIO_free_all) BIO *bio = BIO_new_mem_buf(pem, (int)n);
	LP_AUTO(cleanup_EVP_PKEY_free) EVP_PKEY *pkey = bio ? PEM_read_bio_PUBKEY(bio, NULL, no_passphrase, NULL) :
							      NULL;

	if (!pkey)
		return fail_public(pem, n, name, err);
	if (!is_blank_after(bio))
		return lp_fail(err, LPPACK_E_KEY, "keep one key in a file", "%s: more than one key in it", name);
	return public_key_from_pkey(pkey, name, out, err);
}

/* The one DER encoding (RFC 8410, 4): algorithm id-Ed25519 and a bit string of 32 bytes follow. Compared instead of
 * decoded, because the bytes of a signature's member come from a stranger. */
static const uint8_t spki_prefix[] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };

static EVP_PKEY *pkey_from_spki(const uint8_t *spki)
{
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, spki + sizeof(spki_prefix),
					   LP_ED25519_SPKI_SIZE - sizeof(spki_prefix));
}

int lp_public_key_set(const uint8_t *spki, const char *name, struct lp_public_key *out, struct lppack_error *err)
{
	if (memcmp(spki, spki_prefix, sizeof(spki_prefix)) != 0)
		return lp_fail(err, LPPACK_E_KEY, NULL, "%s: not an Ed25519 public key", name);
	memcpy(out->spki, spki, sizeof(out->spki));
	return lp_sha256(out->spki, sizeof(out->spki), &out->id, err);
}

int lp_public_key_format(const struct lp_public_key *key, struct lp_buf *pem, struct lppack_error *err)
{
	LP_AUTO(cleanup_EVP_PKEY_free) EVP_PKEY *pkey = pkey_from_spki(key->spki);
	LP_AUTO(cleanup_BIO_free_all) BIO *bio = BIO_new(BIO_s_mem());

	if (!pkey || !bio || PEM_write_bio_PUBKEY(bio, pkey) != 1)
		return lp_fail_openssl(err, LPPACK_E_INTERNAL, NULL, "the public key cannot be encoded");
	return take_pem(bio, pem, err);
}

int lp_ed25519_sign(const struct lp_private_key *key, const void *message, size_t n,
		    uint8_t out[LP_ED25519_SIGNATURE_SIZE], struct lppack_error *err)
{
	LP_AUTO(cleanup_EVP_MD_CTX_free) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t size = LP_ED25519_SIGNATURE_SIZE;

	if (!ctx || EVP_DigestSignInit(ctx, NULL, NULL, NULL, key->pkey) != 1 ||
	    EVP_DigestSign(ctx, out, &size, message, n) != 1 || size != LP_ED25519_SIGNATURE_SIZE)
		return lp_fail_openssl(err, LPPACK_E_INTERNAL, NULL, "signing");
	return 0;
}

int lp_ed25519_verify(const struct lp_public_key *key, const void *message, size_t n, const uint8_t *signature,
		      const char *name, struct lppack_error *err)
{
	LP_AUTO(cleanup_EVP_PKEY_free) EVP_PKEY *pkey = pkey_from_spki(key->spki);
	LP_AUTO(cleanup_EVP_MD_CTX_free) EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (!pkey || !ctx || EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) != 1)
		return lp_fail_openssl(err, LPPACK_E_INTERNAL, NULL, "%s: the signature cannot be checked", name);
	if (EVP_DigestVerify(ctx, signature, LP_ED25519_SIGNATURE_SIZE, message, n) != 1)
		return lp_fail_openssl(err, LPPACK_E_BAD_SIGNATURE, "fetch the file again from a source you trust",
				       "%s: the signature does not fit", name);
	return 0;
}
