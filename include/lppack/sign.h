/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Adding signatures to bundles that exist, taking them away, and signing elsewhere. */
#ifndef LPPACK_SIGN_H
#define LPPACK_SIGN_H

#include <lppack/error.h>
#include <lppack/keys.h>
#include <lppack/value.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * These change the signature area of a bundle in place (format-spec, "Signatures"). The head must be canonical and
 * every signature fit its key, or the bundle is refused as by lppack_bundle_verify(); whether anybody trusts the
 * signers, and whether the bundle has expired, is not asked: verify a bundle before you sign it. The payload is
 * never read.
 *
 * While the new signatures fit into the area, nothing but the area is written: into a copy that shares the payload's
 * blocks and is put in place whole, where the file system can make one, and otherwise into the file itself under a
 * journal beside it (".NAME.signing"). If that is interrupted, the next call of any of these functions on the file
 * completes it. If the area must grow or shrink, a new file with the same payload, copied by the kernel, replaces
 * the old one.
 *
 * *report (may be NULL) receives a map: path, digest, stream, epoch, serial, version, created, expires, signatures
 * (as lppack_sign_list() has them), added and removed (lists of key ids), method ("clone", "in-place", "rewrite" or
 * "none"), bytes_read, bytes_written, bytes_copied (by the kernel, unseen). Free it.
 */

/*
 * Adds a signature by each signer (at least one). LPPACK_E_SIGNED if one of the keys has signed the bundle already,
 * under whichever scheme; USAGE if one is named twice; LIMIT if there would be more than 16; NOT_BUNDLE,
 * UNSUPPORTED, TRUNCATED, STRUCTURE, BAD_SIGNATURE, IO, NO_SPACE. Adds all or none.
 */
int lppack_sign(const char *path, const struct lppack_signer *const *signers, size_t n_signers,
		struct lppack_value **report, struct lppack_error *err);

/*
 * Removes the signatures of one key. key_id is the id or a beginning of it that fits one signer only; otherwise, and
 * if it fits none, LPPACK_E_USAGE. A signature that does not fit its key can be removed.
 */
int lppack_sign_remove(const char *path, const char *key_id, struct lppack_value **report, struct lppack_error *err);

/*
 * The bytes that are signed (format-spec, "Signatures"), for a signer that is elsewhere. *message is free()d by the
 * caller.
 */
int lppack_sign_message(const char *path, void **message, size_t *n, struct lppack_error *err);

/* The same into a file, which appears whole or not at all and may not exist (LPPACK_E_EXISTS). */
int lppack_sign_emit(const char *path, const char *output, struct lppack_error *err);

/*
 * Adds a signature over lppack_sign_message() that was made elsewhere, read from a file: the 64 bytes of an Ed25519
 * signature, with public_key naming the signer's PEM file, or a detached CMS in DER (format-spec, "CMS"), for which
 * public_key is NULL. It is checked before anything is written: BAD_SIGNATURE, KEY; otherwise as lppack_sign().
 */
int lppack_sign_attach(const char *path, const char *signature, const char *public_key, struct lppack_value **report,
		       struct lppack_error *err);

/*
 * The signatures of a bundle, without any trusted key: a map with file, digest, and signatures, a list of maps with
 * id, scheme, size, and status: "valid" (it fits its own key), "malformed" or "unsupported", with a reason for the
 * latter two. Nothing of it says that a key is trusted. NULL on failure; free it.
 */
struct lppack_value *lppack_sign_list(const char *path, struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
