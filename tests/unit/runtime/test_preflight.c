/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests what is looked at before anything is loaded. */
#include "format/fixes.h"
#include "support/fake_files.h"
#include "support/fake_kernel.h"
#include "runtime/preflight.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const struct fake_patch next = {
	.name = "lp_fixes_7",
	.build_id = "0707070707070707070707070707070707070707",
	.replace = true,
	.transition_ns = FAKE_NEVER,
};

static const struct fake_patch other = { .name = "lp_fixes_6", .build_id = "06060606", .transition_ns = FAKE_NEVER };

struct machine {
	struct fake_kernel *kernel;
	struct lp_kernel_io host;
	struct lp_module_facts facts;
	struct lp_terms terms;
	struct lppack_error err;
	bool already;
};

static int setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));

	m->kernel = fake_kernel_new();
	fake_kernel_open(m->kernel, &m->host);
	fake_kernel_facts(&next, &m->facts);
	m->terms = (struct lp_terms){ .replace = true, .take_over = true };
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct machine *m = *state;

	assert_int_equal(fake_kernel_calls(m->kernel), 0);
	lp_module_facts_free(&m->facts);
	lp_kernel_io_close(&m->host);
	fake_kernel_free(m->kernel);
	free(m);
	return 0;
}

/* Expects a refusal with this code whose message has this text, and a next step. */
static void refused(struct machine *m, enum lppack_code code, const char *text)
{
	struct lp_stack stack;

	lppack_error_clear(&m->err);
	assert_int_equal(lp_stack_read(&m->host, &stack, &m->err), 0);
	assert_int_equal(lp_preflight_replace(&m->host, &m->terms, &m->facts, &stack, &m->already, &m->err),
			 -(int)code);
	assert_int_equal(m->err.code, code);
	if (!strstr(m->err.message, text))
		fail_msg("%s", m->err.message);
	assert_true(*m->err.hint);
	assert_false(m->already);
	lp_stack_free(&stack);
}

static void passes(struct machine *m, bool already)
{
	struct lp_stack stack;

	lppack_error_clear(&m->err);
	assert_int_equal(lp_stack_read(&m->host, &stack, &m->err), 0);
	assert_int_equal(lp_preflight_replace(&m->host, &m->terms, &m->facts, &stack, &m->already, &m->err), 0);
	assert_int_equal(m->err.code, 0);
	assert_int_equal(m->already, already);
	lp_stack_free(&stack);
}

static void passes_on_a_free_machine(void **state)
{
	passes(*state, false);
}

static void passes_where_nothing_can_be_read(void **state)
{
	struct machine *m = *state;

	fake_kernel_remove(m->kernel, "proc/self");
	fake_kernel_remove(m->kernel, "proc/sys/kernel/modules_disabled");
	fake_kernel_remove(m->kernel, "proc/sys/kernel/ftrace_enabled");
	fake_kernel_remove(m->kernel, "sys/kernel/security");
	fake_kernel_remove(m->kernel, "sys/module/module");
	passes(m, false);
}

static void needs_livepatching(void **state)
{
	struct machine *m = *state;
	struct lp_stack stack = { 0 };

	fake_kernel_remove(m->kernel, "sys/kernel/livepatch");
	assert_int_equal(lp_preflight_replace(&m->host, &m->terms, &m->facts, &stack, &m->already, &m->err),
			 -LPPACK_E_NO_LIVEPATCH);
}

static void needs_the_capability(void **state)
{
	struct machine *m = *state;

	fake_kernel_write(m->kernel, "proc/self/status", "CapPrm:\tffffffffffffffff\nCapEff:\t0000000000000000\n");
	refused(m, LPPACK_E_PRIVILEGE, "CAP_SYS_MODULE");
	fake_kernel_write(m->kernel, "proc/self/status", "CapEff:\tfffffffffffeffff\n");
	refused(m, LPPACK_E_PRIVILEGE, "CAP_SYS_MODULE");
	fake_kernel_write(m->kernel, "proc/self/status", "CapEff:\t0000000000010000\n");
	passes(m, false);
}

