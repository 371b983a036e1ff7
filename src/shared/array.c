/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arrays that grow by one element. */
#include "shared/array.h"

#include <stdlib.h>
#include <string.h>

void *lp_array_add(void *array, size_t *n, size_t size)
{
	char *elements;

	/* Copied, because a T ** must not be written through a void **. */
	memcpy(&elements, array, sizeof(elements));
	elements = reallocarray(elements, *n + 1, size);
	if (!elements)
		return NULL;
	memcpy(array, &elements, sizeof(elements));
	return memset(elements + (*n)++ * size, 0, size);
}
