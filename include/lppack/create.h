/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * Creating bundles: a spec says what a bundle has, lppack_bundle_create() inspects, packs, signs and writes it.
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

/** What a bundle has (lppack-spec(5)). */
struct lppack_spec;

/**
 * Reads a spec file. lppack_bundle_create() expands its globs and inspects the modules.
 *
 * @param path       path of the file
 * @param directory  the directory that its relative paths start from; NULL: the spec file's own
 * @param err        receives the error
 * @return the spec, to be freed with lppack_spec_free(); NULL on failure:
 *         - LPPACK_E_SPEC: the file is no spec
 *         - LPPACK_E_IO: the file cannot be read
 *         - LPPACK_E_LIMIT: the file is too large
 * @since 0.1
 */
struct lppack_spec *lppack_spec_read(const char *path, const char *directory, struct lppack_error *err);

/**
 * Makes a spec without a file. The functions lppack_spec_set_... and lppack_spec_add_... fill it with what a file can
 * say. Paths are relative to the working directory. A function that fails leaves the spec as it was.
 *
 * @param stream  name of the stream
 * @param serial  number of the bundle within the stream
 * @param err     receives the error
 * @return the spec, to be freed with lppack_spec_free(); NULL on failure:
 *         - LPPACK_E_USAGE: lppack-spec(5) does not allow such a name or serial
 * @since 0.1
 */
struct lppack_spec *lppack_spec_new(const char *stream, uint64_t serial, struct lppack_error *err);

/**
 * Sets the epoch: a bundle of a higher epoch is newer, whatever the serials are.
 *
 * @param spec   the spec
 * @param epoch  0: as without the call
 * @param err    receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_USAGE: lppack-spec(5) does not allow such an epoch
 * @since 0.1
 */
int lppack_spec_set_epoch(struct lppack_spec *spec, uint64_t epoch, struct lppack_error *err);

/**
 * Sets the version.
 *
 * @param spec     the spec
 * @param version  a text for people, of 1 to 511 bytes
 * @param err      receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_USAGE: lppack-spec(5) does not allow such a text
 * @since 0.1
 */
int lppack_spec_set_version(struct lppack_spec *spec, const char *version, struct lppack_error *err);

/**
 * Sets the time at which the bundle was created.
 *
 * @param spec     the spec
 * @param created  RFC 3339 in UTC, such as 2027-01-31T00:00:00Z, after 1970
 * @param err      receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_USAGE: it is no such time
 * @since 0.1
 */
int lppack_spec_set_created(struct lppack_spec *spec, const char *created, struct lppack_error *err);

/**
 * Sets the time at which the bundle expires.
 *
 * @param spec     the spec
 * @param expires  as of lppack_spec_set_created()
 * @param err      receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_USAGE: it is no such time
 * @since 0.1
 */
int lppack_spec_set_expires(struct lppack_spec *spec, const char *expires, struct lppack_error *err);

/**
 * Sets the lowest serial that may be rolled back to from this one.
 *
 * @param spec   the spec
 * @param floor  at most the spec's serial; 0: any
 * @param err    receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_USAGE: it is above the spec's serial
 * @since 0.1
 */
int lppack_spec_set_rollback_floor(struct lppack_spec *spec, uint64_t floor, struct lppack_error *err);

/**
 * What every module must have, beyond what every bundle requires.
 *
 * @since 0.1
 */
enum lppack_require_flags {
	LPPACK_REQUIRE_MODULE_SIGNATURE = 1u << 0, /**< an appended signature */
};

/**
 * Sets what every module must have.
 *
 * @param spec   the spec
 * @param flags  of enum lppack_require_flags
 * @param err    receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_USAGE: a flag is unknown
 * @since 0.1
 */
int lppack_spec_set_require(struct lppack_spec *spec, uint32_t flags, struct lppack_error *err);

/**
 * Flags of struct lppack_spec_fix.
 *
 * @since 0.1
 */
