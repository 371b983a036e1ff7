// SPDX-License-Identifier: GPL-2.0
/* A livepatch with a state of version 1. */
#define LPTEST_NAME "state_1"
#define LPTEST_STATE_VERSION 1
#include "lptest_state.h"
