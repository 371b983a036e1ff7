/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A livepatch of getpid(2), the cheapest system call, and of /proc/cmdline, which then ends in " lppack_level=NUMBER".
 * The number is that of the module's name, and renumber.py makes others of it. Define LEVEL_REPLACE before.
 */
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <asm/setup.h>

#include "capture.h"

static char level_cmdline[COMMAND_LINE_SIZE + 64];

/* kernel/sys.c */
static long level_getpid(const struct pt_regs *regs)
{
	return task_tgid_vnr(current);
}

/* fs/proc/cmdline.c */
static int level_cmdline_proc_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s" LPPACK_MARK "level=%s\n", level_cmdline, strrchr(KBUILD_MODNAME, '_') + 1);
	return 0;
}

static struct klp_func level_funcs[] = {
	{ .old_name = "__x64_sys_getpid", .new_func = level_getpid },
	{ .old_name = "cmdline_proc_show", .new_func = level_cmdline_proc_show },
	{ }
};

static struct klp_object level_objects[] = {
	{ .funcs = level_funcs },
	{ }
};

static struct klp_patch level_patch = {
	.mod = THIS_MODULE,
	.objs = level_objects,
	.replace = LEVEL_REPLACE,
};

static int __init level_init(void)
{
	int ret = lppack_capture("/proc/cmdline", level_cmdline, sizeof(level_cmdline));

	return ret ? ret : klp_enable_patch(&level_patch);
}

static void __exit level_exit(void)
{
}

module_init(level_init);
module_exit(level_exit);
MODULE_DESCRIPTION("lppack test: one of many levels");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
