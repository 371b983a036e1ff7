/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * Adding signatures to bundles that exist, taking them away, and signing elsewhere.
 *
 * These change the signature area of a bundle in place (format-spec, "Signatures"). The head must be canonical and
 * every signature fit its key, or the bundle is refused as by lppack_bundle_verify(); whether anybody trusts the
 * signers, and whether the bundle has expired, is not asked: verify a bundle before you sign it. The payload is never
 * read.
 *
 * While the new signatures fit into the area, nothing but the area is written: into a copy that shares the payload's
 * blocks and is put in place whole, where the file system can make one, and otherwise into the file itself under a
 * journal beside it (".NAME.signing"). If that is interrupted, the next call of any of these functions on the file
 * completes it. If the area must grow or shrink, a new file with the same payload, copied by the kernel, replaces the
 * old one.
 *
 * A report is a map: path, digest, stream, epoch, serial, version, created, expires, signatures (as
 * lppack_signature_list() has them), added and removed (lists of key ids), method ("clone", "in-place", "rewrite" or
 * "none"), bytes_read, bytes_written, bytes_copied (by the kernel, unseen). Free it with lppack_value_free().
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
 * @param path       of the bundle
 * @param signers    at least one
 * @param n_signers  their number
 * @param report     receives a report; may be NULL
 * @param err        receives the error
 * @return 0, or a negative code:
 *         LPPACK_E_SIGNED: one of the keys has signed the bundle already, under whichever scheme
 *         LPPACK_E_USAGE: no signer, or one is named twice
 *         LPPACK_E_LIMIT: there would be more than 16
 *         LPPACK_E_NOT_BUNDLE, LPPACK_E_UNSUPPORTED, LPPACK_E_TRUNCATED, LPPACK_E_STRUCTURE, LPPACK_E_BAD_SIGNATURE:
 *         the head is damaged
 *         LPPACK_E_IO, LPPACK_E_NO_SPACE: it cannot be written
 * @since 0.1
 */
int lppack_bundle_sign(const char *path, const struct lppack_signer *const *signers, size_t n_signers,
		       struct lppack_value **report, struct lppack_error *err);

/**
 * Removes the signatures of one key. One that does not fit its key can be removed.
 *
 * @param path    of the bundle
 * @param key_id  the id, or a beginning of it that fits one key only
 * @param report  receives a report; may be NULL
 * @param err     receives the error
 * @return as lppack_bundle_sign(); LPPACK_E_USAGE if key_id fits none or several
 * @since 0.1
 */
int lppack_signature_remove(const char *path, const char *key_id, struct lppack_value **report,
			    struct lppack_error *err);

/**
 * The bytes that are signed (format-spec, "Signatures"), for a signer that is elsewhere.
 *
 * @param path     of the bundle
 * @param message  receives them, to be freed with free()
 * @param n        receives their number
 * @param err      receives the error
 * @return 0, or a negative code as of lppack_bundle_sign()
 * @since 0.1
 */
int lppack_signature_message(const char *path, void **message, size_t *n, struct lppack_error *err);

/**
 * The same into a file, which appears whole or not at all.
 *
 * @param path    of the bundle
 * @param output  of the file
 * @param err     receives the error
 * @return as lppack_signature_message(); LPPACK_E_EXISTS if the file is there
 * @since 0.1
 */
int lppack_signature_emit(const char *path, const char *output, struct lppack_error *err);

/** A signature that was made elsewhere. Of a path and the bytes beside it, one is given. */
struct lppack_attach_options {
	size_t size; /**< set by LPPACK_OPTIONS() */
	/** File with the 64 bytes of an Ed25519 signature, or a detached CMS in DER (format-spec, "CMS"). */
	const char *signature;
	const char *public_key;               /**< PEM file of the Ed25519 key; NULL for a CMS, which names its own */
	struct lppack_bytes signature_bytes;  /**< as signature */
	struct lppack_bytes public_key_bytes; /**< PEM, as public_key */
};

/**
 * Adds a signature over lppack_signature_message() that was made elsewhere. It is checked before anything is written.
 *
 * @param path     of the bundle
 * @param options  the signature
 * @param report   receives a report; may be NULL
 * @param err      receives the error
 * @return as lppack_bundle_sign(), and
 *         LPPACK_E_BAD_SIGNATURE: it is none over this bundle
 *         LPPACK_E_KEY: the public key is unreadable, or none that signs so
 *         LPPACK_E_USAGE: no signature is given, or no key that it needs
 * @since 0.1
 */
int lppack_signature_attach(const char *path, const struct lppack_attach_options *options, struct lppack_value **report,
			    struct lppack_error *err);

/**
 * The signatures of a bundle, without any trusted key. Nothing of it says that a key is trusted.
 *
 * @param path  of the bundle
 * @param err   receives the error
 * @return a map with file, digest, and signatures, a list of maps with id, scheme, size, and status: "valid" (it fits
 *         its own key), "malformed" or "unsupported", with a reason for the latter two; to be freed with
 *         lppack_value_free(). NULL on failure
 * @since 0.1
 */
struct lppack_value *lppack_signature_list(const char *path, struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
