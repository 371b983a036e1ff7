/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What modules and kernels are made of alike: numbers that look like chance, build IDs, notes. */
#include "support/elf_maker_parts.h"

#include "support/bytes.h"

#include <string.h>

uint64_t elf_maker_random(uint64_t *state)
{
	/* splitmix64 */
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

uint64_t elf_maker_hash(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = (hash ^ (uint8_t)*text) * 0x100000001b3;
	return hash;
}

struct lp_build_id elf_maker_derive_id(uint64_t hash)
{
	struct lp_build_id id = { .len = 20 };

	for (size_t i = 0; i < id.len; i++)
		id.bytes[i] = (uint8_t)elf_maker_random(&hash);
	return id;
}

void elf_maker_put_note(struct lp_buf *buf, const char *name, uint32_t type, const void *desc, size_t n,
			bool big_endian)
{
	bytes_put(buf, strlen(name) + 1, 4, big_endian);
	bytes_put(buf, n, 4, big_endian);
	bytes_put(buf, type, 4, big_endian);
	lp_buf_append(buf, name, strlen(name) + 1);
	bytes_align(buf, 4);
	lp_buf_append(buf, desc, n);
	bytes_align(buf, 4);
}
