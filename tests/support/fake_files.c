/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making and removing the files of a fake machine. */
#include "support/fake_files.h"

#include "shared/text.h"
#include "base/facts.h"
#include "base/file.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

static char *path_of(const char *root, const char *path)
{
	char *whole = lp_text_format("%s/%s", root, path);

	MUST(whole);
	return whole;
}

static void make_parents(char *path, size_t from)
{
	for (char *slash = strchr(path + from, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		MUST(mkdir(path, 0755) == 0 || errno == EEXIST);
		*slash = '/';
	}
}

void fake_file_write(const char *root, const char *path, int flags, const void *bytes, size_t n)
{
	char *whole = path_of(root, path);
	int fd;

	make_parents(whole, strlen(root) + 1);
	fd = open(whole, O_WRONLY | O_CREAT | flags, 0644);
	MUST(fd >= 0);
	MUST(lp_write_all(fd, bytes, n) == 0);
	close(fd);
	free(whole);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

void fake_file_remove(const char *root, const char *path)
{
	char *whole = path_of(root, path);

	MUST(nftw(whole, remove_one, 8, FTW_DEPTH | FTW_PHYS) == 0);
	free(whole);
}

bool fake_file_exists(const char *root, const char *path)
{
	char *whole = path_of(root, path);
	struct stat st;
	bool has = stat(whole, &st) == 0;

	free(whole);
	return has;
}

void fake_file_make_directory(const char *root, const char *path)
{
	char *whole = path_of(root, path);

	make_parents(whole, strlen(root) + 1);
	MUST(mkdir(whole, 0755) == 0 || errno == EEXIST);
	free(whole);
}

void fake_file_write_build_id(const char *root, const char *path, const char *hex)
{
	uint8_t note[16 + LP_BUILD_ID_MAX] = { 0 };
	uint32_t head[3] = { 4, 0, 3 };
	int n = lp_hex_decode(hex, note + 16, LP_BUILD_ID_MAX);

	MUST(n > 0);
	head[1] = (uint32_t)n;
	memcpy(note, head, sizeof(head));
	memcpy(note + 12, "GNU", 4);
	fake_file_write(root, path, O_TRUNC, note, 16 + (size_t)n);
}
