/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packs bytes as distributions do: compressed streams and .deb archives. */
#include "support/packer.h"

#include "base/file.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int put_member(struct archive *a, const char *path, const void *bytes, size_t n)
{
	struct archive_entry *entry = archive_entry_new();
	int rc = -1;

	archive_entry_set_pathname(entry, path);
	archive_entry_set_size(entry, (la_int64_t)n);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	if (archive_write_header(a, entry) == ARCHIVE_OK && archive_write_data(a, bytes, n) == (la_ssize_t)n)
		rc = 0;
	archive_entry_free(entry);
	return rc;
}

static la_ssize_t append(struct archive *a, void *context, const void *bytes, size_t n)
{
	(void)a;
	lp_buf_append(context, bytes, n);
	return (la_ssize_t)n;
}

static struct archive *begin(int (*set_format)(struct archive *), const char *filter, struct lp_buf *out)
{
	struct archive *a = archive_write_new();

	/* ARCHIVE_WARN: an external program would have to do it. */
	if (set_format(a) != ARCHIVE_OK ||
	    (strcmp(filter, "none") != 0 && archive_write_add_filter_by_name(a, filter) != ARCHIVE_OK) ||
	    archive_write_set_bytes_in_last_block(a, 1) != ARCHIVE_OK ||
	    archive_write_open(a, out, NULL, append, NULL) != ARCHIVE_OK) {
		archive_write_free(a);
		return NULL;
	}
	return a;
}

static int end(struct archive *a, int rc)
{
	if (archive_write_close(a) != ARCHIVE_OK)
		rc = -1;
	archive_write_free(a);
	return rc;
}

int packer_compress(const char *filter, const void *bytes, size_t n, struct lp_buf *out)
{
	struct archive *a = begin(archive_write_set_format_raw, filter, out);

	return a ? end(a, put_member(a, "data", bytes, n)) : -1;
}

static void put_le32(struct lp_buf *out, size_t value)
{
	for (unsigned int i = 0; i < 4; i++)
		lp_buf_append(out, &(uint8_t){ (uint8_t)(value >> (8 * i)) }, 1);
}

void packer_lz4_legacy(const void *bytes, size_t n, struct lp_buf *out)
{
	LP_AUTO_BUF struct lp_buf block = { 0 };
	size_t left = n;

	/* Token: 15 literals and more follow, no match. */
	lp_buf_append(&block, &(uint8_t){ 0xf0 }, 1);
	for (left = n - 15; left >= 255; left -= 255)
		lp_buf_append(&block, &(uint8_t){ 255 }, 1);
	lp_buf_append(&block, &(uint8_t){ (uint8_t)left }, 1);
	lp_buf_append(&block, bytes, n);
	put_le32(out, 0x184c2102);
	put_le32(out, block.len);
	lp_buf_append(out, block.data, block.len);
}

int packer_deb(const char *filter, const char *path, const void *bytes, size_t n, struct lp_buf *out)
{
	LP_AUTO_BUF struct lp_buf data = { 0 };
	struct archive *a = begin(archive_write_set_format_ustar, filter, &data);
	char name[32];
	int rc;

	if (!a || end(a, put_member(a, path, bytes, n)) < 0)
		return -1;
	a = begin(archive_write_set_format_ar_svr4, "none", out);
	if (!a)
		return -1;
	snprintf(name, sizeof(name), "data.tar%s%s", strcmp(filter, "none") == 0 ? "" : ".",
		 strcmp(filter, "none") == 0 ? "" : filter);
	rc = put_member(a, "debian-binary", "2.0\n", 4);
	if (rc == 0)
		rc = put_member(a, "control.tar", "not looked at", 13);
	if (rc == 0)
		rc = put_member(a, name, data.data, data.len);
	return end(a, rc);
}

/* Magic, four reserved bytes, the numbers of index entries and of data bytes. */
static void put_rpm_header(struct lp_buf *out, unsigned int entries, unsigned int size)
{
	const uint8_t head[16] = { 0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0, 0, 0, 0, (uint8_t)entries, 0, 0, 0, (uint8_t)size };

	lp_buf_append(out, head, sizeof(head));
	lp_buf_grow(out, entries * 16 + size);
}

int packer_rpm(const char *filter, const char *path, const void *bytes, size_t n, struct lp_buf *out)
{
	struct archive *a;
	LP_AUTO_BUF struct lp_buf payload = { 0 };

	lp_buf_append(out, "\xed\xab\xee\xdb\3", 5);
	lp_buf_grow(out, 91);
	/* The signatures' data end anywhere; the header begins at a multiple of 8. */
	put_rpm_header(out, 2, 21);
	lp_buf_grow(out, (8 - out->len % 8) % 8);
	put_rpm_header(out, 3, 50);
	a = begin(archive_write_set_format_cpio_newc, filter, &payload);
	if (!a || end(a, put_member(a, path, bytes, n)) < 0)
		return -1;
	lp_buf_append(out, payload.data, payload.len);
	return lp_buf_ok(out) ? 0 : -1;
}

int packer_file(const void *bytes, size_t n, char path[64])
{
	int fd = memfd_create("packer", MFD_CLOEXEC);

	if (fd < 0 || lp_write_all(fd, bytes, n) < 0)
		return -1;
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return fd;
}
