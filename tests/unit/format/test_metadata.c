/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the facts that a bundle states of a module, and their comparison with the module's own. */
#include "format/metadata.h"
#include "format/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char usual[] = "build_id: \"00112233445566778899aabbccddeeff00112233\"\n"
			    "release: \"6.1.0-test\"\n"
			    "arch: \"x86_64\"\n"
			    "vermagic: \"6.1.0-test SMP preempt mod_unload \"\n"
			    "module:\n"
			    "  name: \"livepatch_x\"\n"
			    "  size: 4096\n"
			    "  sha256: \"00000000000000000000000000000000000000000000000000000000000000cc\"\n"
			    "  build_id: \"aabbccdd\"\n"
			    "  srcversion: \"ABC\"\n"
			    "  depends: \"ext4,xfs\"\n"
			    "  builder: \"source\"\n"
			    "  replace: \"proved\"\n"
			    "  signed: true\n"
			    "objects:\n"
			    "  - name: \"vmlinux\"\n"
			    "    callbacks:\n"
			    "      - \"pre_patch\"\n"
			    "      - \"post_unpatch\"\n"
			    "    functions:\n"
			    "      - name: \"do_one\"\n"
			    "        sympos: 0\n"
			    "      - name: \"do_one\"\n"
			    "        sympos: 18446744073709551615\n"
			    "  - name: \"ext4\"\n"
			    "    callbacks: []\n"
			    "    functions: []\n"
			    "states:\n"
			    "  - id: 18446744073709551615\n"
			    "    version: 4294967295\n"
			    "not_applicable:\n"
			    "  - \"CVE-2026-0001\"\n"
			    "  - \"CVE-2026-0002\"\n";

static int decode_with(const char *from, const char *to, struct lp_metadata *out, struct lppack_error *err)
{
	char *at = strstr(usual, from);
	LP_AUTO_FREE char *text = calloc(1, sizeof(usual) + strlen(to) + 1);

	assert_non_null(at);
	memcpy(text, usual, (size_t)(at - usual));
	strcat(text, to);
	strcat(text, at + strlen(from));
	return lp_metadata_decode(text, strlen(text), "b.lpb: k.yaml", out, err);
}

static void assert_refused(const char *from, const char *to, const char *words)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_METADATA struct lp_metadata metadata = { 0 };
	int rc = decode_with(from, to, &metadata, &err);

	if (rc != -LPPACK_E_STRUCTURE || !strstr(err.message, words) || !strstr(err.message, "k.yaml"))
		fail_msg("%s -> %s: %d: %s", from, to, rc, err.message);
	assert_null(metadata.facts.name);
}

static void there_and_back(void **state)
{
	LP_AUTO_METADATA struct lp_metadata m = { 0 };
	LP_AUTO_BUF struct lp_buf again = { 0 };

	(void)state;
	assert_int_equal(lp_metadata_decode(usual, strlen(usual), "k", &m, NULL), 0);
	assert_int_equal(m.build_id.len, 20);
	assert_int_equal(m.module_size, 4096);
	assert_int_equal(m.module_sha256.bytes[31], 0xcc);
	assert_string_equal(m.facts.depends, "ext4,xfs");
	assert_int_equal(m.facts.builder, LP_BUILDER_SOURCE);
	assert_int_equal(m.facts.replace, LP_REPLACE_PROVED);
	assert_true(m.facts.has_signature);
	assert_int_equal(m.facts.n_objects, 2);
	assert_int_equal(m.facts.objects[0].callbacks, LP_CALLBACK_PRE_PATCH | LP_CALLBACK_POST_UNPATCH);
	assert_true(m.facts.objects[0].funcs[1].sympos == UINT64_MAX);
	assert_true(m.facts.states[0].id == UINT64_MAX);
	assert_int_equal(m.facts.states[0].version, UINT32_MAX);
	assert_int_equal(m.not_applicable.n, 2);
	assert_int_equal(lp_metadata_encode(&m, &again, NULL), 0);
	assert_string_equal((char *)again.data, usual);
}

static void optional_keys(void **state)
{
	static const char *const optional[] = { "  build_id: \"aabbccdd\"\n", "  srcversion: \"ABC\"\n",
						"  depends: \"ext4,xfs\"\n" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		LP_AUTO_METADATA struct lp_metadata m = { 0 };

		assert_int_equal(decode_with(optional[i], "", &m, NULL), 0);
	}
}

static void refusals(void **state)
{
	(void)state;
	assert_refused("build_id: \"00112233445566778899aabbccddeeff00112233\"\n", "", "'build_id' is missing");
	assert_refused("00112233445566778899aabbccddeeff00112233", "0011", "'build_id'");
	assert_refused("release: \"6.1.0-test\"", "release: \"6.1.0-tes\"", "first word");
	assert_refused("release: \"6.1.0-test\"", "release: \"6.1.0-test2\"", "first word");
	assert_refused("release: \"6.1.0-test\"", "release: \"6.1.0\"", "first word");
	assert_refused("  signed: true\n", "", "'signed' is missing");
	assert_refused("signed: true", "signed: \"true\"", "true or false");
	assert_refused("\"proved\"", "\"refuted\"", "not in replace mode");
	assert_refused("\"proved\"", "\"maybe\"", "unknown value");
	assert_refused("builder: \"source\"", "builder: \"gcc\"", "unknown value");
	assert_refused("size: 4096", "size: 67108865", "'size' must be at most");
	assert_refused("\"pre_patch\"", "\"post_unpatch\"", "callbacks");
	assert_refused("\"pre_patch\"", "\"before\"", "callbacks");
	assert_refused("\"pre_patch\"", "1", "must be a text");
	assert_refused("    callbacks: []\n", "", "'callbacks' is missing");
	assert_refused("    functions: []\n", "", "'functions' is missing");
	assert_refused("        sympos: 0\n", "", "'sympos' is missing");
	assert_refused("version: 4294967295", "version: 4294967296", "'version' must be at most");
	assert_refused("CVE-2026-0002", "CVE-2026-0001", "ids must ascend");
	assert_refused("CVE-2026-0002", "CVE-2026-0000", "ids must ascend");
	assert_refused("states:\n", "stats:\n", "did you mean 'states'");
	assert_refused("  - name: \"ext4\"\n", "  - names: \"ext4\"\n", "did you mean 'name'");
	assert_refused("arch: \"x86_64\"", "arch: x86_64", "canonical");
}

