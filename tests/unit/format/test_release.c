/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The identity of a stream release: its order, its copies, and its way to a document and back. */
#include "format/doc.h"
#include "support/fixture.h"

#include "format/release.h"

static struct lp_release_id make(uint64_t epoch, uint64_t serial)
{
	return (struct lp_release_id){ .stream = (char *)"web",
				       .epoch = epoch,
				       .serial = serial,
				       .version = (char *)"7.1",
				       .created = 1800000000,
				       .digest = { { 0xab, 1 } } };
}

static void an_epoch_is_newer_than_any_serial(void **state)
{
	const struct lp_release_id old = make(0, UINT64_MAX);
	const struct lp_release_id new = make(1, 1);
	struct lp_release_id other = make(1, 1);

	(void)state;
	assert_true(lp_release_compare(&old, &new) < 0);
	assert_true(lp_release_compare(&new, &old) > 0);
	assert_int_equal(lp_release_compare(&new, &new), 0);
	assert_false(lp_release_is_same(&old, &new));
	assert_true(lp_release_is_same(&other, &new));
	other.stream = (char *)"db";
	assert_false(lp_release_is_same(&other, &new));
}

static void a_copy_is_its_own(void **state)
{
	struct fixture *f = *state;
	const struct lp_release_id id = make(2, 7);
	struct lp_release_id copy;

	expect_ok(lp_release_copy(&copy, &id, &f->err), &f->err);
	assert_ptr_not_equal(copy.stream, id.stream);
	assert_string_equal(copy.stream, "web");
	assert_string_equal(copy.version, "7.1");
	assert_true(lp_release_is_same(&copy, &id));
	assert_int_equal(copy.created, id.created);
	assert_true(lp_digest_equal(&copy.digest, &id.digest));
	lp_release_free(&copy);
	assert_null(copy.stream);
}

static void what_is_written_is_read(void **state)
{
	struct fixture *f = *state;
	static const char *const keys[] = { LP_RELEASE_KEYS, NULL };
	const struct lp_release_id id = make(2, 7);
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();
	struct lp_doc doc = { .name = "x.yaml", .code = LPPACK_E_STATE, .err = &f->err };
	struct lp_release_id back = { 0 };

	lp_release_encode(&map, &id);
	doc.map = map;
	lp_doc_keys(&doc, keys);
	lp_release_decode(&doc, &back);
	expect_ok(doc.rc, &f->err);
	assert_true(lp_release_is_same(&back, &id));
	assert_string_equal(back.version, "7.1");
	assert_int_equal(back.created, id.created);
	assert_true(lp_digest_equal(&back.digest, &id.digest));
	lp_release_free(&back);
}

static void the_unknown_is_not_written_and_the_digest_is_required(void **state)
{
	struct fixture *f = *state;
	const struct lp_release_id id = { .stream = (char *)"web", .serial = 7 };
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();
	struct lp_doc doc = { .name = "x.yaml", .code = LPPACK_E_STATE, .err = &f->err };
	struct lp_release_id back = { 0 };

	lp_release_encode(&map, &id);
	assert_null(lppack_value_get(map, "digest"));
	assert_null(lppack_value_get(map, "version"));
	assert_null(lppack_value_get(map, "created"));
	doc.map = map;
	lp_release_decode(&doc, &back);
	expect_error(&f->err, LPPACK_E_STATE, "digest");
	lp_release_free(&back);
}

static void names(void **state)
{
	struct lp_release_id id = make(0, 7);
	char text[LP_RELEASE_TEXT];

	(void)state;
	assert_string_equal(lp_release_name(&id, text), "serial 7 (digest ab01000000000000...)");
	id.epoch = 3;
	assert_string_equal(lp_release_name(&id, text), "serial 7 of epoch 3 (digest ab01000000000000...)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_epoch_is_newer_than_any_serial),
		cmocka_unit_test_setup_teardown(a_copy_is_its_own, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(what_is_written_is_read, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(the_unknown_is_not_written_and_the_digest_is_required, fixture_setup,
						fixture_teardown),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
