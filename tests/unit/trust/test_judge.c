/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests which bundles a policy accepts, and from whom. */
#include "format/format.h"
#include "support/fixture.h"

#include "base/file.h"
#include "shared/text.h"
#include "trust/judge.h"

#include <lppack/trust.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct lp_buf no_message = { 0 };

/* A report as lp_signatures_check() leaves it for a signature that fits its key. */
static struct lp_signature_report valid(const char *id)
{
	struct lp_signature_report report = { .scheme = "ed25519" };

	snprintf(report.id, sizeof(report.id), "%s", id);
	return report;
}

static const char *make_key(struct fixture *f, struct lppack_keyring *ring, const char *name)
{
	char id[LPPACK_KEY_ID_SIZE];

	expect_ok(lppack_key_generate(fixture_path(f, name), NULL, id, &f->err), &f->err);
	if (ring)
		expect_ok(lppack_keyring_add(ring, fixture_format(f, "%s/%s.pub", f->dir, name), &f->err), &f->err);
	return fixture_format(f, "%s", id);
}

static void set_policy(struct fixture *f, struct lppack_keyring *ring, const char *rules)
{
	char *path = fixture_write_text(
		f, "policy.yaml", fixture_format(f, "format: 1\nversion: 1\ncreated: 2026-01-01T00:00:00Z\n%s", rules));

	expect_ok(lppack_keyring_set_policy(ring, path, &f->err), &f->err);
}

static struct lp_subject subject_of(const char *stream, int64_t created)
{
	return (struct lp_subject){ .name = "b.lpb",
				    .message = &no_message,
				    .id.created = created,
				    .id.stream = (char *)stream,
				    .id.serial = 7,
				    .id.digest = { { 1 } } };
}

/* The first step leaves VALID what may count; only the second makes it GOOD. */
static void two_steps(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);
	struct lp_subject subject = subject_of("web", 1800000000);
	struct lp_signature_report reports[2];
	struct lp_ruling ruling;

	reports[0] = valid(make_key(f, ring, "x"));
	reports[1] = valid(make_key(f, NULL, "y"));
	expect_ok(lp_keyring_judge(ring, &subject, reports, 2, &ruling, &f->err), &f->err);
	assert_int_equal(reports[0].status, LP_SIGNATURE_VALID);
	assert_int_equal(reports[1].status, LP_SIGNATURE_UNKNOWN_KEY);
	expect_ok(lp_policy_decide(ring, &subject, reports, 2, &ruling, &f->err), &f->err);
	assert_int_equal(reports[0].status, LP_SIGNATURE_GOOD);
	assert_int_equal(reports[1].status, LP_SIGNATURE_UNKNOWN_KEY);
	assert_int_equal(ruling.good, 1);
	assert_null(ruling.rule);
}

/* What cannot be judged never counts. */
static void only_valid_reports_count(void **state)
{
	static const enum lp_signature_status others[] = { LP_SIGNATURE_UNKNOWN_KEY,    LP_SIGNATURE_REVOKED,
							   LP_SIGNATURE_OUTSIDE_WINDOW, LP_SIGNATURE_NOT_ALLOWED,
							   LP_SIGNATURE_CHAIN,          LP_SIGNATURE_MALFORMED,
							   LP_SIGNATURE_UNSUPPORTED };
	struct fixture *f = *state;
	LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);
	const char *id = make_key(f, ring, "x");
	struct lp_subject subject = subject_of("web", 1800000000);
	struct lp_ruling ruling;

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct lp_signature_report report = valid(id);

		report.status = others[i];
		assert_true(lp_keyring_judge(ring, &subject, &report, 1, &ruling, &f->err) < 0);
		assert_int_equal(report.status, others[i]);
		expect_error(&f->err, others[i] == LP_SIGNATURE_REVOKED ? LPPACK_E_REVOKED : LPPACK_E_UNTRUSTED,
			     "b.lpb");
		assert_true(lp_policy_decide(ring, &subject, &report, 1, &ruling, NULL) < 0);
	}
	assert_int_equal(lp_keyring_judge(ring, &subject, NULL, 0, &ruling, &f->err), -LPPACK_E_UNTRUSTED);
	expect_error(&f->err, LPPACK_E_UNTRUSTED, "b.lpb: not signed");
}

static void a_key_counts_once(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);
	const char *x = make_key(f, ring, "x");
	const char *y = make_key(f, ring, "y");
	struct lp_subject subject = subject_of("web", 1800000000);
	struct lp_signature_report twice[] = { valid(x), valid(x), valid(x) };
	struct lp_signature_report both[] = { valid(x), valid(x), valid(y) };
	struct lp_ruling ruling;

	set_policy(f, ring, "threshold: 2\n");
	assert_int_equal(lp_keyring_judge(ring, &subject, twice, 3, &ruling, &f->err), -LPPACK_E_THRESHOLD);
	assert_int_equal(ruling.good, 1);
	assert_string_equal(ruling.rule, "threshold");
	expect_error(&f->err, LPPACK_E_THRESHOLD, "1 of 2 trusted keys");
	expect_ok(lp_keyring_judge(ring, &subject, both, 3, &ruling, &f->err), &f->err);
	expect_ok(lp_policy_decide(ring, &subject, both, 3, &ruling, &f->err), &f->err);
	assert_int_equal(ruling.good, 2);
}

