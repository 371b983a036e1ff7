/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * Inspecting livepatch modules without loading them.
 */
#ifndef LPPACK_INSPECT_H
#define LPPACK_INSPECT_H

#include <lppack/error.h>
#include <lppack/value.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Describes a module file (.ko, .ko.gz, .ko.xz, .ko.zst). That a module is not a livepatch, or that
 * lppack_bundle_create() refuses it, is not an error: it is among the "findings".
 *
 * In the map, what the module does not say is absent:
 *
 *     name, livepatch (bool), arch, release, vermagic, srcversion, build_id, depends, license, author, description,
 *     intree (bool), release_salt, compiler   what it says of itself
 *     file_size, size, sha256     bytes of the file and of the module in it, and the latter's digest
 *     builder                     source, kpatch-build, klp-build or unknown
 *     replace                     {declared, verdict, reason}: declared is what lppack_bundle_create() goes by (proved,
 *                                 refuted, declared); verdict is proved or refuted (by data), supported or
 *                                 contradicted (by code), or not_decoded; reason is a phrase
 *     objects                     list of {name, callbacks, functions}, functions being a list of {name, sympos, size};
 *                                 size is bytes of the new code
 *     states                      list of {id, version}
 *     klp                         {relocations, symbols, jump_tables}: lists of {object, section, entries}, of
 *                                 {object, name, sympos}, of section names
 *     imports                     list of {name, crc}; crc is eight hex digits
 *     exports                     list of names
 *     shadow_variables            bool: imports klp_shadow_*
 *     signature                   {size, digest, algorithm, issuer, serial, key_id, signers, error}: the appended one,
 *                                 not verified; error where it cannot be parsed
 *     hardening                   {retpoline, ibt, shstk, bti, pac} (bools) and the numbers of entries of
 *                                 {retpoline_sites, return_sites, call_sites, ibt_endbr_seal}
 *     memory                      bytes: {page_size, core, init, percpu}; core and init being
 *                                 {text, rodata, ro_after_init, data, bss, pages}; pages is the sum rounded up to pages
 *     debug_size                  bytes of the file that are debug sections
 *     modinfo                     list of {key, value}: all of .modinfo in order
 *     findings                    list of {id, severity, message, hint, code, error}; severity is error, warning or
 *                                 info; code and error, of errors, are the LPPACK_E_ number and its name
 *
 * @param path  of the file
 * @param err   receives the error
 * @return the map, to be freed with lppack_value_free(); NULL on failure:
 *         - LPPACK_E_MODULE: the file is not a kernel module
 *         - LPPACK_E_IO: the file cannot be read
 *         - LPPACK_E_LIMIT: the file is too large
 * @since 0.1
 */
struct lppack_value *lppack_module_inspect(const char *path, struct lppack_error *err);

/**
 * What holds the process in which files are read that nobody has signed.
 *
 * @since 0.1
 */
enum lppack_confinement {
	LPPACK_CONFINED_LANDLOCK = 1u << 0, /**< Landlock: no file system, no network */
	LPPACK_CONFINED_SECCOMP = 1u << 1,  /**< seccomp: only the system calls that reading and answering take */
};

/**
 * Tells how the process is confined in which lppack_module_inspect(), lppack_kernel_open(), lppack_bundle_create() and
 * lppack_bundle_describe_unverified() read files.
 *
 * That process is a copy (fork) of the caller's, without its descriptors, and ends with the call, or with
 * lppack_kernel_close(). It is one of its own, with limits of memory and time, on every kernel.
 *
 * @return of enum lppack_confinement, as this kernel and this build have it
 * @since 0.1
 */
uint32_t lppack_cell_confinement(void);

#ifdef __cplusplus
}
#endif
#endif
