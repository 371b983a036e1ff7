/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys that sign, and the set of keys that are trusted. */
#ifndef LPPACK_KEYS_H
#define LPPACK_KEYS_H

#include <lppack/error.h>
#include <lppack/options.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where trust comes from by default; a file in the first directory masks the one of the same name in the second. */
#define LPPACK_KEYS_DIR_ADMIN "/etc/lppack/keys.d"
#define LPPACK_KEYS_DIR_VENDOR "/usr/lib/lppack/keys.d"

/* Room for a key id: the SHA-256 of the SubjectPublicKeyInfo in lower-case hex, with its NUL. */
#define LPPACK_KEY_ID_SIZE 65

/*
 * Makes an Ed25519 key pair: NAME.key (PKCS#8 PEM, mode 0600) and NAME.pub (PEM, mode 0644). Neither file may exist
 * (LPPACK_E_EXISTS); both appear or none. id receives the key id.
 */
int lppack_key_generate(const char *name, char id[LPPACK_KEY_ID_SIZE], struct lppack_error *err);

/*
 * Asks for a passphrase or PIN: up to size bytes without a NUL into secret, and their number is returned; or a negative
 * code with err set. what says what for ("vendor.key").
 */
typedef int lppack_passphrase_fn(void *context, const char *what, char *secret, size_t size, struct lppack_error *err);

struct lppack_key_options {
	size_t size;      /* set by LPPACK_OPTIONS() */
	const char *type; /* ed25519 (default), ecdsa-p256, ecdsa-p384, rsa-3072 or rsa-4096 */
	lppack_passphrase_fn *passphrase; /* NULL: the private key is not encrypted */
	void *context;
};

/* The same for any type of key, and for encrypted ones. LPPACK_E_USAGE for an unknown type or an empty passphrase. */
int lppack_key_generate_with(const char *name, const struct lppack_key_options *options, char id[LPPACK_KEY_ID_SIZE],
			     struct lppack_error *err);

/* A private key that signs bundles. */
struct lppack_signer;

struct lppack_signer_options {
	size_t size;             /* set by LPPACK_OPTIONS() */
	const char *certificate; /* PEM file of the key's X.509 certificate: signs by CMS. NULL: by the bare key */
	const char *chain;       /* PEM file of the certificates between it and a trusted one, to be put in; or NULL */
	lppack_passphrase_fn *passphrase; /* NULL: encrypted keys are refused */
	void *context;
	int for_modules; /* signs modules for the kernel, which takes RSA and ECDSA only: Ed25519 is LPPACK_E_KEY */
};

/* Reads an unencrypted PEM private key. LPPACK_E_KEY if it is anything else. Free with lppack_signer_free(). */
struct lppack_signer *lppack_signer_open(const char *path, struct lppack_error *err);
/*
 * The same for every kind of key: path may be encrypted PEM, or a URI of a key in a token
 * ("pkcs11:token=...;object=...", RFC 7512). An Ed25519 key signs by the scheme ed25519 and takes no certificate;
 * ECDSA on P-256 or P-384 and RSA of at least 3,072 bits sign by the scheme cms and need one that is theirs. options
 * may be NULL. LPPACK_E_KEY, IO.
 */
struct lppack_signer *lppack_signer_open_with(const char *path, const struct lppack_signer_options *options,
					      struct lppack_error *err);
/* Both borrowed; they live as long as the signer. The scheme is "ed25519" or "cms". */
const char *lppack_signer_id(const struct lppack_signer *signer);
const char *lppack_signer_scheme(const struct lppack_signer *signer);
void lppack_signer_free(struct lppack_signer *signer);

/* A set of trusted public keys (format-spec, "Trust"). */
struct lppack_keyring;

struct lppack_keyring *lppack_keyring_new(struct lppack_error *err);
/*
 * Adds a PEM file, or every *.pem and *.pub of a directory: public keys, certificates, and certificates of authorities,
 * which make those that they issue trusted. A file that is unreadable or none of these is an error (LPPACK_E_KEY or
 * LPPACK_E_IO), never skipped; but a link to /dev/null is no key. LPPACK_E_UNSAFE_FILE if file or directory can be
 * changed by others than root and the effective user. The same key twice counts once.
 */
int lppack_keyring_add(struct lppack_keyring *keyring, const char *path, struct lppack_error *err);
/*
 * Adds the default directories below root (NULL: "/"), the admin's masking the vendor's by file name, the installed
 * policy (<lppack/trust.h>) with the keys that it brings, and revocation lists. A directory that does not exist is
 * empty; no key at all is LPPACK_E_NO_KEYS. Otherwise as lppack_keyring_add(), and LPPACK_E_POLICY.
 */
int lppack_keyring_add_default(struct lppack_keyring *keyring, const char *root, struct lppack_error *err);
size_t lppack_keyring_count(const struct lppack_keyring *keyring);
/* The id of the i-th key, or NULL; borrowed. */
const char *lppack_keyring_id(const struct lppack_keyring *keyring, size_t i);
void lppack_keyring_free(struct lppack_keyring *keyring);

#ifdef __cplusplus
}
#endif
#endif
