/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The link check: whether a livepatch module will load into a kernel that is not running, judged by its files. */
#ifndef LPPACK_CHECK_H
#define LPPACK_CHECK_H

#include <lppack/bundle.h>
#include <lppack/error.h>
#include <lppack/options.h>
#include <lppack/value.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lppack_kernel;

/* A kernel's files, each NULL where it is not at hand. What is named goes before what the directory holds. */
struct lppack_kernel_files {
	size_t size;            /* set by LPPACK_OPTIONS() */
	const char *directory;  /* looked through: a root, /boot, lib/modules/RELEASE, a build tree */
	const char *release;    /* which one, if the directory holds several */
	const char *vmlinuz;    /* a vmlinuz, a vmlinux, a copy of /sys/kernel/notes or a kernel package */
	const char *system_map; /* System.map */
	const char *symvers;    /* Module.symvers */
	const char *config;     /* .config */
	const char *modules;    /* the directory lib/modules/RELEASE */
	const char *btf;        /* raw BTF as in /sys/kernel/btf, or an ELF file with a .BTF section */
	int sig_enforce;        /* the kernel is booted with module.sig_enforce=1 or in lockdown */
};

/*
 * Reads a kernel's files; all that can be missing is told by the check's findings, also what is found below directory
 * and cannot be read. A single file that is named must be one of its kind. LPPACK_E_USAGE (no file at all,
 * several kernels and no release, or none of that release), KERNEL_IMAGE, IO, LIMIT. Free with lppack_kernel_close().
 */
struct lppack_kernel *lppack_kernel_open(const struct lppack_kernel_files *files, struct lppack_error *err);
void lppack_kernel_close(struct lppack_kernel *kernel);
/* Lower-case hex, borrowed; NULL if no file told it. */
const char *lppack_kernel_build_id(const struct lppack_kernel *kernel);

/*
 * Checks a module file (.ko, .ko.gz, .ko.xz, .ko.zst), or a bundle's module for this kernel, which is proved before
 * (lppack_verified_select() with lppack_kernel_build_id() finds the entry). LPPACK_E_MODULE, IO, LIMIT and what
 * lppack_entry_load_module() fails with; a module that will not load is no error of these functions. The report is a
 * map; free it with lppack_value_free():
 *
 *   file      as named
 *   module    {name, release, build_id}
 *   kernel    {release, build_id, arch, files: {vmlinuz, system_map, symvers, config, modules, btf}}
 *   verdict   {loads, errno, reason, accepted}: loads is what the kernel would do: yes, no or unknown; errno (a name
 *             like ENOEXEC) and reason, if no; accepted (bool) is false if any finding is an error, so also where the
 *             kernel takes what lppack refuses, a module for another build
 *   checked   {imports, functions, symbols, relocations}: how many were looked up
 *   findings  list of {id, severity, subject, message, hint, code, error}, errors first, as in lppack_module_inspect();
 *             severity is error, warning or info; id is not-checked for what the files cannot answer
 */
struct lppack_value *lppack_kernel_check_file(struct lppack_kernel *kernel, const char *path,
					      struct lppack_error *err);
struct lppack_value *lppack_kernel_check_entry(struct lppack_kernel *kernel, struct lppack_entry *entry,
					       struct lppack_error *err);
/* 0, or LPPACK_E_UNLOADABLE with the first error of a report, or with `strict` the first error or warning. */
int lppack_check_report_judge(const struct lppack_value *report, int strict, struct lppack_error *err);

/*
 * The build ID (lower-case hex) of a kernel that is not running, from a vmlinuz, a vmlinux or debug file, a copy of
 * /sys/kernel/notes or a kernel .deb. LPPACK_E_KERNEL_IMAGE if there is none. malloc'd.
 */
char *lppack_kernel_file_build_id(const char *path, struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
