/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys that sign, and the set of keys that are trusted. */
#ifndef LPPACK_KEYS_H
#define LPPACK_KEYS_H

#include <lppack/error.h>
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

/* A private key that signs bundles. */
struct lppack_signer;

/* Reads an unencrypted PEM private key. LPPACK_E_KEY if it is anything else. Free with lppack_signer_free(). */
struct lppack_signer *lppack_signer_open(const char *path, struct lppack_error *err);
/* Borrowed; lives as long as the signer. */
const char *lppack_signer_id(const struct lppack_signer *signer);
void lppack_signer_free(struct lppack_signer *signer);

/* A set of trusted public keys (format-spec, "Trust"). */
struct lppack_keyring;

struct lppack_keyring *lppack_keyring_new(struct lppack_error *err);
/*
 * Adds a PEM file, or every *.pem and *.pub of a directory. A file that is unreadable or no Ed25519 public key is an
 * error (LPPACK_E_KEY or LPPACK_E_IO), never skipped. The same key twice counts once.
 */
int lppack_keyring_add(struct lppack_keyring *keyring, const char *path, struct lppack_error *err);
/*
 * Adds the default directories below root (NULL: "/"), the admin's masking the vendor's by file name. A directory that
 * does not exist is empty; no key at all is LPPACK_E_NO_KEYS.
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
