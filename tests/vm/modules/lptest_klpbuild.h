/* SPDX-License-Identifier: GPL-2.0 */
/* The layout of klp-build's modules: include/linux/livepatch_external.h of 6.19. */
#ifndef LPTEST_KLPBUILD_H
#define LPTEST_KLPBUILD_H

#include <linux/livepatch.h>

struct klp_func_ext {
	const char *old_name;
	void *new_func;
	unsigned long sympos;
};

struct klp_object_ext {
	const char *name;
	struct klp_func_ext *funcs;
	struct klp_callbacks callbacks;
	unsigned int nr_funcs;
};

int lptest_klpbuild_capture(void);

#endif
