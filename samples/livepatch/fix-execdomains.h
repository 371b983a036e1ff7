/* SPDX-License-Identifier: GPL-2.0 */
/* SAMPLE-2026-0005, since level 3: /proc/execdomains tells the level. */
#include <linux/seq_file.h>

/* kernel/exec_domain.c */
static int lppack_execdomains_proc_show(struct seq_file *m, void *v)
{
	seq_puts(m, "0-0\tLinux           \t[kernel]" LPPACK_SUFFIX "\n");
	return 0;
}
