// SPDX-License-Identifier: GPL-2.0
/* A livepatch with the state of lptest_state_1 in version 2. */
#define LPTEST_NAME "state_2"
#define LPTEST_STATE_VERSION 2
#include "lptest_state.h"
