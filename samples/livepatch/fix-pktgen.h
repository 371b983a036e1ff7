/* SPDX-License-Identifier: GPL-2.0 */
/* SAMPLE-2026-0002, since level 1: /proc/net/pktgen/pgctrl tells the level. */
#include <linux/seq_file.h>

/* net/core/pktgen.c */
static int lppack_pgctrl_show(struct seq_file *seq, void *v)
{
	seq_puts(seq, "Packet Generator for packet performance testing. "
		      "Version: 2.75" LPPACK_SUFFIX "\n");
	return 0;
}
