/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unsigned integers of foreign files in either byte order. The caller has checked the range. */
#ifndef LP_INSPECT_WORD_H
#define LP_INSPECT_WORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline uint64_t lp_word_get(const uint8_t *p, size_t size, bool big_endian)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value = value << 8 | p[big_endian ? i : size - 1 - i];
	return value;
}

#endif
