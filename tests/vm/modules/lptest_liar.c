// SPDX-License-Identifier: GPL-2.0
/*
 * Its data says replace, its code says otherwise: what reads the file takes
 * it for a cumulative patch, and the kernel adds it to the active ones.
 */
#define LPTEST_NAME "liar"
#include "lptest.h"

static struct klp_func funcs[] = { LPTEST_CMDLINE_FUNC, { } };
static struct klp_object objs[] = { { .funcs = funcs }, { } };
static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.replace = true,
};

static int __init lptest_init(void)
{
	patch.replace = false;
	return lptest_enable(&patch);
}

LPTEST_MODULE("livepatch that only looks like a replace one");
