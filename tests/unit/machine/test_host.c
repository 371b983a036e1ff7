/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests which kernel a host runs and which patches it has. */
#include "support/fake_kernel.h"
#include "support/fixture.h"
#include "support/status_tree.h"

#include "base/value.h"
#include "machine/host.h"

#define KERNEL_ID "00112233445566778899aabbccddeeff00112233"

static const char *const functions[] = { "vmlinux/cmdline_proc_show,1", "vmlinux/meminfo_proc_show,2",
					 "nf_tables/nft_do_chain,1", NULL };
static const struct fake_patch patch = { .name = "lp_one",
					 .functions = functions,
					 .build_id = "0606060606060606060606060606060606060606",
					 .replace = true,
					 .transition_ns = FAKE_SECOND };

struct machine {
	struct fake_kernel *kernel;
	struct lppack_host *host;
	struct lppack_value *status;
	struct lppack_error err;
};

static void machine_open(struct machine *m)
{
	*m = (struct machine){ .kernel = fake_kernel_new() };
	m->host = lp_host_new(fake_kernel_root(m->kernel), &fake_kernel_ops, m->kernel, &m->err);
	expect_ok(m->host ? 0 : -1, &m->err);
}

static void machine_close(struct machine *m)
{
	lppack_value_free(m->status);
	lppack_host_close(m->host);
	fake_kernel_free(m->kernel);
}

#define AUTO_MACHINE LP_AUTO(machine_close)

static const struct lppack_value *status(struct machine *m)
{
	lppack_value_free(m->status);
	m->status = describe_status(m->host, &m->err);
	expect_ok(m->status ? 0 : -1, &m->err);
	return m->status;
}

static const struct lppack_value *at(const struct lppack_value *map, const char *key, size_t i)
{
	return lppack_value_at(lppack_value_get(map, key), i, NULL);
}

static void build_ids(void **state)
{
	AUTO_MACHINE struct machine m;

	(void)state;
	machine_open(&m);
	assert_null(lppack_host_build_id(m.host, &m.err));
	expect_error(&m.err, m.err.code, "/sys/kernel/notes");
	fake_kernel_set_build_id(m.kernel, KERNEL_ID);
	assert_string_equal(lppack_host_build_id(m.host, &m.err), KERNEL_ID);
	/* Read once: a running kernel has but one. */
	fake_kernel_remove(m.kernel, "sys/kernel/notes");
	assert_string_equal(lppack_host_build_id(m.host, &m.err), KERNEL_ID);
	expect_ok(0, &m.err);
}

static void notes_that_are_none(void **state)
{
	AUTO_MACHINE struct machine m;

	(void)state;
	machine_open(&m);
	fake_kernel_write(m.kernel, "sys/kernel/notes", "junk");
	assert_null(lppack_host_build_id(m.host, &m.err));
	expect_error(&m.err, m.err.code, "notes");
	assert_null(lppack_host_build_id(m.host, NULL));
}

static void an_empty_stack(void **state)
{
	AUTO_MACHINE struct machine m;
	const struct lppack_value *s;

	(void)state;
	machine_open(&m);
	s = status(&m);
	assert_int_equal(lppack_value_bool(lppack_value_get(s, "livepatch")), 1);
	assert_int_equal(lppack_value_bool(lppack_value_get(s, "transition")), 0);
	assert_int_equal(lppack_value_kind(lppack_value_get(s, "patches")), LPPACK_KIND_LIST);
	assert_int_equal(lppack_value_count(lppack_value_get(s, "patches")), 0);
	/* Without a build ID the rest is shown all the same. */
	assert_string_equal(lppack_value_text(lppack_value_get(lppack_value_get(s, "kernel"), "release")),
			    "6.1.0-test");
	assert_null(lppack_value_get(lppack_value_get(s, "kernel"), "build_id"));
}

static void an_enabled_patch(void **state)
{
	AUTO_MACHINE struct machine m;
	const struct lppack_value *p;

	(void)state;
	machine_open(&m);
	fake_kernel_set_build_id(m.kernel, KERNEL_ID);
	fake_kernel_add_patch(m.kernel, &patch);
	p = at(status(&m), "patches", 0);
	assert_string_equal(lppack_value_text(lppack_value_get(p, "name")), "lp_one");
	assert_string_equal(lppack_value_text(lppack_value_get(p, "build_id")), patch.build_id);
	assert_int_equal(lppack_value_bool(lppack_value_get(p, "enabled")), 1);
	assert_int_equal(lppack_value_bool(lppack_value_get(p, "replace")), 1);
	assert_null(lppack_value_get(p, "bundle"));
	assert_int_equal(lppack_value_count(lppack_value_get(p, "objects")), 2);
	assert_string_equal(lppack_value_text(lppack_value_get(lppack_value_get(m.status, "kernel"), "build_id")),
			    KERNEL_ID);
	assert_int_equal(lppack_value_count(lppack_value_get(m.status, "problems")), 0);
}

static void a_transition(void **state)
{
	AUTO_MACHINE struct machine m;

	(void)state;
	machine_open(&m);
	fake_kernel_add_transition(m.kernel, &patch);
	assert_int_equal(lppack_value_bool(lppack_value_get(status(&m), "transition")), 1);
	fake_kernel_pass(m.kernel, 2 * FAKE_SECOND);
	assert_int_equal(lppack_value_bool(lppack_value_get(status(&m), "transition")), 0);
}

/* A damaged record is told of, beside the stack. */
static void a_damaged_record(void **state)
{
	AUTO_MACHINE struct machine m;

	(void)state;
	machine_open(&m);
	fake_kernel_add_patch(m.kernel, &patch);
	fake_kernel_write(m.kernel, "var/lib/lppack/state.yaml", "format: 1\n");
	assert_int_equal(lppack_value_count(lppack_value_get(status(&m), "patches")), 1);
	assert_non_null(
		strstr(lppack_value_text(lppack_value_get(at(m.status, "problems", 0), "message")), "state.yaml"));
}

static void a_kernel_without_livepatching(void **state)
{
	AUTO_MACHINE struct machine m;

	(void)state;
	machine_open(&m);
	fake_kernel_remove(m.kernel, "sys/kernel/livepatch");
	assert_int_equal(lppack_value_bool(lppack_value_get(status(&m), "livepatch")), 0);
	assert_string_equal(lppack_value_text(lppack_value_get(at(m.status, "findings", 0), "name")), "UNSUPPORTED");
}

static void roots(void **state)
{
	struct fixture *f = *state;
	struct lppack_host *host = lppack_host_open(fixture_path(f, "absent"), &f->err);

	assert_null(host);
	expect_error(&f->err, f->err.code, "absent");
	lppack_host_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(build_ids),
		cmocka_unit_test(notes_that_are_none),
		cmocka_unit_test(an_empty_stack),
		cmocka_unit_test(an_enabled_patch),
		cmocka_unit_test(a_transition),
		cmocka_unit_test(a_damaged_record),
		cmocka_unit_test(a_kernel_without_livepatching),
		fixture_test(roots),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
