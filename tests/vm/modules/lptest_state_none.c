// SPDX-License-Identifier: GPL-2.0
#define LPTEST_NAME "state_none"
#include "lptest_state.h"
