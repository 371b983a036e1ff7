/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the distribution asks for a reboot. */
#ifndef LP_STATUS_REBOOT_H
#define LP_STATUS_REBOOT_H

#include "status/status.h"

/* Fills requested: /run/reboot-required, and the packages in /run/reboot-required.pkgs. */
void lp_status_read_requested(struct lppack_status *status);

#endif
