/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests reading the kernel's log from a point on. */
#include "format/fixes.h"
#include "support/fake_kernel.h"
#include "runtime/kmsg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

struct machine {
	struct fake_kernel *kernel;
	struct lp_kernel_io host;
	struct lp_kmsg kmsg;
	struct lp_buf lines;
};

static int setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));

	m->kernel = fake_kernel_new();
	fake_kernel_open(m->kernel, &m->host);
	lp_kmsg_open(&m->kmsg, &m->host);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct machine *m = *state;

	lp_kmsg_close(&m->kmsg);
	lp_buf_free(&m->lines);
	lp_kernel_io_close(&m->host);
	fake_kernel_free(m->kernel);
	free(m);
	return 0;
}

static const char *collect(struct machine *m)
{
	lp_kmsg_collect(&m->kmsg, LP_KMSG_RELEVANT, "lp_fixes_7", &m->lines);
	return m->lines.data ? (const char *)m->lines.data : "";
}

static void starts_at_the_end(void **state)
{
	assert_string_equal(collect(*state), "");
}

static void keeps_the_text_of_relevant_lines(void **state)
{
	struct machine *m = *state;

	fake_kernel_log(m->kernel, "livepatch: enabling patch 'lp_x'");
	fake_kernel_log(m->kernel, "usb 1-1: new device");
	fake_kernel_log(m->kernel, "lp_fixes_7: disagrees about version of symbol printk; sorry");
	fake_kernel_log(m->kernel, "Lockdown: insmod: unsigned module loading is restricted");
	assert_string_equal(collect(m), "livepatch: enabling patch 'lp_x'\n"
					"lp_fixes_7: disagrees about version of symbol printk; sorry\n"
					"Lockdown: insmod: unsigned module loading is restricted\n");
}

static void goes_on_where_it_stopped(void **state)
{
	struct machine *m = *state;

	fake_kernel_log(m->kernel, "livepatch: one");
	collect(m);
	fake_kernel_log(m->kernel, "livepatch: two");
	assert_string_equal(collect(m), "livepatch: one\nlivepatch: two\n");
}

static void makes_lines_printable(void **state)
{
	struct machine *m = *state;

	fake_kernel_log(m->kernel, "livepatch: \033[31mred");
	assert_string_equal(collect(m), "livepatch: ?[31mred\n");
}

static void takes_broken_records(void **state)
{
	struct machine *m = *state;

	fake_kernel_write(m->kernel, "dev/kmsg", "");
	lp_kmsg_close(&m->kmsg);
	lp_kmsg_open(&m->kmsg, &m->host);
	fake_kernel_write(
		m->kernel, "dev/kmsg",
		"livepatch without a prefix\n6,1,2;\n\n;livepatch: no prefix\n DEVICE=;livepatch: x\n"
		"-1,2;livepatch: x\n99999999999999999999,;livepatch: x\n 6,1;livepatch: x\n6;livepatch: short");
	assert_string_equal(collect(m), "livepatch: short\n");
}

/* Who may write to /dev/kmsg gets a facility of processes, whatever it asks for (kernel/printk/printk.c). */
static void leaves_out_what_processes_say(void **state)
{
	struct machine *m = *state;

	fake_kernel_log(m->kernel, "<12>livepatch: a process");
	fake_kernel_log(m->kernel, "<30>livepatch: a daemon");
	fake_kernel_log(m->kernel, "<12>livepatch: forcing remaining tasks to the patched state");
	fake_kernel_log(m->kernel, "<3>livepatch: the kernel");
	fake_kernel_log(m->kernel, "usb 1-1: Product: livepatch: forcing remaining tasks");
	assert_false(lp_kmsg_shows_force(&m->host));
	assert_string_equal(collect(m),
			    "livepatch: the kernel\nusb 1-1: Product: livepatch: forcing remaining tasks\n");
	assert_true(lp_kmsg_is_complete(&m->kmsg));
}

static void takes_all_lines(void **state)
{
	struct machine *m = *state;

	fake_kernel_log(m->kernel, "kallsyms_lookup_name not in kallsyms");
	fake_kernel_log(m->kernel, "<12>a process");
	lp_kmsg_collect(&m->kmsg, LP_KMSG_ALL, NULL, &m->lines);
	assert_string_equal((const char *)m->lines.data, "kallsyms_lookup_name not in kallsyms\n");
}

static void finds_lines_by_how_they_begin(void **state)
{
	struct lp_buf lines = { 0 };

	(void)state;
	assert_null(lp_kmsg_find(&lines, "", ""));
	lp_buf_text(&lines, "x livepatch: one\nlivepatch: two\nlivepatch: three is refused");
	assert_ptr_equal(lp_kmsg_find(&lines, "livepatch: ", ""), strstr((const char *)lines.data, "livepatch: two"));
	assert_ptr_equal(lp_kmsg_find(&lines, "livepatch: ", " is refused"),
			 strstr((const char *)lines.data, "livepatch: three"));
	assert_null(lp_kmsg_find(&lines, "livepatch: ", "one"));
	assert_null(lp_kmsg_find(&lines, "livepatch: two", "three"));
	lp_buf_free(&lines);
}

static void does_without(void **state)
{
	struct machine *m = *state;

	lp_kmsg_close(&m->kmsg);
	fake_kernel_remove(m->kernel, "dev");
	lp_kmsg_open(&m->kmsg, &m->host);
	assert_int_equal(m->kmsg.fd, -1);
	assert_false(lp_kmsg_is_complete(&m->kmsg));
	assert_string_equal(collect(m), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(starts_at_the_end),
		TEST(keeps_the_text_of_relevant_lines),
		TEST(goes_on_where_it_stopped),
		TEST(makes_lines_printable),
		TEST(takes_broken_records),
		TEST(does_without),
		TEST(takes_all_lines),
		TEST(leaves_out_what_processes_say),
		TEST(finds_lines_by_how_they_begin),
	};

	return cmocka_run_group_tests_name("kmsg", tests, NULL, NULL);
}
