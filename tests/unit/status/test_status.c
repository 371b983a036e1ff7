/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests what a status says of a machine. */
#include "status/status.h"
#include "support/store_machine.h"

#include "machine/boot_count.h"

static const char fixes[] = "fixes:\n"
			    "  - id: CVE-1\n    severity: high\n    functions: [cmdline_proc_show]\n"
			    "  - id: CVE-2\n    functions: [nfsd_open]\n"
			    "  - id: CVE-3\n    not_for: [\"6.1.*\"]\n"
			    "unfixable:\n  - id: CVE-9\n    reason: a data structure changes\n";

static const char *const with_module[] = { "vmlinux/cmdline_proc_show,1", "nfsd/nfsd_open,1", NULL };

/* A level that is in force: its bundle installed and recorded as applied. */
static void put_active(struct shelf *s, unsigned int serial, const char *more)
{
	struct fake_patch patch = new_patch;
	LP_AUTO_VALUE struct lppack_value *report = NULL;
	LP_AUTO_STORE struct lp_store store = { 0 };
	struct lp_applied applied = { .release = (char *)RELEASE,
				      .module.name = (char *)"lp_new",
				      .id.stream = (char *)"demo",
				      .id.serial = serial,
				      .id.version = (char *)"1",
				      .applied_at = 1795262400 };

	patch.functions = with_module;
	report = shelf_install_with(s, shelf_bundle(s, serial, KERNEL_ID, more), 0);
	expect_ok(report ? 0 : -1, &s->f->err);
	expect_ok(lp_store_read(shelf_root(s), &store, &s->f->err), &s->f->err);
	applied.id.digest = lp_store_find_serial(&store, "demo", serial)->id.digest;
	assert_int_equal(lp_build_id_parse(KERNEL_ID, &applied.kernel), 0);
	assert_int_equal(lp_build_id_parse(NEW_ID, &applied.module.build_id), 0);
	expect_ok(remember_applied(shelf_root(s), "11111111-2222-3333-4444-555555555555", &applied, &s->f->err),
		  &s->f->err);
	fake_kernel_add_patch(s->kernel, &patch);
	fake_kernel_write(s->kernel, "sys/kernel/livepatch/lp_new/nfsd/patched", "1\n");
}

static struct lppack_status *read_status(struct shelf *s)
{
	struct lppack_status *status = lppack_host_status(s->host, &s->f->err);

	expect_ok(status ? 0 : -1, &s->f->err);
	return status;
}

/* The tree that --json prints. */
static struct lppack_value *status_of(struct shelf *s)
{
	LP_AUTO_STATUS struct lppack_status *status = read_status(s);
	struct lppack_value *tree = lppack_status_describe(status, &s->f->err);

	expect_ok(tree ? 0 : -1, &s->f->err);
	return tree;
}

/* What --check exits with. */
static int check_of(struct shelf *s)
{
	LP_AUTO_STATUS struct lppack_status *status = read_status(s);

	return lppack_status_check(status);
}

static char *metrics_of(struct shelf *s)
{
	LP_AUTO_STATUS struct lppack_status *status = read_status(s);
	char *text = lppack_status_metrics(status, &s->f->err);

	expect_ok(text ? 0 : -1, &s->f->err);
	return text;
}

/* "ID ID" of a list. */
static const char *ids(struct shelf *s, const struct lppack_value *status, const char *state)
{
	const struct lppack_value *list = lppack_value_get(lppack_value_get(status, "fixes"), state);
	char *text = fixture_format(s->f, "%s", "");

	for (size_t i = 0; i < lppack_value_count(list); i++)
		text = fixture_format(s->f, "%s%s%s", text, i ? " " : "",
				      text_of(lppack_value_at(list, i, NULL), "id"));
	return text;
}

/* "NAME NAME" of the findings. */
static const char *findings(struct shelf *s, const struct lppack_value *status)
{
	const struct lppack_value *list = lppack_value_get(status, "findings");
	char *text = fixture_format(s->f, "%s", "");

	for (size_t i = 0; i < lppack_value_count(list); i++)
		text = fixture_format(s->f, "%s%s%s", text, i ? " " : "",
				      text_of(lppack_value_at(list, i, NULL), "name"));
	return text;
}

