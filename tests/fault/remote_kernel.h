/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fake kernel in another process: as a real one, it outlives whoever calls it, and no fault of theirs reaches it. */
#ifndef LP_TEST_REMOTE_KERNEL_H
#define LP_TEST_REMOTE_KERNEL_H

#include "support/fake_kernel.h"

struct remote_kernel {
	struct fake_kernel *kernel; /* in the serving process */
	int server;
	int client; /* a high number, which nothing else gets */
	unsigned int marks;
};

void remote_kernel_open(struct remote_kernel *remote, struct fake_kernel *kernel);
void remote_kernel_close(struct remote_kernel *remote);
/* Serves one call, which poll() on remote->server said is there. False once the client is gone. */
bool remote_kernel_serve(struct remote_kernel *remote);
/* Tells the serving process that the caller has reached another mark (remote->marks there). */
void remote_kernel_mark(struct remote_kernel *remote);

/* Its context is the struct remote_kernel, in the calling process. */
extern const struct lp_kernel_ops remote_kernel_ops;

#endif
