/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the proof that a patch is active with all its objects and functions. */
#include "format/fixes.h"
#include "support/replace_machine.h"

static void names_pending_objects(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	assert_int_equal(run(&m), 0);
	assert_int_equal(m.result.n_pending, 1);
	assert_string_equal(m.result.pending[0], "nf_tables");
	teardown(&m);
}

static void add_stranger(struct fake_kernel *kernel, void *context)
{
	fake_kernel_add_patch(kernel, context);
}

static void does_not_undo_for_a_patch_loaded_meanwhile(void **state)
{
	struct fake_patch stranger = { .name = "stranger", .functions = old_functions };
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_at(m.kernel, 912 * FAKE_MS, add_stranger, &stranger);
	assert_int_equal(run(&m), -LPPACK_E_UNPROVEN);
	assert_int_equal(m.result.outcome, LP_ATTEMPT_LEFT);
	assert_non_null(strstr(m.err.message, "stranger was loaded by somebody else"));
	assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_7"));
	teardown(&m);
}

static void does_not_believe_a_patch_with_other_functions(void **state)
{
	static const char *const fewer[] = { "vmlinux/cmdline_proc_show,1", "nf_tables/nft_do_chain,1", NULL };
	static const char *const more[] = { "vmlinux/cmdline_proc_show,1", "vmlinux/meminfo_proc_show,2",
					    "vmlinux/extra,1", "nf_tables/nft_do_chain,1", NULL };
	static const char *const other_position[] = { "vmlinux/cmdline_proc_show,1", "vmlinux/meminfo_proc_show,3",
						      "nf_tables/nft_do_chain,1", NULL };
	static const char *const other_object[] = { "vmlinux/cmdline_proc_show,1", "vmlinux/meminfo_proc_show,2",
						    "nf_tables/nft_do_chain,1", "ext4/x,1", NULL };
	static const char *const no_object[] = { "vmlinux/cmdline_proc_show,1", "vmlinux/meminfo_proc_show,2", NULL };
	static const char *const *const cases[] = { fewer, more, other_position, other_object, no_object };
	static const char *const messages[] = { "function meminfo_proc_show of vmlinux is missing",
						"3 functions of vmlinux are patched, but the bundle names 2",
						"function meminfo_proc_show of vmlinux is missing",
						"3 objects are patched, but the bundle names 2",
						"object nf_tables is missing" };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fake_patch lying = new_patch;
		struct machine m;

		lying.functions = cases[i];
		setup(&m, &lying);
		lp_module_facts_free(&m.facts);
		fake_kernel_facts(&new_patch, &m.facts);
		fake_kernel_add_patch(m.kernel, &old_patch);
		assert_int_equal(run(&m), -LPPACK_E_UNPROVEN);
		assert_int_equal(m.result.outcome, LP_ATTEMPT_LEFT);
		assert_true(fake_kernel_is_active(m.kernel, "lp_fixes_7"));
		assert_non_null(strstr(m.err.message, messages[i]));
		teardown(&m);
	}
}

static void load_a_module(struct fake_kernel *kernel, void *context)
{
	fake_kernel_add_module(kernel, context);
}

static void does_not_believe_a_loaded_object_that_is_not_patched(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	fake_kernel_at(m.kernel, 500 * FAKE_MS, load_a_module, (void *)"nf_tables");
	assert_int_equal(run(&m), -LPPACK_E_UNPROVEN);
	assert_non_null(strstr(m.err.message, "nf_tables is loaded, but not patched"));
	teardown(&m);
}

static void show_as_patched(struct fake_kernel *kernel, void *context)
{
	fake_kernel_write(kernel, context, "1\n");
}

/* The module of an object comes just now: the kernel patches it before it is live. */
static void waits_for_an_object_that_is_being_patched(void **state)
{
	struct machine m;

	(void)state;
	setup(&m, &new_patch);
	fake_kernel_add_patch(m.kernel, &old_patch);
	fake_kernel_at(m.kernel, 905 * FAKE_MS, load_a_module, (void *)"nf_tables");
	fake_kernel_at(m.kernel, 1500 * FAKE_MS, show_as_patched,
		       (void *)"sys/kernel/livepatch/lp_fixes_7/nf_tables/patched");
	assert_int_equal(run(&m), 0);
	assert_int_equal(m.result.n_pending, 0);
	teardown(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_pending_objects),
		cmocka_unit_test(does_not_undo_for_a_patch_loaded_meanwhile),
		cmocka_unit_test(does_not_believe_a_patch_with_other_functions),
		cmocka_unit_test(does_not_believe_a_loaded_object_that_is_not_patched),
		cmocka_unit_test(waits_for_an_object_that_is_being_patched),
	};

	return cmocka_run_group_tests_name("prove", tests, NULL, NULL);
}
