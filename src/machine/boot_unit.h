/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether systemd has been told to apply at boot. */
#ifndef LP_MACHINE_BOOT_UNIT_H
#define LP_MACHINE_BOOT_UNIT_H

#include "machine/host.h"

/* Whether systemd applies at boot: 1 if lppack-apply.service is enabled, 0 if it is not; -1 where that cannot be told:
 * no systemd, or the unit is masked because something else applies. */
int lp_boot_is_enabled(struct lppack_host *host);

#endif
