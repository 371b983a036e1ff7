/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests a kernel's configuration. */
#include "inspect/kconfig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void whole(void **state)
{
	static const char text[] = "#\n# Automatically generated file; DO NOT EDIT.\n#\n"
				   "CONFIG_LIVEPATCH=y\n"
				   "CONFIG_EXT4_FS=m\n"
				   "# CONFIG_XFS_FS is not set\n"
				   "CONFIG_HZ=250\n"
				   "CONFIG_LOCALVERSION=\"\"\n"
				   "CONFIG_CC_VERSION_TEXT=\"gcc-12 (Debian \\\"12\\\") \\\\ 12.2.0\"\n"
				   "\n"
				   "# CONFIG_HZ is a comment\n"
				   "CONFIG_TWICE=y\n"
				   "# CONFIG_TWICE is not set";
	LP_AUTO_KCONFIG struct lp_kconfig config;

	(void)state;
	assert_int_equal(lp_kconfig_parse(&config, text, strlen(text), "config", NULL), 0);
	assert_int_equal(config.n, 7);
	assert_true(lp_kconfig_is_on(&config, "CONFIG_LIVEPATCH"));
	assert_true(lp_kconfig_is_on(&config, "LIVEPATCH"));
	assert_string_equal(lp_kconfig_get(&config, "CONFIG_EXT4_FS"), "m");
	assert_false(lp_kconfig_is_on(&config, "CONFIG_EXT4_FS"));
	assert_null(lp_kconfig_get(&config, "CONFIG_XFS_FS"));
	assert_null(lp_kconfig_get(&config, "CONFIG_NONE"));
	assert_string_equal(lp_kconfig_get(&config, "HZ"), "250");
	assert_string_equal(lp_kconfig_get(&config, "LOCALVERSION"), "");
	assert_string_equal(lp_kconfig_get(&config, "CC_VERSION_TEXT"), "gcc-12 (Debian \"12\") \\ 12.2.0");
	assert_null(lp_kconfig_get(&config, "TWICE"));
}

static void malformed(void **state)
{
	static const struct {
		const char *text;
		const char *message;
	} cases[] = {
		{ "", "has no configuration" },
		{ "# only a comment\n", "has no configuration" },
		{ "CONFIG_A=y\nFOO=y\n", "line 2 is no" },
		{ "CONFIG_A\n", "line 1" },
		{ "CONFIG_A=\"open\n", "line 1" },
		{ "CONFIG_A=\"x\"y\n", "line 1" },
		{ "CONFIG_A=\"x\\\"\n", "line 1" },
		{ "\x1f\x8b\x08", "line 1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lppack_error err = LPPACK_ERROR_INIT;
		struct lp_kconfig config;

		assert_int_equal(lp_kconfig_parse(&config, cases[i].text, strlen(cases[i].text), "config", &err),
				 -LPPACK_E_KERNEL_IMAGE);
		assert_non_null(strstr(err.message, cases[i].message));
		assert_null(config.items);
		assert_null(lp_kconfig_get(&config, "A"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