static void fixes_of_a_release(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *status = NULL;
	const struct lppack_value *pending;

	shelf_open(&s, *state);
	put_active(&s, 7, fixes);
	fake_kernel_write(s.kernel, "sys/kernel/livepatch/lp_new/nfsd/patched", "0\n");
	status = status_of(&s);
	assert_int_equal(lppack_value_int(lppack_value_get(status, "schema"), 0), 1);
	assert_string_equal(text_of(status, "effective_version"), RELEASE "+lp.demo.7");
	assert_string_equal(ids(&s, status, "in_force"), "CVE-1");
	assert_string_equal(ids(&s, status, "pending"), "CVE-2");
	assert_string_equal(ids(&s, status, "not_applicable"), "CVE-3");
	assert_string_equal(ids(&s, status, "unfixable"), "CVE-9");
	pending = lppack_value_at(lppack_value_get(lppack_value_get(status, "fixes"), "pending"), 0, NULL);
	assert_string_equal(text_of(pending, "why"), "not loaded");
	assert_string_equal(lppack_value_text(lppack_value_at(lppack_value_get(pending, "objects"), 0, NULL)), "nfsd");
	/* What a livepatch cannot bring needs a reboot; what is pending needs nothing. */
	assert_int_equal(lppack_value_bool(lppack_value_get(lppack_value_get(status, "reboot"), "needed")), 1);
	assert_string_equal(findings(&s, status), "REBOOT_NEEDED");
	assert_int_equal(check_of(&s), LPPACK_E_REBOOT_NEEDED);
	assert_string_equal(text_of(lppack_value_get(status, "latest"), "state"), "in force");
}

static void all_is_well(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *status = NULL;

	shelf_open(&s, *state);
	put_active(&s, 7, "fixes:\n  - id: CVE-1\n");
	status = status_of(&s);
	assert_string_equal(findings(&s, status), "");
	assert_int_equal(check_of(&s), 0);
	assert_string_equal(ids(&s, status, "in_force"), "CVE-1");
}

/* The bundle is gone from the store: the record remembers. */
static void the_record_remembers(void **state)
{
	AUTO_MACHINE struct machine m;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	LP_AUTO_STATUS struct lppack_status *status = NULL;

	machine_open(&m, *state, machine_bundle(*state, "b.lpb", KERNEL_ID, NULL));
	fake_kernel_expect_load(m.kernel, &new_patch);
	receipt = machine_apply(&m);
	expect_ok(receipt ? 0 : -1, &m.f->err);
	status = lppack_host_status(m.host, &m.f->err);
	expect_ok(status ? 0 : -1, &m.f->err);
	assert_true(lppack_status_fixes_known(status));
	assert_null(lppack_status_release_at(status, 0));
	assert_string_equal(lppack_status_patch_at(status, 0)->stream, "demo");
}

static void a_newer_release(void **state)
{
	LPPACK_OPTIONS(lppack_hold_options, hold, .flags = LPPACK_HOLD_SERIAL, .serial = 7);
	static const char more[] = "fixes:\n  - id: CVE-1\n    since: 7\n  - id: CVE-4\n    severity: critical\n";
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *status = NULL;
	LP_AUTO_VALUE struct lppack_value *report = NULL;

	shelf_open(&s, *state);
	put_active(&s, 7, "fixes:\n  - id: CVE-1\n");
	report = shelf_install_with(&s, shelf_bundle(&s, 8, KERNEL_ID, more), 0);
	expect_ok(report ? 0 : -1, &s.f->err);
	status = status_of(&s);
	assert_string_equal(ids(&s, status, "available"), "CVE-4");
	assert_string_equal(ids(&s, status, "held"), "");
	assert_string_equal(findings(&s, status), "BEHIND");
	lppack_value_free(LP_TAKE(status));
	expect_ok(lppack_hold_set(s.host, &hold, &s.f->err), &s.f->err);
	status = status_of(&s);
	assert_string_equal(ids(&s, status, "held"), "CVE-4");
	assert_string_equal(ids(&s, status, "available"), "");
	assert_string_equal(findings(&s, status), "HELD_BACK");
	assert_int_equal(lppack_value_count(lppack_value_get(status, "holds")), 1);
}

