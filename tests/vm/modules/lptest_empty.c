// SPDX-License-Identifier: GPL-2.0
/* Has everything of a livepatch, but decides as it is loaded not to enable it. */
#define LPTEST_NAME "empty"
#include "lptest.h"

static struct klp_func funcs[] = { LPTEST_CMDLINE_FUNC, { } };
static struct klp_object objs[] = { { .funcs = funcs }, { } };
static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
	.replace = true,
};

static bool is_wanted;
module_param(is_wanted, bool, 0444);

static int __init lptest_init(void)
{
	return is_wanted ? lptest_enable(&patch) : 0;
}

LPTEST_MODULE("replace livepatch that is never enabled");
