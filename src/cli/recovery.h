/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the verbs that only look at the machine do first: a call that was killed is finished or undone, where that takes
 * no transition. */
#ifndef CLI_RECOVERY_H
#define CLI_RECOVERY_H

#include <lppack/host.h>

#include <stdbool.h>

/* What lppack_host_recover() says it did. NULL if no call was cut short, or it is not this one's to mend: another
 * machine is looked at (root is --root), the privilege is missing, or another lppack is at work. What fails is a
 * warning, but for a journal that cannot be read: status tells of that itself. */
struct lppack_value *recovery_try(struct lppack_host *host, const char *root);
/* Whether it is left to lppack recover, which can wait. */
bool recovery_is_left(const struct lppack_value *report);
/* On standard error. */
void recovery_tell(const struct lppack_value *report);
/* Tries, and tells, of the journal too. */
void recovery_run(struct lppack_host *host, const char *root);

#endif
