/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * Making bundles: a spec says what goes in, lppack_bundle_create() inspects, packs, signs and writes.
 */
#ifndef LPPACK_CREATE_H
#define LPPACK_CREATE_H

#include <lppack/bundle.h>
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

/** What goes into a bundle (lppack-spec(5)). */
struct lppack_spec;

/**
 * Reads a spec file. Globs are expanded and modules inspected by lppack_bundle_create(), not here.
 *
 * @param path       of the file
 * @param directory  what its relative paths are relative to; NULL: the spec's own directory
 * @param err        receives the error
 * @return the spec, to be freed with lppack_spec_free(), or NULL: LPPACK_E_SPEC, LPPACK_E_IO
 * @since 0.1
 */
struct lppack_spec *lppack_spec_read(const char *path, const char *directory, struct lppack_error *err);

/**
 * A spec without a file, to which the calls below add what a file could say. Paths are relative to the working
 * directory. All of them fail with LPPACK_E_USAGE for what lppack-spec(5) does not allow, and leave the spec as it was.
 *
 * @param stream  its name
 * @param serial  of the bundle within the stream
 * @param err     receives the error
 * @return the spec, to be freed with lppack_spec_free(), or NULL
 * @since 0.1
 */
struct lppack_spec *lppack_spec_new(const char *stream, uint64_t serial, struct lppack_error *err);

/**
 * Sets the epoch, which overrules serials.
 *
 * @param spec   to change
 * @param epoch  0: as without the call
 * @param err    receives the error
 * @return 0, or a negative code
 * @since 0.1
 */
int lppack_spec_set_epoch(struct lppack_spec *spec, uint64_t epoch, struct lppack_error *err);

/**
 * Sets the version.
 *
 * @param spec     to change
 * @param version  a text for people, of 1 to 511 bytes
 * @param err      receives the error
 * @return 0, or a negative code
 * @since 0.1
 */
int lppack_spec_set_version(struct lppack_spec *spec, const char *version, struct lppack_error *err);

/**
 * Sets when the bundle was made.
 *
 * @param spec     to change
 * @param created  RFC 3339 in UTC, like 2027-01-31T00:00:00Z, after 1970
 * @param err      receives the error
 * @return 0, or a negative code
 * @since 0.1
 */
int lppack_spec_set_created(struct lppack_spec *spec, const char *created, struct lppack_error *err);

/**
 * Sets when the bundle expires.
 *
 * @param spec     to change
 * @param expires  as created
 * @param err      receives the error
 * @return 0, or a negative code
 * @since 0.1
 */
int lppack_spec_set_expires(struct lppack_spec *spec, const char *expires, struct lppack_error *err);

/**
 * Sets the lowest serial that may be rolled back to from this one.
 *
 * @param spec   to change
 * @param floor  at most the spec's serial; 0: any
 * @param err    receives the error
 * @return 0, or a negative code
 * @since 0.1
 */
int lppack_spec_set_rollback_floor(struct lppack_spec *spec, uint64_t floor, struct lppack_error *err);

/** What every module must have, beyond what makes it fit for a bundle. */
enum lppack_require_flags {
	LPPACK_REQUIRE_MODULE_SIGNATURE = 1u << 0, /**< an appended signature */
};

/**
 * Sets what every module must have.
 *
 * @param spec   to change
 * @param flags  of enum lppack_require_flags
 * @param err    receives the error
 * @return 0, or a negative code
 * @since 0.1
 */
int lppack_spec_set_require(struct lppack_spec *spec, uint32_t flags, struct lppack_error *err);

/** Whether a number that may be 0 is given. */
enum lppack_spec_fix_flags {
	LPPACK_SPEC_FIX_SINCE = 1u << 0, /**< since is given */
};

/** Something that the modules fix; texts are copied. */
struct lppack_spec_fix {
	size_t size;          /**< set by LPPACK_OPTIONS() */
	uint32_t flags;       /**< of enum lppack_spec_fix_flags */
	const char *id;       /**< CVE-2026-0001, or any other name */
	const char *summary;  /**< one line, or NULL */
	const char *severity; /**< "low", "medium", "high", "critical" or NULL */
	const char *cvss;     /**< the score as a text, or NULL */
	uint64_t since;       /**< the serial that brought it, by LPPACK_SPEC_FIX_SINCE; else the spec's serial */
	const char *const *functions; /**< that were changed for it, ended by NULL; or NULL */
	const char *const *not_for;   /**< globs of kernel releases that do not need it, ended by NULL; or NULL */
};

/**
 * Adds a fix.
 *
 * @param spec  to change
 * @param fix   whose id must be new
 * @param err   receives the error
 * @return 0, or a negative code
 * @since 0.1
 */
int lppack_spec_add_fix(struct lppack_spec *spec, const struct lppack_spec_fix *fix, struct lppack_error *err);

/**
 * Adds what is known and cannot be fixed by livepatching.
 *
 * @param spec    to change
 * @param id      its name, which must be new
 * @param reason  one line
 * @param err     receives the error
 * @return 0, or a negative code
 * @since 0.1
 */
int lppack_spec_add_unfixable(struct lppack_spec *spec, const char *id, const char *reason, struct lppack_error *err);

/**
 * Adds what an earlier serial of the stream had and this one has not.
 *
 * @param spec    to change
 * @param kind    "fix", "function", "kernel" or "state"
 * @param id      which, as lppack-spec(5) says; new within the kind
 * @param reason  one line
 * @param err     receives the error
 * @return 0, or a negative code
 * @since 0.1
 */
