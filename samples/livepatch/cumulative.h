/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A livepatch module of the stream "debian-sample". Level N holds every fix
 * of the levels below it, so that it can replace any of them
 * (Documentation/livepatch/cumulative-patches.rst). Each level is one
 * three-line file that sets LPPACK_LEVEL and includes this one.
 */
#include <linux/livepatch.h>
#include <linux/module.h>
#include <linux/stringify.h>

#include "capture.h"

#define LPPACK_SUFFIX LPPACK_MARK "level=" __stringify(LPPACK_LEVEL)

#include "fix-cmdline.h"
#include "fix-pktgen.h"
#if LPPACK_LEVEL >= 2
#include "fix-version.h"
#include "fix-watchdog.h"
#endif
#if LPPACK_LEVEL >= 3
#include "fix-execdomains.h"
#endif

static struct klp_func vmlinux_funcs[] = {
	{
		.old_name = "cmdline_proc_show",
		.new_func = lppack_cmdline_proc_show,
	},
#if LPPACK_LEVEL >= 2
	{
		.old_name = "version_proc_show",
		.new_func = lppack_version_proc_show,
	},
#endif
#if LPPACK_LEVEL >= 3
	{
		.old_name = "execdomains_proc_show",
		.new_func = lppack_execdomains_proc_show,
	},
#endif
	{ }
};

static struct klp_func pktgen_funcs[] = {
	{
		.old_name = "pgctrl_show",
		.new_func = lppack_pgctrl_show,
	},
	{ }
};

#if LPPACK_LEVEL >= 2
static struct klp_func watchdog_funcs[] = {
	{
		.old_name = "identity_show",
		.new_func = lppack_identity_show,
	},
#if LPPACK_LEVEL >= 3
	{
		.old_name = "state_show",
		.new_func = lppack_state_show,
	},
#endif
	{ }
};
#endif

static struct klp_object objs[] = {
	{
		/* no name: vmlinux */
		.funcs = vmlinux_funcs,
	},
	{
		.name = "pktgen",
		.funcs = pktgen_funcs,
	},
#if LPPACK_LEVEL >= 2
	{
		.name = "watchdog",
		.funcs = watchdog_funcs,
	},
#endif
	{ }
};

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.replace = true,
};

static int __init lppack_sample_init(void)
{
	int ret = fix_cmdline_init();

#if LPPACK_LEVEL >= 2
	if (!ret)
		ret = fix_version_init();
#endif
	if (ret) {
		pr_err("%s: cannot read /proc (%d); mount it before loading\n",
		       KBUILD_MODNAME, ret);
		return ret;
	}
	return klp_enable_patch(&patch);
}

/* A module without an exit function could not be removed after a replace. */
static void __exit lppack_sample_exit(void)
{
}

module_init(lppack_sample_init);
module_exit(lppack_sample_exit);
MODULE_DESCRIPTION("lppack sample livepatch, level " __stringify(LPPACK_LEVEL));
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
