/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a root directory and a path below it are joined. A root is "" for the machine's own, or the path of another's
 * directory, whose links are followed as if it were "/": what another machine's image says never leads out of it.
 */
#ifndef LP_BASE_ROOT_H
#define LP_BASE_ROOT_H

#include "shared/buf.h"
#include "base/error.h"
#include "base/file.h"

#include <sys/types.h>

/* open(2) of the path below root. A descriptor, or -1 with errno. With root "", any path will do. */
int lp_root_open(const char *root, const char *path, int flags, mode_t mode);
/* The same below a directory that is open already: relative and absolute paths begin there, and ".." ends there. */
int lp_below_open(int dirfd, const char *path, int flags, mode_t mode);
/* Reads a whole file of at most max bytes there. */
int lp_below_read(int dirfd, const char *path, size_t max, struct lp_buf *out, struct lppack_error *err);
/* What that does on kernels without openat2(2) (before 5.6, or where a filter of system calls does not know it). */
int lp_root_walk(int rootfd, const char *path, int flags, mode_t mode);
/* The directory that the path's last part, *name, is in, with O_PATH. */
int lp_root_open_parent(const char *root, const char *path, const char **name);
int lp_below_open_parent(int dirfd, const char *path, const char **name);
/* Whether there is nothing of that name: no link to nothing, and nothing that only cannot be reached. */
bool lp_root_is_absent(const char *root, const char *path);

/* A directory whose files decide, checked; a descriptor or a negative code. *missing (not NULL) instead of an error
 * where there is none. */
int lp_directory_open_safe(const char *root, const char *path, bool *missing, struct lppack_error *err);
/* lp_input_open() of a path below root. */
int lp_root_input_open(struct lp_input *in, const char *root, const char *path, struct lppack_error *err);
/* lp_file_read() of a file that decides: the descriptor that is read is checked first. */
int lp_root_read_safe(const char *root, const char *path, size_t max, struct lp_buf *out, struct lppack_error *err);
/* unlink(2), and the directory synced. LPPACK_E_IO; errno is in the error. */
int lp_root_unlink(const char *root, const char *path, struct lppack_error *err);

#endif
