/* SPDX-License-Identifier: GPL-2.0 */
/* A livepatch that carries state 7 in version LPTEST_STATE_VERSION, or no state at all. */
#include "lptest.h"

static struct klp_func funcs[] = { LPTEST_CMDLINE_FUNC, { } };
static struct klp_object objs[] = { { .funcs = funcs }, { } };
#ifdef LPTEST_STATE_VERSION
static struct klp_state states[] = {
	{
		.id = 7,
		.version = LPTEST_STATE_VERSION,
	},
	{ }
};
#endif

static struct klp_patch patch = {
	.mod = THIS_MODULE,
	.objs = objs,
#ifdef LPTEST_STATE_VERSION
	.states = states,
#endif
	.replace = true,
};

static int __init lptest_init(void)
{
	return lptest_enable(&patch);
}

LPTEST_MODULE("replace livepatch, " LPTEST_NAME);
