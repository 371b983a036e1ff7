/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Taking structs of options over from callers. */
#include "base/options.h"

#include <string.h>

/* The first byte that is set of those that only a newer library knows; 0 if there is none. */
static size_t find_unknown(const unsigned char *bytes, size_t known, size_t size)
{
	for (size_t i = known; i < size; i++)
		if (bytes[i])
			return i;
	return 0;
}

int lp_options_take(const struct lp_options_type *type, void *to, const void *from, struct lppack_error *err)
{
	size_t size = type->known;
	size_t unknown;

	memset(to, 0, type->known);
	if (!from)
		return 0;
	memcpy(&size, from, sizeof(size));
	if (size < type->least || size > LP_OPTIONS_MAX)
		return lp_fail(err, LPPACK_E_USAGE, "declare it with LPPACK_OPTIONS(), which sets its size",
			       "struct %s: its size is set to %zu; it is %zu here, and never less than %zu", type->name,
			       size, type->known, type->least);
	unknown = find_unknown(from, type->known, size);
	if (unknown)
		return lp_fail(err, LPPACK_E_USAGE, "update liblppack, or leave unset what it does not know",
			       "struct %s: byte %zu is set, and this liblppack knows the first %zu only", type->name,
			       unknown, type->known);
	memcpy(to, from, size < type->known ? size : type->known);
	return 0;
}

int lp_flags_check(const char *name, uint32_t flags, uint32_t known, struct lppack_error *err)
{
	if (!(flags & ~known))
		return 0;
	return lp_fail(err, LPPACK_E_USAGE, "update liblppack, or leave unset what it does not know",
		       "%s: flags 0x%x are set, and this liblppack knows 0x%x only", name, flags, known);
}
