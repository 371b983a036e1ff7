/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the anatomy share. */
#include "inspect/anatomy_parts.h"

#include "inspect/elf.h"

#include <string.h>

int lp_anatomy_too_many(const struct lp_elf *elf, const char *what, struct lppack_error *err)
{
	return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: has more than %u %s", elf->name, LP_ANATOMY_ITEMS_MAX,
		       what);
}

char *lp_anatomy_printable(const void *bytes, size_t n)
{
	char *text = strndup(bytes, n);

	for (char *c = text; c && *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	return text;
}

bool lp_anatomy_has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}
