/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arrays that grow by one element, and searching sorted ones. */
#ifndef LP_SHARED_ARRAY_H
#define LP_SHARED_ARRAY_H

#include <stddef.h>

/*
 * Appends a zeroed element: array is the address of the pointer to the *n elements of `size` bytes. Returns the new
 * element, or NULL without memory, with nothing changed.
 */
void *lp_array_add(void *array, size_t *n, size_t size);

/* The first i below n for which is_before, an expression in i, is false, or n. It must be true up to some place and
 * false from there on. */
#define LP_LOWER_BOUND(n, i, is_before) \
	({ \
		size_t low_ = 0; \
		size_t high_ = (n); \
		while (low_ < high_) { \
			size_t i = low_ + (high_ - low_) / 2; \
			if (is_before) \
				low_ = i + 1; \
			else \
				high_ = i; \
		} \
		low_; \
	})

#endif