enum lppack_spec_fix_flags {
	LPPACK_SPEC_FIX_SINCE = 1u << 0, /**< the member since is set, also if it is 0 */
};

/**
 * Something that the modules fix; texts are copied.
 *
 * @since 0.1
 */
struct lppack_spec_fix {
	size_t size;          /**< set by LPPACK_OPTIONS() */
	uint32_t flags;       /**< of enum lppack_spec_fix_flags */
	const char *id;       /**< CVE-2026-0001, or any other name */
	const char *summary;  /**< one line, or NULL */
	const char *severity; /**< "low", "medium", "high", "critical" or NULL */
	const char *cvss;     /**< the score as a text, or NULL */
	uint64_t since;       /**< with LPPACK_SPEC_FIX_SINCE: the serial that first had it; else the spec's serial */
	const char *const *functions; /**< names of functions that it changes, ended by NULL; or NULL */
	const char *const *not_for;   /**< globs of kernel releases that do not need it, ended by NULL; or NULL */
};

/**
 * Adds a fix.
 *
 * @param spec  the spec
 * @param fix   the fix
 * @param err   receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_USAGE: the id is not new, or lppack-spec(5) does not allow such a fix
 * @since 0.1
 */
int lppack_spec_add_fix(struct lppack_spec *spec, const struct lppack_spec_fix *fix, struct lppack_error *err);

/**
 * Adds something that livepatching cannot fix.
 *
 * @param spec    the spec
 * @param id      its name
 * @param reason  one line
 * @param err     receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_USAGE: the id is not new, or lppack-spec(5) does not allow such a text
 * @since 0.1
 */
int lppack_spec_add_unfixable(struct lppack_spec *spec, const char *id, const char *reason, struct lppack_error *err);

/**
 * Adds something that an earlier serial of the stream had and this one does not have.
 *
 * @param spec    the spec
 * @param kind    "fix", "function", "kernel" or "state"
 * @param id      which one, in the form that lppack-spec(5) describes
 * @param reason  one line
 * @param err     receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_USAGE: the id is not new within the kind, or lppack-spec(5) does not allow such a text
 * @since 0.1
 */
int lppack_spec_add_withdrawn(struct lppack_spec *spec, const char *kind, const char *id, const char *reason,
			      struct lppack_error *err);

/**
 * A module, or a glob of modules, and their kernels; paths are copied. "{release}" in any path but the module's stands
 * for the release in the module's vermagic.
 *
 * @since 0.1
 */
struct lppack_spec_kernel {
	size_t size;            /**< set by LPPACK_OPTIONS() */
	const char *module;     /**< path or glob: .ko, .ko.xz, .ko.zst or .ko.gz */
	const char *kernel;     /**< path or glob of a file that lppack_kernel_file_build_id() reads; or NULL */
	const char *build_id;   /**< the kernel's build ID in lower-case hex, if kernel is NULL */
	const char *kernel_dir; /**< for the link check: a directory with the kernel's files; NULL: that of kernel */
	const char *system_map; /**< for the link check: its System.map, or NULL */
	const char *symvers;    /**< for the link check: its Module.symvers, or NULL */
	const char *config;     /**< for the link check: its configuration, or NULL */
	const char *modules;    /**< for the link check: its module tree, or NULL */
};

/**
 * Adds a module and its kernel.
 *
 * @param spec    the spec
 * @param kernel  with a module, and either kernel or build_id
 * @param err     receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_USAGE: lppack-spec(5) does not allow it
 * @since 0.1
 */
int lppack_spec_add_kernel(struct lppack_spec *spec, const struct lppack_spec_kernel *kernel, struct lppack_error *err);

/**
 * Frees a spec.
 *
 * @param spec  may be NULL
 * @since 0.1
 */
void lppack_spec_free(struct lppack_spec *spec);

/**
 * Flags of struct lppack_create_options.
 *
 * @since 0.1
 */