static void a_newer_release_for_other_kernels(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *status = NULL;

	shelf_open(&s, *state);
	put_active(&s, 7, "");
	shelf_install_losing(&s, shelf_bundle(&s, 8, OTHER_KERNEL, ""));
	status = status_of(&s);
	assert_string_equal(text_of(lppack_value_get(status, "latest"), "state"), "not for this kernel");
	assert_string_equal(findings(&s, status), "LOSS REBOOT_NEEDED");
}

static void in_transition(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *status = NULL;
	LP_AUTO_VALUE struct lppack_value *quick = NULL;

	shelf_open(&s, *state);
	put_active(&s, 7, fixes);
	fake_kernel_write(s.kernel, "sys/kernel/livepatch/lp_new/transition", "1\n");
	fake_kernel_add_task(s.kernel, 42, 42, "slow", 0, 0, "[<0>] cmdline_proc_show+0x1/0x20\n");
	status = status_of(&s);
	assert_string_equal(ids(&s, status, "in_force"), "");
	assert_string_equal(ids(&s, status, "pending"), "CVE-1 CVE-2");
	assert_int_equal(lppack_value_count(lppack_value_get(status, "blockers")), 1);
	assert_int_equal(check_of(&s), LPPACK_E_IN_TRANSITION);
	quick = lppack_host_transition(s.host, &s.f->err);
	assert_int_equal(lppack_value_bool(lppack_value_get(quick, "transition")), 1);
	assert_int_equal(lppack_value_count(lppack_value_get(quick, "blockers")), 1);
}

static void foreign_patches(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *status = NULL;
	const struct lppack_value *function;

	shelf_open(&s, *state);
	put_active(&s, 7, "");
	fake_kernel_show(s.kernel, true, true, true);
	fake_kernel_add_patch(s.kernel, &old_patch);
	status = status_of(&s);
	assert_string_equal(findings(&s, status), "FOREIGN");
	function = lppack_value_at(lppack_value_get(status, "functions"), 0, NULL);
	assert_string_equal(text_of(function, "name"), "cmdline_proc_show");
	assert_int_equal(lppack_value_count(lppack_value_get(function, "patches")), 2);
	assert_int_equal(lppack_value_count(lppack_value_get(status, "functions")), 2);
}

static void who_owns_a_function(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *status = NULL;
	LP_AUTO_VALUE struct lppack_value *unordered = NULL;
	const struct lppack_value *function;

	shelf_open(&s, *state);
	fake_kernel_add_patch(s.kernel, &old_patch);
	fake_kernel_add_patch(s.kernel, &new_patch);
	fake_kernel_write(s.kernel, "sys/kernel/livepatch/lp_old/stack_order", "2\n");
	fake_kernel_write(s.kernel, "sys/kernel/livepatch/lp_new/stack_order", "1\n");
	status = status_of(&s);
	function = lppack_value_at(lppack_value_get(status, "functions"), 0, NULL);
	assert_string_equal(text_of(function, "patch"), "lp_old");
	fake_kernel_remove(s.kernel, "sys/kernel/livepatch/lp_old/stack_order");
	unordered = status_of(&s);
	function = lppack_value_at(lppack_value_get(unordered, "functions"), 0, NULL);
	assert_null(lppack_value_get(function, "patch"));
}

static void memory_of_modules(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *status = NULL;
	const struct lppack_value *memory;

	shelf_open(&s, *state);
	fake_kernel_write(s.kernel, "sys/module/lp_a/taint", "OK\n");
	fake_kernel_write(s.kernel, "sys/module/lp_a/coresize", "4096\n");
	fake_kernel_write(s.kernel, "sys/module/lp_b/taint", "K\n");
	fake_kernel_write(s.kernel, "sys/module/lp_b/coresize", "8192\n");
	fake_kernel_write(s.kernel, "sys/module/ext4/taint", "\n");
	fake_kernel_write(s.kernel, "sys/module/ext4/coresize", "999999\n");
	status = status_of(&s);
	memory = lppack_value_get(status, "memory");
	assert_string_equal(text_of(memory, "bytes"), "12288");
	assert_int_equal(lppack_value_count(lppack_value_get(memory, "modules")), 2);
	assert_string_equal(text_of(lppack_value_at(lppack_value_get(memory, "modules"), 1, NULL), "name"), "lp_b");
}

