/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading bundles. A value's type says how far it has come: an opened bundle is untrusted; a verified bundle has a
 * head that a trusted key signed; an entry is one kernel's record and metadata, proved by that head; a module is the
 * bytes, proved by the entry. There is no way around a step.
 *
 * Each refers to the one that it was made from, and keeps it alive: they may be freed in any order.
 */
#ifndef LPPACK_BUNDLE_H
#define LPPACK_BUNDLE_H

#include <lppack/error.h>
#include <lppack/keys.h>
#include <lppack/value.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lppack_bundle;
struct lppack_verified;
struct lppack_entry;

/*
 * Opens a file through one descriptor, which serves every later read. Reads the raw head only.
 * LPPACK_E_IO, NOT_BUNDLE, TRUNCATED, STRUCTURE, LIMIT, UNSUPPORTED. Free with lppack_bundle_close().
 */
struct lppack_bundle *lppack_bundle_open(const char *path, struct lppack_error *err);
/* The same over a descriptor, which is taken over (closed also on failure). name is for messages. */
struct lppack_bundle *lppack_bundle_open_fd(int fd, const char *name, struct lppack_error *err);
/* The file is closed with the last verified bundle or entry of it. NULL is fine, here and with all that is freed. */
void lppack_bundle_close(struct lppack_bundle *bundle);
/* Bytes read from the file so far. */
uint64_t lppack_bundle_bytes_read(const struct lppack_bundle *bundle);

/*
 * What an unverified bundle claims of itself: a map with "verified": false, the manifest's keys, "signatures", and
 * "fixes" and "kernels" where they can be read. Nothing of it may be believed. Free with lppack_value_free().
 */
struct lppack_value *lppack_bundle_describe_unverified(struct lppack_bundle *bundle, struct lppack_error *err);

/*
 * Verifies the head: every signature in it must fit its own key, and the ring's keys and policy must accept them
 * (lppack-policy(5)); then the manifest is parsed, the policy asked again, and all bytes of the head are compared with
 * it. LPPACK_E_NO_KEYS (empty ring), UNTRUSTED, THRESHOLD, REVOKED, DOWNGRADE (below the policy's minimum),
 * BAD_SIGNATURE, STRUCTURE, UNSUPPORTED, TRUNCATED, CORRUPT, LIMIT. lppack_bundle_judge() tells how each signature was
 * judged. The result refers to the bundle, which may be closed before it; the keyring is needed no longer. Free with
 * lppack_verified_free().
 */
struct lppack_verified *lppack_bundle_verify(struct lppack_bundle *bundle, const struct lppack_keyring *keyring,
					     struct lppack_error *err);
void lppack_verified_free(struct lppack_verified *verified);

/* A progress callback: done of total steps. Returns nothing; called from the calling thread only. */
typedef void lppack_progress_fn(void *context, uint64_t done, uint64_t total);

/*
 * Verifies everything else: index, every digest, every frame, every module's facts against the metadata, and that no
 * byte is unaccounted for. progress may be NULL.
 */
int lppack_verified_check_all(struct lppack_verified *verified, lppack_progress_fn *progress, void *context,
			      struct lppack_error *err);

const char *lppack_verified_stream(const struct lppack_verified *verified);
uint64_t lppack_verified_serial(const struct lppack_verified *verified);
uint64_t lppack_verified_kernels(const struct lppack_verified *verified);
/* Seconds since 1970 at which the bundle expires; 0: never. */
int64_t lppack_verified_expires(const struct lppack_verified *verified);
/* SHA-256 of the manifest, the bundle's identity: lower-case hex, borrowed. */
const char *lppack_verified_digest(const struct lppack_verified *verified);

/*
 * The verified facts: the manifest's keys, "digest", "signatures" (id, scheme, trusted), "fixes", "unfixable" and, if
 * with_kernels, "kernels" with each one's metadata (each proved by its digest; the modules are not read).
 */
struct lppack_value *lppack_verified_describe(struct lppack_verified *verified, int with_kernels,
					      struct lppack_error *err);

/* The same without "fixes", "unfixable", "withdrawn" and "kernels": what is known already, so nothing is read. */
struct lppack_value *lppack_verified_describe_head(const struct lppack_verified *verified, struct lppack_error *err);

/*
 * The entry of a kernel, by build ID (lower-case hex). Reads the fence, one page and one metadata member.
 * LPPACK_E_NO_KERNEL if the bundle has none; USAGE if the text is no build ID. The entry refers to the verified bundle,
 * which may be freed before it. Free with lppack_entry_free().
 */
struct lppack_entry *lppack_verified_select(struct lppack_verified *verified, const char *build_id,
					    struct lppack_error *err);
void lppack_entry_free(struct lppack_entry *entry);
/* The kernel's metadata as a map. */
struct lppack_value *lppack_entry_describe(const struct lppack_entry *entry, struct lppack_error *err);
const char *lppack_entry_module_name(const struct lppack_entry *entry);
const char *lppack_entry_release(const struct lppack_entry *entry);

/*
 * Reads the module (its frame, and its base's if it has one), proves its digests and compares its facts with the
 * metadata. Borrowed bytes, which live as long as the entry.
 */
int lppack_entry_load_module(struct lppack_entry *entry, const void **bytes, size_t *n, struct lppack_error *err);

/*
 * Writes MODULE-NAME.ko into a directory, proved as above; it appears whole or not at all and never over an existing
 * file unless overwrite is set. *path (may be NULL) receives the malloc'd path.
 */
int lppack_entry_extract(struct lppack_entry *entry, const char *directory, int overwrite, char **path,
			 struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
