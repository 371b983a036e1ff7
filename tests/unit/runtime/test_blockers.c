/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests which tasks keep a transition from its end. */
#include "support/fake_kernel.h"
#include "runtime/blockers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#define KTHREAD 0x208040

static const char *const new_functions[] = { "vmlinux/new_func,1", NULL };
static const char *const old_functions[] = { "ext4/old_func.constprop.0,1", NULL };
static const struct fake_patch new_patch = { .name = "lp7", .functions = new_functions };
static const struct fake_patch old_patch = { .name = "lp6", .functions = old_functions };

struct machine {
	struct fake_kernel *kernel;
	struct lp_kernel_io host;
	struct lp_module_facts facts;
	struct lp_stack stack;
	struct lp_blocker *blockers;
	size_t n;
};

static int setup(void **state)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct machine *m = calloc(1, sizeof(*m));

	m->kernel = fake_kernel_new();
	fake_kernel_open(m->kernel, &m->host);
	fake_kernel_add_patch(m->kernel, &old_patch);
	fake_kernel_facts(&new_patch, &m->facts);
	assert_int_equal(lp_stack_read(&m->host, &m->stack, &err), 0);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct machine *m = *state;

	lp_blockers_free(m->blockers, m->n);
	lp_stack_free(&m->stack);
	lp_module_facts_free(&m->facts);
	lp_kernel_io_close(&m->host);
	fake_kernel_free(m->kernel);
	free(m);
	return 0;
}

static void collect(struct machine *m)
{
	assert_int_equal(lp_blockers_collect(&m->host, &m->facts, &m->stack, 1, &m->blockers, &m->n), 0);
}

static void passes_over_patched_and_idle_tasks(void **state)
{
	struct machine *m = *state;

	fake_kernel_add_task(m->kernel, 10, 10, "patched", 1, 0, NULL);
	fake_kernel_add_task(m->kernel, 11, 11, "idle", -1, 0, NULL);
	fake_kernel_write(m->kernel, "proc/12/task/12/stat", "12 (gone) Z\n");
	fake_kernel_write(m->kernel, "proc/13/stat", "no tasks\n");
	collect(m);
	assert_int_equal(m->n, 0);
}

static void describes_a_thread(void **state)
{
	struct machine *m = *state;

	fake_kernel_add_task(m->kernel, 20, 21, "a) S 1 (b", 0, 0x400000,
			     "[<0>] wait_woken+0x4a/0x70\n[<0>] new_func+0x2a/0x90\n");
	collect(m);
	assert_int_equal(m->n, 1);
	assert_int_equal(m->blockers[0].pid, 20);
	assert_int_equal(m->blockers[0].tid, 21);
	assert_string_equal(m->blockers[0].comm, "a) S 1 (b");
	assert_int_equal(m->blockers[0].state, 'S');
	assert_int_equal(m->blockers[0].kind, LP_TASK_USER);
	assert_string_equal(m->blockers[0].stack_top, "wait_woken+0x4a/0x70 < new_func+0x2a/0x90");
	assert_string_equal(m->blockers[0].function, "new_func");
}

static void finds_functions_of_old_patches_deep_in_the_stack(void **state)
{
	struct machine *m = *state;

	fake_kernel_add_task(m->kernel, 30, 30, "deep", 0, KTHREAD,
			     "[<0>] f1+0x1/0x2\n[<0>] f2+0x1/0x2\n[<0>] f3+0x1/0x2\n[<0>] f4+0x1/0x2\n"
			     "[<0>] f5+0x1/0x2\n[<0>] old_func+0x1/0x2\n[<0>] old_func.constprop.0+0x1/0x2 [ext4]\n");
	collect(m);
	assert_int_equal(m->blockers[0].kind, LP_TASK_KERNEL);
	assert_string_equal(m->blockers[0].function, "old_func.constprop.0");
	assert_string_equal(m->blockers[0].stack_top, "f1+0x1/0x2 < f2+0x1/0x2 < f3+0x1/0x2 < f4+0x1/0x2 < f5+0x1/0x2");
}

static void does_without_a_stack(void **state)
{
	struct machine *m = *state;

	fake_kernel_add_task(m->kernel, 40, 40, "bare", 0, 0, NULL);
	collect(m);
	assert_int_equal(m->n, 1);
	assert_null(m->blockers[0].stack_top);
	assert_null(m->blockers[0].function);
}

static void takes_odd_texts(void **state)
{
	struct machine *m = *state;

	fake_kernel_write(m->kernel, "proc/50/task/50/patch_state", "0\n");
	fake_kernel_write(m->kernel, "proc/50/task/50/stat", "50 no parentheses\n");
	fake_kernel_write(m->kernel, "proc/50/task/50/stack", "\n\n[<0>] \n\033]0;x\n");
	fake_kernel_write(m->kernel, "proc/99999999999999999999/task/1/patch_state", "0\n");
	fake_kernel_write(m->kernel, "proc/51/task/self/patch_state", "0\n");
	collect(m);
	assert_int_equal(m->n, 1);
	assert_string_equal(m->blockers[0].comm, "");
	assert_int_equal(m->blockers[0].state, '?');
	assert_string_equal(m->blockers[0].stack_top, "?]0;x");
}