static void skipped_and_switched_off(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_STORE struct lp_store store = { 0 };
	LP_AUTO_VALUE struct lppack_value *status = NULL;

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	expect_ok(lp_store_read(shelf_root(&s), &store, &s.f->err), &s.f->err);
	for (unsigned int boot = 1; boot <= 2; boot++) {
		shelf_reboot(&s, boot);
		expect_ok(remember_boot(s.host, &store.releases[0].id.digest, &s.f->err), &s.f->err);
	}
	shelf_reboot(&s, 3);
	fake_kernel_write(s.kernel, "proc/cmdline", "lppack.apply=0\n");
	status = status_of(&s);
	assert_string_equal(findings(&s, status), "BOOT_LOOP DISABLED");
	assert_string_equal(text_of(lppack_value_get(status, "latest"), "state"), "skipped");
}

/* Taken out of force on purpose is not in force all the same. */
static void after_a_removal(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *status = NULL;
	const struct lppack_value *releases;

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	{
		LP_AUTO_VALUE struct lppack_value *report =
			shelf_install_with(&s, shelf_bundle(&s, 8, KERNEL_ID, "fixes:\n  - id: CVE-1\n"), 0);

		expect_ok(report ? 0 : -1, &s.f->err);
	}
	expect_ok(remember_target(shelf_root(&s), NULL, &s.f->err), &s.f->err);
	status = status_of(&s);
	assert_string_equal(text_of(lppack_value_get(status, "latest"), "state"), "removed");
	assert_string_equal(ids(&s, status, "available"), "CVE-1");
	assert_string_equal(findings(&s, status), "BEHIND");
	assert_int_equal(check_of(&s), LPPACK_E_BEHIND);
	assert_non_null(strstr(text_of(lppack_value_at(lppack_value_get(status, "findings"), 0, NULL), "text"),
			       "demo serial 8 is installed, but lppack remove has taken it out of force"));
	/* And boots leave it so. */
	releases = lppack_value_get(status, "levels");
	for (size_t i = 0; i < lppack_value_count(releases); i++) {
		const struct lppack_value *release = lppack_value_at(releases, i, NULL);

		assert_int_equal(lppack_value_bool(lppack_value_get(release, "target")), 0);
		assert_string_equal(text_of(release, "at_boot"), "removed");
	}
	assert_int_equal(shelf_boots(&s), 0);
	expect_error(&s.f->err, LPPACK_E_NO_RELEASE, "since lppack remove");
}

/* In force it stays, but not beyond the next boot. */
static void a_hold_below_what_is_active(void **state)
{
	LPPACK_OPTIONS(lppack_hold_options, hold, .flags = LPPACK_HOLD_SERIAL, .serial = 7);
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *status = NULL;
	const struct lppack_value *releases;

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	put_active(&s, 8, "");
	expect_ok(lppack_hold_set(s.host, &hold, &s.f->err), &s.f->err);
	status = status_of(&s);
	assert_string_equal(text_of(lppack_value_get(status, "latest"), "state"), "in force");
	assert_string_equal(findings(&s, status), "HELD_BACK");
	assert_non_null(strstr(text_of(lppack_value_at(lppack_value_get(status, "findings"), 0, NULL), "text"),
			       "demo serial 8 is in force, but a hold keeps it away from the next boot"));
	releases = lppack_value_get(status, "levels");
	assert_string_equal(text_of(lppack_value_at(releases, 0, NULL), "at_boot"), "held");
	assert_int_equal(lppack_value_bool(lppack_value_get(lppack_value_at(releases, 0, NULL), "chosen")), 1);
	assert_int_equal(lppack_value_bool(lppack_value_get(lppack_value_at(releases, 0, NULL), "target")), 0);
	assert_int_equal(lppack_value_bool(lppack_value_get(lppack_value_at(releases, 1, NULL), "target")), 1);
	assert_int_equal(shelf_boots(&s), 7);
}

