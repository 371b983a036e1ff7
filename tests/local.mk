# SPDX-License-Identifier: LGPL-2.1-or-later
include tests/support/local.mk
include tests/unit/local.mk
include tests/check/local.mk
include tests/hostile/local.mk
include tests/pki/local.mk
include tests/cli/local.mk
include tests/fault/local.mk
include tests/fuzz/local.mk
include tests/tools/local.mk
