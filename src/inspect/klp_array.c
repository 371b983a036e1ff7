/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far an array of the kernel's structures reaches: format-spec/module-facts-1.md, section 4. */
#include "inspect/klp_array.h"

#include "shared/array.h"
#include "base/file.h"

/* Without a symbol, what stands further away than this may be something else. No kernel has such large entries. */
#define UNSIZED_STRIDE_MAX 1024u

#define HINT_END "end the array with an empty entry ({ }), and build the module with the headers of its kernel"

static int irregular(const struct lp_elf *elf, const struct lp_klp_array *array, const struct lp_klp_shape *shape,
		     struct lppack_error *err)
{
	return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT,
		       "%s: its array of %s in section %s at byte %llu is irregular", elf->name, shape->what,
		       elf->sections[array->section].name, (unsigned long long)array->offset);
}

static int no_end(const struct lp_elf *elf, const struct lp_klp_array *array, const struct lp_klp_shape *shape,
		  struct lppack_error *err)
{
	return lp_fail(err, LPPACK_E_MODULE, HINT_END,
		       "%s: its array of %s in section %s at byte %llu has no end entry: the kernel would read on",
		       elf->name, shape->what, elf->sections[array->section].name, (unsigned long long)array->offset);
}

/* The first relocation of the section at or after the offset, but before the limit; or NULL. */
static const struct lp_elf_reloc *next_reloc(const struct lp_elf *elf, const struct lp_klp_array *array,
					     uint64_t offset)
{
	size_t i = LP_LOWER_BOUND(elf->n_relocs, j,
				  elf->relocs[j].section < array->section ||
					  (elf->relocs[j].section == array->section && elf->relocs[j].offset < offset));

	if (i == elf->n_relocs || elf->relocs[i].section != array->section || elf->relocs[i].offset >= array->limit)
		return NULL;
	return &elf->relocs[i];
}

/* Between an entry's named fields and the next entry all is zero: the next relocation is of the next entry. */
int lp_klp_array_stride(const struct lp_elf *elf, const struct lp_klp_array *array, const struct lp_klp_shape *shape,
			uint64_t *stride, struct lppack_error *err)
{
	const uint64_t behind = array->offset + shape->head;
	const struct lp_elf_reloc *next = next_reloc(elf, array, behind);

	*stride = 0;
	for (uint64_t lead = 0; next && lead <= shape->lead && !*stride; lead += 8) {
		uint64_t at = next->offset - lead;

		if (next->offset >= behind + lead && lp_range_ok(at, shape->head, array->limit) &&
		    shape->is_entry(elf, array->section, at) &&
		    lp_elf_is_zero(elf, array->section, behind, at - behind))
			*stride = at - array->offset;
	}
	if (!array->is_sized && *stride > UNSIZED_STRIDE_MAX)
		return irregular(elf, array, shape, err);
	return 0;
}

int lp_klp_array_count(const struct lp_elf *elf, const struct lp_klp_array *array, const struct lp_klp_shape *shape,
		       uint64_t stride, size_t *n, struct lppack_error *err)
{
	uint64_t at = array->offset; /* behind the named fields of the last entry */
	uint64_t end = array->offset + shape->head;

	for (*n = 0; (stride || !*n) && lp_range_ok(array->offset + *n * stride, shape->head, array->limit) &&
		     shape->is_entry(elf, array->section, array->offset + *n * stride);
	     ++*n) {
		if (*n && !lp_elf_is_zero(elf, array->section, at, stride - shape->head))
			return irregular(elf, array, shape, err);
		at = array->offset + *n * stride + shape->head;
	}
	if (*n)
		end = array->offset + (*n + 1) * (stride ? stride : shape->least);
	if (!lp_range_ok(at, end - at, array->limit))
		return no_end(elf, array, shape, err);
	if (array->is_sized)
		end = array->limit;
	if (!lp_elf_is_zero(elf, array->section, at, end - at) ||
	    (array->is_sized && stride && (array->limit - array->offset) % stride))
		return irregular(elf, array, shape, err);
	return 0;
}

uint64_t lp_klp_array_room(const struct lp_elf *elf, const struct lp_klp_array *array, const struct lp_klp_shape *shape)
{
	uint64_t at = array->offset + shape->head;

	while (lp_range_ok(at, 8, array->limit) && lp_elf_is_zero(elf, array->section, at, 8))
		at += 8;
	return at - array->offset;
}