enum lppack_create_flags {
	LPPACK_CREATE_OVERWRITE = 1u << 0,   /**< an existing output is replaced */
	LPPACK_CREATE_INDEPENDENT = 1u << 1, /**< no module has a base: larger, but one frame to read each */
	LPPACK_CREATE_CHECK = 1u << 2, /**< modules whose kernel's files are named must load there (<lppack/check.h>) */
	LPPACK_CREATE_ALLOW_UNRECOGNISED = 1u << 3, /**< livepatches of which nothing is recognised are packed too */
};

/**
 * How lppack_bundle_create() creates a bundle.
 *
 * @since 0.1
 */
struct lppack_create_options {
	size_t size;           /**< set by LPPACK_OPTIONS() */
	uint32_t flags;        /**< of enum lppack_create_flags */
	unsigned int threads;  /**< 0: one per processor; the output does not depend on it */
	int compression_level; /**< of zstd; 0: 19 */
	int64_t created;       /**< seconds since 1970: when the bundle was created, unless the spec says it */
	/** Called after modules, from the calling thread; the phase is "packing". May be NULL. */
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
	/**
	 * Opens the signers, which are then not among the arguments: called once, when modules and kernels were read.
	 * They are read in copies of the process, whose memory has no key then. Sets *signers, which is borrowed until
	 * the call ends, and *n_signers, or sets err and returns a negative code. May be NULL.
	 */
	int (*open_signers)(void *context, const struct lppack_signer *const **signers, size_t *n_signers,
			    struct lppack_error *err);
	void *signers_context; /**< for open_signers */
};

/**
 * Builds the bundle and signs it with every signer. The output appears whole or not at all.
 *
 * @param spec       what goes in
 * @param signers    at least one; none where options->open_signers opens them
 * @param n_signers  their number
 * @param output     path of the bundle
 * @param options    may be NULL
 * @param report     may be NULL; receives a map: path, stream, epoch, serial, version, created, expires, digest,
 *                   kernels (their number), size, modules_plain, modules_packed, signatures, modules; if modules were
 *                   signed, module_signature ({subject, issuer, serial, key_id, digest}); if the link check was
 *                   asked for, checked (how many modules had a kernel's files); with it or `supersedes`, warnings (list
 *                   of {release, module, message, hint}, the first two absent of what is of the whole bundle). To be
 *                   freed with lppack_value_free()
 * @param err        receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_SPEC: the spec is incomplete, or matches no file
 *         - LPPACK_E_DUPLICATE: there are two modules for one kernel
 *         - LPPACK_E_MODULE, LPPACK_E_NOT_LIVEPATCH, LPPACK_E_NOT_REPLACE, LPPACK_E_ARCH, LPPACK_E_VERMAGIC,
 *           LPPACK_E_MODULE_NAME, LPPACK_E_LIMIT: a module does not suit a bundle
 *         - LPPACK_E_UNLOADABLE: with LPPACK_CREATE_CHECK, a module does not load into its kernel
 *         - LPPACK_E_KERNEL_IMAGE: a file of a kernel is not one of its kind
 *         - LPPACK_E_SIGNED: a module to be signed has a signature already
 *         - LPPACK_E_KEY: a signer fails, or its key does not suit
 *         - LPPACK_E_NOT_CUMULATIVE: it lacks something that the bundle to supersede has
 *         - LPPACK_E_EXISTS: the output exists, and LPPACK_CREATE_OVERWRITE is not set
 *         - LPPACK_E_IO, LPPACK_E_NO_SPACE: a file cannot be read or written
 *         - LPPACK_E_NO_KEYS: there is no signer
 *         - LPPACK_E_USAGE: a key is named twice, or an option is wrong
 * @since 0.1
 */
int lppack_bundle_create(const struct lppack_spec *spec, const struct lppack_signer *const *signers, size_t n_signers,
			 const char *output, const struct lppack_create_options *options, struct lppack_value **report,
			 struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
