// SPDX-License-Identifier: GPL-2.0
#define LPPACK_LEVEL 2
#include "cumulative.h"
