/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel log, as far as it speaks of livepatching. */
#ifndef LP_RUNTIME_KMSG_H
#define LP_RUNTIME_KMSG_H

#include "runtime/kernel_io.h"

/* The kernel log from the moment of opening on; fd -1 where it cannot be read. */
struct lp_kmsg {
	int fd;
};

void lp_kmsg_open(struct lp_kmsg *kmsg, struct lp_kernel_io *io);
/* Appends the lines since the last call that tell of livepatching or the module (NULL: none), each with a newline. */
void lp_kmsg_collect(struct lp_kmsg *kmsg, const char *module, struct lp_buf *lines);
void lp_kmsg_close(struct lp_kmsg *kmsg);

/* Whether the kernel's log tells of a forced transition in this boot (as far back as it reaches). */
bool lp_kmsg_shows_force(struct lp_kernel_io *io);

#endif
