/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LP_BASE_ARRAY_H
#define LP_BASE_ARRAY_H

#include <stddef.h>

/*
 * Appends a zeroed element: array is the address of the pointer to the *n elements of `size` bytes. Returns the new
 * element, or NULL without memory, with nothing changed.
 */
void *lp_array_add(void *array, size_t *n, size_t size);

#endif
