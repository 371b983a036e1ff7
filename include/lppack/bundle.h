/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * Reading bundles: opening, verifying, listing and extracting.
 *
 * A value's type says how far it is proved. Of an opened bundle, nothing may be believed. A verified bundle has a head
 * that trusted keys have signed. An entry is one kernel's metadata, proved by that head. A module is the bytes, proved
 * by the entry. There is no way around a step. Each refers to what it was made from: free them in any order.
 *
 * @par Terms
 * format-spec/lppack-1.md, in the source, describes the file format. Its terms, as far as this page uses them:
 * - head: the first part of the file: manifest, signatures, and the area that is left for more signatures.
 * - manifest: what the bundle is: stream, epoch, serial, version, times, and the digests that lead to all other parts.
 * - payload: everything behind the head: fixes, index, and two members for each kernel.
 * - member: one file of the tar archive that a bundle is.
 * - index: the table of kernels, sorted by build ID. It consists of pages of 4,096 bytes with up to 32 kernels each,
 *   and the fence, which has the first build ID and the digest of each page.
 * - metadata: what a bundle says of one kernel and its module.
 * - frame: the compressed bytes of one module (Zstandard).
 * - base: another module of the bundle, which a frame is compressed against. To read the one is to read both.
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
 * Opens a bundle and reads its head, without verifying anything. All later calls read from the same open file.
 *
 * @param path  path of the bundle
 * @param err   receives the error
 * @return the bundle, to be freed with lppack_bundle_close(); NULL on failure:
 *         - LPPACK_E_IO: the file cannot be read, or is not a regular file
 *         - LPPACK_E_NOT_BUNDLE: the file is not a bundle
 *         - LPPACK_E_UNSUPPORTED: the bundle needs a newer lppack
 *         - LPPACK_E_TRUNCATED, LPPACK_E_STRUCTURE, LPPACK_E_LIMIT: the head is damaged
 * @since 0.1
 */
struct lppack_bundle *lppack_bundle_open(const char *path, struct lppack_error *err);

/**
 * Opens a bundle over a descriptor.
 *
 * @param fd    open for reading, of a regular file; reading begins at offset 0 wherever the descriptor's own offset is,
 *              and does not move that. The bundle takes the descriptor over: it is closed with the bundle, and on
 *              failure too
 * @param name  what messages call the file; copied
 * @param err   receives the error
 * @return as lppack_bundle_open()
 * @since 0.1
 */
struct lppack_bundle *lppack_bundle_open_fd(int fd, const char *name, struct lppack_error *err);

/**
 * Frees a bundle. The file is closed when the last verified bundle or entry of it is freed, too.
 *
 * @param bundle  may be NULL
 * @since 0.1
 */
void lppack_bundle_close(struct lppack_bundle *bundle);

/**
 * Counts the bytes of the file that have been read so far.
 *
 * @param bundle  an opened bundle
 * @return bytes
 * @since 0.1
 */
uint64_t lppack_bundle_bytes_read(const struct lppack_bundle *bundle);

/**
 * Describes what an unverified bundle claims of itself. None of it may be believed.
 *
 * @param bundle  an opened bundle
 * @param err     receives the error
 * @return a map as of lppack_verified_describe() with all flags, but with "verified": false, and "fixes" and "kernels"
 *         only where both can be read; to be freed with lppack_value_free(). NULL on failure:
 *         - LPPACK_E_STRUCTURE, LPPACK_E_LIMIT: the manifest is damaged
 *         - LPPACK_E_UNSUPPORTED: the bundle needs a newer lppack
 * @since 0.1
 */
struct lppack_value *lppack_bundle_describe_unverified(struct lppack_bundle *bundle, struct lppack_error *err);

