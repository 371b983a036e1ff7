// SPDX-License-Identifier: GPL-2.0
#define LEVEL_REPLACE true
#include "level.h"
