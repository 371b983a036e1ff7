// SPDX-License-Identifier: GPL-2.0
#define LPPACK_LEVEL 1
#include "cumulative.h"
