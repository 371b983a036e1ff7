/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lppack status and lppack install tell people of a machine. */
#ifndef CLI_STATUS_REPORT_H
#define CLI_STATUS_REPORT_H

#include <lppack/value.h>

/* The whole answer of lppack status. */
void status_print(const struct lppack_value *status);
/* "next boot   RELEASE: covered by STREAM serial N" for each installed kernel. */
void coverage_print(const struct lppack_value *coverage);

#endif
