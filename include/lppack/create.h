/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making bundles: a spec says what goes in, lppack_create() inspects, packs, signs and writes. */
#ifndef LPPACK_CREATE_H
#define LPPACK_CREATE_H

#include <lppack/bundle.h>
#include <lppack/error.h>
#include <lppack/keys.h>
#include <lppack/options.h>
#include <lppack/value.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lppack_spec;

/*
 * Reads a spec file (lppack-spec(5)). directory is what its relative paths are relative to; NULL: the spec's own.
 * Globs are expanded and modules inspected by lppack_create(), not here. Free with lppack_spec_free().
 */
struct lppack_spec *lppack_spec_read(const char *path, const char *directory, struct lppack_error *err);
/* A spec without a file, for the simple case; paths are relative to the working directory. */
struct lppack_spec *lppack_spec_new(const char *stream, uint64_t serial, struct lppack_error *err);
/* Adds a module (a path or glob) and its kernel: a file (lppack_kernel_file_build_id()) or a build ID in hex. */
int lppack_spec_add_kernel(struct lppack_spec *spec, const char *module, const char *kernel, struct lppack_error *err);
int lppack_spec_set_version(struct lppack_spec *spec, const char *version, struct lppack_error *err);
/* RFC 3339 in UTC, like 2027-01-31T00:00:00Z. */
int lppack_spec_set_expires(struct lppack_spec *spec, const char *expires, struct lppack_error *err);
void lppack_spec_free(struct lppack_spec *spec);

struct lppack_create_options {
	size_t size;            /* set by LPPACK_OPTIONS() */
	unsigned int threads;   /* 0: one per processor; the output does not depend on it */
	int level;              /* zstd level; 0: 19 */
	int64_t created;        /* seconds since 1970 for "created" and every member, unless the spec says it */
	int overwrite;          /* an existing output is replaced */
	int independent;        /* every module stands alone: a larger bundle, nothing to read but one frame */
	lppack_progress_fn *progress; /* modules done of modules */
	void *progress_context;
	struct lppack_verified *supersedes; /* borrowed, or NULL: lppack_verified_check_supersedes() must hold for it */
	int check;              /* every module whose kernel's files the spec names must load there: lppack/check.h */
	/*
	 * Appends to every module, before it is digested and packed, the signature that the kernel looks for
	 * (CONFIG_MODULE_SIG; as its scripts/sign-file does it). Borrowed; it must have a certificate and no chain.
	 * NULL: modules stay as they are. With an RSA key the same inputs still make the same bytes; with ECDSA they
	 * do not.
	 */
	const struct lppack_signer *module_signer;
	const char *module_digest; /* "sha256" (NULL), "sha384" or "sha512" */
};

/*
 * Builds the bundle and signs it with every signer (at least one). The output appears whole or not at all.
 * LPPACK_E_SPEC, DUPLICATE, MODULE, NOT_LIVEPATCH, NOT_REPLACE, ARCH, VERMAGIC, MODULE_NAME, KERNEL_IMAGE, LIMIT,
 * NOT_CUMULATIVE, UNLOADABLE, EXISTS, IO, NO_SPACE; SIGNED for a module that is to be signed and is already, KEY for
 * what cannot sign modules. *report (may be NULL) receives a map: path, stream, epoch, serial, version, created,
 * expires, digest, kernels (their number), size, modules_plain, modules_packed, signatures, modules; if modules were
 * signed, module_signature ({subject, issuer, serial, key_id, digest}); and, if the link check was asked for, checked
 * (how many modules had a kernel's files) and warnings (list of {release, module, message, hint}); free it.
 */
int lppack_create(const struct lppack_spec *spec, const struct lppack_signer *const *signers, size_t n_signers,
		  const char *output, const struct lppack_create_options *options, struct lppack_value **report,
		  struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
