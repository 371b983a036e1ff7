/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests which module is the base that others are compressed against. */
#include "pack/bases.h"
#include "pack/gather.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct kernel {
	const char *arch;
	const char *release;
};

static void choose(const struct kernel *kernels, size_t n, uint32_t *bases)
{
	struct lp_pack pack = { .items = calloc(n, sizeof(*pack.items)), .n = n, .spool = -1 };

	for (size_t i = 0; i < n; i++) {
		pack.items[i].metadata.facts.arch = strdup(kernels[i].arch);
		pack.items[i].metadata.facts.release = strdup(kernels[i].release);
		pack.items[i].record.base = LP_INDEX_NO_BASE;
	}
	lp_pack_choose_bases(&pack);
	for (size_t i = 0; i < n; i++)
		bases[i] = pack.items[i].record.base;
	lp_pack_free(&pack);
}

static void one_stands_alone(void **state)
{
	static const struct kernel kernels[] = { { "x86_64", "6.1.0-1-test" } };
	uint32_t base = 0;

	(void)state;
	choose(kernels, 1, &base);
	assert_int_equal(base, LP_INDEX_NO_BASE);
}

/* In the order of versions, not of build IDs or of letters. */
static void the_middle_is_the_base_of_all(void **state)
{
	static const struct kernel kernels[] = { { "x86_64", "6.1.0-10-cloud-amd64" },
						 { "x86_64", "6.1.0-9-cloud-amd64" },
						 { "x86_64", "6.1.0-100-cloud-amd64" },
						 { "x86_64", "6.1.0-2-cloud-amd64" },
						 { "x86_64", "6.1.0-11-cloud-amd64" } };
	uint32_t bases[5];

	(void)state;
	choose(kernels, 5, bases);
	assert_int_equal(bases[0], LP_INDEX_NO_BASE);
	for (size_t i = 1; i < 5; i++)
		assert_int_equal(bases[i], 0);
}

static void families_are_distinguished(void **state)
{
	static const struct kernel kernels[] = {
		{ "x86_64", "6.1.0-1-amd64" },       { "x86_64", "6.1.0-2-amd64" }, /* one family */
		{ "aarch64", "6.1.0-1-amd64" },                                     /* another architecture */
		{ "x86_64", "6.1.0-1-cloud-amd64" },                                /* another flavour */
		{ "x86_64", "6.2.0-1-amd64" },                                      /* another version */
		{ "x86_64", "5.1.0-1-amd64" },
	};
	uint32_t bases[6];

	(void)state;
	choose(kernels, 6, bases);
	assert_true((bases[0] == 1 && bases[1] == LP_INDEX_NO_BASE) || (bases[1] == 0 && bases[0] == LP_INDEX_NO_BASE));
	for (size_t i = 2; i < 6; i++)
		assert_int_equal(bases[i], LP_INDEX_NO_BASE);
}

/* Every base stands alone itself: chains of one step. */
static void no_chains(void **state)
{
	enum { N = 500 };
	struct kernel kernels[N];
	char releases[N][32];
	uint32_t bases[N];
	size_t alone = 0;

	(void)state;
	for (unsigned int i = 0; i < N; i++) {
		snprintf(releases[i], sizeof(releases[i]), "%u.%u.%u-%u.el%u", 4 + i % 3, i % 7, i, i * 7919 % 500,
			 i % 2 + 8);
		kernels[i] = (struct kernel){ i % 5 ? "x86_64" : "s390x", releases[i] };
	}
	choose(kernels, N, bases);
	for (size_t i = 0; i < N; i++) {
		alone += bases[i] == LP_INDEX_NO_BASE;
		if (bases[i] == LP_INDEX_NO_BASE)
			continue;
		assert_true(bases[i] < N && bases[i] != i);
		assert_int_equal(bases[bases[i]], LP_INDEX_NO_BASE);
		assert_string_equal(kernels[bases[i]].arch, kernels[i].arch);
	}
	assert_int_equal(alone, 2 * 3 * 7);
}

static void odd_releases(void **state)
{
	static const struct kernel kernels[] = { { "x86_64", "" }, { "x86_64", "custom" }, { "x86_64", "6" } };
	char release[3000];
	const struct kernel longest[] = { { "x86_64", release }, { "x86_64", release } };
	uint32_t bases[3];

	(void)state;
	choose(kernels, 3, bases);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(bases[i], LP_INDEX_NO_BASE);
	memset(release, 'a', sizeof(release) - 1);
	release[sizeof(release) - 1] = '\0';
	choose(longest, 2, bases);
	assert_int_equal(bases[0], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_stands_alone),
		cmocka_unit_test(the_middle_is_the_base_of_all),
		cmocka_unit_test(families_are_distinguished),
		cmocka_unit_test(no_chains),
		cmocka_unit_test(odd_releases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
