/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lppack apply says of a plan and of a receipt. */
#ifndef CLI_APPLY_REPORT_H
#define CLI_APPLY_REPORT_H

#include <lppack/error.h>
#include <lppack/value.h>

/* path: the bundle's, as the user named it. */
void plan_print(const struct lppack_value *plan, const char *path);
/* A list of losses, one a line. */
void losses_print(const struct lppack_value *losses);
/* err tells whether it succeeded. */
void receipt_print(const struct lppack_value *receipt, const struct lppack_value *plan, const char *path,
		   const struct lppack_error *err);

#endif
