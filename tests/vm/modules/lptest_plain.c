// SPDX-License-Identifier: GPL-2.0
/* An ordinary module. */
#include <linux/module.h>

static int __init lptest_plain_init(void)
{
	return 0;
}

static void __exit lptest_plain_exit(void)
{
}

module_init(lptest_plain_init);
module_exit(lptest_plain_exit);
MODULE_DESCRIPTION("lppack test: not a livepatch");
MODULE_LICENSE("GPL");
