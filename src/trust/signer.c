/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Private keys: making pairs of files, and opening what signs. */
#include "trust/signer.h"

#include "shared/text.h"
#include "base/export.h"
#include "base/file.h"
#include "base/options.h"
#include "base/output.h"
#include "format/format.h"
#include "crypto/cms_sign.h"
#include "crypto/context.h"
#include "crypto/ed25519.h"
#include "crypto/module_sign.h"
#include "crypto/pkcs11.h"
#include "bundle/signature_check.h"
#include "trust/source.h"

#include <fcntl.h>
#include <string.h>

#define PEM_MAX 65536
#define PASSPHRASE_MAX 1024

LP_DEFINE_CLEANUP(struct lppack_signer, lppack_signer_free)

LP_EXPORT void lppack_openssl_isolate(void)
{
	lp_openssl_isolate();
}

/* A last part of nothing or dots would make hidden files. */
static int check_name(const char *name, struct lppack_error *err)
{
	const char *slash = name ? strrchr(name, '/') : NULL;
	const char *last = slash ? slash + 1 : name;

	if (last && last[strspn(last, ".")])
		return 0;
	return lp_fail(err, LPPACK_E_USAGE, "name the pair: NAME.key and NAME.pub are made",
		       "'%s' is no name for a key pair", name ? name : "");
}

static int write_pair(const char *name, const struct lp_buf *secret, const struct lp_buf *public_pem,
		      struct lppack_error *err)
{
	LP_AUTO_OUTPUT struct lp_output key = { .fd = -1, .dirfd = -1 };
	LP_AUTO_OUTPUT struct lp_output pub = { .fd = -1, .dirfd = -1 };
	LP_AUTO_FREE char *key_path = lp_text_format("%s.key", name);
	LP_AUTO_FREE char *pub_path = lp_text_format("%s.pub", name);
	int rc;

	if (!key_path || !pub_path)
		return lp_fail_nomem(err);
	rc = lp_output_open(&key, key_path, 0600, err);
	if (rc < 0)
		return rc;
	rc = lp_output_open(&pub, pub_path, 0644, err);
	if (rc < 0)
		return rc;
	rc = lp_output_write(&key, secret->data, secret->len, err);
	if (rc < 0)
		return rc;
	rc = lp_output_write(&pub, public_pem->data, public_pem->len, err);
	if (rc < 0)
		return rc;
	rc = lp_output_commit(&pub, true, err);
	if (rc < 0)
		return rc;
	rc = lp_output_commit(&key, true, err);
	if (rc < 0)
		unlink(pub_path); /* both or none */
	return rc;
}

static void wipe(struct lp_buf *buf)
{
	if (buf->data)
		explicit_bzero(buf->data, buf->room);
	lp_buf_free(buf);
}

#define AUTO_SECRET LP_AUTO(wipe)

/* The private key as PEM, encrypted if there is somebody to ask for a passphrase. */
static int format_secret(const struct lp_private_key *key, const char *name, const struct lppack_key_options *options,
			 struct lp_buf *pem, struct lppack_error *err)
{
	LP_AUTO_FREE char *what = lp_text_format("%s.key", name);
	char passphrase[PASSPHRASE_MAX];
	int rc;

	if (!what)
		return lp_fail_nomem(err);
	if (!options->passphrase)
		return lp_private_key_format(key, NULL, 0, pem, err);
	rc = options->passphrase(options->context, what, passphrase, sizeof(passphrase), err);
	if (rc == 0)
		rc = lp_fail(err, LPPACK_E_USAGE, "give one, or make the key without encryption",
			     "%s: the passphrase is empty", what);
	if (rc > 0)
		rc = lp_private_key_format(key, passphrase, (size_t)rc, pem, err);
	explicit_bzero(passphrase, sizeof(passphrase));
	return rc;
}

