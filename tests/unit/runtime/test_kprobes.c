/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests which probes stand where a patch would go. */
#include "format/fixes.h"
#include "support/fake_kernel.h"
#include "runtime/kprobes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#define LIST "sys/kernel/debug/kprobes/list"

static const char *const functions[] = { "nfsd/nfsd_open,1", "vmlinux/cmdline_proc_show,1",
					 "vmlinux/meminfo_proc_show,1", NULL };
static const struct fake_patch patch = { .name = "lp_fixes_7", .functions = functions, .build_id = "07070707" };

struct machine {
	struct fake_kernel *kernel;
	struct lp_kernel_io host;
	struct lp_module_facts facts;
	struct lp_probe *probes;
	size_t n;
};

static int setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));

	m->kernel = fake_kernel_new();
	fake_kernel_open(m->kernel, &m->host);
	fake_kernel_facts(&patch, &m->facts);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct machine *m = *state;

	free(m->probes);
	lp_module_facts_free(&m->facts);
	lp_kernel_io_close(&m->host);
	fake_kernel_free(m->kernel);
	free(m);
	return 0;
}

static size_t find(struct machine *m, const char *list)
{
	struct lppack_error err = LPPACK_ERROR_INIT;

	fake_kernel_write(m->kernel, LIST, list);
	assert_int_equal(lp_kprobes_find(&m->host, &m->facts, &m->probes, &m->n, &err), 0);
	return m->n;
}

static void finds_both_kinds(void **state)
{
	struct machine *m = *state;

	assert_int_equal(find(m, "ffffffff81000010  k  cmdline_proc_show+0x5    [FTRACE]\n"
				 "ffffffff81000050  r  meminfo_proc_show+0x0    [DISABLED][OPTIMIZED]\n"),
			 2);
	assert_string_equal(m->probes[0].func->name, "cmdline_proc_show");
	assert_false(m->probes[0].is_return);
	assert_true(m->probes[0].by_ftrace);
	assert_string_equal(m->probes[1].func->name, "meminfo_proc_show");
	assert_true(m->probes[1].is_return);
	assert_false(m->probes[1].by_ftrace);
}

static void tells_objects_apart(void **state)
{
	struct machine *m = *state;

	assert_int_equal(find(m, "ffffffffc0000010  k  nfsd_open+0x0  other \n"
				 "ffffffffc0000020  k  cmdline_proc_show+0x0  nfsd \n"
				 "ffffffff81000090  k  nfsd_open+0x0    \n"),
			 0);
	assert_int_equal(find(m, "ffffffffc0000030  k  nfsd_open+0x0  nfsd [FTRACE]\n"), 1);
	assert_string_equal(m->probes[0].func->name, "nfsd_open");
}

static void tells_each_sort_once(void **state)
{
	struct machine *m = *state;

	assert_int_equal(find(m, "ffffffff81000010  k  cmdline_proc_show+0x0    \n"
				 "ffffffff81000014  k  cmdline_proc_show+0x4    \n"
				 "ffffffff81000010  r  cmdline_proc_show+0x0    \n"),
			 2);
}

static void ignores_what_it_does_not_know(void **state)
{
	struct machine *m = *state;

	assert_int_equal(find(m, "\n0\nffffffff81000010  k  \nffffffff81000010  k  0xffffffff81000010 \n"
				 "ffffffff81000010  k  cmdline_proc_show_more+0x0    \n"),
			 0);
}

static void finds_none_without_debugfs(void **state)
{
	struct machine *m = *state;
	struct lppack_error err = LPPACK_ERROR_INIT;

	assert_int_equal(lp_kprobes_find(&m->host, &m->facts, &m->probes, &m->n, &err), 0);
	assert_int_equal(m->n, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(finds_both_kinds),           TEST(tells_objects_apart),
		TEST(tells_each_sort_once),       TEST(ignores_what_it_does_not_know),
		TEST(finds_none_without_debugfs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