/**
 * Verifies the head of a bundle.
 *
 * Every signature must fit the key that it names, and the keyring's keys and policy must accept the signatures
 * (lppack-policy(5)). Then the manifest is parsed, the policy judges what it says, and every byte of the head and the
 * index's fence are compared with it. lppack_bundle_judge() says how each signature is judged.
 *
 * A bundle that has expired is verified as any other: compare lppack_verified_expires() with the clock.
 *
 * @param bundle   an opened bundle; may be closed before the result is freed
 * @param keyring  whom to trust; may be freed right after the call
 * @param err      receives the error
 * @return the verified bundle, to be freed with lppack_verified_free(); NULL on failure:
 *         - LPPACK_E_NO_KEYS: the keyring is empty
 *         - LPPACK_E_UNTRUSTED: no signature is by a trusted key
 *         - LPPACK_E_THRESHOLD: too few trusted keys have signed it
 *         - LPPACK_E_REVOKED: the policy or a revocation list revokes the bundle or its signers
 *         - LPPACK_E_DOWNGRADE: it is below the policy's minimum
 *         - LPPACK_E_EXPIRED, LPPACK_E_CLOCK: the policy has expired, or was created in the future
 *         - LPPACK_E_BAD_SIGNATURE: a signature does not fit its key
 *         - LPPACK_E_UNSUPPORTED: the bundle needs a newer lppack
 *         - LPPACK_E_STRUCTURE, LPPACK_E_TRUNCATED, LPPACK_E_CORRUPT, LPPACK_E_LIMIT: the bundle is damaged
 * @since 0.1
 */
struct lppack_verified *lppack_bundle_verify(struct lppack_bundle *bundle, const struct lppack_keyring *keyring,
					     struct lppack_error *err);

/**
 * Frees a verified bundle. Entries of it stay usable; fixes of it do not.
 *
 * @param verified  may be NULL
 * @since 0.1
 */
void lppack_verified_free(struct lppack_verified *verified);

/**
 * How lppack_verified_check_all() reports.
 *
 * @since 0.1
 */
struct lppack_verify_options {
	size_t size; /**< set by LPPACK_OPTIONS() */
	/** Called after each kernel, from the calling thread; the phase is "verifying". May be NULL. */
	void (*progress)(void *context, const struct lppack_progress *now);
	void *context; /**< for progress */
};

/**
 * Verifies every byte behind the head: the index, every digest, every frame, each module's facts against its metadata,
 * and that no byte is left over.
 *
 * Entries and modules are proved when they are read, and do not need this call. It is for a program that stores or
 * passes on the whole file, such as a mirror. A bundle that has expired does not fail.
 *
 * A signature of a scheme that this lppack does not know fails here, because a byte that nothing proves is left over;
 * lppack_bundle_verify() passes over such a signature, as others can be enough.
 *
 * @param verified  a verified bundle; not const, because it records that all of it is checked
 * @param options   may be NULL
 * @param err       receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_UNSUPPORTED: a signature or a part of the bundle needs a newer lppack
 *         - LPPACK_E_STRUCTURE, LPPACK_E_TRUNCATED, LPPACK_E_CORRUPT, LPPACK_E_LIMIT: the bundle is damaged
 *         - LPPACK_E_FACTS, LPPACK_E_MODULE, LPPACK_E_MODULE_NAME: a module is not what its metadata say
 *         - LPPACK_E_USAGE: the options are wrong
 * @since 0.1
 */
int lppack_verified_check_all(struct lppack_verified *verified, const struct lppack_verify_options *options,
			      struct lppack_error *err);

/** @name What the manifest of a verified bundle says. Texts are borrowed from the verified bundle and never NULL,
 * unless said otherwise. */
/** @{ */
/** The stream that the bundle belongs to. @param verified a verified bundle @return borrowed @since 0.1 */
const char *lppack_verified_stream(const struct lppack_verified *verified);
/** Its epoch: a higher epoch is newer whatever the serials are. @param verified a verified bundle @return 0 or more
 * @since 0.1 */
uint64_t lppack_verified_epoch(const struct lppack_verified *verified);
/** Its number within the stream. @param verified a verified bundle @return the serial @since 0.1 */
uint64_t lppack_verified_serial(const struct lppack_verified *verified);
/** Its version, a text for people. @param verified a verified bundle @return borrowed @since 0.1 */
const char *lppack_verified_version(const struct lppack_verified *verified);
/** When it was created. @param verified a verified bundle @return seconds since 1970 @since 0.1 */
int64_t lppack_verified_created(const struct lppack_verified *verified);
/** When it expires. No function of this page asks whether it has: it has if this is not 0 and not later than now.
 * @param verified a verified bundle @return seconds since 1970; 0: never @since 0.1 */