int lppack_spec_add_withdrawn(struct lppack_spec *spec, const char *kind, const char *id, const char *reason,
			      struct lppack_error *err);

/** A module, or a glob of modules, and what they are for; paths are copied. "{release}" in all but the first stands for
 * the release in the module's vermagic. */
struct lppack_spec_kernel {
	size_t size;            /**< set by LPPACK_OPTIONS() */
	const char *module;     /**< path or glob: .ko, .ko.xz, .ko.zst or .ko.gz */
	const char *kernel;     /**< path or glob of a file that lppack_kernel_file_build_id() reads; or NULL with */
	const char *build_id;   /**< the kernel's, in lower-case hex */
	const char *kernel_dir; /**< for the link check: a directory with the kernel's files; NULL: that of kernel */
	const char *system_map; /**< for the link check: its System.map, or NULL */
	const char *symvers;    /**< for the link check: its Module.symvers, or NULL */
	const char *config;     /**< for the link check: its configuration, or NULL */
	const char *modules;    /**< for the link check: its module tree, or NULL */
};

/**
 * Adds a module and its kernel.
 *
 * @param spec    to change
 * @param kernel  with a module, and either kernel or build_id
 * @param err     receives the error
 * @return 0, or a negative code
 * @since 0.1
 */
int lppack_spec_add_kernel(struct lppack_spec *spec, const struct lppack_spec_kernel *kernel, struct lppack_error *err);

/**
 * Frees a spec.
 *
 * @param spec  or NULL
 * @since 0.1
 */
void lppack_spec_free(struct lppack_spec *spec);

/** How a bundle is made. */
enum lppack_create_flags {
	LPPACK_CREATE_OVERWRITE = 1u << 0,   /**< an existing output is replaced */
	LPPACK_CREATE_INDEPENDENT = 1u << 1, /**< every module stands alone: larger, and one frame to read each */
	LPPACK_CREATE_CHECK = 1u << 2, /**< modules whose kernel's files are named must load there (<lppack/check.h>) */
};

/** How lppack_bundle_create() goes about it. */
struct lppack_create_options {
	size_t size;           /**< set by LPPACK_OPTIONS() */
	uint32_t flags;        /**< of enum lppack_create_flags */
	unsigned int threads;  /**< 0: one per processor; the output does not depend on it */
	int compression_level; /**< of zstd; 0: 19 */
	int64_t created;       /**< seconds since 1970 for "created" and every member, unless the spec says it */
	/** Is called after modules, from the calling thread; the phase is "packing". May be NULL. */
	void (*progress)(void *context, const struct lppack_progress *now);
	void *context;                            /**< for progress */
	const struct lppack_verified *supersedes; /**< lppack_verified_check_supersedes() must hold for it; or NULL */
	/**
	 * Appends to every module, before it is digested and packed, the signature that the kernel looks for
	 * (CONFIG_MODULE_SIG; as its scripts/sign-file does it). It must have its private key, a certificate and no
	 * chain. NULL: modules stay as they are. With an RSA key the same inputs still make the same bytes; with ECDSA
	 * they do not.
	 */
	const struct lppack_signer *module_signer;
	const char *module_digest; /**< "sha256" (NULL), "sha384" or "sha512" */
};

/**
 * Builds the bundle and signs it with every signer. The output appears whole or not at all.
 *
 * @param spec       what goes in
 * @param signers    at least one
 * @param n_signers  their number
 * @param output     path of the bundle
 * @param options    or NULL
 * @param report     receives a map; may be NULL: path, stream, epoch, serial, version, created, expires, digest,
 *                   kernels (their number), size, modules_plain, modules_packed, signatures, modules; if modules were
 *                   signed, module_signature ({subject, issuer, serial, key_id, digest}); and, if the link check was
 *                   asked for, checked (how many modules had a kernel's files) and warnings (list of {release, module,
 *                   message, hint}). To be freed with lppack_value_free()
 * @param err        receives the error
 * @return 0, or a negative code:
 *         LPPACK_E_SPEC, LPPACK_E_DUPLICATE: the spec is wrong
 *         LPPACK_E_MODULE, LPPACK_E_NOT_LIVEPATCH, LPPACK_E_NOT_REPLACE, LPPACK_E_ARCH, LPPACK_E_VERMAGIC,
 *         LPPACK_E_MODULE_NAME, LPPACK_E_LIMIT, LPPACK_E_UNLOADABLE: a module is unfit
 *         LPPACK_E_KERNEL_IMAGE: a kernel's file is unreadable
 *         LPPACK_E_SIGNED: a module that is to be signed is already
 *         LPPACK_E_KEY: a signer cannot do what it is to
 *         LPPACK_E_NOT_CUMULATIVE: it loses what the one to supersede has
 *         LPPACK_E_EXISTS, LPPACK_E_IO, LPPACK_E_NO_SPACE: it cannot be written
 *         LPPACK_E_NO_KEYS: no signer; LPPACK_E_USAGE: a key is named twice, or an option is wrong
 * @since 0.1
 */
int lppack_bundle_create(const struct lppack_spec *spec, const struct lppack_signer *const *signers, size_t n_signers,
			 const char *output, const struct lppack_create_options *options, struct lppack_value **report,
			 struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
