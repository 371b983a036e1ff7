/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The list of what is wrong with a module on every kernel. */
#include "inspect/fault.h"

#include "shared/array.h"
#include "shared/cleanup.h"

#include <stdint.h>
#include <string.h>

#define FAULTS_MAX 64u

void lp_faults_free(struct lp_faults *faults)
{
	for (size_t i = 0; i < faults->n; i++) {
		free((char *)(uintptr_t)faults->items[i].subject);
		free(faults->items[i].message);
		free((char *)(uintptr_t)faults->items[i].hint);
	}
	free(faults->items);
	*faults = (struct lp_faults){ 0 };
}

int lp_faults_add(struct lp_faults *faults, const struct lp_fault *fault, struct lppack_error *err)
{
	LP_AUTO_FREE char *message = fault->message;
	LP_AUTO_FREE char *subject = fault->subject ? strdup(fault->subject) : NULL;
	LP_AUTO_FREE char *hint = strdup(fault->hint);
	struct lp_fault *added = NULL;

	if (faults->n == FAULTS_MAX)
		return 0;
	if (message && hint && (subject || !fault->subject))
		added = lp_array_add(&faults->items, &faults->n, sizeof(*added));
	if (!added)
		return lp_fail_nomem(err);
	*added = *fault;
	added->code = fault->code ? fault->code : LPPACK_E_UNLOADABLE;
	added->subject = LP_TAKE(subject);
	added->message = LP_TAKE(message);
	added->hint = LP_TAKE(hint);
	return 0;
}

int lp_faults_judge(const struct lp_faults *faults, const char *name, struct lppack_error *err)
{
	if (!faults->n)
		return 0;
	return lp_fail(err, faults->items[0].code, faults->items[0].hint, "%s: %s", name, faults->items[0].message);
}