int64_t lppack_verified_expires(const struct lppack_verified *verified);
/** Its identity: the SHA-256 of the manifest. @param verified a verified bundle @return 64 lower-case hex digits,
 * borrowed @since 0.1 */
const char *lppack_verified_digest(const struct lppack_verified *verified);
/** For how many kernels it has a module. @param verified a verified bundle @return their number @since 0.1 */
uint64_t lppack_verified_kernels(const struct lppack_verified *verified);
/** How many signatures it has. @param verified a verified bundle @return their number @since 0.1 */
size_t lppack_verified_signatures(const struct lppack_verified *verified);
/** The id of the i-th signature's key. @param verified a verified bundle @param i from 0 on @return borrowed; NULL:
 * there is no i-th signature @since 0.1 */
const char *lppack_verified_signature_key(const struct lppack_verified *verified, size_t i);
/** The scheme of the i-th signature: "ed25519", "cms", or one that this lppack does not know.
 * @param verified a verified bundle @param i from 0 on @return borrowed; NULL: there is no i-th signature @since 0.1 */
const char *lppack_verified_signature_scheme(const struct lppack_verified *verified, size_t i);
/** Whether the i-th signature counts: it is by a trusted key and the policy accepts it. A verified bundle can have
 * further signatures that do not count, by keys that this keyring does not trust.
 * @param verified a verified bundle @param i from 0 on @return 1: it counts; 0: it does not, or there is no i-th
 * signature @since 0.1 */
int lppack_verified_signature_counts(const struct lppack_verified *verified, size_t i);
/** @} */

/**
 * What lppack_verified_describe() reads beyond what is in memory already.
 *
 * @since 0.1
 */
enum lppack_describe_flags {
	LPPACK_DESCRIBE_FIXES = 1u << 0,   /**< "fixes", "unfixable" and "withdrawn" */
	LPPACK_DESCRIBE_KERNELS = 1u << 1, /**< "kernels", with the metadata of each, proved by its digest */
};

/**
 * Describes a verified bundle as a tree, which is what lppack show \-\-json prints. A program that decides uses the
 * functions above.
 *
 * @param verified  a verified bundle
 * @param flags     of enum lppack_describe_flags; 0: nothing is read
 * @param err       receives the error
 * @return a map: file, verified (true), digest, format, stream, epoch, serial, version, created, expires,
 *         rollback_floor, incompat, compat, kernel_count, sizes, signatures, and what the flags ask for.
 *         lppack-show(1), JSON, describes each key. To be freed with lppack_value_free(). NULL on failure:
 *         - LPPACK_E_STRUCTURE, LPPACK_E_TRUNCATED, LPPACK_E_CORRUPT, LPPACK_E_LIMIT, LPPACK_E_UNSUPPORTED: as
 *           lppack_verified_select(), of what the flags ask for
 *         - LPPACK_E_USAGE: a flag is unknown
 * @since 0.1
 */
struct lppack_value *lppack_verified_describe(const struct lppack_verified *verified, uint32_t flags,
					      struct lppack_error *err);

/**
 * Finds a kernel in a bundle. Reads one page of the index and the kernel's metadata, and proves both.
 *
 * @param verified  a verified bundle; may be freed before the entry
 * @param build_id  the kernel's build ID: 8 to 64 lower-case hex digits
 * @param err       receives the error
 * @return the entry, to be freed with lppack_entry_free(); NULL on failure:
 *         - LPPACK_E_NO_KERNEL: the bundle has nothing for this kernel
 *         - LPPACK_E_USAGE: the text is not a build ID
 *         - LPPACK_E_STRUCTURE, LPPACK_E_TRUNCATED, LPPACK_E_CORRUPT, LPPACK_E_LIMIT: the bundle is damaged
 *         - LPPACK_E_UNSUPPORTED: this part of the bundle needs a newer lppack
 *         - LPPACK_E_IO: the file cannot be read
 * @since 0.1
 */
struct lppack_entry *lppack_verified_select(const struct lppack_verified *verified, const char *build_id,
					    struct lppack_error *err);