/* An alarm that a newer level has answered is over. */
static void a_boot_loop_that_was_answered(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_STORE struct lp_store store = { 0 };
	LP_AUTO_VALUE struct lppack_value *before = NULL;
	LP_AUTO_VALUE struct lppack_value *after = NULL;
	LP_AUTO_FREE char *metrics = NULL;

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	expect_ok(lp_store_read(shelf_root(&s), &store, &s.f->err), &s.f->err);
	for (unsigned int boot = 1; boot <= 2; boot++) {
		shelf_reboot(&s, boot);
		expect_ok(remember_boot(s.host, &store.releases[0].id.digest, &s.f->err), &s.f->err);
	}
	shelf_reboot(&s, 3);
	before = status_of(&s);
	assert_non_null(strstr(text_of(lppack_value_at(lppack_value_get(before, "findings"), 0, NULL), "text"),
			       "demo serial 7 is skipped: 2 boots with it did not become healthy"));
	put_active(&s, 8, "");
	after = status_of(&s);
	assert_string_equal(findings(&s, after), "");
	metrics = metrics_of(&s);
	assert_non_null(strstr(metrics, "\nlppack_bundles_skipped 0\n"));
}

static void units_that_are_not_enabled(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *off = NULL;
	LP_AUTO_VALUE struct lppack_value *on = NULL;

	shelf_open(&s, *state);
	put_active(&s, 7, "");
	fake_kernel_write(s.kernel, "run/systemd/system/.keep", "");
	off = status_of(&s);
	assert_string_equal(findings(&s, off), "UNCOVERED");
	fake_kernel_write(s.kernel, "etc/systemd/system/sysinit.target.wants/lppack-apply.service", "");
	on = status_of(&s);
	assert_string_equal(findings(&s, on), "");
}

static void holds_that_are_over(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *status = NULL;
	LP_AUTO_FREE char *text = NULL;

	shelf_open(&s, *state);
	put_active(&s, 7, "");
	fake_kernel_write(s.kernel, "var/lib/lppack/holds.yaml",
			  "format: 1\nholds:\n"
			  "  - freeze: true\n    ends: \"2026-01-01T00:00:00Z\"\n    set_at: \"2025-12-01T00:00:00Z\"\n"
			  "  - stream: \"other\"\n    freeze: true\n    set_at: \"2025-12-01T00:00:00Z\"\n");
	status = status_of(&s);
	assert_string_equal(findings(&s, status), "");
	text = metrics_of(&s);
	assert_non_null(strstr(text, "\nlppack_holds 1\n"));
}

/* A journal like that of a call that was killed in this boot. */
static void write_journal(struct shelf *s)
{
	fake_kernel_write(s->kernel, "var/lib/lppack/journal.yaml",
			  "format: 1\nunfinished: true\nboot_id: \"11111111-2222-3333-4444-555555555555\"\n"
			  "replace: true\ntake_over: false\nverb: remove\nphase: disable\n"
			  "started_at: \"2026-09-01T00:00:00Z\"\nfrom: []\n");
}

/* The gravest first: what is unfinished, before what is merely not as it could be. */
static void an_unfinished_call(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_STATUS struct lppack_status *status = NULL;

	shelf_open(&s, *state);
	shelf_install(&s, 7);
	write_journal(&s);
	status = read_status(&s);
	assert_int_equal(lppack_status_finding_at(status, 0)->code, LPPACK_E_UNFINISHED);
	assert_int_equal(lppack_status_finding_at(status, 1)->code, LPPACK_E_BEHIND);
	assert_null(lppack_status_finding_at(status, 2));
}

static const char *text_of_finding(const struct lppack_value *status, size_t i)
{
	return text_of(lppack_value_at(lppack_value_get(status, "findings"), i, NULL), "text");
}

static void a_killed_calls_transition(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *status = NULL;

	shelf_open(&s, *state);
	put_active(&s, 7, "");
	write_journal(&s);
	status = status_of(&s);
	assert_string_equal(findings(&s, status), "UNFINISHED");
	assert_non_null(strstr(text_of_finding(status, 0), "lppack remove was cut short: lppack recover finishes"));
	lppack_value_free(LP_TAKE(status));
	fake_kernel_write(s.kernel, "sys/kernel/livepatch/lp_new/transition", "1\n");
	status = status_of(&s);
	assert_string_equal(findings(&s, status), "UNFINISHED IN_TRANSITION");
	assert_non_null(strstr(text_of_finding(status, 0), "still running: lppack recover waits for it"));
}

