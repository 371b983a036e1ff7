/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack status --watch. */
#ifndef CLI_STATUS_WATCH_H
#define CLI_STATUS_WATCH_H

#include <lppack/host.h>

/* Follows a running transition until it ends: redrawn on a terminal, else a line for each change. The exit status, or a
 * negative code. */
int status_watch(struct lppack_host *host, struct lppack_error *err);

#endif
