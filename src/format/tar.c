/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tar framing of members, computed and compared. */
#include "format/tar.h"

#include <stdio.h>
#include <string.h>

/* POSIX.1-1988 ustar; the fields are filled as libarchive and GNU tar --format=ustar fill them. */
enum {
	NAME = 0,
	MODE = 100,
	UID = 108,
	GID = 116,
	SIZE = 124,
	MTIME = 136,
	CHECKSUM = 148,
	TYPE = 156,
	MAGIC = 257,
	MAJOR = 329,
	MINOR = 337,
};

static void put_octal(uint8_t *to, unsigned int digits, uint64_t value, const char *end)
{
	for (unsigned int i = digits; i > 0; i--) {
		to[i - 1] = (uint8_t)('0' + (value & 7));
		value >>= 3;
	}
	memcpy(to + digits, end, strlen(end));
}

void lp_tar_header(const char *name, uint64_t size, int64_t mtime, uint8_t out[LP_TAR_BLOCK])
{
	unsigned int sum = 0;

	memset(out, 0, LP_TAR_BLOCK);
	memcpy(out + NAME, name, strnlen(name, LP_TAR_NAME_MAX));
	put_octal(out + MODE, 6, 0644, " ");
	put_octal(out + UID, 6, 0, " ");
	put_octal(out + GID, 6, 0, " ");
	put_octal(out + SIZE, 11, size, " ");
	put_octal(out + MTIME, 11, (uint64_t)mtime, " ");
	memset(out + CHECKSUM, ' ', 8);
	out[TYPE] = '0';
	memcpy(out + MAGIC, "ustar\00000", 8);
	put_octal(out + MAJOR, 6, 0, " ");
	put_octal(out + MINOR, 6, 0, " ");
	for (unsigned int i = 0; i < LP_TAR_BLOCK; i++)
		sum += out[i];
	put_octal(out + CHECKSUM, 6, sum, "");
	out[CHECKSUM + 6] = '\0';
}

uint64_t lp_tar_padding(uint64_t size)
{
	return (LP_TAR_BLOCK - size % LP_TAR_BLOCK) % LP_TAR_BLOCK;
}

uint64_t lp_tar_span(uint64_t size)
{
	return LP_TAR_BLOCK + size + lp_tar_padding(size);
}

int lp_tar_peek(const uint8_t header[LP_TAR_BLOCK], char name[LP_TAR_NAME_MAX + 1], uint64_t *size, const char *file,
		uint64_t offset, struct lppack_error *err)
{
	memcpy(name, header + NAME, LP_TAR_NAME_MAX);
	name[LP_TAR_NAME_MAX] = '\0';
	*size = 0;
	for (unsigned int i = 0; i < 11; i++) {
		uint8_t digit = header[SIZE + i];

		if (digit < '0' || digit > '7')
			return lp_fail(err, LPPACK_E_STRUCTURE, "fetch the file again",
				       "%s: byte %llu: not the header of a member", file, (unsigned long long)offset);
		*size = *size << 3 | (uint64_t)(digit - '0');
	}
	return 0;
}

int lp_tar_expect(struct lp_input *in, uint64_t offset, const char *name, uint64_t size, int64_t mtime,
		  struct lppack_error *err)
{
	uint8_t expected[LP_TAR_BLOCK];
	uint8_t header[LP_TAR_BLOCK];
	int rc = lp_input_read(in, offset, header, sizeof(header), err);

	if (rc < 0)
		return rc;
	lp_tar_header(name, size, mtime, expected);
	if (memcmp(header, expected, sizeof(header)) != 0)
		return lp_fail(err, LPPACK_E_STRUCTURE, "fetch the file again",
			       "%s: byte %llu: not the header that member %s must have", in->name,
			       (unsigned long long)offset, name);
	return 0;
}

int lp_tar_expect_zeros(struct lp_input *in, uint64_t offset, uint64_t n, const char *what, struct lppack_error *err)
{
	static const uint8_t zeros[4096];
	uint8_t chunk[sizeof(zeros)];

	while (n > 0) {
		size_t now = n < sizeof(chunk) ? (size_t)n : sizeof(chunk);
		int rc = lp_input_read(in, offset, chunk, now, err);

		if (rc < 0)
			return rc;
		if (memcmp(chunk, zeros, now) != 0)
			return lp_fail(err, LPPACK_E_STRUCTURE, "fetch the file again",
				       "%s: after byte %llu: %s must be zeros", in->name, (unsigned long long)offset,
				       what);
		offset += now;
		n -= now;
	}
	return 0;
}

int lp_tar_expect_padding(struct lp_input *in, uint64_t offset, uint64_t size, struct lppack_error *err)
{
	return lp_tar_expect_zeros(in, offset + size, lp_tar_padding(size), "the bytes after a member", err);
}
