/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * The link check: whether a livepatch module will load into a kernel that is not running, judged by its files.
 */
#ifndef LPPACK_CHECK_H
#define LPPACK_CHECK_H

#include <lppack/bundle.h>
#include <lppack/error.h>
#include <lppack/options.h>
#include <lppack/value.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lppack_kernel;

/**
 * Flags of lppack_kernel_files.
 *
 * @since 0.1
 */
enum lppack_kernel_flags {
	LPPACK_KERNEL_SIG_ENFORCE = 1u << 0, /**< the kernel is booted with module.sig_enforce=1 or in lockdown */
};

/**
 * A kernel's files, each NULL where it is not at hand. What is named goes before what the directory holds.
 *
 * @since 0.1
 */
struct lppack_kernel_files {
	size_t size;            /**< set by LPPACK_OPTIONS() */
	const char *directory;  /**< looked through: a root, /boot, lib/modules/RELEASE, a build tree */
	const char *release;    /**< which one, if the directory holds several */
	const char *vmlinuz;    /**< a vmlinuz, a vmlinux, a copy of /sys/kernel/notes or a kernel package */
	const char *system_map; /**< System.map */
	const char *symvers;    /**< Module.symvers */
	const char *config;     /**< .config */
	const char *modules;    /**< the directory lib/modules/RELEASE */
	const char *btf;        /**< raw BTF as in /sys/kernel/btf, or an ELF file with a .BTF section */
	uint32_t flags;         /**< of enum lppack_kernel_flags */
};

/**
 * Reads a kernel's files.
 *
 * All that can be missing is reported by the check's findings, also what is found below the directory and cannot be
 * read. A single file that is named must be one of its kind.
 *
 * @param files which ones
 * @param err   LPPACK_E_USAGE: no file at all, several kernels and no release, none of that release, or an unknown flag
 *
 *              LPPACK_E_KERNEL_IMAGE, IO, LIMIT
 * @return to be freed with lppack_kernel_close(); NULL on failure
 * @since 0.1
 */
struct lppack_kernel *lppack_kernel_open(const struct lppack_kernel_files *files, struct lppack_error *err);

/**
 * Frees a kernel.
 *
 * @param kernel may be NULL
 * @since 0.1
 */
void lppack_kernel_close(struct lppack_kernel *kernel);

/**
 * Names a kernel by its build ID.
 *
 * @param kernel the kernel
 * @return lower-case hex, which lives as long as the kernel; NULL if no file has it
 * @since 0.1
 */
const char *lppack_kernel_build_id(const struct lppack_kernel *kernel);

/**
 * Checks a module file (.ko, .ko.gz, .ko.xz, .ko.zst).
 *
 * A module that will not load is no error of this function. The report is a map:
 *
 *     file      as named
 *     module    {name, release, build_id}
 *     kernel    {release, build_id, arch, files: {vmlinuz, system_map, symvers, config, modules, btf}}
 *     verdict   {loads, errno, reason, accepted}: loads is what the kernel would do: yes, no or unknown; errno (a name
 *               like ENOEXEC) and reason, if no; accepted (bool) is false if any finding is an error, so also where the
 *               kernel takes what lppack refuses, a module for another build
 *     checked   {imports, functions, symbols, relocations}: how many were looked up
 *     findings  list of {id, severity, subject, message, hint, code, error}, errors first, as in
 *               lppack_module_inspect(); severity is error, warning or info; id is not-checked for what the files
 *               cannot answer
 *
 * @param kernel the kernel
 * @param path   of the module
 * @param err    LPPACK_E_MODULE, IO, LIMIT
 * @return the report, to be freed with lppack_value_free(); NULL on failure
 * @since 0.1
 */
struct lppack_value *lppack_kernel_check_file(struct lppack_kernel *kernel, const char *path,
					      struct lppack_error *err);

/**
 * Checks a bundle's module for this kernel, which is proved before.
 *
 * lppack_verified_select() with lppack_kernel_build_id() finds the entry.
 *
 * @param kernel the kernel
 * @param entry  of the kernel
 * @param err    as of lppack_kernel_check_file(), and what lppack_entry_load_module() fails with
 * @return as lppack_kernel_check_file()
 * @since 0.1
 */
struct lppack_value *lppack_kernel_check_entry(struct lppack_kernel *kernel, struct lppack_entry *entry,
					       struct lppack_error *err);

/**
 * Flags of lppack_check_report_judge().
 *
 * @since 0.1
 */
enum lppack_check_flags {
	LPPACK_CHECK_STRICT = 1u << 0, /**< a warning is as bad as an error */
};

/**
 * Makes an error of what a report finds.
 *
 * @param report of a check
 * @param flags  of enum lppack_check_flags
 * @param err    LPPACK_E_UNLOADABLE: the first finding that is an error, or with LPPACK_CHECK_STRICT a warning
 *
 *               LPPACK_E_USAGE: a flag that is not known
 * @return 0 or a negative code
 * @since 0.1
 */
int lppack_check_report_judge(const struct lppack_value *report, uint32_t flags, struct lppack_error *err);

/**
 * Reads the build ID of a kernel that is not running.
 *
 * @param path of a vmlinuz, a vmlinux or debug file, a copy of /sys/kernel/notes or a kernel .deb
 * @param err  LPPACK_E_KERNEL_IMAGE: it has none
 *
 *             LPPACK_E_IO, LPPACK_E_LIMIT
 * @return lower-case hex, malloc'd; NULL on failure
 * @since 0.1
 */
char *lppack_kernel_file_build_id(const char *path, struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
