// SPDX-License-Identifier: GPL-2.0
/* Patches a function that no kernel has. */
#define LPTEST_NAME "missing"
#include "lptest.h"

static int missing(void)
{
	return 0;
}

static struct klp_func funcs[] = {
	LPTEST_CMDLINE_FUNC,
	{
		.old_name = "lptest_no_such_function",
		.new_func = missing,
	},
	{ }
};
static struct klp_object objs[] = { { .funcs = funcs }, { } };
static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.replace = true,
};

static int __init lptest_init(void)
{
	return lptest_enable(&patch);
}

LPTEST_MODULE("replace livepatch of a function that does not exist");
