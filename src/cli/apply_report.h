/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lppack apply says of a plan and of a receipt. */
#ifndef CLI_APPLY_REPORT_H
#define CLI_APPLY_REPORT_H

#include <lppack/error.h>
#include <lppack/value.h>

/* path: the bundle's, as the user named it. */
void plan_print(const struct lppack_value *plan, const char *path);
/* What the operator's own words bring about, of a plan or an installation: the stream that is left, and what is lost. */
void decided_print(const struct lppack_value *map);
/* err tells whether it succeeded. */
void receipt_print(const struct lppack_value *receipt, const struct lppack_value *plan, const char *path,
		   const struct lppack_error *err);

#endif
