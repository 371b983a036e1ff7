/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts that the answer of lppack status is put together from. */
#ifndef LP_STATUS_STATUS_H
#define LP_STATUS_STATUS_H

#include "machine/boot_choice.h"
#include "machine/hold.h"
#include "machine/host.h"
#include "machine/store.h"
#include "runtime/stack.h"

/* Grows whenever a key of lppack-status-json(5) changes its meaning or goes; a new key alone is no reason. */
#define LP_STATUS_SCHEMA 1

/* "fixes" and "reboot" of the answer, added to it. */
void lp_status_add_fixes(const struct lp_snapshot *snapshot, struct lppack_value **problems, struct lppack_value **map);
/* Adds what could not be read, once however many parts stand on it. */
void lp_status_add_problem(struct lppack_value **problems, const struct lppack_error *err);
/* "functions": which patch each function's calls end up in, by the order of the stack. */
struct lppack_value *lp_status_functions(const struct lp_snapshot *snapshot);
/* "memory": what the livepatch modules hold, in force or left over. */
struct lppack_value *lp_status_memory(struct lppack_host *host);
/* "findings": what somebody ought to do something about, the gravest first. */
struct lppack_value *lp_status_findings(const struct lppack_value *status);

#endif
