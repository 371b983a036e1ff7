// SPDX-License-Identifier: GPL-2.0
/* A livepatch that adds itself to the stack instead of replacing it. */
#define LPTEST_NAME "noreplace"
#include "lptest.h"

static struct klp_func funcs[] = { LPTEST_CMDLINE_FUNC, { } };
static struct klp_object objs[] = { { .funcs = funcs }, { } };
static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.replace = false,
};

static int __init lptest_init(void)
{
	return lptest_enable(&patch);
}

LPTEST_MODULE("livepatch that is not a replace one");
