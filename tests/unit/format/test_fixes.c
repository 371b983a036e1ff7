/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the member that lists the fixes. */
#include "format/fixes.h"
#include "format/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char usual[] = "fixes:\n"
			    "  - id: \"CVE-2026-0001\"\n"
			    "    summary: \"use after free\"\n"
			    "    severity: \"high\"\n"
			    "    cvss: \"7.8\"\n"
			    "    since: 3\n"
			    "    functions:\n"
			    "      - \"do_one\"\n"
			    "      - \"do_another\"\n"
			    "  - id: \"CVE-2026-0002\"\n"
			    "    since: 9007199254740991\n"
			    "    functions: []\n"
			    "unfixable:\n"
			    "  - id: \"CVE-2026-0003\"\n"
			    "    reason: \"changes a struct\"\n"
			    "withdrawn:\n"
			    "  - kind: \"fix\"\n"
			    "    id: \"CVE-2026-0004\"\n"
			    "    reason: \"wrong\"\n"
			    "  - kind: \"kernel\"\n"
			    "    id: \"00112233\"\n"
			    "    reason: \"old\"\n";

static int decode_with(const char *from, const char *to, struct lp_fixes *out, struct lppack_error *err)
{
	char *at = strstr(usual, from);
	LP_AUTO_FREE char *text = calloc(1, sizeof(usual) + strlen(to) + 1);

	assert_non_null(at);
	memcpy(text, usual, (size_t)(at - usual));
	strcat(text, to);
	strcat(text, at + strlen(from));
	return lp_fixes_decode(text, strlen(text), "b.lpb: fixes.yaml", out, err);
}

static void assert_refused(const char *from, const char *to, const char *words)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_FIXES struct lp_fixes fixes = { 0 };
	int rc = decode_with(from, to, &fixes, &err);

	if (rc != -LPPACK_E_STRUCTURE || !strstr(err.message, words) || !strstr(err.message, "fixes.yaml"))
		fail_msg("%s -> %s: %d: %s", from, to, rc, err.message);
	assert_null(fixes.fixes);
}

static void there_and_back(void **state)
{
	LP_AUTO_FIXES struct lp_fixes fixes = { 0 };
	LP_AUTO_BUF struct lp_buf again = { 0 };

	(void)state;
	assert_int_equal(lp_fixes_decode(usual, strlen(usual), "f", &fixes, NULL), 0);
	assert_int_equal(fixes.n_fixes, 2);
	assert_string_equal(fixes.fixes[0].cvss, "7.8");
	assert_int_equal(fixes.fixes[0].functions.n, 2);
	assert_null(fixes.fixes[1].severity);
	assert_int_equal(fixes.n_unfixable, 1);
	assert_int_equal(fixes.n_withdrawn, 2);
	assert_string_equal(fixes.withdrawn[1].id, "00112233");
	assert_int_equal(lp_fixes_encode(&fixes, &again, NULL), 0);
	assert_string_equal((char *)again.data, usual);
}

static void none(void **state)
{
	LP_AUTO_FIXES struct lp_fixes fixes = { 0 };
	LP_AUTO_BUF struct lp_buf text = { 0 };

	(void)state;
	assert_int_equal(lp_fixes_encode(&fixes, &text, NULL), 0);
	assert_string_equal((char *)text.data, "fixes: []\nunfixable: []\nwithdrawn: []\n");
	assert_int_equal(lp_fixes_decode(text.data, text.len, "f", &fixes, NULL), 0);
	assert_int_equal(fixes.n_fixes, 0);
}

static void order(void **state)
{
	LP_AUTO_FIXES struct lp_fixes fixes = { 0 };

	(void)state;
	assert_refused("CVE-2026-0002", "CVE-2026-0001", "ids must ascend");
	assert_refused("CVE-2026-0002", "CVE-2026-0000", "ids must ascend");
	assert_refused("kind: \"kernel\"", "kind: \"fix\"", "ids must ascend");
	assert_refused("\"fix\"\n    id: \"CVE-2026-0004\"", "\"state\"\n    id: \"4\"", "kinds must ascend");
	/* Ids ascend within a kind only. */
	assert_int_equal(decode_with("CVE-2026-0004", "a", &fixes, NULL), 0);
}

