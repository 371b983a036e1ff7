/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration of a kernel. */
#ifndef LP_INSPECT_KCONFIG_H
#define LP_INSPECT_KCONFIG_H

#include "shared/cleanup.h"
#include "base/error.h"
#include "inspect/arena.h"

struct lp_kconfig_item {
	const char *name;  /* with CONFIG_ */
	const char *value; /* "y", "m", a number, a text without its quotes; NULL: "is not set" */
};

struct lp_kconfig {
	struct lp_kconfig_item *items; /* by name; of several the last one of the file */
	size_t n;
	/* private */
	struct lp_arena arena;
};

/* config-RELEASE of /boot, .config, or the text of IKCONFIG. LPPACK_E_KERNEL_IMAGE if it is none. */
int lp_kconfig_parse(struct lp_kconfig *out, const void *bytes, size_t n, const char *name, struct lppack_error *err);
void lp_kconfig_free(struct lp_kconfig *config);
/* The value, or NULL if it is not set or absent. name with or without CONFIG_. */
const char *lp_kconfig_get(const struct lp_kconfig *config, const char *name);
/* Whether it is "y". */
bool lp_kconfig_is_on(const struct lp_kconfig *config, const char *name);

#define LP_AUTO_KCONFIG LP_AUTO(lp_kconfig_free)

#endif
