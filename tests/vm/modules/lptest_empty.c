// SPDX-License-Identifier: GPL-2.0
/* Has everything of a livepatch, but never enables it. */
#define LPTEST_NAME "empty"
#include "lptest.h"

static struct klp_func funcs[] = { LPTEST_CMDLINE_FUNC, { } };
static struct klp_object objs[] = { { .funcs = funcs }, { } };
static struct klp_patch patch __used = {
	.mod = THIS_MODULE,
	.objs = objs,
	.replace = true,
};

static int __init lptest_init(void)
{
	return 0;
}

LPTEST_MODULE("replace livepatch that is never enabled");
