/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * Reading bundles. A value's type says how far it has come: an opened bundle is untrusted; a verified bundle has a head
 * that a trusted key signed; an entry is one kernel's record and metadata, proved by that head; a module is the bytes,
 * proved by the entry. There is no way around a step.
 *
 * Each refers to the one that it was made from, and keeps it alive: they may be freed in any order.
 */
#ifndef LPPACK_BUNDLE_H
#define LPPACK_BUNDLE_H

#include <lppack/error.h>
#include <lppack/keys.h>
#include <lppack/options.h>
#include <lppack/progress.h>
#include <lppack/value.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lppack_bundle;
struct lppack_verified;
struct lppack_entry;
struct lppack_fix;

/**
 * Opens a file through one descriptor, which serves every later read. Reads the raw head only.
 *
 * @param path  of the bundle
 * @param err   receives the error; may be NULL, here and everywhere
 * @return the bundle, to be freed with lppack_bundle_close(), or NULL:
 *         LPPACK_E_IO: it cannot be read
 *         LPPACK_E_NOT_BUNDLE: it is something else
 *         LPPACK_E_TRUNCATED, LPPACK_E_STRUCTURE, LPPACK_E_LIMIT, LPPACK_E_UNSUPPORTED: its head is unusable
 * @since 0.1
 */
struct lppack_bundle *lppack_bundle_open(const char *path, struct lppack_error *err);

/**
 * The same over a descriptor.
 *
 * @param fd    taken over: closed also on failure
 * @param name  for messages
 * @param err   receives the error
 * @return as lppack_bundle_open()
 * @since 0.1
 */
struct lppack_bundle *lppack_bundle_open_fd(int fd, const char *name, struct lppack_error *err);

/**
 * Gives a bundle back. The file is closed with the last verified bundle or entry of it.
 *
 * @param bundle  NULL is fine, here and with all that is freed
 * @since 0.1
 */
void lppack_bundle_close(struct lppack_bundle *bundle);

/**
 * How many bytes of the file were read so far.
 *
 * @param bundle  an opened bundle
 * @return bytes
 * @since 0.1
 */
uint64_t lppack_bundle_bytes_read(const struct lppack_bundle *bundle);

/**
 * What an unverified bundle claims of itself. Nothing of it may be believed.
 *
 * @param bundle  an opened bundle
 * @param err     receives the error
 * @return a map with "verified": false, the manifest's keys, "signatures", and "fixes" and "kernels" where they can be
 *         read; to be freed with lppack_value_free(). NULL where the manifest cannot be read, with LPPACK_E_STRUCTURE,
 *         LPPACK_E_UNSUPPORTED or LPPACK_E_LIMIT
 * @since 0.1
 */
struct lppack_value *lppack_bundle_describe_unverified(struct lppack_bundle *bundle, struct lppack_error *err);

/**
 * Verifies the head: every signature in it must fit its own key, and the keyring's keys and policy must accept them
 * (lppack-policy(5)); then the manifest is parsed, the policy asked again, and all bytes of the head are compared with
 * it. lppack_bundle_judge() says how each signature was judged.
 *
 * @param bundle   an opened bundle; may be closed before the result is freed
 * @param keyring  is needed during the call only
 * @param err      receives the error
 * @return the verified bundle, to be freed with lppack_verified_free(), or NULL:
 *         LPPACK_E_NO_KEYS: the keyring is empty
 *         LPPACK_E_UNTRUSTED, LPPACK_E_THRESHOLD, LPPACK_E_REVOKED: the keys do not vouch for it
 *         LPPACK_E_DOWNGRADE: it is below the policy's minimum
 *         LPPACK_E_BAD_SIGNATURE: a signature does not fit its key
 *         LPPACK_E_STRUCTURE, LPPACK_E_UNSUPPORTED, LPPACK_E_TRUNCATED, LPPACK_E_CORRUPT, LPPACK_E_LIMIT: it is damaged
 * @since 0.1
 */
