// SPDX-License-Identifier: GPL-2.0
#define LPPACK_LEVEL 3
#include "cumulative.h"
