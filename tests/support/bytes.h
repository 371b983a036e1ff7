/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Integers of either byte order, for the makers of files that tests read. */
#ifndef LP_TESTS_BYTES_H
#define LP_TESTS_BYTES_H

#include "shared/buf.h"

static inline void bytes_put_at(uint8_t *to, uint64_t value, size_t size, bool big_endian)
{
	for (size_t i = 0; i < size; i++)
		to[big_endian ? size - 1 - i : i] = (uint8_t)(value >> (8 * i));
}

static inline void bytes_put(struct lp_buf *buf, uint64_t value, size_t size, bool big_endian)
{
	uint8_t *to = lp_buf_grow(buf, size);

	if (to)
		bytes_put_at(to, value, size, big_endian);
}

static inline void bytes_align(struct lp_buf *buf, size_t to)
{
	while (lp_buf_ok(buf) && buf->len % to)
		lp_buf_grow(buf, 1);
}

#endif
