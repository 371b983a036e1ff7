/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the kernel finds the module's init and exit where the module has them. */
#include "check/entry_points.h"

#include "shared/text.h"

static bool has_pointer(const struct lp_this_module *m, uint64_t offset)
{
	for (size_t i = 0; i < m->n_pointers; i++)
		if (m->pointers[i] == offset)
			return true;
	return false;
}

/* Fewer pointers than two are a fault of their own. */
char *lp_entry_points_fault(const struct lp_anatomy *anatomy, const struct lp_btf *btf)
{
	static const char *const members[] = { "init", "exit" };
	const struct lp_this_module *m = &anatomy->this_module;

	for (size_t i = 0; i < 2 && m->n_pointers >= 2; i++) {
		struct lp_btf_member member;

		if (lp_btf_member(btf, "module", members[i], &member) && !has_pointer(m, member.offset))
			return lp_text_format("its struct module has pointers to code at %llu and %llu, but the kernel "
					      "looks for %s at %llu",
					      (unsigned long long)m->pointers[0], (unsigned long long)m->pointers[1],
					      members[i], (unsigned long long)member.offset);
	}
	return NULL;
}
