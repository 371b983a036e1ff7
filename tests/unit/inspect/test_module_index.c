/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the lists of modules that depmod and the kernel's build leave. */
#include "inspect/module_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char dep[] = "kernel/fs/xfs/xfs.ko.xz: kernel/lib/libcrc32c.ko.xz\n"
			  "kernel/lib/libcrc32c.ko.xz:\n"
			  "updates/net-sched.ko: kernel/a.ko kernel/b-c.ko.zst\n"
			  "kernel/both.ko.gz:\n";
static const char builtin[] = "kernel/fs/ext4/ext4.ko\nkernel/both.ko\n\nkernel/some-thing.ko\n";

static void both(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		LP_AUTO_MODULE_INDEX struct lp_module_index index = { 0 };
		const struct lp_module_entry *e;

		if (i == 0)
			assert_int_equal(lp_module_index_read_dep(&index, dep, strlen(dep), "modules.dep", NULL), 0);
		assert_int_equal(
			lp_module_index_read_builtin(&index, builtin, strlen(builtin), "modules.builtin", NULL), 0);
		if (i == 1)
			assert_int_equal(lp_module_index_read_dep(&index, dep, strlen(dep), "modules.dep", NULL), 0);
		assert_int_equal(index.n, 7);
		e = lp_module_index_find(&index, "xfs");
		assert_string_equal(e->path, "kernel/fs/xfs/xfs.ko.xz");
		assert_string_equal(e->depends, "kernel/lib/libcrc32c.ko.xz");
		assert_false(e->builtin);
		e = lp_module_index_find(&index, "net-sched");
		assert_string_equal(e->name, "net_sched");
		assert_string_equal(e->depends, "kernel/a.ko kernel/b-c.ko.zst");
		assert_ptr_equal(e, lp_module_index_find(&index, "net_sched"));
		assert_null(lp_module_index_find(&index, "libcrc32c")->depends);
		assert_true(lp_module_index_find(&index, "ext4")->builtin);
		assert_true(lp_module_index_find(&index, "some_thing")->builtin);
		assert_false(lp_module_index_find(&index, "both")->builtin);
		assert_null(lp_module_index_find(&index, "net"));
		assert_null(lp_module_index_find(&index, ""));
		assert_null(lp_module_index_find(&index, "zzz"));
	}
}

static void malformed(void **state)
{
	static const char *const texts[] = { "kernel/a.ko\n", "kernel/a: b\n", "kernel/.ko:\n", "kernel/a.ko.br:\n",
					     "kernel/a.komm:\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct lppack_error err = LPPACK_ERROR_INIT;
		struct lp_module_index index = { 0 };

		assert_int_equal(lp_module_index_read_dep(&index, texts[i], strlen(texts[i]), "modules.dep", &err),
				 -LPPACK_E_KERNEL_IMAGE);
		assert_non_null(strstr(err.message, "modules.dep: line 1 is no"));
		assert_null(index.entries);
	}
	assert_int_equal(
		lp_module_index_read_builtin(&(struct lp_module_index){ 0 }, "a\n", 2, "modules.builtin", NULL),
		-LPPACK_E_KERNEL_IMAGE);
}

static void names(void **state)
{
	char name[16];

	(void)state;
	assert_true(lp_module_name_of_path("/lib/modules/x/a-b.ko.xz", name, sizeof(name)));
	assert_string_equal(name, "a_b");
	assert_true(lp_module_name_of_path("snd.kobold.ko", name, sizeof(name)));
	assert_string_equal(name, "snd.kobold");
	assert_true(lp_module_name_of_path("123456789012345.ko", name, sizeof(name)));
	assert_false(lp_module_name_of_path("1234567890123456.ko", name, sizeof(name)));
	assert_false(lp_module_name_of_path("dir.ko/file", name, sizeof(name)));
	assert_false(lp_module_name_of_path("", name, sizeof(name)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both),
		cmocka_unit_test(malformed),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
