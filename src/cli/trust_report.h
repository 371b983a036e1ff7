/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The judgments of lppack_bundle_judge() and lppack_policy_judge() as people read them. */
#ifndef CLI_TRUST_REPORT_H
#define CLI_TRUST_REPORT_H

#include <lppack/value.h>

#include <stdio.h>

/* A line a signature: its key, its scheme, and how it was judged. */
void judgment_print_signatures(FILE *out, const struct lppack_value *judgment);
/* The exit status that the verdict stands for. */
int judgment_status(const struct lppack_value *judgment);

#endif
