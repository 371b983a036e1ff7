// SPDX-License-Identifier: GPL-2.0
/*
 * Uses what no module may import: weak, so that the build lets it pass. The tests turn the references into livepatch
 * symbols and relocations (Documentation/livepatch/module-elf-format.rst).
 */
#define LPTEST_NAME "klpsym"
#include "lptest.h"

extern const char linux_banner[] __attribute__((weak));
extern int target_secret __attribute__((weak));

/* fs/proc/version.c */
static int lptest_version_proc_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%.13s lppack_test=%s\n", linux_banner, LPTEST_NAME);
	return 0;
}

/* target_value() of lptest_target, which has the secret */
static noinline int lptest_value(void)
{
	return target_secret + 1;
}

static struct klp_func vmlinux_funcs[] = {
	LPTEST_CMDLINE_FUNC,
	{
		.old_name = "version_proc_show",
		.new_func = lptest_version_proc_show,
	},
	{ }
};
static struct klp_func target_funcs[] = {
	{
		.old_name = "target_value",
		.new_func = lptest_value,
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

LPTEST_MODULE("replace livepatch with livepatch symbols");