/**
 * Goes through the kernels of a bundle, in ascending order of the build IDs' bytes:
 *
 *     struct lppack_entry *entry = NULL;
 *     int rc;
 *
 *     while ((rc = lppack_verified_entry_next(verified, &entry, err)) > 0)
 *             printf("%s\n", lppack_entry_build_id(entry));
 *
 * Other calls may be made in between.
 *
 * @param verified  a verified bundle
 * @param entry     a pointer to NULL for the first kernel, otherwise to the entry before, which is freed; receives the
 *                  next entry, or NULL at the end and on failure. A loop that stops earlier frees the last entry with
 *                  lppack_entry_free(). To keep an entry beyond the next call, get one of your own for the kernel from
 *                  lppack_verified_select()
 * @param err       receives the error
 * @return 1: there is an entry; 0: at the end; or a negative code:
 *         - LPPACK_E_STRUCTURE, LPPACK_E_TRUNCATED, LPPACK_E_CORRUPT, LPPACK_E_LIMIT: the bundle is damaged
 *         - LPPACK_E_UNSUPPORTED: this part of the bundle needs a newer lppack
 *         - LPPACK_E_IO: the file cannot be read
 * @since 0.1
 */
int lppack_verified_entry_next(const struct lppack_verified *verified, struct lppack_entry **entry,
			       struct lppack_error *err);

/**
 * Goes through the fixes of a bundle, in ascending order of their ids' bytes:
 *
 *     const struct lppack_fix *fix = NULL;
 *     int rc;
 *
 *     while ((rc = lppack_verified_fix_next(verified, &fix, err)) > 0)
 *             printf("%s\n", lppack_fix_id(fix));
 *
 * Other calls may be made in between, also another loop over the fixes. All fixes are read and proved by the first
 * call, and belong to the verified bundle: they go when it is freed, and an entry does not keep them.
 *
 * @param verified  a verified bundle; not const, because the fixes are read into it
 * @param fix       a pointer to NULL for the first fix, otherwise to the one before; receives the next, borrowed from
 *                  the verified bundle, or NULL at the end and on failure
 * @param err       receives the error
 * @return 1: there is a fix; 0: at the end; or a negative code:
 *         - LPPACK_E_STRUCTURE, LPPACK_E_TRUNCATED, LPPACK_E_CORRUPT: the bundle is damaged
 *         - LPPACK_E_IO: the file cannot be read
 * @since 0.1
 */
int lppack_verified_fix_next(struct lppack_verified *verified, const struct lppack_fix **fix, struct lppack_error *err);

/** @name What a fix says. Texts are borrowed from the verified bundle. */
/** @{ */
/** Its id: CVE-2026-0001, or any other name. @param fix of a verified bundle @return borrowed, never NULL @since 0.1 */
const char *lppack_fix_id(const struct lppack_fix *fix);
/** Its summary, one line for people. @param fix of a verified bundle @return borrowed; NULL: it has none
 * @since 0.1 */
const char *lppack_fix_summary(const struct lppack_fix *fix);
/** Its severity: "low", "medium", "high" or "critical". @param fix of a verified bundle @return borrowed; NULL: it has
 * none @since 0.1 */
const char *lppack_fix_severity(const struct lppack_fix *fix);
/** Its CVSS score or vector. @param fix of a verified bundle @return borrowed; NULL: it has none @since 0.1 */
const char *lppack_fix_cvss(const struct lppack_fix *fix);
/** The serial of the bundle that first had it. @param fix of a verified bundle @return the serial @since 0.1 */
uint64_t lppack_fix_since(const struct lppack_fix *fix);
/** @} */

/**
 * Frees an entry.
 *
 * @param entry  may be NULL
 * @since 0.1
 */
void lppack_entry_free(struct lppack_entry *entry);

/**
 * Describes a kernel's metadata as a tree.
 *
 * @param entry  of a verified bundle
 * @param err    receives the error
 * @return a map: build_id, release, arch, vermagic, module (a map), objects, states and not_applicable (lists),
 *         packed_size and stands_alone. It is an element of "kernels" of lppack_verified_describe(); lppack-show(1),
 *         JSON, describes each key. To be freed with lppack_value_free(). NULL on failure:
 *         - LPPACK_E_NO_MEMORY: out of memory
 * @since 0.1
 */
struct lppack_value *lppack_entry_describe(const struct lppack_entry *entry, struct lppack_error *err);

