/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A machine's kernel as its files show it: opening its root, its names, its attributes, its clock. */
#ifndef LP_RUNTIME_KERNEL_IO_H
#define LP_RUNTIME_KERNEL_IO_H

#include "base/facts.h"
#include "base/file.h"
#include "runtime/kernel_ops.h"

#include <dirent.h>

#define LP_LIVEPATCH_DIR "sys/kernel/livepatch"
#define LP_MODULE_DIR "sys/module"

/* The machine: a root directory with /sys, /proc, /etc and /var below it. */
struct lp_kernel_io {
	int rootfd;
	char *root; /* "" for the real one; a prefix for messages */
	const struct lp_kernel_ops *ops;
	void *context;
};

/* root NULL, "" or "/": the real one. ops NULL: the real kernel; for another root, operations that fail with ENOSYS,
 * because what is read there must not decide over the kernel that runs here. */
int lp_kernel_io_open(struct lp_kernel_io *io, const char *root, const struct lp_kernel_ops *ops, void *context,
		      struct lppack_error *err);
void lp_kernel_io_close(struct lp_kernel_io *io);
/* Whether the kernel itself is at hand, and not only the files of another machine. */
bool lp_kernel_io_is_running(const struct lp_kernel_io *io);

/* Build ID from /sys/kernel/notes is parsed by the inspect layer; here only the bytes and the names are read. */
int lp_kernel_io_read_notes(struct lp_kernel_io *io, struct lp_buf *notes, struct lppack_error *err);
/* release, version and arch of the running kernel (/proc/sys/kernel/{osrelease,version,arch}). From uname() where /proc
 * does not tell: arch, as before 6.1, and of this machine the release, as in a chroot. build_id stays empty. */
int lp_kernel_io_read_names(struct lp_kernel_io *io, struct lp_kernel_facts *out, struct lppack_error *err);
/* /proc/sys/kernel/random/boot_id without its newline, malloc'd; NULL where absent. */
char *lp_kernel_io_read_boot_id(struct lp_kernel_io *io);

/* Long enough for every path below the root that is built from kernel names (at most 55 and 511 characters). */
#define LP_PATH_ROOM 768

/* Reads the first bytes of a file; no link leads it, or any of those below, out of the directory. Returns how many, or -1 with errno. */
int lp_attr_read_bytes(int dirfd, const char *path, void *out, size_t room);
/* As text, without the final newline. */
int lp_attr_read(int dirfd, const char *path, char *out, size_t room);
/* A decimal number; -1 where it is absent, unreadable or something else. */
int lp_attr_int(int dirfd, const char *path);
/* Whether it is there; what only cannot be reached counts as there. */
bool lp_kernel_io_has(const struct lp_kernel_io *io, const char *path);
/* A directory to iterate, or NULL with errno. */
DIR *lp_dir_open(int dirfd, const char *path);
/* The next entry but "." and "..", or NULL, with errno 0 at the end. */
const struct dirent *lp_dir_next(DIR *dir);
/* Whether name can be one part of a path. */
bool lp_name_is_part(const char *name);
/* The name as the kernel shows a module's: "-" becomes "_" (include/linux/moduleparam.h). NULL without memory. */
char *lp_name_as_module(const char *name);
int64_t lp_kernel_io_now(struct lp_kernel_io *io);
void lp_kernel_io_sleep(struct lp_kernel_io *io, int64_t ns);
/* Waits between polls for a share of the time waited so far, so that what it overshoots stays small against that. */
void lp_kernel_io_poll_sleep(struct lp_kernel_io *io, int64_t since_ns);

static inline void cleanup_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

#define LP_AUTO_DIR LP_AUTO(cleanup_closedir)

/* Appends a copy of name to a list of strings; 0, or -1 without memory. */
int lp_names_add(char ***names, size_t *n, const char *name);
void lp_names_free(char **names, size_t n);

#endif
