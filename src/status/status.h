/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts that the answer of lppack status is put together from. */
#ifndef LP_STATUS_STATUS_H
#define LP_STATUS_STATUS_H

#include "machine/hold.h"
#include "machine/host.h"
#include "machine/running.h"
#include "machine/store.h"
#include "runtime/stack.h"

/* Grows whenever a key of lppack-status-json(5) changes its meaning or goes; a new key alone is no reason. */
#define LP_STATUS_SCHEMA 1

/* What was read of the machine for one answer. */
struct lp_snapshot {
	struct lppack_host *host;
	struct lp_stack stack;
	bool is_recorded;
	struct lp_applied applied;
	struct lp_running running;        /* what lppack did in this boot */
	struct lp_build_id loading;       /* of the module that a call which has not ended is loading; or empty */
	const struct lp_live_patch *ours; /* in the stack; the one that the record tells of; NULL */
	struct lp_store store;
	struct lp_holds holds;
	struct lppack_value *problems;    /* texts: what could not be read, which hides nothing else */
};

/* Only what the stack is missing fails; the rest becomes a problem. */
int lp_snapshot_read(struct lp_snapshot *snapshot, struct lppack_host *host, struct lppack_error *err);
void lp_snapshot_free(struct lp_snapshot *snapshot);
void lp_snapshot_problem(struct lp_snapshot *snapshot, const struct lppack_error *err);

/* What a kept level says of the running kernel, as lp_applied_level() tells it. 1, 0 if it has nothing for it, or a
 * negative code. */
int lp_snapshot_installed_facts(struct lp_snapshot *snapshot, const struct lp_installed *level, struct lppack_value **out,
			 struct lppack_error *err);
/* The newest kept level of the stream in force, of the one that boots put in force, or of what was installed last;
 * NULL. */
const struct lp_installed *lp_snapshot_newest(const struct lp_snapshot *snapshot);

/* "fixes" and "reboot" of the answer, added to it. */
void lp_status_add_fixes(struct lp_snapshot *snapshot, struct lppack_value **map);
/* "functions": which patch each function's calls end up in, by the order of the stack. */
struct lppack_value *lp_status_functions(const struct lp_snapshot *snapshot);
/* "memory": what the livepatch modules hold, in force or left over. */
struct lppack_value *lp_status_memory(struct lppack_host *host);
/* "findings": what somebody ought to do something about, the gravest first. */
struct lppack_value *lp_status_findings(const struct lppack_value *status);

#define LP_AUTO_SNAPSHOT LP_AUTO(lp_snapshot_free)

#endif