/** @name What a kernel's metadata say. Texts are borrowed from the entry and never NULL. */
/** @{ */
/** The kernel's build ID. @param entry of a verified bundle @return lower-case hex, borrowed @since 0.1 */
const char *lppack_entry_build_id(const struct lppack_entry *entry);
/** The kernel release, as uname -r prints it. @param entry of a verified bundle @return borrowed @since 0.1 */
const char *lppack_entry_kernel_release(const struct lppack_entry *entry);
/** The kernel's architecture, as uname -m prints it. @param entry of a verified bundle @return borrowed @since 0.1 */
const char *lppack_entry_arch(const struct lppack_entry *entry);
/** The name of the kernel's module in the bundle. Modules for different kernels often have the same name.
 * @param entry of a verified bundle @return borrowed @since 0.1 */
const char *lppack_entry_module_name(const struct lppack_entry *entry);
/** The size of the module. @param entry of a verified bundle @return bytes @since 0.1 */
uint64_t lppack_entry_module_size(const struct lppack_entry *entry);
/** How many functions the module replaces, in all objects together. @param entry of a verified bundle
 * @return their number @since 0.1 */
size_t lppack_entry_functions(const struct lppack_entry *entry);
/** Whether the module fixes something: every fix of the bundle, except those that the metadata list as not applicable
 * to this kernel. @param entry of a verified bundle @param fix of the same bundle @return 1 or 0 @since 0.1 */
int lppack_entry_has_fix(const struct lppack_entry *entry, const struct lppack_fix *fix);
/** @} */

/**
 * Reads a kernel's module, proves its digests and compares what it is with the metadata.
 *
 * @param entry  of a verified bundle
 * @param bytes  receives the module, borrowed from the entry
 * @param n      receives its size in bytes
 * @param err    receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_STRUCTURE, LPPACK_E_TRUNCATED, LPPACK_E_CORRUPT, LPPACK_E_LIMIT: the bundle is damaged
 *         - LPPACK_E_FACTS, LPPACK_E_MODULE, LPPACK_E_MODULE_NAME: the module is not what the metadata say
 *         - LPPACK_E_UNSUPPORTED: this part of the bundle needs a newer lppack
 *         - LPPACK_E_IO: the file cannot be read
 * @since 0.1
 */
int lppack_entry_load_module(struct lppack_entry *entry, const void **bytes, size_t *n, struct lppack_error *err);

/**
 * How modules are extracted.
 *
 * @since 0.1
 */
enum lppack_extract_flags {
	LPPACK_EXTRACT_OVERWRITE = 1u << 0, /**< an existing file is replaced */
};

/**
 * Writes a kernel's module as DIRECTORY/NAME.ko, with the name of lppack_entry_module_name(), after proving it as
 * lppack_entry_load_module() does. The file has mode 0644 less the umask, and appears whole or not at all.
 *
 * To extract the modules of several kernels, use one directory for each kernel: their modules often have the same name.
 *
 * @param entry      of a verified bundle
 * @param directory  an existing directory
 * @param flags      of enum lppack_extract_flags
 * @param path       receives the path of the file, to be freed with free(); NULL on failure. May be NULL
 * @param err        receives the error
 * @return 0, or a negative code as of lppack_entry_load_module(), or:
 *         - LPPACK_E_EXISTS: the file exists, and LPPACK_EXTRACT_OVERWRITE is not set
 *         - LPPACK_E_MODULE_NAME: the module's name cannot be the name of a file
 *         - LPPACK_E_IO, LPPACK_E_NO_SPACE: the file cannot be written
 *         - LPPACK_E_USAGE: a flag is unknown, or a directory or a device has the file's name
 * @since 0.1
 */
int lppack_entry_extract(struct lppack_entry *entry, const char *directory, uint32_t flags, char **path,
			 struct lppack_error *err);

/**
 * Opens and verifies a bundle and extracts one kernel's module, in one call.
 *
 * A bundle that has expired is extracted, too: lppack_verified_expires() is for a program that takes the steps itself.
 *
 * @param bundle     path of the bundle
 * @param keyring    whom to trust
 * @param build_id   the kernel's build ID: 8 to 64 lower-case hex digits
 * @param directory  an existing directory
 * @param flags      of enum lppack_extract_flags
 * @param path       receives the path of the file, to be freed with free(); NULL on failure. May be NULL
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
