// SPDX-License-Identifier: GPL-2.0
/* Its pre_patch callback refuses and says why: the active patch must stay as it was. */
#define LPTEST_NAME "initfail"
#include "lptest.h"

static int refuse(struct klp_object *obj)
{
	pr_info("lptest_initfail: not on this machine\n");
	return -EPERM;
}

static struct klp_func funcs[] = { LPTEST_CMDLINE_FUNC, { } };
static struct klp_object objs[] = {
	{
		.funcs = funcs,
		.callbacks = {
			.pre_patch = refuse,
		},
	},
	{ }
};
static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.replace = true,
};

static int __init lptest_init(void)
{
	return lptest_enable(&patch);
}

LPTEST_MODULE("replace livepatch whose callback fails");
