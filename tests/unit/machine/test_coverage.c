/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests which kernels of a machine its installed releases cover. */
#include "support/store_machine.h"

#include "machine/coverage.h"

static void add_kernel(struct shelf *s, const char *path, const char *release, const char *build_id)
{
	LP_AUTO_BUF struct lp_buf image = { 0 };
	struct lp_build_id id;
	char *full = fixture_format(s->f, "%s/%s", shelf_root(s), path);
	FILE *file;

	assert_int_equal(lp_build_id_parse(build_id, &id), 0);
	assert_int_equal(elf_maker_bzimage(release, id.bytes, id.len, &image), 0);
	fake_kernel_write(s->kernel, path, "");
	file = fopen(full, "w");
	assert_int_equal(fwrite(image.data, 1, image.len, file), image.len);
	assert_int_equal(fclose(file), 0);
}

static const struct lppack_value *find(const struct lppack_value *list, const char *release)
{
	for (size_t i = 0; i < lppack_value_count(list); i++)
		if (strcmp(text_of(lppack_value_at(list, i, NULL), "release"), release) == 0)
			return lppack_value_at(list, i, NULL);
	fail_msg("%s is not listed", release);
	return NULL;
}

static int flag(const struct lppack_value *map, const char *key)
{
	return lppack_value_bool(lppack_value_get(map, key));
}

static void kernels_of_a_machine(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *list = NULL;

	shelf_open(&s, *state);
	add_kernel(&s, "boot/vmlinuz-6.1.0-test", RELEASE, KERNEL_ID);
	add_kernel(&s, "boot/vmlinuz-6.1.0-next", "6.1.0-next", OTHER_KERNEL);
	add_kernel(&s, "lib/modules/6.12.0-arch/vmlinuz", "6.12.0-arch", OTHER_KERNEL);
	/* The same kernel twice is one. */
	add_kernel(&s, "lib/modules/6.1.0-next/vmlinuz", "6.1.0-next", OTHER_KERNEL);
	fake_kernel_write(s.kernel, "boot/vmlinuz-broken", "no kernel");
	fake_kernel_write(s.kernel, "boot/vmlinuz", "a link");
	shelf_install(&s, 7);
	list = describe_coverage(s.host, &s.f->err);
	assert_int_equal(lppack_value_count(list), 4);
	assert_int_equal(flag(find(list, RELEASE), "covered"), 1);
	assert_int_equal(flag(find(list, RELEASE), "running"), 1);
	assert_string_equal(text_of(find(list, RELEASE), "serial"), "7");
	assert_string_equal(text_of(find(list, RELEASE), "module"), "lp_new");
	assert_int_equal(flag(find(list, "6.1.0-next"), "covered"), 0);
	assert_int_equal(flag(find(list, "6.1.0-next"), "running"), 0);
	assert_int_equal(flag(find(list, "6.12.0-arch"), "covered"), 0);
	assert_non_null(strstr(text_of(find(list, "broken"), "unreadable"), "vmlinuz-broken"));
}

static bool is_covered(struct shelf *s, const char *serial)
{
	LP_AUTO_VALUE struct lppack_value *list = describe_coverage(s->host, &s->f->err);
	const struct lppack_value *kernel = lppack_value_at(list, 0, NULL);

	expect_ok(list ? 0 : -1, &s->f->err);
	assert_int_equal(lppack_value_count(list), 1);
	if (flag(kernel, "covered"))
		assert_string_equal(text_of(kernel, "serial"), serial);
	return flag(kernel, "covered");
}

/* What a boot passes over does not cover it. */
static void what_a_boot_would_take(void **state)
{
	LPPACK_OPTIONS(lppack_hold_options, hold, .flags = LPPACK_HOLD_SERIAL, .serial = 7);
	LPPACK_OPTIONS(lppack_hold_options, all, .flags = LPPACK_HOLD_SERIAL, .serial = 1);
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	add_kernel(&s, "boot/vmlinuz-6.1.0-test", RELEASE, KERNEL_ID);
	{
		LP_AUTO_VALUE struct lppack_value *none = describe_coverage(s.host, &s.f->err);

		assert_int_equal(lppack_value_kind(none), LPPACK_KIND_LIST);
		assert_int_equal(lppack_value_count(none), 0);
	}
	shelf_install(&s, 7);
	shelf_install(&s, 8);
	assert_true(is_covered(&s, "8"));
	expect_ok(lppack_hold_set(s.host, &hold, &s.f->err), &s.f->err);
	assert_true(is_covered(&s, "7"));
	expect_ok(lppack_hold_set(s.host, &all, &s.f->err), &s.f->err);
	assert_false(is_covered(&s, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(kernels_of_a_machine),
		fixture_test(what_a_boot_would_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
