/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What whoever packs a module should know or do about it. */
#ifndef LP_BUNDLE_FINDINGS_H
#define LP_BUNDLE_FINDINGS_H

#include "base/facts.h"
#include "base/value.h"
#include "inspect/anatomy.h"

/* In the order in which they are reported. */
enum lp_severity {
	LP_SEVERITY_ERROR,
	LP_SEVERITY_UNKNOWN, /* nothing says whether it is an error */
	LP_SEVERITY_WARNING,
	LP_SEVERITY_INFO,
};

/* Those of a module itself whose weight depends on the kernel. */
enum lp_finding_kind {
	LP_FINDING_OTHER,
	LP_FINDING_NOT_LIVEPATCH,
	LP_FINDING_NO_VERMAGIC,
	LP_FINDING_NO_SIGNATURE,
};

struct lp_finding {
	const char *id;
	enum lp_severity severity;
	enum lp_finding_kind kind;
	enum lppack_code code; /* 0, or what a strict look fails with */
	const char *subject;   /* the function, symbol, object ... it is about, or NULL */
	char *message;         /* of one that is added: taken over; NULL: memory was out */
	const char *hint;
	const char
		*sys_errno; /* the name of the errno that the kernel would refuse the module with, or NULL; a literal */
};

struct lp_findings {
	struct lp_finding *items; /* their texts are owned */
	size_t n;
	bool failed; /* without memory for one of them */
};

/* Keeps copies of its texts. */
void lp_findings_add(struct lp_findings *list, const struct lp_finding *finding);
/* What is wrong with a module wherever it is loaded, but for its faults. */
void lp_findings_add_module(struct lp_findings *list, const struct lp_module_facts *facts,
			    const struct lp_anatomy *anatomy);
/* The first one; NULL for none. subject: NULL for any. */
const struct lp_finding *lp_findings_find(const struct lp_findings *list, const char *id, const char *subject);
/* By severity, and of one severity as they came. */
void lp_findings_sort(struct lp_findings *list);
/* A list of {id, severity, subject, message, hint, code, error, errno}; NULL without memory. */
struct lppack_value *lp_findings_describe(const struct lp_findings *list);
void lp_findings_free(struct lp_findings *list);

#define LP_AUTO_FINDINGS LP_AUTO(lp_findings_free)

/* All of a module by itself, with its faults, described; NULL without memory. */
struct lppack_value *lp_findings_list(const struct lp_module_facts *facts, const struct lp_anatomy *anatomy);

#endif
