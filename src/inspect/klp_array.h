/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Arrays of the kernel's structures in a module's data, that an empty entry ends: how far they reach. */
#ifndef LP_INSPECT_KLP_ARRAY_H
#define LP_INSPECT_KLP_ARRAY_H

#include "inspect/elf.h"

/* What the entries look like: their named fields, then what the kernel fills in at run time, zero in the file. */
struct lp_klp_shape {
	const char *what;
	uint64_t head;  /* bytes of the named fields */
	uint64_t least; /* bytes of the smallest entry that a kernel of this layout has */
	uint64_t lead;  /* offset of the first relocation of an entry, at most */
	bool (*is_entry)(const struct lp_elf *elf, uint32_t section, uint64_t offset);
};

struct lp_klp_array {
	uint32_t section;
	uint64_t offset;
	uint64_t limit; /* it ends there at the latest: its symbol, the next known structure, its section */
	bool is_sized;  /* the limit is the end of its symbol: all up to there is the array */
};

/* The bytes from the first entry to the second, 0 if there is no second one. LPPACK_E_MODULE if that cannot be said. */
int lp_klp_array_stride(const struct lp_elf *elf, const struct lp_klp_array *array, const struct lp_klp_shape *shape,
			uint64_t *stride, struct lppack_error *err);
/* The number of entries; stride 0: not known, so that there is at most one. LPPACK_E_MODULE if an entry has more than
 * its named fields, or there is no empty one behind the last. */
int lp_klp_array_count(const struct lp_elf *elf, const struct lp_klp_array *array, const struct lp_klp_shape *shape,
		       uint64_t stride, size_t *n, struct lppack_error *err);
/* The bytes that an array of one entry can have: up to its limit, or to what is not zero after the named fields. */
uint64_t lp_klp_array_room(const struct lp_elf *elf, const struct lp_klp_array *array,
			   const struct lp_klp_shape *shape);

#endif