/* What the first word is, is up to a space or the end. */
static void release_alone_is_a_vermagic(void **state)
{
	LP_AUTO_METADATA struct lp_metadata m = { 0 };

	(void)state;
	assert_int_equal(decode_with(" SMP preempt mod_unload ", "", &m, NULL), 0);
}

static void assert_differs(const char *from, const char *to, const char *key)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_METADATA struct lp_metadata one = { 0 };
	LP_AUTO_METADATA struct lp_metadata other = { 0 };

	assert_int_equal(lp_metadata_decode(usual, strlen(usual), "k", &one, NULL), 0);
	assert_int_equal(decode_with(from, to, &other, NULL), 0);
	assert_int_equal(lp_metadata_compare(&one.facts, &one.facts, "k", &err), 0);
	assert_int_equal(lp_metadata_compare(&one.facts, &other.facts, "b.lpb: k", &err), -LPPACK_E_FACTS);
	if (!strstr(err.message, key) || !strstr(err.message, "b.lpb: k"))
		fail_msg("'%s' is not in: %s", key, err.message);
	assert_int_equal(lp_metadata_compare(&other.facts, &one.facts, "k", NULL), -LPPACK_E_FACTS);
}

static void every_fact_is_compared(void **state)
{
	(void)state;
	assert_differs("\"x86_64\"", "\"aarch64\"", "'arch'");
	assert_differs("mod_unload ", "mod_unload", "'vermagic'");
	assert_differs("livepatch_x", "livepatch_y", "'module'");
	assert_differs("\"aabbccdd\"", "\"aabbccde\"", "'module'");
	assert_differs("  build_id: \"aabbccdd\"\n", "", "'module'");
	assert_differs("\"ABC\"", "\"ABD\"", "'module'");
	assert_differs("  depends: \"ext4,xfs\"\n", "", "'module'");
	assert_differs("builder: \"source\"", "builder: \"klp-build\"", "'module'");
	assert_differs("\"proved\"", "\"declared\"", "'module'");
	assert_differs("signed: true", "signed: false", "'module'");
	assert_differs("\"ext4\"", "\"ext3\"", "'objects'");
	assert_differs("sympos: 0", "sympos: 1", "'objects'");
	assert_differs("      - \"post_unpatch\"\n", "", "'objects'");
	assert_differs("version: 4294967295", "version: 1", "'states'");
}

/* What only the bundle says is not compared with the module. */
static void facts_of_the_bundle_are_not_the_modules(void **state)
{
	LP_AUTO_METADATA struct lp_metadata one = { 0 };
	LP_AUTO_METADATA struct lp_metadata other = { 0 };

	(void)state;
	assert_int_equal(lp_metadata_decode(usual, strlen(usual), "k", &one, NULL), 0);
	assert_int_equal(decode_with("  - \"CVE-2026-0002\"\n", "", &other, NULL), 0);
	assert_int_equal(lp_metadata_compare(&one.facts, &other.facts, "k", NULL), 0);
}

static void a_module_without_names_differs(void **state)
{
	LP_AUTO_METADATA struct lp_metadata one = { 0 };
	const struct lp_module_facts nothing = { 0 };

	(void)state;
	assert_int_equal(lp_metadata_decode(usual, strlen(usual), "k", &one, NULL), 0);
	assert_int_equal(lp_metadata_compare(&one.facts, &nothing, "k", NULL), -LPPACK_E_FACTS);
}

static void size_limit(void **state)
{
	LP_AUTO_METADATA struct lp_metadata m = { 0 };
	LP_AUTO_BUF struct lp_buf text = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_object *object;
	char name[1001] = "";

	(void)state;
	memset(name, 'f', 1000);
	m.facts.name = strdup("livepatch_big");
	object = lp_module_facts_add_object(&m.facts);
	object->name = strdup("vmlinux");
	for (unsigned int i = 0; i < LP_METADATA_MAX / 1000; i++)
		lp_object_add_func(object)->name = strdup(name);
	assert_int_equal(lp_metadata_encode(&m, &text, &err), -LPPACK_E_LIMIT);
	assert_non_null(strstr(err.message, "livepatch_big"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(optional_keys),
		cmocka_unit_test(refusals),
		cmocka_unit_test(release_alone_is_a_vermagic),
		cmocka_unit_test(every_fact_is_compared),
		cmocka_unit_test(facts_of_the_bundle_are_not_the_modules),
		cmocka_unit_test(a_module_without_names_differs),
		cmocka_unit_test(size_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
