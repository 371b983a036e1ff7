/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files: whole reads and writes, and bounded reads. */
#ifndef LP_BASE_FILE_H
#define LP_BASE_FILE_H

#include "shared/buf.h"
#include "base/error.h"

#include <stdint.h>
#include <sys/types.h>

/* A file that is read with pread only, through one descriptor from check to use. */
struct lp_input {
	int fd;
	uint64_t size;
	char *name;     /* for messages */
	uint64_t bytes; /* read so far */
};

/* Opens a regular file. */
int lp_input_open(struct lp_input *in, const char *path, struct lppack_error *err);
/* Takes fd over, also on failure. */
int lp_input_take_fd(struct lp_input *in, int fd, const char *name, struct lppack_error *err);
/* The same of one that is known to be of a regular file, without asking for what is known of it (fstat). */
int lp_input_take_regular_fd(struct lp_input *in, int fd, const char *name, struct lppack_error *err);
void lp_input_close(struct lp_input *in);
/* Reads exactly n bytes at offset; the file ending before that is LPPACK_E_TRUNCATED. */
int lp_input_read(struct lp_input *in, uint64_t offset, void *out, size_t n, struct lppack_error *err);

/* Whether [offset, offset + n) lies within [0, size): the one overflow-checked range test. */
static inline int lp_range_ok(uint64_t offset, uint64_t n, uint64_t size)
{
	return offset <= size && n <= size - offset;
}

/* Reads a whole file of at most max bytes below the directory dirfd (AT_FDCWD for none). */
int lp_file_read(int dirfd, const char *path, size_t max, struct lp_buf *out, struct lppack_error *err);

/* The rest of what fd is open on; path is for messages. */
int lp_fd_read(int fd, const char *path, size_t max, struct lp_buf *out, struct lppack_error *err);

/*
 * Whether nobody but root and the effective user can have written what fd is open on: the owner is one of them, and
 * neither group nor others may write. LPPACK_E_UNSAFE_FILE otherwise, with what to run. path: for the
 * message and the command.
 */
int lp_fd_check_safe(int fd, const char *path, struct lppack_error *err);

int lp_directory_sync(const char *path, struct lppack_error *err);
/* Of the directory that the path is in. */
int lp_parent_sync(const char *path, struct lppack_error *err);

int lp_write_all(int fd, const void *bytes, size_t n);

#define LP_AUTO_INPUT LP_AUTO(lp_input_close)

#endif