static void cuts_long_names(void **state)
{
	struct machine *m = *state;

	fake_kernel_add_task(m->kernel, 60, 60, "kworker/u64:2-events_power_efficient_and_longer", 0, KTHREAD, NULL);
	collect(m);
	assert_int_equal(strlen(m->blockers[0].comm), sizeof(m->blockers[0].comm) - 1);
	assert_int_equal(m->blockers[0].kind, LP_TASK_KERNEL);
}

static void knows_virtual_cpus(void **state)
{
	static const char *const names[] = { "CPU 3/KVM", "fc_vcpu 0", "vcpu12", "crosvm_vcpu1" };
	static const char *const others[] = { "CPU/KVM", "vcpu-watcher", "fc_vcpu", "CPU 3/TCG" };
	struct machine *m = *state;

	for (int i = 0; i < 4; i++) {
		fake_kernel_add_task(m->kernel, 70 + i, 70 + i, names[i], 0, 0, NULL);
		fake_kernel_add_task(m->kernel, 80 + i, 80 + i, others[i], 0, 0, NULL);
	}
	fake_kernel_add_task(m->kernel, 90, 90, "vmm", 0, 0,
			     "[<0>] kvm_vcpu_block+0x4/0x9 [kvm]\n[<0>] kvm_vcpu_ioctl+0x24/0x99 [kvm]\n");
	fake_kernel_add_task(m->kernel, 91, 91, "kvm-nx-lpage-re", 0, KTHREAD, "[<0>] kvm_vcpu_ioctl+0x24/0x99\n");
	collect(m);
	assert_int_equal(m->n, 10);
	for (size_t i = 0; i < m->n; i++) {
		int pid = m->blockers[i].pid;

		assert_int_equal(m->blockers[i].kind, pid == 91                  ? LP_TASK_KERNEL :
						      pid == 90 || pid / 10 == 7 ? LP_TASK_VCPU :
										   LP_TASK_USER);
	}
}

static void finds_those_of_either_direction(void **state)
{
	static const struct fake_patch patch = { .name = "lp_moving",
						 .transition_ns = FAKE_NEVER,
						 .reverse_ns = FAKE_NEVER };
	struct machine *m = *state;
	LP_AUTO(lp_stack_free) struct lp_stack stack = { 0 };

	fake_kernel_add_task(m->kernel, 1, 1, "old", 0, 0, NULL);
	fake_kernel_add_task(m->kernel, 2, 2, "new", 1, 0, NULL);
	assert_int_equal(lp_blockers_find(&m->host, NULL, &stack, &m->blockers, &m->n), 0);
	assert_int_equal(m->n, 0);
	fake_kernel_add_transition(m->kernel, &patch);
	assert_int_equal(lp_stack_read(&m->host, &stack, NULL), 0);
	assert_int_equal(lp_blockers_find(&m->host, NULL, &stack, &m->blockers, &m->n), 0);
	assert_int_equal(m->n, 1);
	assert_int_equal(m->blockers[0].pid, 1);
	lp_blockers_free(m->blockers, m->n);
	lp_stack_free(&stack);
	assert_int_equal(fake_kernel_enable(m->kernel, "lp_moving", false), 0);
	assert_int_equal(lp_stack_read(&m->host, &stack, NULL), 0);
	assert_int_equal(lp_blockers_find(&m->host, NULL, &stack, &m->blockers, &m->n), 0);
	assert_int_equal(m->n, 1);
	assert_int_equal(m->blockers[0].pid, 2);
}

static void does_without_proc(void **state)
{
	struct machine *m = *state;

	fake_kernel_remove(m->kernel, "proc");
	collect(m);
	assert_int_equal(m->n, 0);
}

static void tells_who_sees_all_tasks(void **state)
{
	struct machine *m = *state;

	assert_true(lp_blockers_are_visible(&m->host));
	fake_kernel_add_task(m->kernel, 1, 1, "init", 0, 0, NULL);
	assert_true(lp_blockers_are_visible(&m->host));
	/* Everything but CAP_SYS_PTRACE. */
	fake_kernel_write(m->kernel, "proc/self/status", "Name:\tx\nCapEff:\t000001fffff7ffff\n");
	assert_false(lp_blockers_are_visible(&m->host));
	fake_kernel_write(m->kernel, "proc/self/status", "Name:\tx\nCapEff:\t0000000000080000\n");
	assert_true(lp_blockers_are_visible(&m->host));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(passes_over_patched_and_idle_tasks),
		TEST(describes_a_thread),
		TEST(finds_functions_of_old_patches_deep_in_the_stack),
		TEST(does_without_a_stack),
		TEST(takes_odd_texts),
		TEST(cuts_long_names),
		TEST(knows_virtual_cpus),
		TEST(finds_those_of_either_direction),
		TEST(does_without_proc),
		TEST(tells_who_sees_all_tasks),
	};

	return cmocka_run_group_tests_name("blockers", tests, NULL, NULL);
}
