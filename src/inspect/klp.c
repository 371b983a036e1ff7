/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The livepatch within a module: the first reader that knows the module fills the facts. */
#include "inspect/klp.h"

#include "inspect/elf.h"
#include "inspect/klp_build.h"
#include "inspect/klp_facts.h"
#include "inspect/klp_kpatch.h"
#include "inspect/klp_source.h"

int lp_klp_read(const struct lp_elf *elf, struct lp_module_facts *out, struct lp_klp_trace *trace,
		struct lppack_error *err)
{
	int (*const readers[])(const struct lp_elf *, struct lp_module_facts *, struct lp_klp_trace *,
			       struct lppack_error *) = {
		lp_klp_read_kpatch, lp_klp_read_build, lp_klp_read_source
	};

	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++) {
		int rc = readers[i](elf, out, trace, err);

		if (rc < 0 || out->builder != LP_BUILDER_UNKNOWN)
			return rc;
	}
	return 0;
}