struct lppack_verified *lppack_bundle_verify(struct lppack_bundle *bundle, const struct lppack_keyring *keyring,
					     struct lppack_error *err);

/**
 * Gives a verified bundle back.
 *
 * @param verified  or NULL
 * @since 0.1
 */
void lppack_verified_free(struct lppack_verified *verified);

/** How lppack_verified_check_all() goes about it. */
struct lppack_verify_options {
	size_t size; /**< set by LPPACK_OPTIONS() */
	/** Is called after each kernel, from the calling thread; the phase is "verifying". May be NULL. */
	void (*progress)(void *context, const struct lppack_progress *now);
	void *context; /**< for progress */
};

/**
 * Verifies everything behind the head: index, every digest, every frame, every module's facts against the metadata, and
 * that no byte is unaccounted for.
 *
 * @param verified  a verified bundle
 * @param options   or NULL
 * @param err       receives the error
 * @return 0, or a negative code:
 *         LPPACK_E_UNSUPPORTED: a signature is of a scheme that is unknown here
 *         LPPACK_E_STRUCTURE, LPPACK_E_TRUNCATED, LPPACK_E_CORRUPT, LPPACK_E_LIMIT, LPPACK_E_FACTS: it is damaged
 *         LPPACK_E_IO: it cannot be read
 * @since 0.1
 */
int lppack_verified_check_all(struct lppack_verified *verified, const struct lppack_verify_options *options,
			      struct lppack_error *err);

/** @name What the manifest of a verified bundle says. Texts live as long as the verified bundle. */
/** @{ */
/** The stream that the bundle belongs to. @param verified a verified bundle @return borrowed @since 0.1 */
const char *lppack_verified_stream(const struct lppack_verified *verified);
/** Its epoch, which overrules serials. @param verified a verified bundle @return 0 or more @since 0.1 */
uint64_t lppack_verified_epoch(const struct lppack_verified *verified);
/** Its number within the stream. @param verified a verified bundle @return the serial @since 0.1 */
uint64_t lppack_verified_serial(const struct lppack_verified *verified);
/** Its version, for people. @param verified a verified bundle @return borrowed @since 0.1 */
const char *lppack_verified_version(const struct lppack_verified *verified);
/** When it was made. @param verified a verified bundle @return seconds since 1970 @since 0.1 */
int64_t lppack_verified_created(const struct lppack_verified *verified);
/** When it expires. @param verified a verified bundle @return seconds since 1970; 0: never @since 0.1 */
int64_t lppack_verified_expires(const struct lppack_verified *verified);
/** Its identity: the SHA-256 of the manifest. @param verified a verified bundle @return lower-case hex @since 0.1 */
const char *lppack_verified_digest(const struct lppack_verified *verified);
/** For how many kernels it has a module. @param verified a verified bundle @return their number @since 0.1 */
uint64_t lppack_verified_kernels(const struct lppack_verified *verified);
/** How many signatures it has. @param verified a verified bundle @return their number @since 0.1 */
size_t lppack_verified_signatures(const struct lppack_verified *verified);
/** The id of the i-th signature's key. @param verified a verified bundle @param i from 0 on @return borrowed, or NULL
 * @since 0.1 */
const char *lppack_verified_signature_key(const struct lppack_verified *verified, size_t i);
/** The scheme of the i-th signature, "ed25519" or "cms". @param verified a verified bundle @param i from 0 on
 * @return borrowed, or NULL @since 0.1 */
const char *lppack_verified_signature_scheme(const struct lppack_verified *verified, size_t i);
/** Whether the i-th signature counts by keys and policy; not every one of a verified bundle has to.
 * @param verified a verified bundle @param i from 0 on @return 1 or 0 @since 0.1 */
int lppack_verified_signature_counts(const struct lppack_verified *verified, size_t i);
/** @} */

