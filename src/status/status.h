/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts that the answer of lppack status is put together from. */
#ifndef LP_STATUS_STATUS_H
#define LP_STATUS_STATUS_H

#include "runtime/stack.h"
#include "machine/boot_choice.h"
#include "machine/hold.h"
#include "machine/host.h"
#include "machine/store.h"

/* Grows whenever a key of lppack-status-json(5) changes its meaning or goes; a new key alone is no reason. */
#define LP_STATUS_SCHEMA 1

#endif
