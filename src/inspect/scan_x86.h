/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a module's x86-64 code does to replace of its struct klp_patch: constant stores, found without running it. */
#ifndef LP_INSPECT_SCAN_X86_H
#define LP_INSPECT_SCAN_X86_H

#include "inspect/klp.h"

struct lp_replace_scan {
	bool is_whole;     /* all code was decoded */
	bool found_patch;  /* a struct klp_patch in data, or code that makes one */
	size_t n_true;     /* stores of a constant that is not zero */
	size_t n_false;    /* stores of zero */
	size_t n_unknown;  /* other writes */
	const char *where; /* the section of the last store; borrowed */
	uint64_t offset;
};

/*
 * trace says where struct klp_patch is in data; without that, one that the init code makes is looked for: a pointer
 * through which &__this_module is stored at offset 0.
 */
int lp_replace_scan_x86(const struct lp_elf *elf, const struct lp_klp_trace *trace, struct lp_replace_scan *out,
			struct lppack_error *err);

#endif