/* Between the load and the record it is lppack's own, whether the call is at work or was killed. */
static void what_is_being_applied_is_not_foreign(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *status = NULL;
	LP_AUTO_VALUE struct lppack_value *before = NULL;
	struct lp_journal call = { .verb = LP_VERB_APPLY, .started_at = 1790000000, .replace = true };

	shelf_open(&s, *state);
	fake_kernel_add_patch(s.kernel, &new_patch);
	before = status_of(&s);
	assert_string_equal(findings(&s, before), "FOREIGN NOT_SET_UP");
	call.boot_id = (char *)"11111111-2222-3333-4444-555555555555";
	call.to = (struct lp_applied){ .module = { .name = (char *)"lp_new" },
				       .release = (char *)RELEASE,
				       .id.stream = (char *)"demo",
				       .id.serial = 7,
				       .id.version = (char *)"1",
				       .id.digest = { { 7 } } };
	assert_int_equal(lp_build_id_parse(NEW_ID, &call.to.module.build_id), 0);
	expect_ok(lp_journal_write(shelf_root(&s), &call, &s.f->err), &s.f->err);
	status = status_of(&s);
	assert_string_equal(findings(&s, status), "UNFINISHED");
}

/* What an unprivileged process is not told is no finding. */
static void without_privilege(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *status = NULL;
	LP_AUTO_VALUE struct lppack_value *quick = NULL;
	LP_AUTO_FREE char *metrics = NULL;
	const struct lppack_value *problems;

	shelf_open(&s, *state);
	put_active(&s, 7, "");
	write_journal(&s);
	fake_kernel_remove(s.kernel, "run/lppack/lock");
	assert_int_equal(symlinkat("elsewhere", s.host->io.rootfd, "run/lppack/lock"), 0);
	fake_kernel_write(s.kernel, "proc/self/status", "CapEff:\t0000000000000000\n");
	fake_kernel_write(s.kernel, "sys/kernel/livepatch/lp_new/transition", "1\n");
	status = status_of(&s);
	assert_null(lppack_value_get(lppack_value_get(status, "unfinished"), "running"));
	assert_int_equal(lppack_value_bool(lppack_value_get(status, "blockers_known")), 0);
	assert_string_equal(findings(&s, status), "IN_TRANSITION");
	assert_non_null(strstr(text_of_finding(status, 0), "only root is told which"));
	problems = lppack_value_get(status, "problems");
	assert_int_equal(lppack_value_count(problems), 2);
	assert_string_equal(text_of(lppack_value_at(problems, 0, NULL), "name"), "PRIVILEGE");
	assert_string_equal(text_of(lppack_value_at(problems, 1, NULL), "name"), "PRIVILEGE");
	metrics = metrics_of(&s);
	assert_null(strstr(metrics, "\nlppack_transition_blockers"));
	quick = lppack_host_transition(s.host, &s.f->err);
	assert_int_equal(lppack_value_bool(lppack_value_get(quick, "blockers_known")), 0);
}

/* Whatever apply refuses because of a force, a reboot is needed for. */
static void a_module_that_stays_pinned(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *status = NULL;

	shelf_open(&s, *state);
	put_active(&s, 7, "");
	fake_kernel_write(s.kernel, "sys/module/lp_gone/taint", "OEK\n");
	fake_kernel_write(s.kernel, "sys/module/lp_gone/initstate", "live\n");
	fake_kernel_write(s.kernel, "sys/module/lp_gone/refcnt", "1\n");
	status = status_of(&s);
	assert_string_equal(findings(&s, status), "REBOOT_NEEDED");
	assert_non_null(strstr(text_of_finding(status, 0), "lp_gone: its livepatch is no longer listed"));
	assert_int_equal(lppack_value_bool(lppack_value_get(lppack_value_get(status, "reboot"), "needed")), 1);
}

