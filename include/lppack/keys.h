/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * Keys that sign, and the set of keys that are trusted.
 */
#ifndef LPPACK_KEYS_H
#define LPPACK_KEYS_H

#include <lppack/error.h>
#include <lppack/options.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Where trust comes from by default; a file in the first directory masks the one of the same name in the second. */
#define LPPACK_KEYS_DIR_ADMIN "/etc/lppack/keys.d"
/** The second of them. */
#define LPPACK_KEYS_DIR_VENDOR "/usr/lib/lppack/keys.d"

/** Room for a key id: the SHA-256 of the SubjectPublicKeyInfo in lower-case hex, with its NUL. */
#define LPPACK_KEY_ID_SIZE 65

/** What would be a file's content, where a program has it in memory; data NULL: not given. */
struct lppack_bytes {
	const void *data; /**< borrowed during the call */
	size_t size;      /**< bytes */
};

/** How lppack_key_generate() makes a pair. */
struct lppack_key_options {
	size_t size;      /**< set by LPPACK_OPTIONS() */
	const char *type; /**< "ed25519" (NULL), "ecdsa-p256", "ecdsa-p384", "rsa-3072" or "rsa-4096" */
	/**
	 * Asks for a passphrase: up to size bytes without a NUL into secret, and their number is returned; or a
	 * negative code with err set. what says what for ("vendor.key"). NULL: the private key is not encrypted.
	 */
	int (*passphrase)(void *context, const char *what, char *secret, size_t size, struct lppack_error *err);
	void *context; /**< for passphrase */
};

/**
 * Makes a key pair: NAME.key (PKCS#8 PEM, mode 0600) and NAME.pub (PEM, mode 0644); both appear or none.
 *
 * @param name     path of the two files without their endings
 * @param options  or NULL
 * @param id       receives the key id
 * @param err      receives the error
 * @return 0, or a negative code:
 *         LPPACK_E_EXISTS: one of the files is there
 *         LPPACK_E_USAGE: for an unknown type, an empty passphrase, or a name of dots
 *         LPPACK_E_IO, LPPACK_E_NO_SPACE: they cannot be written
 * @since 0.1
 */
int lppack_key_generate(const char *name, const struct lppack_key_options *options, char id[LPPACK_KEY_ID_SIZE],
			struct lppack_error *err);

/** What signs bundles, policies and modules. */
struct lppack_signer;

/** What a signer is for. */
enum lppack_signer_flags {
	/** Signs modules for the kernel, which takes RSA and ECDSA only: Ed25519 is LPPACK_E_KEY. */
	LPPACK_SIGNER_FOR_MODULES = 1u << 0,
};

/** What belongs to a signer's key. Of a path and the bytes beside it, at most one is given. */
struct lppack_signer_options {
	size_t size;             /**< set by LPPACK_OPTIONS() */
	uint32_t flags;          /**< of enum lppack_signer_flags */
	const char *certificate; /**< PEM file of the key's X.509 certificate: signs by CMS. NULL: by the bare key */
	const char *chain; /**< PEM file of the certificates between it and a trusted one, to be put in; or NULL */
	struct lppack_bytes key_bytes;         /**< the private key's PEM, in place of its path */
	struct lppack_bytes certificate_bytes; /**< PEM, as certificate */
	struct lppack_bytes chain_bytes;       /**< PEM, as chain */
	/** Asks for the passphrase or PIN, as in struct lppack_key_options. NULL: encrypted keys are refused. */
	int (*passphrase)(void *context, const char *what, char *secret, size_t size, struct lppack_error *err);
	/**
	 * Signs, where the private key is elsewhere (a signing service, an HSM): gets the message, writes up to room
	 * bytes of signature, and returns their number, or a negative code with err set. By the bare key (public_key)
	 * these are the 64 bytes of an Ed25519 signature, by a certificate a detached CMS in DER (format-spec, "CMS").
	 * What it returns is checked before it is written anywhere. Neither a path nor key_bytes is given then.
	 */
	int (*sign)(void *context, const void *message, size_t n, void *signature, size_t room,
		    struct lppack_error *err);
	struct lppack_bytes public_key; /**< PEM of the Ed25519 key by which sign signs; none with a certificate */
	void *context;                  /**< for passphrase and sign; with sign it lives as long as the signer */
};

