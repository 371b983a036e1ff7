// SPDX-License-Identifier: GPL-2.0
/* A livepatch with which the machine does not live: it panics once it is in force. */
#define LPTEST_NAME "panic"
#include "lptest.h"

#include <linux/kernel.h>
#include <linux/panic.h>

static void lptest_post_patch(struct klp_object *object)
{
	panic("lptest_panic is in force");
}

static struct klp_func funcs[] = { LPTEST_CMDLINE_FUNC, {} };

static struct klp_object objects[] = {
	{
		.funcs = funcs,
		.callbacks = { .post_patch = lptest_post_patch },
	},
	{}
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objects,
	.replace = true,
};

static int __init lptest_init(void)
{
	return lptest_enable(&patch);
}

LPTEST_MODULE("panics");