/* What cannot be told of a kernel is not told, nor measured. */
static void an_unreadable_kernel(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *status = NULL;
	LP_AUTO_FREE char *metrics = NULL;
	const struct lppack_value *kernel;

	shelf_open(&s, *state);
	put_active(&s, 7, "");
	fake_kernel_write(s.kernel, "boot/vmlinuz-6.9.0-new", "no kernel");
	status = status_of(&s);
	kernel = lppack_value_at(lppack_value_get(status, "coverage"), 0, NULL);
	assert_non_null(text_of(kernel, "unreadable"));
	assert_null(lppack_value_get(kernel, "covered"));
	assert_string_equal(findings(&s, status), "UNCOVERED");
	assert_non_null(strstr(text_of_finding(status, 0), "the next boot of 6.9.0-new is covered cannot be told"));
	metrics = metrics_of(&s);
	assert_null(strstr(metrics, "\nlppack_kernel_covered"));
}

/* The store is asked by several parts, and told of once; what stands on it is empty, not absent. */
static void a_damaged_store(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *status = NULL;

	shelf_open(&s, *state);
	put_active(&s, 7, "");
	fake_kernel_write(s.kernel, "var/lib/lppack/store.yaml", "?");
	status = status_of(&s);
	assert_string_equal(findings(&s, status), "STATE");
	assert_int_equal(lppack_value_count(lppack_value_get(status, "problems")), 1);
	assert_int_equal(lppack_value_kind(lppack_value_get(status, "coverage")), LPPACK_KIND_LIST);
	assert_int_equal(lppack_value_kind(lppack_value_get(status, "levels")), LPPACK_KIND_LIST);
}

/* Each part that cannot be read is told, and hides no other. */
static void damaged_memories(void **state)
{
	static const char *const files[] = { "store", "holds", "boot", "journal", "state" };
	AUTO_SHELF struct shelf s = { 0 };

	shelf_open(&s, *state);
	put_active(&s, 7, "");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		LP_AUTO_VALUE struct lppack_value *status = NULL;
		char *path = fixture_format(s.f, "var/lib/lppack/%s.yaml", files[i]);
		bool report = false;
		const struct lppack_value *problems;

		fake_kernel_write(s.kernel, path, "?");
		status = status_of(&s);
		problems = lppack_value_get(status, "problems");
		for (size_t j = 0; j < lppack_value_count(problems); j++)
			report |= !!strstr(text_of(lppack_value_at(problems, j, NULL), "message"), path);
		assert_true(report);
		assert_int_equal(check_of(&s), LPPACK_E_STATE);
		assert_int_equal(lppack_value_count(lppack_value_get(status, "patches")), 1);
	}
}

static void metrics(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_VALUE struct lppack_value *status = NULL;
	LP_AUTO_FREE char *text = NULL;

	shelf_open(&s, *state);
	put_active(&s, 7, fixes);
	status = status_of(&s);
	text = metrics_of(&s);
	assert_non_null(strstr(text, "\nlppack_level_serial{stream=\"demo\",epoch=\"0\"} 7\n"));
	assert_non_null(strstr(text, "\nlppack_fixes{state=\"in_force\"} 2\n"));
	assert_non_null(strstr(text, "\nlppack_fixes{state=\"unfixable\"} 1\n"));
	assert_non_null(strstr(text, "\nlppack_patch_enabled{patch=\"lp_new\",foreign=\"false\"} 1\n"));
	assert_non_null(strstr(text, "\nlppack_level_applied_timestamp_seconds{stream=\"demo\"} 1795262400\n"));
	assert_non_null(strstr(text, "\nlppack_finding{name=\"REBOOT_NEEDED\",severity=\"warning\"} 1\n"));
	assert_non_null(strstr(text, "\nlppack_reboot_needed 1\n"));
}

/* What a kernel says of itself may hold anything; so may a label. */
static void labels_are_escaped(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_FREE char *text = NULL;

	shelf_open(&s, *state);
	free(s.host->kernel.release);
	s.host->kernel.release = strdup("a\"b\\c\nd\033\xff\xc3\xa9");
	text = metrics_of(&s);
	assert_non_null(strstr(text, "lppack_kernel_info{release=\"a\\\"b\\\\c\\nd??\xc3\xa9\""));
}

