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

# What a check in under a minute leaves out: what takes seconds each and seldom finds what the rest does not.
slow_tests = $(long_tests) $(hostile_scripts) $(fuzz_programs) tests/fault/fault.sh tests/pki/verdicts.sh \
	$(filter tests/cli/bad_%,$(cli_scripts)) \
	tests/cli/check.sh tests/cli/drill.sh tests/cli/hold.sh tests/cli/keygen.sh tests/cli/policy.sh tests/cli/power.sh \
	tests/cli/sign.sh tests/cli/status.sh tests/cli/token.sh tests/cli/transaction.sh tests/cli/trust.sh \
	tests/unit/apply/test_receipt tests/unit/apply/test_recover tests/unit/apply/test_rollback

check-fast: all
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(filter-out $(slow_tests),$(TESTS))'
.PHONY: check-fast
