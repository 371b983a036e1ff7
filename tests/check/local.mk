# SPDX-License-Identifier: LGPL-2.1-or-later
# What keeps sources, headers, help, man pages and completions honest. Each script also runs by hand.
check_scripts = \
	tests/check/cli_usage.sh \
	tests/check/cxx.sh \
	tests/check/errors.sh \
	tests/check/escapes.sh \
	tests/check/format.sh \
	tests/check/heads.sh \
	tests/check/help.sh \
	tests/check/layers.sh \
	tests/check/links.sh \
	tests/check/man3.sh \
	tests/check/policy_keys.sh \
	tests/check/sizes.sh \
	tests/check/spdx.sh \
	tests/check/spec_keys.sh \
	tests/check/statics.sh \
	tests/check/symbols.sh \
	tests/check/version.sh
dist_check_SCRIPTS += $(check_scripts)
unit_tests += $(check_scripts)
EXTRA_DIST += tests/check/rooms.sh tests/check/tap.sh