/* A status outlives its machine, and says in structs what the tree says in texts. */
static void typed(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_STATUS struct lppack_status *status = NULL;
	const struct lppack_status_fix *fix;
	const struct lppack_status_patch *patch;
	const struct lppack_status_release *release;

	shelf_open(&s, *state);
	put_active(&s, 7, fixes);
	fake_kernel_write(s.kernel, "sys/kernel/livepatch/lp_new/nfsd/patched", "0\n");
	fake_kernel_write(s.kernel, "boot/vmlinuz-6.9.0-new", "no kernel");
	status = read_status(&s);
	fix = lppack_status_fix_at(status, 0);
	assert_string_equal(fix->id, "CVE-1");
	assert_string_equal(fix->severity, "high");
	assert_int_equal(fix->state, LPPACK_FIX_ACTIVE);
	assert_int_equal(lppack_status_fix_at(status, 1)->state, LPPACK_FIX_PENDING);
	assert_int_equal(lppack_status_fix_at(status, 2)->state, LPPACK_FIX_NOT_APPLICABLE);
	fix = lppack_status_fix_at(status, 3);
	assert_int_equal(fix->state, LPPACK_FIX_UNFIXABLE);
	assert_string_equal(fix->reason, "a data structure changes");
	assert_null(lppack_status_fix_at(status, 4));
	assert_true(lppack_status_fixes_known(status));
	patch = lppack_status_patch_at(status, 0);
	assert_string_equal(patch->name, "lp_new");
	assert_string_equal(patch->build_id, NEW_ID);
	assert_int_equal(patch->enabled, 1);
	assert_int_equal(patch->foreign, 0);
	assert_int_equal(patch->serial, 7);
	assert_int_equal(patch->applied_at, 1795262400);
	assert_null(lppack_status_patch_at(status, 1));
	release = lppack_status_release_at(status, 0);
	assert_string_equal(release->stream, "demo");
	assert_string_equal(release->at_boot, "applied");
	assert_int_equal(release->chosen, 1);
	assert_null(lppack_status_release_at(status, 1));
	assert_string_equal(lppack_status_kernel_at(status, 0)->release, "6.9.0-new");
	assert_int_equal(lppack_status_kernel_at(status, 0)->covered, -1);
	assert_int_equal(lppack_status_in_transition(status), 0);
	assert_int_equal(lppack_status_reboot(status), LPPACK_REBOOT_NEEDED);
	assert_string_equal(lppack_status_effective_version(status), RELEASE "+lp.demo.7");
	assert_int_equal(lppack_status_check(NULL), 0);
}

static void effective_versions(void **state)
{
	AUTO_SHELF struct shelf s = { 0 };
	LP_AUTO_FREE char *none = NULL;
	LP_AUTO_FREE char *unknown = NULL;
	LP_AUTO_FREE char *cannot = NULL;

	shelf_open(&s, *state);
	none = lppack_host_effective_version(s.host, &s.f->err);
	assert_string_equal(none, RELEASE);
	fake_kernel_add_patch(s.kernel, &old_patch);
	unknown = lppack_host_effective_version(s.host, &s.f->err);
	assert_string_equal(unknown, RELEASE "+lp.unknown");
	fake_kernel_remove(s.kernel, "sys/kernel/livepatch");
	cannot = lppack_host_effective_version(s.host, &s.f->err);
	assert_string_equal(cannot, RELEASE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(fixes_of_a_release),
		fixture_test(all_is_well),
		fixture_test(the_record_remembers),
		fixture_test(a_newer_release),
		fixture_test(a_newer_release_for_other_kernels),
		fixture_test(in_transition),
		fixture_test(foreign_patches),
		fixture_test(who_owns_a_function),
		fixture_test(memory_of_modules),
		fixture_test(skipped_and_switched_off),
		fixture_test(after_a_removal),
		fixture_test(a_hold_below_what_is_active),
		fixture_test(a_boot_loop_that_was_answered),
		fixture_test(units_that_are_not_enabled),
		fixture_test(holds_that_are_over),
		fixture_test(an_unfinished_call),
		fixture_test(a_killed_calls_transition),
		fixture_test(what_is_being_applied_is_not_foreign),
		fixture_test(without_privilege),
		fixture_test(a_module_that_stays_pinned),
		fixture_test(an_unreadable_kernel),
		fixture_test(a_damaged_store),
		fixture_test(damaged_memories),
		fixture_test(metrics),
		fixture_test(labels_are_escaped),
		fixture_test(typed),
		fixture_test(effective_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
