/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What whoever packs a module should know or do about it. */
#ifndef LP_BUNDLE_FINDINGS_H
#define LP_BUNDLE_FINDINGS_H

#include "base/facts.h"
#include "base/value.h"
#include "inspect/anatomy.h"

struct lp_finding {
	const char *id;
	const char *severity;  /* error, warning or info */
	enum lppack_code code; /* 0, or what a strict look fails with */
	const char *subject;   /* the function, symbol, object ... it is about, or NULL */
	char *message;         /* taken over; NULL: memory was out */
	const char *hint;
	const char *sys_errno; /* the name of the errno that the kernel would refuse the module with, or NULL */
};

void lp_findings_add(struct lppack_value **list, const struct lp_finding *finding);

/* What is wrong with a module wherever it is loaded, but for its faults: as lp_findings_list(). */
struct lppack_value *lp_findings_of_module(const struct lp_module_facts *facts, const struct lp_anatomy *anatomy);
/* A list of {id, severity, subject, message, hint, code, error, errno}, errors first; NULL without memory. */
struct lppack_value *lp_findings_list(const struct lp_module_facts *facts, const struct lp_anatomy *anatomy);

#endif
