/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every livepatch of the tests shares: a replacement of /proc/cmdline
 * that ends in " lppack_test=NAME". Define LPTEST_NAME before.
 */
#ifndef LPTEST_H
#define LPTEST_H

#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <asm/setup.h>

#include "capture.h"

static char lptest_cmdline[COMMAND_LINE_SIZE + 64];

/* fs/proc/cmdline.c */
static int lptest_cmdline_proc_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s" LPPACK_MARK "test=" LPTEST_NAME "\n",
		   lptest_cmdline);
	return 0;
}

static int __maybe_unused lptest_capture(void)
{
	return lppack_capture("/proc/cmdline", lptest_cmdline, sizeof(lptest_cmdline));
}

static int __maybe_unused lptest_enable(struct klp_patch *patch)
{
	int ret = lptest_capture();

	return ret ? ret : klp_enable_patch(patch);
}

#define LPTEST_CMDLINE_FUNC { \
	.old_name = "cmdline_proc_show", \
	.new_func = lptest_cmdline_proc_show, \
}

/* A module without an exit function could never be removed. */
#define LPTEST_MODULE(text) \
	static void __exit lptest_exit(void) { } \
	module_init(lptest_init); \
	module_exit(lptest_exit); \
	MODULE_DESCRIPTION("lppack test: " text); \
	MODULE_LICENSE("GPL"); \
	MODULE_INFO(livepatch, "Y")

#endif
