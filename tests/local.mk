# SPDX-License-Identifier: LGPL-2.1-or-later
include tests/check/local.mk
include tests/hostile/local.mk
include tests/cli/local.mk
include tests/fault/local.mk
