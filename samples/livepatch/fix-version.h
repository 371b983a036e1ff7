/* SPDX-License-Identifier: GPL-2.0 */
/* SAMPLE-2026-0003, since level 2: /proc/version tells the level. */
#include <linux/seq_file.h>

static char fix_version_text[512];

/* fs/proc/version.c */
static int lppack_version_proc_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s" LPPACK_SUFFIX "\n", fix_version_text);
	return 0;
}

static int fix_version_init(void)
{
	return lppack_capture("/proc/version", fix_version_text,
			      sizeof(fix_version_text));
}
