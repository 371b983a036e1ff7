/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The differences of lppack_verified_diff() and lppack_module_diff() as prose: thousands of changes in a few lines. */
#ifndef CLI_DIFF_REPORT_H
#define CLI_DIFF_REPORT_H

#include <lppack/value.h>

void diff_print(const struct lppack_value *diff);
/* "going back ...": for which kernels it is safe, and why not for the others. */
void diff_print_rollback(const struct lppack_value *diff);

#endif
