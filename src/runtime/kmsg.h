/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel log: what the kernel itself wrote since a moment. */
#ifndef LP_RUNTIME_KMSG_H
#define LP_RUNTIME_KMSG_H

#include "runtime/kernel_io.h"

/* The kernel log from the moment of opening on; fd -1 where it cannot be read. */
struct lp_kmsg {
	int fd;
	bool lost; /* lines were overwritten before they could be read */
};

/* Which lines are of interest. */
enum lp_kmsg_lines {
	LP_KMSG_RELEVANT, /* those about livepatching or the module */
	LP_KMSG_ALL,
};

void lp_kmsg_open(struct lp_kmsg *kmsg, struct lp_kernel_io *io);
/* Appends the kernel's own lines since the last call, each with a newline. What processes have written into the log is
 * left out. module: NULL for none. */
void lp_kmsg_collect(struct lp_kmsg *kmsg, enum lp_kmsg_lines which, const char *module, struct lp_buf *lines);
/* Whether every line since the opening could be read. */
bool lp_kmsg_is_complete(const struct lp_kmsg *kmsg);
void lp_kmsg_close(struct lp_kmsg *kmsg);

/* The first of the collected lines that begins with `begin` and then has `has` ("": anything); NULL for none. It ends at
 * its newline. */
const char *lp_kmsg_find(const struct lp_buf *lines, const char *begin, const char *has);

/* Whether the kernel's log tells of a forced transition in this boot (as far back as it reaches). */
bool lp_kmsg_shows_force(struct lp_kernel_io *io);

#endif
