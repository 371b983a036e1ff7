// SPDX-License-Identifier: GPL-2.0
/* The model of fifty livepatches that stay on each other. */
#define LEVEL_REPLACE false
#include "level.h"
