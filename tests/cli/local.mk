# SPDX-License-Identifier: LGPL-2.1-or-later
# The built program, on files and on machines that are directories.
cli_scripts = \
	tests/cli/absent.sh \
	tests/cli/apply.sh \
	tests/cli/bad_bundles.sh \
	tests/cli/bad_keys.sh \
	tests/cli/bad_modules.sh \
	tests/cli/bad_places.sh \
	tests/cli/bad_specs.sh \
	tests/cli/check.sh \
	tests/cli/chroot.sh \
	tests/cli/boot.sh \
	tests/cli/create.sh \
	tests/cli/diff.sh \
	tests/cli/drill.sh \
	tests/cli/environment.sh \
	tests/cli/escapes.sh \
	tests/cli/examples.sh \
	tests/cli/freshness.sh \
	tests/cli/gaps.sh \
	tests/cli/host.sh \
	tests/cli/history.sh \
	tests/cli/hold.sh \
	tests/cli/inspect.sh \
	tests/cli/install.sh \
	tests/cli/kernels.sh \
	tests/cli/keygen.sh \
	tests/cli/losses.sh \
	tests/cli/opens.sh \
	tests/cli/policy.sh \
	tests/cli/policy_memory.sh \
	tests/cli/power.sh \
	tests/cli/refusals.sh \
	tests/cli/report.sh \
	tests/cli/root_links.sh \
	tests/cli/sign.sh \
	tests/cli/sign_module.sh \
	tests/cli/status.sh tests/cli/streams.sh \
	tests/cli/statuses.sh \
	tests/cli/token.sh \
	tests/cli/transaction.sh \
	tests/cli/trust.sh
dist_check_SCRIPTS += $(cli_scripts)
unit_tests += $(cli_scripts)

EXTRA_DIST += \
	tests/cli/lib.sh \
	tests/cli/mangle.py \
	tests/cli/power.py \
	tests/cli/test.key \
	tests/cli/test.pub \
	tests/golden/apply-already.json \
	tests/golden/apply-already.txt \
	tests/golden/apply-first.json \
	tests/golden/apply-first.txt \
	tests/golden/apply-replace.json \
	tests/golden/apply-replace.txt \
	tests/golden/create.json \
	tests/golden/create.txt \
	tests/golden/extract.txt \
	tests/golden/inspect.json \
	tests/golden/inspect.txt \
	tests/golden/show-kernels.json \
	tests/golden/show-kernels.txt \
	tests/golden/show-untrusted.txt \
	tests/golden/show.json \
	tests/golden/show.txt \
	tests/golden/status-none.json \
	tests/golden/status-none.txt \
	tests/golden/status-unknown.txt \
	tests/golden/status.json \
	tests/golden/status.txt \
	tests/golden/verify-kernel.json \
	tests/golden/verify-kernel.txt \
	tests/golden/verify-several.txt \
	tests/golden/verify.json \
	tests/golden/verify.txt