/**
 * Opens what signs. An Ed25519 key signs by the scheme ed25519 and takes no certificate; ECDSA on P-256 or P-384 and
 * RSA of at least 3,072 bits sign by the scheme cms and need one that is theirs.
 *
 * @param path     a PEM file, or the URI of a key in a token ("pkcs11:token=...;object=...", RFC 7512); NULL where the
 *                 options have key_bytes or sign
 * @param options  or NULL
 * @param err      receives the error
 * @return the signer, to be freed with lppack_signer_free(), or NULL:
 *         LPPACK_E_KEY: the key cannot sign, or the certificate is not its own
 *         LPPACK_E_IO: a file cannot be read
 *         LPPACK_E_USAGE: the options contradict each other
 * @since 0.1
 */
struct lppack_signer *lppack_signer_open(const char *path, const struct lppack_signer_options *options,
					 struct lppack_error *err);

/**
 * The id of the signer's key.
 *
 * @param signer  an opened signer
 * @return borrowed; lives as long as the signer
 * @since 0.1
 */
const char *lppack_signer_id(const struct lppack_signer *signer);

/**
 * The scheme by which it signs.
 *
 * @param signer  an opened signer
 * @return "ed25519" or "cms", a literal
 * @since 0.1
 */
const char *lppack_signer_scheme(const struct lppack_signer *signer);

/**
 * Frees a signer.
 *
 * @param signer  or NULL
 * @since 0.1
 */
void lppack_signer_free(struct lppack_signer *signer);

/** A set of trusted public keys (format-spec, "Trust"). */
struct lppack_keyring;

/**
 * An empty keyring.
 *
 * @param err  receives the error
 * @return to be freed with lppack_keyring_free(); NULL: LPPACK_E_NO_MEMORY
 * @since 0.1
 */
struct lppack_keyring *lppack_keyring_new(struct lppack_error *err);

/**
 * Adds a PEM file, or every *.pem and *.pub of a directory: public keys, certificates, and certificates of authorities,
 * which make those that they issue trusted. A link to /dev/null is no key. The same key twice counts once.
 *
 * @param keyring  to add to
 * @param path     of the file or directory
 * @param err      receives the error
 * @return 0, or a negative code; what is unreadable is never skipped:
 *         LPPACK_E_KEY, LPPACK_E_IO: a file is unreadable or none of these
 *         LPPACK_E_UNSAFE_FILE: file or directory can be changed by others than root and the effective user
 *         LPPACK_E_NO_KEYS: the directory has none
 * @since 0.1
 */
int lppack_keyring_add(struct lppack_keyring *keyring, const char *path, struct lppack_error *err);

/**
 * Adds a public key or certificate that the program has in memory, and vouches for itself.
 *
 * @param keyring  to add to
 * @param pem      its PEM
 * @param n        bytes of it
 * @param name     for messages
 * @param err      receives the error
 * @return 0, or LPPACK_E_KEY, negative
 * @since 0.1
 */
int lppack_keyring_add_memory(struct lppack_keyring *keyring, const void *pem, size_t n, const char *name,
			      struct lppack_error *err);

/**
 * Adds the default directories below root, the admin's masking the vendor's by file name, the installed policy
 * (<lppack/trust.h>) with the keys that it brings, and revocation lists. A directory that does not exist is empty.
 *
 * @param keyring  to add to
 * @param root     NULL: "/"
 * @param err      receives the error
 * @return as lppack_keyring_add(), and LPPACK_E_POLICY; no key at all is LPPACK_E_NO_KEYS
 * @since 0.1
 */
int lppack_keyring_add_default(struct lppack_keyring *keyring, const char *root, struct lppack_error *err);

/**
 * How many keys it has.
 *
 * @param keyring  a keyring
 * @return their number, the same key once
 * @since 0.1
 */
size_t lppack_keyring_count(const struct lppack_keyring *keyring);

/**
 * The id of the i-th key.
 *
 * @param keyring  a keyring
 * @param i        from 0 on
 * @return borrowed, or NULL beyond the last
 * @since 0.1
 */
const char *lppack_keyring_id(const struct lppack_keyring *keyring, size_t i);

/**
 * Frees a keyring.
 *
 * @param keyring  or NULL
 * @since 0.1
 */
void lppack_keyring_free(struct lppack_keyring *keyring);

#ifdef __cplusplus
}
#endif
#endif
