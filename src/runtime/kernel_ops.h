/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system calls that change the kernel or need it, as a table that tests replace. */
#ifndef LP_RUNTIME_KERNEL_OPS_H
#define LP_RUNTIME_KERNEL_OPS_H

#include <stdint.h>

#define LP_MS_NS INT64_C(1000000)
#define LP_SECOND_NS INT64_C(1000000000)

/* What differs between the real kernel and a test's. Every function returns 0 or a value, or -1 with errno. */
struct lp_kernel_ops {
	int (*finit_module)(void *context, int fd, const char *params, int flags);
	int (*delete_module)(void *context, const char *name, unsigned int flags);
	int (*write_attribute)(void *context, int dirfd, const char *path, const char *value);
	int64_t (*now_ns)(void *context); /* monotonic */
	void (*sleep_ns)(void *context, int64_t ns);
	/* KEYCTL_SEARCH for an asymmetric key: its number, or -1 with errno. NULL: nothing can be told of keys. */
	int (*search_key)(void *context, int32_t keyring, const char *description);
};

extern const struct lp_kernel_ops lp_real_ops;
/* All fail with ENOSYS, but for the clock. */
extern const struct lp_kernel_ops lp_refusing_ops;

#endif
