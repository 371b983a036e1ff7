/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files: whole reads and writes, bounded reads, and output that appears whole or not at all. */
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
 * neither group nor others may write. LPPACK_E_UNSAFE_FILE otherwise, with the chown or chmod to run. path: for the
 * message and the command.
 */
int lp_fd_check_safe(int fd, const char *path, struct lppack_error *err);

int lp_directory_sync(const char *path, struct lppack_error *err);
/* Of the directory that the path is in. */
int lp_parent_sync(const char *path, struct lppack_error *err);

int lp_write_all(int fd, const void *bytes, size_t n);

/* An output file that appears under its name only by lp_output_commit(). */
struct lp_output {
	int fd;
	int dirfd;
	char *path;   /* as the user named it */
	char *target; /* its last part, below dirfd */
	char *temp;   /* name of the temporary file, below dirfd; NULL while it has none (O_TMPFILE) */
	mode_t mode;
};

/* Creates a temporary file beside path, with the given mode. Never in place of what is no regular file:
 * LPPACK_E_USAGE. */
int lp_output_open(struct lp_output *out, const char *path, mode_t mode, struct lppack_error *err);
/* The same for the path below a root (base/root.h). */
int lp_output_open_below(struct lp_output *out, const char *root, const char *path, mode_t mode,
			 struct lppack_error *err);
int lp_output_write(struct lp_output *out, const void *bytes, size_t n, struct lppack_error *err);
/* fsync, rename (never over an existing file if `exclusive`: LPPACK_E_EXISTS), fsync of the directory. */
int lp_output_commit(struct lp_output *out, bool exclusive, struct lppack_error *err);
/* Removes what was not committed. */
void lp_output_close(struct lp_output *out);

#define LP_AUTO_INPUT LP_AUTO(lp_input_close)
#define LP_AUTO_OUTPUT LP_AUTO(lp_output_close)

#endif
