# SPDX-License-Identifier: LGPL-2.1-or-later
# What keeps sources, headers, help, man pages and completions honest. Each script also runs by hand.
check_scripts = \
	tests/check/cli_usage.sh \
	tests/check/cxx.sh \
	tests/check/errors.sh \
	tests/check/help.sh \
	tests/check/layers.sh \
	tests/check/policy_keys.sh \
	tests/check/spdx.sh \
	tests/check/spec_keys.sh \
	tests/check/symbols.sh
dist_check_SCRIPTS += $(check_scripts)
unit_tests += $(check_scripts)
EXTRA_DIST += tests/check/tap.sh

check_tests = \
	tests/unit/test_error \
	tests/unit/test_cli_apply_report \
	tests/unit/test_cli_json \
	tests/unit/test_cli_options \
	tests/unit/test_cli_suggest \
	tests/unit/test_cli_units
check_PROGRAMS += $(check_tests)
unit_tests += $(check_tests)

tests_unit_test_cli_apply_report_SOURCES = tests/unit/test_cli_apply_report.c tests/unit/capture.h src/cli/apply_report.c \
	src/cli/describe.c src/cli/output.c src/cli/units.c
tests_unit_test_cli_json_SOURCES = tests/unit/test_cli_json.c tests/unit/capture.h src/cli/json.c
tests_unit_test_cli_options_SOURCES = tests/unit/test_cli_options.c \
	src/cli/options.c src/cli/output.c src/cli/suggest.c src/cli/units.c

tests_unit_test_cli_suggest_SOURCES = tests/unit/test_cli_suggest.c src/cli/suggest.c
tests_unit_test_cli_units_SOURCES = tests/unit/test_cli_units.c src/cli/units.c
