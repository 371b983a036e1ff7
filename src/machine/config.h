/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* /etc/lppack/lppack.yaml: what the operator decides once for the machine. */
#ifndef LP_MACHINE_CONFIG_H
#define LP_MACHINE_CONFIG_H

#include "base/error.h"
#include "shared/cleanup.h"

#include <stdint.h>

#define LP_CONFIG_FILE "/etc/lppack/lppack.yaml"
#define LP_KEEP_MAX 64

struct lp_config {
	uint64_t keep_levels; /* so many releases of a stream stay installed */
	char *stream;         /* the one to follow; NULL: the operator does not say */
};

/* root: "" or a prefix. Without the file, and on failure, *out has what holds without it: LPPACK_E_SPEC where it is
 * malformed, and what lp_root_read_safe() fails with. */
int lp_config_read(const char *root, struct lp_config *out, struct lppack_error *err);
void lp_config_free(struct lp_config *config);

#define LP_AUTO_CONFIG LP_AUTO(lp_config_free)

#endif