/** What lppack_verified_describe() reads beside what is known already. */
enum lppack_describe_flags {
	LPPACK_DESCRIBE_FIXES = 1u << 0,   /**< "fixes", "unfixable" and "withdrawn" */
	LPPACK_DESCRIBE_KERNELS = 1u << 1, /**< "kernels", with the metadata of each, proved by its digest */
};

/**
 * The verified facts as a tree, for --json. Programs that decide by them use the getters.
 *
 * @param verified  a verified bundle
 * @param flags     of enum lppack_describe_flags; 0: nothing is read
 * @param err       receives the error
 * @return a map: the manifest's keys, "digest", "signatures" (id, scheme, trusted) and what the flags ask for; to be
 *         freed with lppack_value_free(). NULL on failure; LPPACK_E_USAGE for unknown flags
 * @since 0.1
 */
struct lppack_value *lppack_verified_describe(const struct lppack_verified *verified, uint32_t flags,
					      struct lppack_error *err);

/**
 * The entry of a kernel. Reads the fence, one page and one metadata member.
 *
 * @param verified  may be freed before the entry
 * @param build_id  of the kernel, in lower-case hex
 * @param err       receives the error
 * @return the entry, to be freed with lppack_entry_free(), or NULL:
 *         LPPACK_E_NO_KERNEL: the bundle has none
 *         LPPACK_E_USAGE: the text is no build ID
 * @since 0.1
 */
struct lppack_entry *lppack_verified_select(const struct lppack_verified *verified, const char *build_id,
					    struct lppack_error *err);

/**
 * One kernel after the other, by build ID:
 *
 *     struct lppack_entry *entry = NULL;
 *
 *     while ((rc = lppack_verified_entry_next(verified, &entry, err)) > 0)
 *             ...
 *
 * @param verified  a verified bundle
 * @param entry     the one before, which is freed, or a pointer to NULL for the first; receives the next, or NULL at
 *                  the end and on failure. Whoever stops earlier frees it with lppack_entry_free()
 * @param err       receives the error
 * @return 1; 0 at the end; or a negative code as of lppack_verified_select()
 * @since 0.1
 */
int lppack_verified_entry_next(const struct lppack_verified *verified, struct lppack_entry **entry,
			       struct lppack_error *err);

/**
 * One fix after the other, by id; they are read with the first.
 *
 * @param verified  a verified bundle
 * @param fix       the one before, or a pointer to NULL for the first; receives the next, borrowed from the verified
 *                  bundle, or NULL at the end and on failure
 * @param err       receives the error
 * @return 1; 0 at the end; or a negative code
 * @since 0.1
 */
int lppack_verified_fix_next(struct lppack_verified *verified, const struct lppack_fix **fix, struct lppack_error *err);

/** @name What a fix says of itself; texts live as long as the verified bundle. */
/** @{ */
/** Its id, CVE-2026-0001 or any other name. @param fix of a verified bundle @return borrowed @since 0.1 */
const char *lppack_fix_id(const struct lppack_fix *fix);
/** Its summary, one line for people. @param fix of a verified bundle @return borrowed; NULL if there is none @since 0.1 */
const char *lppack_fix_summary(const struct lppack_fix *fix);
/** "low", "medium", "high" or "critical". @param fix of a verified bundle @return borrowed; NULL: not given
 * @since 0.1 */
const char *lppack_fix_severity(const struct lppack_fix *fix);
/** The CVSS score or vector. @param fix of a verified bundle @return borrowed; NULL: not given @since 0.1 */
const char *lppack_fix_cvss(const struct lppack_fix *fix);
/** The serial that brought it. @param fix of a verified bundle @return the serial @since 0.1 */
uint64_t lppack_fix_since(const struct lppack_fix *fix);
/** @} */

/**
 * Gives an entry back.
 *
 * @param entry  or NULL
 * @since 0.1
 */
void lppack_entry_free(struct lppack_entry *entry);

/**
 * The kernel's metadata as a tree, for --json.
 *
 * @param entry  of a verified bundle
 * @param err    receives the error
 * @return a map, to be freed with lppack_value_free(), or NULL
 * @since 0.1
 */