static void needs_the_first_user_namespace(void **state)
{
	struct machine *m = *state;

	fake_kernel_write(m->kernel, "proc/self/uid_map", "         0       1000          1\n");
	refused(m, LPPACK_E_PRIVILEGE, "user namespace");
}

static void respects_modules_disabled(void **state)
{
	struct machine *m = *state;

	fake_kernel_write(m->kernel, "proc/sys/kernel/modules_disabled", "1\n");
	refused(m, LPPACK_E_LOCKED, "modules_disabled");
}

static void respects_lockdown(void **state)
{
	struct machine *m = *state;

	fake_kernel_write(m->kernel, "sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	refused(m, LPPACK_E_LOCKED, "lockdown");
	fake_kernel_write(m->kernel, "sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
	refused(m, LPPACK_E_LOCKED, "lockdown");
	m->facts.has_signature = true;
	passes(m, false);
}

static void respects_signature_enforcement(void **state)
{
	struct machine *m = *state;

	fake_kernel_write(m->kernel, "sys/module/module/parameters/sig_enforce", "Y\n");
	refused(m, LPPACK_E_LOCKED, "signature");
	m->facts.has_signature = true;
	passes(m, false);
}

static void needs_ftrace(void **state)
{
	struct machine *m = *state;

	fake_kernel_write(m->kernel, "proc/sys/kernel/ftrace_enabled", "0\n");
	refused(m, LPPACK_E_FTRACE, "ftrace_enabled");
	assert_non_null(strstr(m->err.hint, "sysctl kernel.ftrace_enabled=1"));
}

static void waits_for_no_other_transition(void **state)
{
	struct machine *m = *state;

	fake_kernel_add_transition(m->kernel, &other);
	refused(m, LPPACK_E_BUSY, "lp_fixes_6");
}

static void joins_its_own_transition_but_not_its_reversal(void **state)
{
	struct machine *m = *state;

	fake_kernel_add_transition(m->kernel, &next);
	passes(m, false);
	fake_kernel_write(m->kernel, "sys/kernel/livepatch/lp_fixes_7/enabled", "0\n");
	refused(m, LPPACK_E_BUSY, "lp_fixes_7");
}

static void knows_the_enabled_build(void **state)
{
	struct machine *m = *state;

	fake_kernel_add_patch(m->kernel, &next);
	passes(m, true);
	/* Nothing is to be loaded, so nothing that forbids loading matters. */
	fake_kernel_write(m->kernel, "proc/sys/kernel/modules_disabled", "1\n");
	passes(m, true);
}

static void tells_another_build_of_the_name(void **state)
{
	struct fake_patch rebuilt = next;
	struct machine *m = *state;

	rebuilt.build_id = "0808080808080808080808080808080808080808";
	fake_kernel_add_patch(m->kernel, &rebuilt);
	refused(m, LPPACK_E_NAME_IN_USE, "another build");
	assert_non_null(strstr(m->err.message, rebuilt.build_id));
	assert_non_null(strstr(m->err.hint, "serial"));
}

static void does_not_guess_a_build_id(void **state)
{
	struct fake_patch secretive = next;
	struct machine *m = *state;

	secretive.build_id = NULL;
	m->facts.build_id.len = 0;
	memset(m->facts.build_id.bytes, 0, sizeof(m->facts.build_id.bytes));
	fake_kernel_add_patch(m->kernel, &secretive);
	refused(m, LPPACK_E_NAME_IN_USE, "cannot be read");
}

static void tells_a_leftover_of_the_name(void **state)
{
	struct machine *m = *state;

	fake_kernel_add_module(m->kernel, "lp_fixes_7");
	refused(m, LPPACK_E_NAME_IN_USE, "no active livepatch");
	assert_non_null(strstr(m->err.hint, "rmmod"));
	fake_kernel_write(m->kernel, "sys/module/lp_fixes_7/initstate", "coming\n");
	refused(m, LPPACK_E_NAME_IN_USE, "coming");
	/* The kernel shows hyphens as underscores. */
	memcpy(m->facts.name, "lp-fixes-7", sizeof("lp-fixes-7"));
	refused(m, LPPACK_E_NAME_IN_USE, "coming");
}

static void tells_a_disabled_patch_of_the_name(void **state)
{
	struct machine *m = *state;

	fake_kernel_add_patch(m->kernel, &next);
	fake_kernel_write(m->kernel, "sys/kernel/livepatch/lp_fixes_7/enabled", "0\n");
	refused(m, LPPACK_E_NAME_IN_USE, "disabled");
}

static void needs_consent_to_replace(void **state)
{
	struct fake_patch third = other;
	struct machine *m = *state;

	third.name = "another";
	fake_kernel_add_patch(m->kernel, &other);
	fake_kernel_add_patch(m->kernel, &third);
	m->terms.replace = false;
	refused(m, LPPACK_E_ACTIVE, "another, lp_fixes_6");
	assert_non_null(strstr(m->err.hint, "--replace"));
	m->terms.replace = true;
	passes(m, false);
}

static void needs_the_running_release(void **state)
{
	struct machine *m = *state;

	fake_kernel_write(m->kernel, "proc/sys/kernel/osrelease", "6.1.0-other\n");
	refused(m, LPPACK_E_VERMAGIC, "6.1.0-other is running");
}

static void needs_the_running_arch(void **state)
{
	struct machine *m = *state;

	fake_kernel_write(m->kernel, "proc/sys/kernel/arch", "s390x\n");
	refused(m, LPPACK_E_ARCH, "s390x");
}

static void needs_a_replacing_livepatch(void **state)
{
	struct machine *m = *state;

	m->facts.replace = LP_REPLACE_REFUTED;
	refused(m, LPPACK_E_NOT_REPLACE, "replace mode");
	m->facts.is_livepatch = false;
	refused(m, LPPACK_E_NOT_LIVEPATCH, "not a livepatch");
}

static void needs_a_name_that_is_no_path(void **state)
{
	static const char *const names[] = { "../x", "..", ".", "", "a/b" };
	struct machine *m = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct lp_stack stack = { 0 };

		free(m->facts.name);
		m->facts.name = strdup(names[i]);
		lppack_error_clear(&m->err);
		assert_int_equal(lp_preflight_replace(&m->host, &m->terms, &m->facts, &stack, &m->already, &m->err),
				 -LPPACK_E_MODULE_NAME);
	}
}

static void lets_an_own_stale_module_of_the_name_pass(void **state)
{
	struct machine *m = *state;
	struct lp_build_id known;

	fake_kernel_add_module(m->kernel, "lp_fixes_7");
	fake_kernel_write(m->kernel, "sys/module/lp_fixes_7/taint", "OEK\n");
	refused(m, LPPACK_E_NAME_IN_USE, "no active livepatch");
	fake_file_write_build_id(fake_kernel_root(m->kernel), "sys/module/lp_fixes_7/notes/.note.gnu.build-id",
				 "07070707");
	refused(m, LPPACK_E_NAME_IN_USE, "no active livepatch");
	assert_int_equal(lp_build_id_parse("07070707", &known), 0);
	m->terms.known = &known;
	m->terms.n_known = 1;
	passes(m, false);
	/* Something refers to it: it cannot be removed. */
	fake_kernel_write(m->kernel, "sys/module/lp_fixes_7/refcnt", "1\n");
	fake_kernel_write(m->kernel, "sys/module/lp_fixes_7/holders/user/refcnt", "0\n");
	refused(m, LPPACK_E_NAME_IN_USE, "no active livepatch");
}

static void needs_consent_to_take_over(void **state)
{
	struct lp_build_id known;
	struct machine *m = *state;

	assert_int_equal(lp_build_id_parse("06060606", &known), 0);
	m->terms.take_over = false;
	passes(m, false);
	fake_kernel_add_patch(m->kernel, &other);
	refused(m, LPPACK_E_FOREIGN, "lp_fixes_6");
	assert_non_null(strstr(m->err.hint, "--take-over"));
	m->terms.known = &known;
	m->terms.n_known = 1;
	passes(m, false);
	/* Without a build ID nobody can tell that it is the same. */
	fake_kernel_remove(m->kernel, "sys/module/lp_fixes_6/notes");
	refused(m, LPPACK_E_FOREIGN, "lp_fixes_6");
	m->terms.take_over = true;
	passes(m, false);
}

static void needs_a_writable_sysfs(void **state)
{
	static const char *const writable = "22 1 8:1 / / ro,relatime - ext4 /dev/sda1 ro\n"
					    "23 22 0:21 / /sys rw,nosuid shared:2 - sysfs sysfs rw\n"
					    "24 23 0:7 / /sys/kernel/security ro,nosuid - securityfs securityfs ro\n";
	struct machine *m = *state;

	fake_kernel_write(m->kernel, "proc/self/mountinfo", writable);
	passes(m, false);
	fake_kernel_write(m->kernel, "proc/self/mountinfo",
			  "22 1 8:1 / / rw - overlay overlay rw\n23 22 0:21 / /sys ro,nosuid - sysfs sysfs rw\n");
	refused(m, LPPACK_E_PRIVILEGE, "read-only");
	/* The last mount on a place is the one that counts. */
	fake_kernel_write(m->kernel, "proc/self/mountinfo",
			  "23 22 0:21 / /sys ro,nosuid - sysfs sysfs rw\n24 22 0:21 / /sys rw - sysfs sysfs rw\n");
	passes(m, false);
	fake_kernel_write(m->kernel, "proc/self/mountinfo", "broken\n23 22");
	passes(m, false);
}

static void refuses_after_a_forced_transition(void **state)
{
	struct machine *m = *state;

	m->terms.forced = "by lppack, with --force";
	refused(m, LPPACK_E_FORCED, "by lppack");
}

/* A container has /sys/kernel, but nothing of livepatching, and so has a kernel without it: each has its message. */
static void tells_what_is_missing_for_livepatching(void **state)
{
	struct machine *m = *state;

	fake_kernel_remove(m->kernel, "sys/kernel/livepatch");
	assert_int_equal(lp_stack_check_livepatch(&m->host, &m->err), -LPPACK_E_NO_LIVEPATCH);
	assert_non_null(strstr(m->err.message, "without CONFIG_LIVEPATCH"));
	lppack_error_clear(&m->err);
	fake_kernel_write(m->kernel, "run/.containerenv", "");
	assert_int_equal(lp_stack_check_livepatch(&m->host, &m->err), -LPPACK_E_NO_LIVEPATCH);
	assert_non_null(strstr(m->err.message, "container"));
	lppack_error_clear(&m->err);
	fake_kernel_remove(m->kernel, "run");
	fake_kernel_remove(m->kernel, "sys/kernel");
	assert_int_equal(lp_stack_check_livepatch(&m->host, &m->err), -LPPACK_E_NO_LIVEPATCH);
	assert_non_null(strstr(m->err.message, "sysfs is not mounted"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(passes_on_a_free_machine),
		TEST(passes_where_nothing_can_be_read),
		TEST(needs_livepatching),
		TEST(needs_the_capability),
		TEST(needs_the_first_user_namespace),
		TEST(respects_modules_disabled),
		TEST(respects_lockdown),
		TEST(respects_signature_enforcement),
		TEST(needs_ftrace),
		TEST(waits_for_no_other_transition),
		TEST(joins_its_own_transition_but_not_its_reversal),
		TEST(knows_the_enabled_build),
		TEST(tells_another_build_of_the_name),
		TEST(does_not_guess_a_build_id),
		TEST(tells_a_leftover_of_the_name),
		TEST(tells_a_disabled_patch_of_the_name),
		TEST(needs_consent_to_replace),
		TEST(needs_the_running_release),
		TEST(needs_the_running_arch),
		TEST(needs_a_replacing_livepatch),
		TEST(needs_a_name_that_is_no_path),
		TEST(lets_an_own_stale_module_of_the_name_pass),
		TEST(needs_consent_to_take_over),
		TEST(needs_a_writable_sysfs),
		TEST(refuses_after_a_forced_transition),
		TEST(tells_what_is_missing_for_livepatching),
	};

	return cmocka_run_group_tests_name("preflight", tests, NULL, NULL);
}