LP_EXPORT int lppack_key_generate(const char *name, const struct lppack_key_options *given, char id[LPPACK_KEY_ID_SIZE],
				  struct lppack_error *err)
{
	LP_AUTO(cleanup_lp_private_key_free) struct lp_private_key *key = NULL;
	struct lppack_key_options options;
	AUTO_SECRET struct lp_buf secret = { 0 };
	LP_AUTO_BUF struct lp_buf public_pem = { 0 };
	int rc = LP_OPTIONS_TAKE(lppack_key_options, type, &options, given, err);

	if (id)
		id[0] = '\0';
	if (rc < 0)
		return rc;
	rc = check_name(name, err);
	if (rc < 0)
		return rc;
	rc = lp_private_key_generate(options.type, &key, err);
	if (rc < 0)
		return rc;
	rc = format_secret(key, name, &options, &secret, err);
	if (rc < 0)
		return rc;
	rc = lp_public_key_format(lp_private_key_public(key), &public_pem, err);
	if (rc < 0)
		return rc;
	rc = write_pair(name, &secret, &public_pem, err);
	if (rc < 0)
		return rc;
	if (id)
		lp_hex_encode(lp_private_key_public(key)->id.bytes, LP_DIGEST_SIZE, id);
	return 0;
}

static int open_key(struct lppack_signer *signer, const char *path, const struct lppack_signer_options *options,
		    struct lppack_error *err)
{
	const struct lp_passphrase passphrase = { options->passphrase, options->context };
	const struct lp_passphrase *ask = options->passphrase ? &passphrase : NULL;
	const struct lp_source source = { path, &options->key_bytes, "the private key" };
	AUTO_SECRET struct lp_buf room = { 0 };
	struct lppack_bytes pem;
	int rc;

	if (path && !options->key_bytes.data && lp_private_key_is_uri(path)) {
		rc = lp_private_key_open_uri(path, ask, &signer->key, err);
	} else {
		rc = lp_source_read(&source, PEM_MAX, &room, &pem, err);
		if (rc < 0)
			return rc;
		rc = lp_private_key_parse(pem.data, pem.size, lp_source_name(&source), ask, &signer->key, err);
	}
	if (rc < 0)
		return rc;
	signer->public_key = *lp_private_key_public(signer->key);
	return 0;
}

static int open_certificate(struct lppack_signer *signer, const struct lppack_signer_options *options,
			    struct lppack_error *err)
{
	const struct lp_source source = { options->certificate, &options->certificate_bytes, "the certificate" };
	LP_AUTO_BUF struct lp_buf room = { 0 };
	struct lppack_bytes pem;
	int rc = lp_source_read(&source, LP_CERTIFICATE_MAX, &room, &pem, err);

	if (rc < 0 || !pem.data)
		return rc;
	return lp_certificate_parse(pem.data, pem.size, lp_source_name(&source), &signer->certificate, err);
}

static int open_chain(struct lppack_signer *signer, const struct lppack_signer_options *options,
		      struct lppack_error *err)
{
	const struct lp_source source = { options->chain, &options->chain_bytes, "the chain" };
	LP_AUTO_BUF struct lp_buf room = { 0 };
	struct lppack_bytes pem;
	int rc = lp_source_read(&source, LP_CERTIFICATE_MAX, &room, &pem, err);
	const char *name = lp_source_name(&source);

	if (rc < 0 || !pem.data)
		return rc;
	if (!signer->certificate)
		return lp_fail(err, LPPACK_E_USAGE, "name the key's own certificate with --cert",
			       "%s: a chain without the certificate that it is for", name);
	if (options->sign)
		return lp_fail(err, LPPACK_E_USAGE, "put the certificates into the CMS that is made elsewhere",
			       "%s: a chain for a signature that is made elsewhere", name);
	return lp_certificates_parse(pem.data, pem.size, name, &signer->chain, err);
}

/* A key that is elsewhere: only what it signs shows. */
static int open_elsewhere(struct lppack_signer *signer, const struct lppack_signer_options *options,
			  struct lppack_error *err)
{
	static const char name[] = "the public key";
	int rc;

