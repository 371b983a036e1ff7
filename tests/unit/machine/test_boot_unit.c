/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests whether the unit that applies at boot is enabled, as its files say. */
#include "support/store_machine.h"

#include "machine/boot_unit.h"

#include <sys/stat.h>

/* A link in the machine; what it names is in no place that is looked at. */
static void add_link(struct shelf *s, const char *directory, const char *target)
{
	char *path = fixture_format(s->f, "%s/%s/lppack-apply.service", shelf_root(s), directory);

	fake_kernel_write(s->kernel, fixture_format(s->f, "%s/.keep", directory), "");
	assert_int_equal(symlink(target, path), 0);
}

static void no_systemd(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	assert_int_equal(lp_boot_is_enabled(s.host), -1);
}

static void enabled_somewhere(void **state)
{
	static const char *const places[] = {
		"etc/systemd/system/sysinit.target.wants",
		"etc/systemd/system/own.target.requires",
		"usr/lib/systemd/system/sysinit.target.wants",
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		AUTO_SHELF struct shelf s = { 0 };

		shelf_open(&s, *state);
		fake_kernel_write(s.kernel, "run/systemd/system/.keep", "");
		assert_int_equal(lp_boot_is_enabled(s.host), 0);
		add_link(&s, places[i], "/nowhere/lppack-apply.service");
		assert_int_equal(lp_boot_is_enabled(s.host), 1);
	}
}

/* An image that nothing has booted yet; and an operator who has his own way. */
static void images_and_masks(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *map = NULL;

	shelf_open(&s, *state);
	fake_kernel_write(s.kernel, "etc/systemd/system/.keep", "");
	assert_int_equal(lp_boot_is_enabled(s.host), 0);
	map = describe_boot(s.host, &s.f->err);
	assert_int_equal(lppack_value_kind(lppack_value_get(map, "enabled")), LPPACK_KIND_BOOL);
	assert_int_equal(lppack_value_bool(lppack_value_get(map, "enabled")), 0);
	add_link(&s, "etc/systemd/system", "/dev/null");
	assert_int_equal(lp_boot_is_enabled(s.host), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(no_systemd),
		fixture_test(enabled_somewhere),
		fixture_test(images_and_masks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
