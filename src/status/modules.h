/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The livepatch modules that are loaded, and their memory. */
#ifndef LP_STATUS_MODULES_H
#define LP_STATUS_MODULES_H

#include "status/status.h"

/* Fills modules, by name: active or left over. LPPACK_E_NO_MEMORY. */
int lp_status_read_modules(struct lppack_status *status, struct lppack_error *err);
/* Their memory together, in bytes. */
uint64_t lp_status_memory(const struct lppack_status *status);

#endif
