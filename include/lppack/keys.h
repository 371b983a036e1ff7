/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * Keys that sign, and keyrings: sets of keys that are trusted.
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

/** The administrator's directory of trusted keys. A file in it masks the file of the same name in the vendor's.
 * @since 0.1 */
#define LPPACK_KEYS_DIR_ADMIN "/etc/lppack/keys.d"
/** The vendor's directory of trusted keys. @since 0.1 */
#define LPPACK_KEYS_DIR_VENDOR "/usr/lib/lppack/keys.d"

/** The size of a key id: the SHA-256 of the key's SubjectPublicKeyInfo in lower-case hex, with its NUL. @since 0.1 */
#define LPPACK_KEY_ID_SIZE 65

/**
 * The content of a file, where a program has it in memory.
 *
 * @since 0.1
 */
struct lppack_bytes {
	const void *data; /**< needed during the call only; NULL: not given */
	size_t size;      /**< bytes */
};

/**
 * Keeps OpenSSL's configuration files out of this process: for a program that is only to verify, whoever has set its
 * environment (OPENSSL_CONF). Nothing of them is read and no code is loaded by them, until lppack_signer_open() or
 * lppack_key_generate() reads them on purpose, as keys may be in tokens that they name.
 *
 * The program calls it first, before other threads and before OpenSSL is used. Without the call no configuration decides
 * what liblppack verifies either, but OpenSSL may load what it names, as in any program.
 *
 * @since 0.1
 */
void lppack_openssl_isolate(void);

/**
 * How lppack_key_generate() makes a pair.
 *
 * @since 0.1
 */
struct lppack_key_options {
	size_t size;      /**< set by LPPACK_OPTIONS() */
	const char *type; /**< "ed25519" (NULL), "ecdsa-p256", "ecdsa-p384", "rsa-3072" or "rsa-4096" */
	/**
	 * Asks for the passphrase of what ("vendor.key"). Writes up to size bytes without a NUL into secret and
	 * returns their number, or sets err and returns a negative code. NULL: the private key is not encrypted.
	 */
	int (*passphrase)(void *context, const char *what, char *secret, size_t size, struct lppack_error *err);
	void *context; /**< for passphrase */
};

/**
 * Makes a key pair: NAME.key (PKCS#8 PEM, mode 0600) and NAME.pub (PEM, mode 0644); both appear or none.
 *
 * @param name     path of the two files without their endings
 * @param options  may be NULL
 * @param id       receives the key id, or an empty text on failure; may be NULL
 * @param err      receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_EXISTS: one of the files exists
 *         - LPPACK_E_USAGE: the type is unknown, the passphrase is empty, or the name consists of dots
 *         - LPPACK_E_IO, LPPACK_E_NO_SPACE: the files cannot be written
 * @since 0.1
 */
int lppack_key_generate(const char *name, const struct lppack_key_options *options, char id[LPPACK_KEY_ID_SIZE],
			struct lppack_error *err);

/** What signs bundles, policies and modules. */
struct lppack_signer;

/**
 * What a signer is for.
 *
 * @since 0.1
 */
enum lppack_signer_flags {
	/** Signs modules for the kernel, which takes RSA and ECDSA only: an Ed25519 key fails with LPPACK_E_KEY. */
	LPPACK_SIGNER_FOR_MODULES = 1u << 0,
};

/**
 * What belongs to a signer's key. Of a path and the bytes for the same purpose, at most one is given.
 *
 * @since 0.1
 */
struct lppack_signer_options {
	size_t size;             /**< set by LPPACK_OPTIONS() */
	uint32_t flags;          /**< of enum lppack_signer_flags */
	const char *certificate; /**< PEM file of the key's X.509 certificate: signs by CMS. NULL: by the bare key */
	const char *chain;       /**< PEM file of the certificates between it and a trusted one, to be added; or NULL */
	struct lppack_bytes key_bytes;         /**< the private key's PEM, in place of its path */
	struct lppack_bytes certificate_bytes; /**< PEM, as certificate */
	struct lppack_bytes chain_bytes;       /**< PEM, as chain */
	/** Asks for the passphrase or PIN, as in struct lppack_key_options. NULL: encrypted keys are refused. */
	int (*passphrase)(void *context, const char *what, char *secret, size_t size, struct lppack_error *err);
	/**
	 * Signs, where the private key is elsewhere (a signing service, an HSM): gets the message, writes up to room
	 * bytes of signature and returns their number, or sets err and returns a negative code. With public_key, the
	 * signature is the 64 bytes of an Ed25519 signature, with a certificate a detached CMS in DER (format-spec,
	 * "CMS"). It is checked before it is written anywhere. Neither a path nor key_bytes is given then.
	 */
	int (*sign)(void *context, const void *message, size_t n, void *signature, size_t room,
		    struct lppack_error *err);
	struct lppack_bytes public_key; /**< PEM of the Ed25519 key that sign signs with; none with a certificate */
	void *context;                  /**< for passphrase and sign; with sign it lives as long as the signer */
};

/**
 * Opens a signer. An Ed25519 key signs by the scheme ed25519 and takes no certificate. An ECDSA key on P-256 or P-384
 * and an RSA key of at least 3,072 bits sign by the scheme cms and need a certificate of theirs.
 *
 * @param path     a PEM file, or the URI of a key in a token ("pkcs11:token=...;object=...", RFC 7512); NULL where the
 *                 options have key_bytes or sign
 * @param options  may be NULL
 * @param err      receives the error
 * @return the signer, to be freed with lppack_signer_free(); NULL on failure:
 *         - LPPACK_E_KEY: the key cannot sign, or the certificate is not that of the key
 *         - LPPACK_E_IO: a file cannot be read
 *         - LPPACK_E_LIMIT: a file is too large
 *         - LPPACK_E_USAGE: the options contradict each other
 * @since 0.1
 */
