// SPDX-License-Identifier: GPL-2.0
/* What klp-build takes out of the changed objects: new functions, and the tables that name them. */
#define LPTEST_NAME "klpbuild"
#include "lptest.h"
#include "lptest_klpbuild.h"

int lptest_klpbuild_capture(void)
{
	return lptest_capture();
}

static int new_target_value(void)
{
	return 2;
}

static int pre_patch(struct klp_object *obj)
{
	return 0;
}

static struct klp_func_ext vmlinux_funcs[] __used __section(".init.klp_funcs") = {
	{
		.old_name = "cmdline_proc_show",
		.new_func = lptest_cmdline_proc_show,
	},
};
static struct klp_func_ext target_funcs[] __used __section(".init.klp_funcs") = {
	{
		.old_name = "target_value",
		.new_func = new_target_value,
		.sympos = 1,
	},
};
static struct klp_object_ext objects[] __used __section(".init.klp_objects") = {
	{
		.funcs = vmlinux_funcs,
		.callbacks = {
			.pre_patch = pre_patch,
		},
		.nr_funcs = 1,
	},
	{
		.name = "lptest_target",
		.funcs = target_funcs,
		.nr_funcs = 1,
	},
};
