/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * Adding signatures to an existing bundle, removing them, and signing elsewhere.
 *
 * These functions change the signature area of a bundle (format-spec, "Signatures"). The head must be well-formed and
 * every signature must fit its key, as for lppack_bundle_verify(). Whether anybody trusts the signers, and whether the
 * bundle has expired, is not asked, and the payload is not read: verify a bundle before you sign it.
 *
 * If the new signatures fit into the area, nothing but the area is written: into a copy that shares the payload's
 * blocks and replaces the file, where the file system can make one, and otherwise into the file itself, with a journal
 * beside it (".NAME.signing"). If that is interrupted, the next call of any of these functions on the file completes
 * it. If the area must grow or shrink, a new file with the same payload, which the kernel copies, replaces the old one.
 *
 * A report is a map: path, digest, stream, epoch, serial, version, created, expires, signatures (as of
 * lppack_signature_list()), added and removed (lists of key ids), method ("clone", "in-place", "rewrite" or "none"),
 * bytes_read, bytes_written, bytes_copied (by the kernel). Free it with lppack_value_free().
 */
#ifndef LPPACK_SIGN_H
#define LPPACK_SIGN_H

#include <lppack/error.h>
#include <lppack/keys.h>
#include <lppack/options.h>
#include <lppack/value.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Adds a signature by each signer: all or none.
 *
 * @param path       path of the bundle
 * @param signers    at least one
 * @param n_signers  their number
 * @param report     receives a report; may be NULL
 * @param err        receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_SIGNED: one of the keys has signed the bundle already, by any scheme
 *         - LPPACK_E_USAGE: there is no signer, or a key is named twice
 *         - LPPACK_E_KEY: a signer fails, or its key does not suit
 *         - LPPACK_E_LIMIT: there would be more than 16 signatures
 *         - LPPACK_E_NOT_BUNDLE: the file is not a bundle
 *         - LPPACK_E_UNSUPPORTED: the bundle needs a newer lppack
 *         - LPPACK_E_TRUNCATED, LPPACK_E_STRUCTURE, LPPACK_E_CORRUPT, LPPACK_E_BAD_SIGNATURE: the head is damaged
 *         - LPPACK_E_STATE: the journal of an interrupted call does not belong to the file
 *         - LPPACK_E_IO, LPPACK_E_NO_SPACE: the file cannot be read or written
 * @since 0.1
 */
int lppack_bundle_sign(const char *path, const struct lppack_signer *const *signers, size_t n_signers,
		       struct lppack_value **report, struct lppack_error *err);

/**
 * Removes the signatures of one key, also a signature that does not fit its key.
 *
 * @param path    path of the bundle
 * @param key_id  the key id, or the beginning of it
 * @param report  receives a report; may be NULL
 * @param err     receives the error
 * @return 0, or a negative code as of lppack_bundle_sign(), or:
 *         - LPPACK_E_USAGE: no key id of the bundle begins so, or several do
 * @since 0.1
 */
int lppack_signature_remove(const char *path, const char *key_id, struct lppack_value **report,
			    struct lppack_error *err);

/**
 * Makes the message that a signature of a bundle is over (format-spec, "Signatures"), for a signer that is elsewhere.
 *
 * @param path     path of the bundle
 * @param message  receives the bytes, to be freed with free()
 * @param n        receives their number
 * @param err      receives the error
 * @return 0, or a negative code as of lppack_bundle_sign()
 * @since 0.1
 */
int lppack_signature_message(const char *path, void **message, size_t *n, struct lppack_error *err);

/**
 * Writes the bytes of lppack_signature_message() into a file, which appears whole or not at all.
 *
 * @param path    path of the bundle
 * @param output  path of the file
 * @param err     receives the error
 * @return 0, or a negative code as of lppack_bundle_sign(), or:
 *         - LPPACK_E_EXISTS: the file exists
 * @since 0.1
 */
int lppack_signature_emit(const char *path, const char *output, struct lppack_error *err);

/**
 * A signature that was made elsewhere. Of a path and the bytes for the same purpose, at most one is given.
 *
 * @since 0.1
 */
struct lppack_attach_options {
	size_t size; /**< set by LPPACK_OPTIONS() */
	/** File with the 64 bytes of an Ed25519 signature, or with a detached CMS in DER (format-spec, "CMS"). */
	const char *signature;
	const char *public_key;               /**< PEM file of the Ed25519 key; NULL for a CMS, which names its own */
	struct lppack_bytes signature_bytes;  /**< as signature */
	struct lppack_bytes public_key_bytes; /**< PEM, as public_key */
};

/**
 * Adds a signature over lppack_signature_message() that was made elsewhere. It is checked before anything is written.
 *
 * @param path     path of the bundle
 * @param options  the signature
 * @param report   receives a report; may be NULL
 * @param err      receives the error
 * @return 0, or a negative code as of lppack_bundle_sign(), or:
 *         - LPPACK_E_BAD_SIGNATURE: it is no signature of this bundle
 *         - LPPACK_E_KEY: the public key is malformed, or not of a kind that signs so
 *         - LPPACK_E_USAGE: the signature or the public key that it needs is missing
 * @since 0.1
 */
int lppack_signature_attach(const char *path, const struct lppack_attach_options *options, struct lppack_value **report,
			    struct lppack_error *err);

/**
 * Lists the signatures of a bundle. It does not say whether any key is trusted.
 *
 * @param path  path of the bundle
 * @param err   receives the error
 * @return a map with file, digest, and signatures, a list of maps with id, scheme, size, and status: "valid" (it fits
 *         its own key), "malformed" or "unsupported", with a reason for the latter two; to be freed with
 *         lppack_value_free(). NULL on failure, with a code of lppack_bundle_open(), or:
 *         - LPPACK_E_STATE: the journal of an interrupted call does not belong to the file
 * @since 0.1
 */
struct lppack_value *lppack_signature_list(const char *path, struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
