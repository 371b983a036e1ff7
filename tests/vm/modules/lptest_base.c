// SPDX-License-Identifier: GPL-2.0
/* A good livepatch that is made for being spoilt: it imports a symbol that it never uses, and exports one. */
#define LPTEST_NAME "base"
#include "lptest.h"

#include <linux/kstrtox.h>

static bool lptest_never;
module_param(lptest_never, bool, 0444);

int lptest_exported(void);
int lptest_exported(void)
{
	return 1;
}
EXPORT_SYMBOL_GPL(lptest_exported);

static struct klp_func lptest_funcs[] = { LPTEST_CMDLINE_FUNC, { } };
static struct klp_object lptest_objs[] = { { .funcs = lptest_funcs }, { } };
static struct klp_patch lptest_patch = {
	.mod = THIS_MODULE,
	.objs = lptest_objs,
	.replace = true,
};

static int __init lptest_init(void)
{
	bool value;

	if (lptest_never && kstrtobool("y", &value))
		return -EINVAL;
	return lptest_enable(&lptest_patch);
}

LPTEST_MODULE("replace livepatch");