struct lppack_value *lppack_entry_describe(const struct lppack_entry *entry, struct lppack_error *err);

/** @name What a kernel's metadata say; texts live as long as the entry. */
/** @{ */
/** The kernel's build ID. @param entry of a verified bundle @return lower-case hex, borrowed @since 0.1 */
const char *lppack_entry_build_id(const struct lppack_entry *entry);
/** The kernel's release, as uname -r prints it. @param entry of a verified bundle @return borrowed @since 0.1 */
const char *lppack_entry_kernel_release(const struct lppack_entry *entry);
/** Its architecture, as uname -m prints it. @param entry of a verified bundle @return borrowed @since 0.1 */
const char *lppack_entry_arch(const struct lppack_entry *entry);
/** The name of its module. @param entry of a verified bundle @return borrowed @since 0.1 */
const char *lppack_entry_module_name(const struct lppack_entry *entry);
/** The size of its module. @param entry of a verified bundle @return bytes @since 0.1 */
uint64_t lppack_entry_module_size(const struct lppack_entry *entry);
/** How many functions its module replaces. @param entry of a verified bundle @return their number @since 0.1 */
size_t lppack_entry_functions(const struct lppack_entry *entry);
/** Whether its module fixes something of the bundle: not what does not apply to this kernel.
 * @param entry of a verified bundle @param fix of the same bundle @return 1 or 0 @since 0.1 */
int lppack_entry_has_fix(const struct lppack_entry *entry, const struct lppack_fix *fix);
/** @} */

/**
 * Reads the module (its frame, and its base's if it has one), proves its digests and compares its facts with the
 * metadata.
 *
 * @param entry  of a verified bundle
 * @param bytes  receives the module, which lives as long as the entry
 * @param n      receives its size
 * @param err    receives the error
 * @return 0, or a negative code: LPPACK_E_CORRUPT, LPPACK_E_FACTS, LPPACK_E_STRUCTURE, LPPACK_E_TRUNCATED, LPPACK_E_IO
 * @since 0.1
 */
int lppack_entry_load_module(struct lppack_entry *entry, const void **bytes, size_t *n, struct lppack_error *err);

/** How modules are extracted. */
enum lppack_extract_flags {
	LPPACK_EXTRACT_OVERWRITE = 1u << 0, /**< an existing file is replaced */
};

/**
 * Writes MODULE-NAME.ko into a directory, proved as by lppack_entry_load_module(); it appears whole or not at all.
 *
 * @param entry      of a verified bundle
 * @param directory  that exists
 * @param flags      of enum lppack_extract_flags
 * @param path       receives the file's path, to be freed with free(); may be NULL
 * @param err        receives the error
 * @return 0, or a negative code as of lppack_entry_load_module(), or
 *         LPPACK_E_EXISTS: there is such a file
 *         LPPACK_E_MODULE_NAME: the name can be no file's
 *         LPPACK_E_IO, LPPACK_E_NO_SPACE: it cannot be written
 *         LPPACK_E_USAGE: unknown flags
 * @since 0.1
 */
int lppack_entry_extract(struct lppack_entry *entry, const char *directory, uint32_t flags, char **path,
			 struct lppack_error *err);

/**
 * Verifies a bundle's head and extracts one kernel's module: open, verify, select and extract in one call.
 *
 * @param bundle     path of the bundle
 * @param keyring    by which it is verified
 * @param build_id   of the kernel, in lower-case hex
 * @param directory  that exists
 * @param flags      of enum lppack_extract_flags
 * @param path       receives the file's path, to be freed with free(); may be NULL
 * @param err        receives the error
 * @return 0, or a negative code of lppack_bundle_open(), lppack_bundle_verify(), lppack_verified_select() or
 *         lppack_entry_extract()
 * @since 0.1
 */
int lppack_bundle_extract(const char *bundle, const struct lppack_keyring *keyring, const char *build_id,
			  const char *directory, uint32_t flags, char **path, struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
