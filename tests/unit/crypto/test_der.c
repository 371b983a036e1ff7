/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests reading and writing DER elements. */
#include "crypto/der.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(...) (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ })

static bool takes(const uint8_t *bytes, size_t n, struct lp_der *left, struct lp_der *inside)
{
	*left = (struct lp_der){ bytes, n };
	return lp_der_take(left, LP_DER_OCTETS, inside);
}

static void elements(void **state)
{
	static const uint8_t bytes[] = { 4, 2, 7, 8, 4, 0, 5, 0 };
	struct lp_der der = { bytes, sizeof(bytes) };
	struct lp_der inside;

	(void)state;
	assert_false(lp_der_take(&der, LP_DER_SEQUENCE, &inside));
	assert_int_equal(der.left, sizeof(bytes));
	assert_true(lp_der_take(&der, LP_DER_OCTETS, &inside));
	assert_true(lp_der_equal(&inside, BYTES(7, 8)));
	assert_true(lp_der_take_whole(&der, LP_DER_OCTETS, &inside));
	assert_true(lp_der_equal(&inside, BYTES(4, 0)));
	assert_true(lp_der_has(&der, 5));
	assert_false(lp_der_take_bytes(&der, BYTES(5, 1)));
	assert_false(lp_der_take_bytes(&der, BYTES(5, 0, 0)));
	assert_true(lp_der_take_bytes(&der, BYTES(5, 0)));
	assert_int_equal(der.left, 0);
	assert_false(lp_der_has(&der, 5));
	assert_false(lp_der_take(&der, 5, NULL));
}

/* X.690, 10.1: one length has one form. */
static void lengths(void **state)
{
	static const struct {
		uint8_t head[5];
		size_t head_size;
		size_t size; /* of the contents; SIZE_MAX: refused */
	} cases[] = {
		{ { 4, 0x7f }, 2, 0x7f },
		{ { 4, 0x81, 0x80 }, 3, 0x80 },
		{ { 4, 0x81, 0xff }, 3, 0xff },
		{ { 4, 0x82, 0x01, 0x00 }, 4, 0x100 },
		{ { 4, 0x83, 0x01, 0x00, 0x00 }, 5, 0x10000 },
		{ { 4, 0x80 }, 2, SIZE_MAX },
		{ { 4, 0x81, 0x7f }, 3, SIZE_MAX },
		{ { 4, 0x82, 0x00, 0xff }, 4, SIZE_MAX },
		{ { 4, 0x83, 0x00, 0xff, 0xff }, 5, SIZE_MAX },
		{ { 4, 0x84, 0x00, 0x00, 0x01 }, 5, SIZE_MAX },
		{ { 4, 0xff, 0x00, 0x00, 0x00 }, 5, SIZE_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool good = cases[i].size != SIZE_MAX;
		size_t n = cases[i].head_size + (good ? cases[i].size : 70000);
		uint8_t *bytes = calloc(1, n);
		struct lp_der inside;
		struct lp_der left;

		memcpy(bytes, cases[i].head, cases[i].head_size);
		assert_int_equal(takes(bytes, n, &left, &inside), good);
		if (good) {
			assert_int_equal(inside.left, cases[i].size);
			assert_int_equal(left.left, 0);
			assert_false(takes(bytes, n - 1, &left, &inside));
		}
		free(bytes);
	}
}

static void cut_off(void **state)
{
	static const uint8_t head[] = { 4, 0x83, 1, 0, 0 };
	struct lp_der inside;
	struct lp_der left;

	(void)state;
	for (size_t n = 0; n <= sizeof(head); n++) {
		uint8_t *copy = malloc(n ? n : 1);

		memcpy(copy, head, n);
		assert_false(takes(copy, n, &left, &inside));
		free(copy);
	}
}

static void order_of_a_set(void **state)
{
	const struct lp_der a = { BYTES(1, 2) };
	const struct lp_der b = { BYTES(1, 2, 0) };
	const struct lp_der c = { BYTES(1, 3) };

	(void)state;
	assert_true(lp_der_compare(&a, &b) < 0);
	assert_true(lp_der_compare(&b, &a) > 0);
	assert_true(lp_der_compare(&b, &c) < 0);
	assert_int_equal(lp_der_compare(&c, &c), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(elements),
		cmocka_unit_test(lengths),
		cmocka_unit_test(cut_off),
		cmocka_unit_test(order_of_a_set),
	};

	return cmocka_run_group_tests_name("der", tests, NULL, NULL);
}
