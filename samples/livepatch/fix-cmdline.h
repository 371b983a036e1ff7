/* SPDX-License-Identifier: GPL-2.0 */
/* SAMPLE-2026-0001, since level 1: /proc/cmdline tells the level. */
#include <linux/seq_file.h>
#include <asm/setup.h>

static char fix_cmdline_text[COMMAND_LINE_SIZE + 64];

/* fs/proc/cmdline.c */
static int lppack_cmdline_proc_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s" LPPACK_SUFFIX "\n", fix_cmdline_text);
	return 0;
}

static int fix_cmdline_init(void)
{
	return lppack_capture("/proc/cmdline", fix_cmdline_text,
			      sizeof(fix_cmdline_text));
}