	if (options->flags & LPPACK_SIGNER_FOR_MODULES)
		return lp_fail(err, LPPACK_E_USAGE, "open the private key", "modules are not signed elsewhere");
	if (!signer->certificate == !options->public_key.data)
		return lp_fail(err, LPPACK_E_USAGE, "give its certificate, or its public key if that is Ed25519",
			       "a signer that is elsewhere has one certificate or one public key");
	signer->sign = options->sign;
	signer->context = options->context;
	if (signer->certificate)
		return lp_certificate_public_key(signer->certificate, &signer->public_key, err);
	rc = lp_public_key_parse(options->public_key.data, options->public_key.size, name, &signer->public_key, err);
	if (rc < 0)
		return rc;
	if (signer->public_key.algorithm != LP_KEY_ED25519)
		return lp_fail(err, LPPACK_E_KEY, "give its certificate, and make a CMS",
			       "%s: a key of this kind (%s) signs with a certificate only", name,
			       lp_key_algorithm_names[signer->public_key.algorithm]);
	return 0;
}

/* What only shows when signing is told before anything is packed. */
static int check_kind(const struct lppack_signer *signer, const char *path, const struct lppack_signer_options *options,
		      struct lppack_error *err)
{
	const struct lp_public_key *key = &signer->public_key;
	struct lp_public_key certified;
	int rc;

	if (key->algorithm == LP_KEY_ED25519 && (options->flags & LPPACK_SIGNER_FOR_MODULES))
		return lp_fail(err, LPPACK_E_KEY, LP_MODULE_KEYS_HINT,
			       "%s: an Ed25519 key, by which the kernel takes no signature of a module", path);
	if (key->algorithm == LP_KEY_ED25519 && signer->certificate)
		return lp_fail(err, LPPACK_E_KEY, "leave --cert away: an Ed25519 key signs by itself",
			       "%s: an Ed25519 key signs without a certificate", path);
	if (key->algorithm == LP_KEY_ED25519)
		return 0;
	if (!signer->certificate)
		return lp_fail(err, LPPACK_E_KEY,
			       "name its X.509 certificate with --cert, or make an Ed25519 key with: lppack keygen",
			       "%s: a key of this kind (%s) signs with a certificate only", path,
			       lp_key_algorithm_names[key->algorithm]);
	rc = lp_certificate_public_key(signer->certificate, &certified, err);
	if (rc < 0 || lp_public_key_equal(key, &certified))
		return rc;
	return lp_fail(err, LPPACK_E_KEY, "name the certificate that was issued for this key",
		       "%s: is not the certificate of the key %s",
		       options->certificate ? options->certificate : "the certificate", path);
}

static int check_signer_options(const char *path, const struct lppack_signer_options *options, struct lppack_error *err)
{
	if (options->flags & ~LPPACK_SIGNER_FOR_MODULES)
		return lp_fail(err, LPPACK_E_USAGE, LP_FLAGS_HINT, "flags of a signer that are unknown: %#x",
			       options->flags);
	if (options->sign ? path || options->key_bytes.data : !path && !options->key_bytes.data)
		return lp_fail(err, LPPACK_E_USAGE, "name a private key, or give its bytes, or what signs in its place",
			       "a signer has one private key");
	if (!options->sign && options->public_key.data)
		return lp_fail(err, LPPACK_E_USAGE, "leave the public key away",
			       "a private key has its public one in it");
	return 0;
}

LP_EXPORT struct lppack_signer *lppack_signer_open(const char *path, const struct lppack_signer_options *given,
						   struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_signer_free) struct lppack_signer *signer = calloc(1, sizeof(*signer));
	struct lppack_signer_options options;

	if (!signer) {
		lp_fail_nomem(err);
		return NULL;
	}
	if (LP_OPTIONS_TAKE(lppack_signer_options, flags, &options, given, err) < 0 ||
	    check_signer_options(path, &options, err) < 0 ||
	    (!options.sign && open_key(signer, path, &options, err) < 0) ||
	    open_certificate(signer, &options, err) < 0 || open_chain(signer, &options, err) < 0 ||
	    (options.sign && open_elsewhere(signer, &options, err) < 0) ||
	    check_kind(signer, path ? path : "the key", &options, err) < 0)
		return NULL;
	lp_hex_encode(signer->public_key.id.bytes, LP_DIGEST_SIZE, signer->id);
	return LP_TAKE(signer);
}