struct lppack_signer *lppack_signer_open(const char *path, const struct lppack_signer_options *options,
					 struct lppack_error *err);

/**
 * Names the signer's key.
 *
 * @param signer  an opened signer
 * @return the key id, borrowed from the signer
 * @since 0.1
 */
const char *lppack_signer_id(const struct lppack_signer *signer);

/**
 * Names the scheme that a signer signs by.
 *
 * @param signer  an opened signer
 * @return "ed25519" or "cms", a literal
 * @since 0.1
 */
const char *lppack_signer_scheme(const struct lppack_signer *signer);

/**
 * Frees a signer.
 *
 * @param signer  may be NULL
 * @since 0.1
 */
void lppack_signer_free(struct lppack_signer *signer);

/** A set of trusted public keys, and the rules by which they are trusted. */
struct lppack_keyring;

/**
 * Makes an empty keyring.
 *
 * It has no policy: one good signature by any key that is added is enough to trust a bundle. Nothing that is installed
 * on the machine counts, be it keys, policy or revocation lists, unless lppack_keyring_add_default() adds it.
 * lppack_keyring_set_policy() sets the rules of a file.
 *
 * @param err  receives the error
 * @return the keyring, to be freed with lppack_keyring_free(); NULL on failure:
 *         - LPPACK_E_NO_MEMORY: out of memory
 * @since 0.1
 */
struct lppack_keyring *lppack_keyring_new(struct lppack_error *err);

/**
 * Adds the trusted key of a file, or those of all files of a directory.
 *
 * A file is PEM and has one public key or one X.509 certificate. A certificate makes its key trusted; that of an
 * authority makes the keys trusted whose certificates it has issued. A key that is added twice counts once.
 *
 * A file that is named may have any ending. Of a directory, the files *.pem and *.pub are added, except hidden ones
 * (.NAME); its subdirectories are not searched, and one that is named so is an error. A file that is /dev/null, or a
 * link to it, masks a key: it is skipped, in a directory as well as named, and the call succeeds without adding a key.
 *
 * The file or directory must belong to root or to the effective user, and neither group nor others may have the right
 * to write it. Each file of a directory must fulfil the same. The directories above are not checked.
 *
 * Nothing else is skipped: one bad file fails the call. The keyring may then have the keys of the files before it.
 *
 * @param keyring  the keyring
 * @param path     path of the file or directory
 * @param err      receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_KEY: a file has no key, more than one key or certificate, a private key, or a key that cannot sign
 *           bundles
 *         - LPPACK_E_UNSAFE_FILE: the file or directory can be changed by others
 *         - LPPACK_E_NO_KEYS: the directory has no key, and the keyring is empty
 *         - LPPACK_E_IO: a file cannot be read
 *         - LPPACK_E_LIMIT: a file is larger than 64 KiB
 * @since 0.1
 */
int lppack_keyring_add(struct lppack_keyring *keyring, const char *path, struct lppack_error *err);

/**
 * Adds a trusted key that the program has in memory. Where the key comes from is not checked: that it is the right one,
 * and that nobody has changed it, is up to the program.
 *
 * @param keyring  the keyring
 * @param pem      one public key or certificate, as in a file of lppack_keyring_add()
 * @param n        its size in bytes
 * @param name     what messages call it
 * @param err      receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_KEY: it is not one public key or certificate
 *         - LPPACK_E_LIMIT: it is too large
 * @since 0.1
 */
int lppack_keyring_add_memory(struct lppack_keyring *keyring, const void *pem, size_t n, const char *name,
			      struct lppack_error *err);

/**
 * Adds what is installed on a machine: the keys of LPPACK_KEYS_DIR_ADMIN and LPPACK_KEYS_DIR_VENDOR, the policy
 * (lppack-trust(3)) with the keys that it has, and the revocation lists. A directory that does not exist is empty.
 *
 * @param keyring  the keyring
 * @param root     NULL or "/": this machine; otherwise a directory with another machine's /etc and /usr
 * @param err      receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_KEY: a file has no usable key, or is no revocation list
 *         - LPPACK_E_POLICY: the policy is malformed
 *         - LPPACK_E_STATE, LPPACK_E_DOWNGRADE, LPPACK_E_EQUIVOCATION: it is gone, older than the one that was in use
 *           (lppack-policy(5), MEMORY), or another of that version
 *         - LPPACK_E_UNSAFE_FILE: a file or directory can be changed by others
 *         - LPPACK_E_NO_KEYS: there is no key at all
 *         - LPPACK_E_IO: a file cannot be read
 *         - LPPACK_E_LIMIT: a file is too large, or the policy's version far above the one that was in use
 * @since 0.1
 */
int lppack_keyring_add_default(struct lppack_keyring *keyring, const char *root, struct lppack_error *err);

/**
 * Counts the keys of a keyring.
 *
 * @param keyring  the keyring
 * @return their number; a key that was added twice counts once
 * @since 0.1
 */
size_t lppack_keyring_count(const struct lppack_keyring *keyring);

/**
 * Names the i-th key of a keyring.
 *
 * @param keyring  the keyring
 * @param i        from 0 on
 * @return the key id, borrowed from the keyring; NULL: there is no i-th key
 * @since 0.1
 */
const char *lppack_keyring_id(const struct lppack_keyring *keyring, size_t i);

/**
 * Frees a keyring.
 *
 * @param keyring  may be NULL
 * @since 0.1
 */
void lppack_keyring_free(struct lppack_keyring *keyring);

#ifdef __cplusplus
}
#endif
#endif