static void an_empty_ring(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);
	struct lp_subject subject = subject_of("web", 1800000000);
	struct lp_signature_report report = valid(make_key(f, NULL, "x"));
	struct lp_ruling ruling;

	assert_int_equal(lp_keyring_judge(ring, &subject, &report, 1, &ruling, &f->err), -LPPACK_E_NO_KEYS);
	expect_error(&f->err, LPPACK_E_NO_KEYS, "no key is trusted");
}

/* The rule that the first step noted is told by the second, too. */
static void the_rule_is_named(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);
	const char *x = make_key(f, ring, "x");
	const char *y = make_key(f, ring, "y");
	struct lp_subject subject = subject_of("web", 1800000000);
	struct lp_signature_report reports[] = { valid(x), valid(y) };
	struct lp_ruling ruling;

	set_policy(f, ring,
		   fixture_format(f, "keys:\n  - id: %s\n  - id: %s\n    streams: [db]\nrevoked_keys:\n  - id: %s\n", x,
				  y, x));
	expect_ok(lp_keyring_judge(ring, &subject, reports, 2, &ruling, &f->err), &f->err);
	assert_int_equal(lp_policy_decide(ring, &subject, reports, 2, &ruling, &f->err), -LPPACK_E_REVOKED);
	assert_string_equal(ruling.rule, "revoked_keys");
	assert_string_equal(reports[1].reason, "the key may not sign bundles of the stream 'web'");
	expect_error(&f->err, LPPACK_E_REVOKED, "rule revoked_keys");
}

static void make_root(struct fixture *f)
{
	assert_int_equal(mkdir(fixture_path(f, "m"), 0755), 0);
}

static char *root_of(struct fixture *f)
{
	return fixture_path(f, "m");
}

static void keys_in_and_out(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_VALUE struct lppack_value *added = NULL;
	LP_AUTO_VALUE struct lppack_value *gone = NULL;
	LP_AUTO_VALUE struct lppack_value *left = NULL;
	const char *x;

	make_root(f);
	x = make_key(f, NULL, "x");
	added = lppack_trust_add(root_of(f), fixture_path(f, "x.pub"), NULL, &f->err);
	expect_ok(added ? 0 : -1, &f->err);
	assert_string_equal(lppack_value_text(lppack_value_get(added, "id")), x);
	assert_null(lppack_trust_add(root_of(f), fixture_path(f, "x.pub"), NULL, &f->err));
	expect_error(&f->err, LPPACK_E_EXISTS, "keys.d/x.pub");
	gone = lppack_trust_remove(root_of(f), x, &f->err);
	expect_ok(gone ? 0 : -1, &f->err);
	assert_int_equal(lppack_value_count(lppack_value_get(gone, "removed")), 1);
	left = lppack_trust_describe(root_of(f), &f->err);
	expect_ok(left ? 0 : -1, &f->err);
	assert_int_equal(lppack_value_count(lppack_value_get(left, "keys")), 0);
	assert_int_equal(fixture_count(f, "m/etc/lppack/keys.d"), 0);
}

static void policies_follow(void **state)
{
	static const char *const names[] = { "p1", "p2" };
	struct fixture *f = *state;
	LP_AUTO_SIGNER struct lppack_signer *signer = NULL;
	const char *paths[2];

	make_root(f);
	make_key(f, NULL, "x");
	signer = lppack_signer_open(fixture_path(f, "x.key"), NULL, &f->err);
	lppack_value_free(lppack_trust_add(root_of(f), fixture_path(f, "x.pub"), NULL, &f->err));
	for (int i = 0; i < 2; i++) {
		const char *text = fixture_format(f, "format: 1\nversion: %d\ncreated: 2026-01-01T00:00:00Z\n", i + 1);

		paths[i] = fixture_write_text(f, names[i], text);
		expect_ok(lppack_policy_sign(paths[i], signer, &f->err), &f->err);
	}
	assert_int_equal(lppack_policy_sign(paths[0], signer, &f->err), -LPPACK_E_SIGNED);
	expect_error(&f->err, LPPACK_E_SIGNED, "p1.sigs/");
	for (int i = 0; i < 2; i++) {
		LP_AUTO_VALUE struct lppack_value *judged = lppack_policy_judge(paths[i], root_of(f), &f->err);
		LP_AUTO_VALUE struct lppack_value *done = lppack_trust_update(root_of(f), &paths[i], 1, &f->err);

		expect_ok(done ? 0 : -1, &f->err);
		assert_true(lppack_value_bool(lppack_value_get(judged, "trusted")));
		assert_int_equal(lppack_value_int(lppack_value_get(done, "to"), 0), i + 1);
	}
	assert_null(lppack_trust_update(root_of(f), paths, 2, &f->err));
	expect_error(&f->err, LPPACK_E_DOWNGRADE, "version 1, but version 2 is installed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(two_steps),       fixture_test(only_valid_reports_count), fixture_test(a_key_counts_once),
		fixture_test(an_empty_ring),   fixture_test(the_rule_is_named),        fixture_test(keys_in_and_out),
		fixture_test(policies_follow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