LP_EXPORT const char *lppack_signer_id(const struct lppack_signer *signer)
{
	return signer->id;
}

LP_EXPORT const char *lppack_signer_scheme(const struct lppack_signer *signer)
{
	return signer->certificate ? "cms" : "ed25519";
}

LP_EXPORT void lppack_signer_free(struct lppack_signer *signer)
{
	if (!signer)
		return;
	lp_private_key_free(signer->key);
	lp_certificate_free(signer->certificate);
	lp_certificates_free(&signer->chain);
	free(signer);
}

int lp_signature_set(struct lp_signature *out, const char *id, const char *scheme, const void *bytes, size_t n,
		     struct lppack_error *err)
{
	*out = (struct lp_signature){ .bytes = malloc(n ? n : 1), .size = n };
	if (!out->bytes)
		return lp_fail_nomem(err);
	memcpy(out->bytes, bytes, n);
	snprintf(out->name, sizeof(out->name), LP_MEMBER_SIGNATURES "%s.%s", id, scheme);
	return 0;
}

static int sign_ed25519(const struct lppack_signer *signer, const struct lp_buf *message, struct lp_buf *out,
			struct lppack_error *err)
{
	uint8_t signature[LP_ED25519_SIGNATURE_SIZE];
	int rc = lp_ed25519_sign(signer->key, message->data, message->len, signature, err);

	lp_buf_append(out, signer->public_key.spki, LP_ED25519_SPKI_SIZE);
	lp_buf_append(out, signature, sizeof(signature));
	return rc < 0 || lp_buf_ok(out) ? rc : lp_fail_nomem(err);
}

static int sign_elsewhere(const struct lppack_signer *signer, const struct lp_buf *message, struct lp_buf *out,
			  struct lppack_error *err)
{
	uint8_t room[LP_SIGNATURE_MAX];
	int n = signer->sign(signer->context, message->data, message->len, room, sizeof(room), err);

	if (n < 0)
		return lp_fail(err, (enum lppack_code) - n, NULL, "key %s: it could not sign", signer->id);
	if ((size_t)n > sizeof(room) || (!signer->certificate && n != LP_ED25519_SIGNATURE_SIZE))
		return lp_fail(err, LPPACK_E_BAD_SIGNATURE, NULL, "key %s: has made a signature of %d bytes",
			       signer->id, n);
	if (!signer->certificate)
		lp_buf_append(out, signer->public_key.spki, LP_ED25519_SPKI_SIZE);
	lp_buf_append(out, room, (size_t)n);
	return lp_buf_ok(out) ? 0 : lp_fail_nomem(err);
}

int lp_signer_sign(const struct lppack_signer *signer, const struct lp_buf *message, struct lp_signature *out,
		   struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	struct lp_signature_report report;
	int rc;

	if (signer->sign)
		rc = sign_elsewhere(signer, message, &bytes, err);
	else if (signer->certificate)
		rc = lp_cms_sign(signer->key, signer->certificate, &signer->chain, message->data, message->len, &bytes,
				 err);
	else
		rc = sign_ed25519(signer, message, &bytes, err);
	if (rc < 0)
		return rc;
	if (bytes.len > LP_SIGNATURE_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, "embed fewer certificates",
			       "the signature has %zu bytes; %u are allowed", bytes.len, LP_SIGNATURE_MAX);
	rc = lp_signature_set(out, signer->id, lppack_signer_scheme(signer), bytes.data, bytes.len, err);
	if (rc < 0 || !signer->sign)
		return rc;
	/* As a reader will, of what others have made. */
	rc = lp_signature_check(out, message, "what was signed elsewhere", &report, err);
	if (rc < 0) {
		free(out->bytes);
		*out = (struct lp_signature){ 0 };
	}
	return rc;
}
