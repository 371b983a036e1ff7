/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What elf_maker.h packs kernels into: a gzip member, an x86 bzImage. */
#include "support/elf_maker.h"

#include "support/bytes.h"

#include <string.h>

#define RELEASE "6.1.0-1-test"

static uint32_t crc32_of(const uint8_t *bytes, size_t n)
{
	uint32_t crc = ~0u;

	for (size_t i = 0; i < n; i++) {
		crc ^= bytes[i];
		for (unsigned int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

void elf_maker_gzip(const void *bytes, size_t n, struct lp_buf *out)
{
	static const uint8_t header[10] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255 };
	const uint8_t *from = bytes;
	size_t left = n;

	lp_buf_append(out, header, sizeof(header));
	do {
		size_t part = left < 65535 ? left : 65535;

		bytes_put(out, part == left, 1, false);
		bytes_put(out, part, 2, false);
		bytes_put(out, ~part, 2, false);
		lp_buf_append(out, from, part);
		from += part;
		left -= part;
	} while (left);
	bytes_put(out, crc32_of(bytes, n), 4, false);
	bytes_put(out, n, 4, false);
}

int elf_maker_bzimage_around(const char *release, const void *payload, size_t n, struct lp_buf *out)
{
	const size_t setup = 5 * 512;
	const size_t payload_offset = 0x40;
	size_t start = out->len;
	uint8_t *head = lp_buf_grow(out, setup + payload_offset);

	if (!head)
		return -1;
	/* Documentation/arch/x86/boot.rst; protocol 2.15. */
	head[0x1f1] = 4;
	bytes_put_at(head + 0x1fe, 0xaa55, 2, false);
	memcpy(head + 0x202, "HdrS", 4);
	bytes_put_at(head + 0x206, 0x020f, 2, false);
	bytes_put_at(head + 0x20e, 0x200, 2, false);
	bytes_put_at(head + 0x236, 1, 2, false);
	bytes_put_at(head + 0x248, payload_offset, 4, false);
	bytes_put_at(head + 0x24c, n, 4, false);
	snprintf((char *)head + 0x400, 256, "%s (root@test) #1 SMP PREEMPT_DYNAMIC test", release ? release : RELEASE);
	lp_buf_append(out, payload, n);
	while (lp_buf_ok(out) && (out->len - start) % 16)
		lp_buf_grow(out, 1);
	return lp_buf_ok(out) ? 0 : -1;
}
