/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the livepatch is in replace mode, by what its data say and what its code does. */
#include "inspect/anatomy_replace.h"

#include "shared/text.h"
#include "inspect/anatomy.h"
#include "inspect/elf.h"
#include "inspect/klp_facts.h"
#include "inspect/scan_x86.h"

#include <elf.h>
#include <string.h>

static int set_verdict(struct lp_anatomy *out, enum lp_verdict verdict, char *reason, struct lppack_error *err)
{
	out->verdict = verdict;
	out->reason = reason;
	return reason ? 0 : lp_fail_nomem(err);
}

static const char *scanned_section_name(const struct lp_replace_scan *scan)
{
	size_t n = scan->where ? strnlen(scan->where, LP_ELF_NAME_MAX) : 0;

	return n && n < LP_ELF_NAME_MAX && lp_text_is_clean(scan->where, n, false) ? scan->where : "code";
}

/* Of code that makes struct klp_patch: all of it was zeroed, and a store tells. */
static int replace_by_code(const struct lp_replace_scan *scan, struct lp_anatomy *out, struct lppack_error *err)
{
	const char *where = scanned_section_name(scan);
	unsigned long long at = scan->offset;

	if (!scan->found_patch)
		return set_verdict(out, LP_VERDICT_NOT_DECODED,
				   strdup(scan->is_whole ? "no init code was recognised that makes a struct klp_patch" :
							   "parts of the init code could not be decoded"),
				   err);
	if (scan->n_unknown || (scan->n_true && scan->n_false) || !(scan->n_true || scan->n_false))
		return set_verdict(out, LP_VERDICT_NOT_DECODED,
				   strdup(scan->n_unknown || scan->n_true ?
						  "the init code writes to replace what was not followed up" :
						  "no init code was recognised that writes to replace"),
				   err);
	return set_verdict(out, scan->n_true ? LP_VERDICT_SUPPORTED : LP_VERDICT_CONTRADICTED,
			   lp_text_format("the init code stores %s to replace (%s+0x%llx)",
					  scan->n_true ? "true" : "false", where, at),
			   err);
}

/* Of a struct klp_patch in data that says true. */
static int replace_by_data(const struct lp_elf *elf, const struct lp_replace_scan *scan, struct lp_anatomy *out,
			   struct lppack_error *err)
{
	const char *where = scanned_section_name(scan);
	unsigned long long at = scan->offset;

	if (elf->machine != EM_X86_64)
		return set_verdict(out, LP_VERDICT_PROVED,
				   lp_text_format("set in its struct klp_patch; code of %s is not decoded", elf->arch),
				   err);
	if (scan->n_unknown || (scan->n_true && scan->n_false))
		return set_verdict(out, LP_VERDICT_NOT_DECODED,
				   lp_text_format("set in its struct klp_patch, but its code writes there what was not "
						  "followed up (%s+0x%llx)",
						  where, at),
				   err);
	if (scan->n_false)
		return set_verdict(out, LP_VERDICT_CONTRADICTED,
				   lp_text_format("set in its struct klp_patch, but its code stores false there "
						  "(%s+0x%llx)",
						  where, at),
				   err);
	return set_verdict(out, LP_VERDICT_PROVED,
			   strdup(scan->is_whole ?
					  "set in its struct klp_patch, and no code that stores false was found" :
					  "set in its struct klp_patch; parts of its code could not be decoded"),
			   err);
}

int lp_anatomy_read_replace(const struct lp_elf *elf, const struct lp_module_facts *facts,
			    const struct lp_klp_trace *trace, struct lp_anatomy *out, struct lppack_error *err)
{
	struct lp_replace_scan scan = { 0 };
	int rc = 0;

	if (facts->builder == LP_BUILDER_UNKNOWN)
		return set_verdict(out, LP_VERDICT_NOT_DECODED, strdup("no struct klp_patch was recognised"), err);
	if (elf->machine == EM_X86_64)
		rc = lp_replace_scan_x86(elf, trace, &scan, err);
	if (rc < 0)
		return rc;
	switch (facts->replace) {
	case LP_REPLACE_PROVED:
		return replace_by_data(elf, &scan, out, err);
	case LP_REPLACE_REFUTED:
		return set_verdict(out, LP_VERDICT_REFUTED,
				   strdup(scan.n_true ? "not set in its struct klp_patch, though its code may set it" :
							"not set in its struct klp_patch"),
				   err);
	default:
		if (elf->machine != EM_X86_64)
			return set_verdict(out, LP_VERDICT_NOT_DECODED,
					   lp_text_format("set by code, and code of %s is not decoded", elf->arch),
					   err);
		return replace_by_code(&scan, out, err);
	}
}