static void keys_and_types(void **state)
{
	LP_AUTO_FIXES struct lp_fixes fixes = { 0 };
	char id[600] = "";

	(void)state;
	assert_refused("    since: 3\n", "", "'since' is missing");
	assert_refused("    functions: []\n", "", "'functions' is missing");
	assert_refused("    reason: \"old\"\n", "", "'reason' is missing");
	assert_refused("    reason: \"changes a struct\"\n", "", "'reason' is missing");
	assert_refused("\"high\"", "\"urgent\"", "'severity'");
	assert_refused("kind: \"kernel\"", "kind: \"module\"", "'kind'");
	assert_refused("cvss: \"7.8\"", "cvss: 7", "'cvss' must be a text");
	assert_refused("CVE-2026-0003", "", "'id' must have 1 to 511 bytes");
	assert_refused("since: 9007199254740991", "since: 9007199254740992", "'since'");
	assert_refused("    cvss", "    cvs", "did you mean 'cvss'");
	assert_refused("- \"do_one\"", "- 1", "must be a text");
	memset(id, 'z', 512);
	assert_refused("CVE-2026-0003", id, "1 to 511 bytes");
	assert_int_equal(decode_with("    cvss: \"7.8\"\n", "    x-ours: 1\n", &fixes, NULL), 0);
}

static void text_sizes(void **state)
{
	LP_AUTO_FIXES struct lp_fixes fixes = { 0 };
	char text[LP_SUMMARY_MAX + 2] = "";

	(void)state;
	assert_refused("use after free", "", "'summary' must have 1 to 4095 bytes");
	assert_refused("changes a struct", "", "'reason' must have 1 to 4095 bytes");
	assert_refused("\"old\"", "\"\"", "'reason' must have 1 to 4095 bytes");
	assert_refused("\"7.8\"", "\"\"", "'cvss' must have 1 to 511 bytes");
	assert_refused("do_another", "", "'functions' must have names of 1 to 511 bytes");
	memset(text, 'z', LP_TEXT_MAX + 1);
	assert_refused("7.8", text, "'cvss' must have 1 to 511 bytes");
	assert_refused("do_another", text, "'functions' must have names of 1 to 511 bytes");
	memset(text, 'z', LP_SUMMARY_MAX + 1);
	assert_refused("use after free", text, "'summary' must have 1 to 4095 bytes");
	assert_refused("wrong", text, "'reason' must have 1 to 4095 bytes");
	text[LP_SUMMARY_MAX] = '\0';
	assert_int_equal(decode_with("use after free", text, &fixes, NULL), 0);
}

static void withdrawn_ids(void **state)
{
	static const char *const good[][2] = {
		{ "fix", "anything: 1,1" },
		{ "function", "vmlinux:f" },
		{ "function", "vmlinux:f,2" },
		{ "function", "ext4:f.part.0,18446744073709551615" },
		{ "kernel", "00112233" },
		{ "state", "0" },
		{ "state", "18446744073709551615" },
	};
	static const char *const bad[][2] = {
		{ "function", "f" },
		{ "function", ":f" },
		{ "function", "vmlinux:" },
		{ "function", "vmlinux:,2" },
		{ "function", "vmlinux:f," },
		{ "function", "vmlinux:f,1" },
		{ "function", "vmlinux:f,02" },
		{ "function", "vmlinux:f,18446744073709551616" },
		{ "kernel", "001122" },
		{ "kernel", "AABBCCDD" },
		{ "kernel", "001122334" },
		{ "state", "01" },
		{ "state", "-1" },
		{ "state", "18446744073709551616" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_null(lp_withdrawn_id_fault(good[i][0], good[i][1]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_non_null(lp_withdrawn_id_fault(bad[i][0], bad[i][1]));
	assert_refused("00112233", "A", "the id of a withdrawn kernel must be a build ID");
	assert_refused("CVE-2026-0004", "CVE-2026-0001",
		       "the fix CVE-2026-0001 is withdrawn, but stands under 'fixes'");
}

static void size_limit(void **state)
{
	LP_AUTO_FIXES struct lp_fixes fixes = { 0 };
	LP_AUTO_BUF struct lp_buf text = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_fix *fix = lp_fixes_add(&fixes);

	(void)state;
	fix->id = strdup("a");
	fix->summary = calloc(1, LP_FIXES_MAX + 1);
	memset(fix->summary, 's', LP_FIXES_MAX);
	assert_int_equal(lp_fixes_encode(&fixes, &text, &err), -LPPACK_E_LIMIT);
	assert_true(*err.hint);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back), cmocka_unit_test(none),       cmocka_unit_test(order),
		cmocka_unit_test(keys_and_types), cmocka_unit_test(text_sizes), cmocka_unit_test(withdrawn_ids),
		cmocka_unit_test(size_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
