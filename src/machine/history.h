/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Receipts of everything that was tried with the kernel: /var/lib/lppack/history/NUMBER.yaml, the latest hundred. */
#ifndef LP_MACHINE_HISTORY_H
#define LP_MACHINE_HISTORY_H

#include "base/value.h"

#define LP_HISTORY_DIRECTORY "/var/lib/lppack/history"
#define LP_HISTORY_KEPT 100

/*
 * Adds a receipt (any map, as lppack_receipt_describe() makes it; "verb" says which one, "at" is added if it lacks it)
 * durably, and drops what is too old. Lists of it are cut to LP_HISTORY_LIST_MAX elements. The caller holds the lock.
 */
int lp_history_append(const char *root, const struct lppack_value *receipt, struct lppack_error *err);
#define LP_HISTORY_LIST_MAX 200

/* The latest `max` receipts (0: all), the newest first, each with "number"; one that cannot be read has "unreadable":
 * why. An empty list if there are none; NULL on failure. */
struct lppack_value *lp_history_read(const char *root, size_t max, struct lppack_error *err);

#endif
