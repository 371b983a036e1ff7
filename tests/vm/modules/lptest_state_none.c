// SPDX-License-Identifier: GPL-2.0
/* A livepatch without the state that the others have. */
#define LPTEST_NAME "state_none"
#include "lptest_state.h"
