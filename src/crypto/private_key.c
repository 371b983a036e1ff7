/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making, reading and writing private keys. */
#include "crypto/private_key.h"

#include "shared/text.h"
#include "crypto/context.h"
#include "crypto/openssl.h"
#include "crypto/pkey.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <string.h>

/* OWASP's number for HMAC-SHA-256. */
#define KDF_ROUNDS 600000
#define KDF_SALT_SIZE 16

LP_DEFINE_CLEANUP(PKCS8_PRIV_KEY_INFO, PKCS8_PRIV_KEY_INFO_free)
LP_DEFINE_CLEANUP(X509_SIG, X509_SIG_free)

const char *const lp_private_key_types[] = { "ed25519", "ecdsa-p256", "ecdsa-p384", "rsa-3072", "rsa-4096", NULL };

static EVP_PKEY *generate(const char *type)
{
	if (strcmp(type, "ed25519") == 0)
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	if (strcmp(type, "ecdsa-p256") == 0)
		return EVP_EC_gen("P-256");
	if (strcmp(type, "ecdsa-p384") == 0)
		return EVP_EC_gen("P-384");
	return EVP_RSA_gen(strcmp(type, "rsa-3072") == 0 ? 3072 : 4096);
}

int lp_private_key_generate(const char *type, struct lp_private_key **out, struct lppack_error *err)
{
	EVP_PKEY *pkey;

	if (!type)
		type = lp_private_key_types[0];
	if (!lp_text_is_one_of(type, lp_private_key_types))
		return lp_fail(err, LPPACK_E_USAGE, "it is one of ed25519, ecdsa-p256, ecdsa-p384, rsa-3072, rsa-4096",
			       "'%s' is no type of key", type);
	lp_openssl_configure();
	pkey = generate(type);
	if (!pkey)
		return lp_fail_openssl(err, LPPACK_E_INTERNAL, NULL, "a key of type %s cannot be made", type);
	return lp_private_key_take(pkey, "new key", out, err);
}

static int fail_private(const void *pem, size_t n, const char *name, const struct lp_asking *asking,
			struct lppack_error *err)
{
	ERR_clear_error();
	if (asking->rc < 0)
		return asking->rc;
	if (asking->asked && asking->passphrase)
		return lp_fail(err, LPPACK_E_KEY, "give the passphrase that the key was encrypted with",
			       "%s: the passphrase does not open it", name);
	if (lp_pem_has(pem, n, "BEGIN ENCRYPTED PRIVATE KEY") || lp_pem_has(pem, n, "Proc-Type: 4,ENCRYPTED"))
		return lp_fail(err, LPPACK_E_KEY,
			       asking->passphrase ? "copy it again from where it is whole" :
						    "decrypt it first: openssl pkey -in ENCRYPTED -out PLAIN.key",
			       "%s: not an unencrypted PEM private key: it is encrypted%s", name,
			       asking->passphrase ? ", and damaged" : "");
	if (lp_pem_has(pem, n, "BEGIN PUBLIC KEY"))
		return lp_fail(err, LPPACK_E_KEY, "name the .key file of the pair: only a private key signs",
			       "%s: not an unencrypted PEM private key: it is a public key", name);
	return lp_fail(err, LPPACK_E_KEY, "name the .key file that lppack keygen made",
		       "%s: not an unencrypted PEM private key", name);
}

int lp_private_key_parse(const void *pem, size_t n, const char *name, const struct lp_passphrase *passphrase,
			 struct lp_private_key **out, struct lppack_error *err)
{
	struct lp_asking asking = { .passphrase = passphrase, .what = name, .err = err };
	LP_AUTO(cleanup_BIO_free_all) BIO *bio = lp_bio_open(pem, n);
	EVP_PKEY *pkey = NULL;

	lp_openssl_configure();
	if (bio)
		pkey = PEM_read_bio_PrivateKey(bio, NULL, lp_asking_answer, &asking);
	if (!pkey)
		return fail_private(pem, n, name, &asking, err);
	return lp_private_key_take(pkey, name, out, err);
}

/* PBES2 with PBKDF2 of HMAC-SHA-256, which every OpenSSL reads within its limits of memory; those of scrypt are too low
 * for parameters worth having. */
static int write_encrypted(BIO *bio, EVP_PKEY *pkey, const char *passphrase, size_t n)
{
	LP_AUTO(cleanup_PKCS8_PRIV_KEY_INFO_free) PKCS8_PRIV_KEY_INFO *plain = EVP_PKEY2PKCS8(pkey);
	LP_AUTO(cleanup_X509_SIG_free) X509_SIG *encrypted = NULL;
	uint8_t salt[KDF_SALT_SIZE];
	X509_ALGOR *algorithm;

	if (!plain || RAND_bytes(salt, sizeof(salt)) != 1)
		return 0;
	algorithm = PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), KDF_ROUNDS, salt, sizeof(salt), NULL, NID_hmacWithSHA256);
	encrypted = algorithm ? PKCS8_set0_pbe(passphrase, (int)n, plain, algorithm) : NULL;
	if (!encrypted)
		X509_ALGOR_free(algorithm);
	return encrypted ? PEM_write_bio_PKCS8(bio, encrypted) : 0;
}

int lp_private_key_format(const struct lp_private_key *key, const char *passphrase, size_t n, struct lp_buf *pem,
			  struct lppack_error *err)
{
	LP_AUTO(cleanup_BIO_free_all) BIO *bio = BIO_new(BIO_s_secmem());

	if (!bio || (passphrase ? write_encrypted(bio, key->pkey, passphrase, n) :
				  PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL)) != 1)
		return lp_fail_openssl(err, LPPACK_E_KEY, NULL, "the private key cannot be encoded");
	return lp_bio_take(bio, pem, err);
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
