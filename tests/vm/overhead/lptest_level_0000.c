// SPDX-License-Identifier: GPL-2.0
/* The model of a hundred releases that replace each other. */
#define LEVEL_REPLACE true
#include "level.h"
