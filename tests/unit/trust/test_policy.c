/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests reading a policy. */
#include "support/fixture.h"

#include "trust/policy.h"

#define HEAD "format: 1\nversion: 3\ncreated: 2026-06-01T00:00:00Z\n"
#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define KEYS "keys:\n  - id: " ID_A "\n  - id: " ID_B "\n"

static void defaults(void **state)
{
	LP_AUTO_POLICY struct lp_policy policy = { 0 };

	(void)state;
	assert_int_equal(lp_policy_parse(HEAD, strlen(HEAD), "p.yaml", &policy, NULL), 0);
	assert_int_equal(policy.version, 3);
	assert_int_equal(policy.threshold, 1);
	assert_int_equal(policy.update_threshold, 1);
	assert_false(policy.has_keys);
	assert_string_equal(policy.name, "p.yaml");
	assert_null(policy.crl_directory);
}

static void everything(void **state)
{
	static const char text[] = HEAD "threshold: 2\n"
					"keys:\n"
					"  - id: " ID_A "\n"
					"    name: release 2026\n"
					"    streams: [\"web-*\", db]\n"
					"    schemes: [cms]\n"
					"    not_before: 2026-01-01T00:00:00Z\n"
					"    not_after: 2027-01-01T00:00:00Z\n"
					"  - id: " ID_B "\n"
					"required_schemes: [ed25519]\n"
					"revoked_keys:\n"
					"  - id: " ID_B "\n"
					"    reason: stolen\n"
					"revoked_bundles:\n"
					"  - digest: " ID_A "\n"
					"minimum:\n"
					"  - stream: db\n"
					"    epoch: 2\n"
					"    serial: 40\n"
					"update:\n"
					"  threshold: 1\n"
					"  keys: [" ID_A "]\n"
					"crls: /etc/pki/crls\n"
					"require_crls: true\n"
					"x-note: mine\n";
	LP_AUTO_POLICY struct lp_policy policy = { 0 };
	struct fixture *f = *state;
	const struct lp_policy_key *key;

	expect_ok(lp_policy_parse(text, strlen(text), "p.yaml", &policy, &f->err), &f->err);
	assert_int_equal(policy.threshold, 2);
	assert_int_equal(policy.update_threshold, 1);
	assert_int_equal(policy.update_keys.n, 1);
	key = lp_policy_find_key(&policy, ID_A);
	assert_string_equal(key->name, "release 2026");
	assert_int_equal(key->streams.n, 2);
	assert_string_equal(key->schemes.items[0], "cms");
	assert_true(key->not_before && key->not_after > key->not_before);
	assert_null(lp_policy_find_key(&policy, HEAD));
	assert_string_equal(lp_policy_find_revoked(policy.revoked_keys, policy.n_revoked_keys, ID_B)->reason, "stolen");
	assert_null(lp_policy_find_revoked(policy.revoked_keys, policy.n_revoked_keys, ID_A));
	assert_null(lp_policy_find_revoked(policy.revoked_bundles, policy.n_revoked_bundles, ID_A)->reason);
	assert_int_equal(policy.minimum[0].serial, 40);
	assert_string_equal(policy.crl_directory, "/etc/pki/crls");
	assert_true(policy.crl_required);
}

static void faults(void **state)
{
	static const struct {
		const char *text;
		const char *words;
	} bad[] = {
		{ "", "the file is empty" },
		{ "- 1\n", "must be a map" },
		{ "version: 1\ncreated: 2026-01-01T00:00:00Z\n", "'format' is missing" },
		{ "format: 2\nversion: 1\ncreated: 2026-01-01T00:00:00Z\n", "format 1 of policies only" },
		{ "format: 1\ncreated: 2026-01-01T00:00:00Z\n", "'version' is missing" },
		{ "format: 1\nversion: 0\ncreated: 2026-01-01T00:00:00Z\n", "'version' must be at least 1" },
		{ "format: 1\nversion: 1\n", "'created' is missing" },
		{ "format: 1\nversion: 1\ncreated: today\n", "'created' must be a time" },
		{ HEAD "treshold: 2\n", "unknown key 'treshold'; did you mean 'threshold'?" },
		{ HEAD "threshold: 0\n", "'threshold' must be at least 1" },
		{ HEAD "threshold: 17\n", "'threshold' must be at most 16" },
		{ HEAD "threshold: two\n", "'threshold' must be a whole number" },
		{ HEAD "keys: []\n", "'keys' is empty" },
		{ HEAD "keys:\n  - name: x\n", "'id' is missing" },
		{ HEAD "keys:\n  - id: abc\n", "64 lower-case hex digits" },
		{ HEAD "keys:\n  - id: " ID_A "\n  - id: " ID_A "\n", "stands twice" },
		{ HEAD "keys:\n  - id: " ID_A "\n    streams: []\n", "'streams' is empty" },
		{ HEAD "keys:\n  - id: " ID_A "\n    streams: [Web]\n", "'Web' fits no stream" },
		{ HEAD "keys:\n  - id: " ID_A "\n    stream: web\n", "did you mean 'streams'?" },
		{ HEAD "keys:\n  - id: " ID_A "\n    schemes: [pgp]\n", "'pgp' is no scheme" },
		{ HEAD "keys:\n  - id: " ID_A "\n    not_after: 2026-01-01\n", "'not_after' must be a time" },
		{ HEAD "keys:\n  - id: " ID_A "\n    not_before: 2027-01-01T00:00:00Z\n"
		       "    not_after: 2026-01-01T00:00:00Z\n",
		  "'not_after' is before" },
		{ HEAD "keys:\n  - id: " ID_A "\n    not_after: 1970-01-01T00:00:00Z\n", "is not after 1970" },
		{ HEAD "required_schemes: []\n", "'required_schemes' is empty" },
		{ HEAD "revoked_keys: [" ID_A "]\n", "must be a map" },
		{ HEAD "revoked_bundles:\n  - id: " ID_A "\n", "unknown key 'id'" },
		{ HEAD "minimum:\n  - serial: 4\n", "'stream' is missing" },
		{ HEAD "minimum:\n  - stream: \"web-*\"\n", "is no name of a stream" },
		{ HEAD "keys:\n  - id: " ID_A "\n    also: []\n", "'also' is empty" },
		{ HEAD "keys:\n  - id: " ID_A "\n    also:\n      - id: " ID_A "\n", "stands twice" },
		{ HEAD "keys:\n  - id: " ID_A "\n    also:\n      - id: " ID_B "\n        streams: [web]\n",
		  "unknown key 'streams'" },
		{ HEAD "update:\n  keys: [" ID_A "]\n", "not under the policy's own 'keys'" },
		{ HEAD KEYS "update:\n  keys: []\n", "'keys' is empty" },
		{ HEAD "crls: crls.d\n", "from the root on" },
		{ HEAD "a: &x 1\n", "anchors" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct lp_policy policy;

		assert_int_equal(lp_policy_parse(bad[i].text, strlen(bad[i].text), "p.yaml", &policy, &f->err),
				 -LPPACK_E_POLICY);
		assert_non_null(strstr(f->err.message, "p.yaml"));
		assert_true(f->err.hint[0]);
		expect_error(&f->err, LPPACK_E_POLICY, bad[i].words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(defaults),
		fixture_test(everything),
		fixture_test(faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
