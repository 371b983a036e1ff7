/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The receipt of what was done to the kernel. */
#ifndef LP_APPLY_RECEIPT_H
#define LP_APPLY_RECEIPT_H

#include "runtime/attempt.h"
#include "apply/plan.h"

struct lppack_receipt {
	const char *verb;               /* a literal */
	struct lppack_value *about;     /* kernel, bundle, module; or kernel, removes */
	struct lppack_value *took_over; /* or NULL */
	struct lp_attempt_result result;
	struct lppack_error error; /* code 0: none */
};

struct lppack_receipt *lp_receipt_new(const char *verb, struct lppack_error *err);
/* Adds the receipt to the history; a history that cannot be written is told as a failure of the record. */
int lp_receipt_record(const struct lppack_receipt *receipt, struct lppack_host *host, struct lppack_error *err);
/* Copies the receipt's error to the caller's. */
void lp_receipt_report(const struct lppack_receipt *receipt, struct lppack_error *err);

LP_DEFINE_CLEANUP(struct lppack_receipt, lppack_receipt_free)

#endif
