// SPDX-License-Identifier: GPL-2.0
/* Patches what sleeps in lptest_target, so that a sleeper holds it up. */
#define LPTEST_NAME "stall"
#include "lptest.h"

static int patched_sleep(void)
{
	return 0;
}

static int patched_value(void)
{
	return 2;
}

static struct klp_func vmlinux_funcs[] = { LPTEST_CMDLINE_FUNC, { } };
static struct klp_func target_funcs[] = {
	{
		.old_name = "target_sleep_d",
		.new_func = patched_sleep,
	},
	{
		.old_name = "target_sleep_i",
		.new_func = patched_sleep,
	},
	{
		.old_name = "target_sleep_k",
		.new_func = patched_sleep,
	},
	{
		.old_name = "target_value",
		.new_func = patched_value,
	},
	{ }
};
static struct klp_object objs[] = {
	{
		.funcs = vmlinux_funcs,
	},
	{
		.name = "lptest_target",
		.funcs = target_funcs,
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

LPTEST_MODULE("replace livepatch that a sleeper in lptest_target holds up");
