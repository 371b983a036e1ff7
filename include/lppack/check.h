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
 * Flags of struct lppack_kernel_files.
 *
 * @since 0.1
 */
enum lppack_kernel_flags {
	LPPACK_KERNEL_SIG_ENFORCE = 1u << 0, /**< the kernel is booted with module.sig_enforce=1 or in lockdown */
};

/**
 * The files of a kernel; NULL: not available. A file that is named takes precedence over one that the directory has.
 *
 * @since 0.1
 */
struct lppack_kernel_files {
	size_t size;            /**< set by LPPACK_OPTIONS() */
	const char *directory;  /**< where to look: a root, /boot, lib/modules/RELEASE or a build tree */
	const char *release;    /**< which kernel, if the directory has several */
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
 * What is missing, or is found below the directory and cannot be read, is reported by the check's findings. A file that
 * is named must be readable and of its kind.
 *
 * @param files the files
 * @param err   receives the error
 * @return the kernel, to be freed with lppack_kernel_close(); NULL on failure:
 *         - LPPACK_E_USAGE: no file is named, the directory has several kernels and no release is given, it has none of
 *           that release, or a flag is unknown
 *         - LPPACK_E_KERNEL_IMAGE: a file that is named is not one of its kind
 *         - LPPACK_E_IO: a file cannot be read
 *         - LPPACK_E_LIMIT: a file is too large
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
 * @return lower-case hex, borrowed from the kernel; NULL: none of the files has it
 * @since 0.1
 */
const char *lppack_kernel_build_id(const struct lppack_kernel *kernel);

/**
 * Checks a module file (.ko, .ko.gz, .ko.xz, .ko.zst).
 *
 * That a module will not load is a result, not an error of this function. The report is a map:
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
 * @param err    receives the error
 * @return the report, to be freed with lppack_value_free(); NULL on failure:
 *         - LPPACK_E_MODULE: the file is not a kernel module
 *         - LPPACK_E_IO: the file cannot be read
 *         - LPPACK_E_LIMIT: the file is too large
 * @since 0.1
 */
struct lppack_value *lppack_kernel_check_file(struct lppack_kernel *kernel, const char *path,
					      struct lppack_error *err);

/**
 * Checks a bundle's module for this kernel, after proving it as lppack_entry_load_module() does.
 *
 * lppack_verified_select() with lppack_kernel_build_id() finds the entry.
 *
 * @param kernel the kernel
 * @param entry  of the kernel
 * @param err    receives the error
 * @return as lppack_kernel_check_file(); NULL on failure, with a code of that function or of
 *         lppack_entry_load_module()
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
	LPPACK_CHECK_STRICT = 1u << 0, /**< a warning, and what is unknown, is as bad as an error */
};

/**
 * Turns the findings of a report into an error.
 *
 * @param report of a check
 * @param flags  of enum lppack_check_flags
 * @param err    receives the error
 * @return 0, or a negative code:
 *         - LPPACK_E_UNLOADABLE: the first finding that is an error, or with LPPACK_CHECK_STRICT one that is unknown or
 *           a warning
 *         - LPPACK_E_UNDECIDED: nothing is wrong that is known, but the first finding is unknown: what is missing, and
 *           where to get it
 *         - LPPACK_E_USAGE: a flag is unknown
 * @since 0.1
 */
int lppack_check_report_judge(const struct lppack_value *report, uint32_t flags, struct lppack_error *err);

/**
 * Reads the build ID of a kernel that is not running.
 *
 * @param path of a vmlinuz, a vmlinux or debug file, a copy of /sys/kernel/notes or a kernel .deb or .rpm
 * @param err  receives the error
 * @return lower-case hex, to be freed with free(); NULL on failure:
 *         - LPPACK_E_KERNEL_IMAGE: the file has no build ID of a kernel
 *         - LPPACK_E_IO: the file cannot be read
 *         - LPPACK_E_LIMIT: the file is too large
 * @since 0.1
 */
char *lppack_kernel_file_build_id(const char *path, struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
