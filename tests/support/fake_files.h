/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files below a directory that stands for a machine's root. What fails aborts. */
#ifndef LP_TEST_FAKE_FILES_H
#define LP_TEST_FAKE_FILES_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A broken fake must not look like a result. */
#define MUST(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #condition, strerror(errno)); \
			abort(); \
		} \
	} while (0)

/* Parents are made. flags: O_TRUNC or O_APPEND. */
void fake_file_write(const char *root, const char *path, int flags, const void *bytes, size_t n);
/* A note section with this build ID alone. */
void fake_file_write_build_id(const char *root, const char *path, const char *hex);
void fake_file_make_directory(const char *root, const char *path);
/* With what is below it. */
void fake_file_remove(const char *root, const char *path);
bool fake_file_exists(const char *root, const char *path);

#endif
