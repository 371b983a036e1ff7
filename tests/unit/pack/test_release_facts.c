/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the comparison of two releases: kernels, functions, fixes, what is withdrawn. */
#include "format/fixes.h"
#include "format/metadata.h"
#include "format/release.h"
#include "support/fixture.h"

#include "pack/release_facts.h"
#include "shared/text.h"

#include <stdio.h>

#define KERNELS_MAX 3

struct built {
	struct lp_release_facts facts;
	struct lp_fixes fixes;
	struct lp_metadata metadata[KERNELS_MAX];
	const struct lp_metadata *kernels[KERNELS_MAX];
};

/* The stream web, serial 7, fix CVE-1. */
static void build(struct built *b, const char *name)
{
	*b = (struct built){ 0 };
	b->facts = (struct lp_release_facts){
		.name = name, .id.stream = "web", .id.serial = 7, .fixes = &b->fixes, .kernels = b->kernels
	};
	lp_fixes_add(&b->fixes)->id = strdup("CVE-1");
}

static void built_free(struct built *b)
{
	lp_fixes_free(&b->fixes);
	for (size_t i = 0; i < b->facts.n_kernels; i++)
		lp_metadata_free(&b->metadata[i]);
}

#define AUTO_BUILT LP_AUTO(built_free)

static void withdraw(struct built *b, const char *kind, const char *id)
{
	*lp_fixes_add_withdrawn(&b->fixes) = (struct lp_withdrawn){ strdup(kind), strdup(id), strdup("a reason") };
}

static struct lp_object *get_object(struct lp_module_facts *facts, const char *name)
{
	struct lp_object *object;

	for (size_t i = 0; i < facts->n_objects; i++)
		if (strcmp(facts->objects[i].name, name) == 0)
			return &facts->objects[i];
	object = lp_module_facts_add_object(facts);
	object->name = strdup(name);
	return object;
}

/* Kernel 6.1.0-N with build ID NN000000. what: words like "vmlinux:foo", "ext4:bar,2", "nfsd" (an object alone),
 * "5=2" (state 5, version 2), "ext4+1" (callbacks). */
static struct lp_module_facts *add_kernel(struct built *b, unsigned int n, const char *what)
{
	struct lp_metadata *m = &b->metadata[b->facts.n_kernels];
	LP_AUTO_FREE char *copy = strdup(what);
	char *rest = copy;

	m->build_id = (struct lp_build_id){ .bytes = { (uint8_t)n }, .len = 4 };
	m->facts.release = lp_text_format("6.1.0-%u", n);
	m->facts.builder = LP_BUILDER_SOURCE;
	for (char *word = strsep(&rest, " "); word; word = strsep(&rest, " ")) {
		char name[32] = "";
		char func[32] = "";
		unsigned long long id = 0;
		unsigned int number = 0;

		if (sscanf(word, "%llu=%u", &id, &number) == 2)
			*lp_module_facts_add_state(&m->facts) = (struct lp_klp_state){ id, number };
		else if (sscanf(word, "%31[a-z0-9]+%u", name, &number) == 2)
			get_object(&m->facts, name)->callbacks = number;
		else if (sscanf(word, "%31[a-z0-9]:%31[a-z_],%u", name, func, &number) >= 2)
			*lp_object_add_func(get_object(&m->facts, name)) = (struct lp_func){ strdup(func), number };
		else if (*word)
			get_object(&m->facts, word);
	}
	lp_module_facts_sort(&m->facts);
	b->kernels[b->facts.n_kernels++] = m;
	return &m->facts;
}

static const char *const type_names[] = { "gained", "lost", "raised", "lowered", "other" };

/* One line for all changes: "lost function vmlinux:foo @6.1.0-1 (a reason)! " with ! for a violation. */
static void expect_changes(const struct built *older, const struct built *newer, const char *wanted)
{
	LP_AUTO(lp_changes_free) struct lp_changes changes = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	char got[2000] = "";
	size_t at = 0;
	int rc;

	expect_ok(lp_release_facts_compare(&older->facts, &newer->facts, &changes, &err), &err);
	for (size_t i = 0; i < changes.n; i++) {
		const struct lp_change *c = &changes.items[i];

		at += (size_t)snprintf(
			got + at, sizeof(got) - at, "%s%s %s %s%s%s%s%s%s%s", i ? "; " : "", type_names[c->type],
			c->kind, c->id, c->kernel ? " @" : "", c->kernel ? c->kernel : "", c->withdrawn ? " (" : "",
			c->withdrawn ? c->withdrawn : "", c->withdrawn ? ")" : "", c->violation ? "!" : "");
	}
	assert_string_equal(got, wanted);
	rc = lp_changes_check(&changes, &older->facts, &newer->facts, &err);
	assert_int_equal(rc, strchr(got, '!') ? -LPPACK_E_NOT_CUMULATIVE : 0);
	assert_int_equal(err.code, -rc);
}

/* The error that the check of these two fails with. */
static void expect_refusal(const struct built *older, const struct built *newer, const char *message, const char *hint)
{
	LP_AUTO(lp_changes_free) struct lp_changes changes = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;

	expect_ok(lp_release_facts_compare(&older->facts, &newer->facts, &changes, &err), &err);
	assert_int_equal(lp_changes_check(&changes, &older->facts, &newer->facts, &err), -LPPACK_E_NOT_CUMULATIVE);
	assert_string_equal(err.message, message);
	if (!strstr(err.hint, hint))
		fail_msg("'%s' is not in: %s", hint, err.hint);
}

/* Two releases with one kernel each; what[0] is the older one's, the newer has serial 8. */
static void build_pair(struct built *older, struct built *newer, const char *old, const char *new)
{
	build(older, "old.lpb");
	build(newer, "new.lpb");
	newer->facts.id.serial = 8;
	add_kernel(older, 1, old);
	add_kernel(newer, 1, new);
}

#define RAISED "raised serial 7 -> 8"

static void equal_but_for_the_serial(void **state)
{
	AUTO_BUILT struct built older, newer;

	(void)state;
	build_pair(&older, &newer, "vmlinux:foo ext4:bar,2 5=1", "vmlinux:foo ext4:bar,2 5=1");
	expect_changes(&older, &newer, RAISED);
}

static void numbers(void **state)
{
	static const struct {
		uint64_t epochs[2], serials[2];
		const char *wanted;
	} cases[] = {
		{ { 0, 0 }, { 7, 7 }, "other serial 7 -> 7!" },
		{ { 0, 0 }, { 8, 7 }, "lowered serial 8 -> 7!" },
		{ { 0, 0 }, { 7, 9007199254740991 }, "raised serial 7 -> 9007199254740991" },
		{ { 0, 1 }, { 7, 8 }, "raised epoch 0 -> 1" },
		{ { 0, 1 }, { 7, 7 }, "raised epoch 0 -> 1" },
		{ { 0, 1 }, { 7, 1 }, "raised epoch 0 -> 1" },
		{ { 2, 1 }, { 7, 8 }, "lowered epoch 2 -> 1!" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_BUILT struct built older, newer;

		build_pair(&older, &newer, "vmlinux:foo", "vmlinux:foo");
		older.facts.id.epoch = cases[i].epochs[0];
		newer.facts.id.epoch = cases[i].epochs[1];
		older.facts.id.serial = cases[i].serials[0];
		newer.facts.id.serial = cases[i].serials[1];
		expect_changes(&older, &newer, cases[i].wanted);
	}
}

static void another_stream(void **state)
{
	AUTO_BUILT struct built older, newer;

	(void)state;
	build_pair(&older, &newer, "vmlinux:foo", "vmlinux:foo");
	newer.facts.id.stream = "db";
	expect_changes(&older, &newer, "other stream web -> db!; " RAISED);
	expect_refusal(&older, &newer, "new.lpb: does not supersede old.lpb: stream web -> db does not follow",
		       "same stream");
}

static void fixes(void **state)
{
	AUTO_BUILT struct built older, newer;

	(void)state;
	build_pair(&older, &newer, "vmlinux:foo", "vmlinux:foo");
	lp_fixes_add(&older.fixes)->id = strdup("CVE-3");
	lp_fixes_add(&older.fixes)->id = strdup("CVE-4");
	lp_fixes_add(&newer.fixes)->id = strdup("CVE-2");
	lp_fixes_add(&newer.fixes)->id = strdup("CVE-4");
	lp_fixes_add(&newer.fixes)->id = strdup("CVE-5");
	expect_changes(&older, &newer, RAISED "; gained fix CVE-2; lost fix CVE-3!; gained fix CVE-5");
	expect_refusal(&older, &newer, "new.lpb: does not supersede old.lpb: fix CVE-3 is lost", "'withdrawn'");
	withdraw(&newer, "fix", "CVE-3");
	expect_changes(&older, &newer, RAISED "; gained fix CVE-2; lost fix CVE-3 (a reason); gained fix CVE-5");
}

static void kernels(void **state)
{
	AUTO_BUILT struct built older, newer;

	(void)state;
	build_pair(&older, &newer, "vmlinux:foo", "vmlinux:foo");
	add_kernel(&older, 2, "vmlinux:foo");
	add_kernel(&newer, 3, "vmlinux:foo");
	expect_changes(&older, &newer, RAISED "; lost kernel 02000000 @6.1.0-2!; gained kernel 03000000 @6.1.0-3");
	expect_refusal(&older, &newer, "new.lpb: does not supersede old.lpb: kernel 6.1.0-2 (02000000) is lost", "");
	withdraw(&newer, "kernel", "02000000");
	expect_changes(&older, &newer,
		       RAISED "; lost kernel 02000000 @6.1.0-2 (a reason); gained kernel 03000000 @6.1.0-3");
}

static void a_longer_build_id_is_another(void **state)
{
	AUTO_BUILT struct built older, newer;

	(void)state;
	build_pair(&older, &newer, "vmlinux:foo", "vmlinux:foo");
	newer.metadata[0].build_id.len = 5;
	expect_changes(&older, &newer, RAISED "; lost kernel 01000000 @6.1.0-1!; gained kernel 0100000000 @6.1.0-1");
}

static void functions(void **state)
{
	AUTO_BUILT struct built older, newer;

	(void)state;
	build_pair(&older, &newer, "vmlinux:foo ext4:bar ext4:foo", "vmlinux:foo vmlinux:bar ext4:foo");
	expect_changes(&older, &newer,
		       RAISED "; lost function ext4:bar @6.1.0-1!; gained function vmlinux:bar @6.1.0-1");
	expect_refusal(&older, &newer,
		       "new.lpb: does not supersede old.lpb: function ext4:bar is lost for kernel 6.1.0-1",
		       "'withdrawn'");
	withdraw(&newer, "function", "ext4:bar");
	expect_changes(&older, &newer,
		       RAISED "; lost function ext4:bar @6.1.0-1 (a reason); gained function vmlinux:bar @6.1.0-1");
}

static void positions(void **state)
{
	static const struct {
		const char *old, *new, *wanted;
	} cases[] = {
		{ "vmlinux:foo", "vmlinux:foo,1", RAISED },
		{ "vmlinux:foo,1", "vmlinux:foo", RAISED },
		{ "vmlinux:foo,2", "vmlinux:foo,2", RAISED },
		{ "vmlinux:foo,1 vmlinux:foo,2", "vmlinux:foo vmlinux:foo,2", RAISED },
		{ "vmlinux:foo vmlinux:foo,2", "vmlinux:foo", RAISED "; lost function vmlinux:foo,2 @6.1.0-1!" },
		{ "vmlinux:foo", "vmlinux:foo,2",
		  RAISED "; lost function vmlinux:foo @6.1.0-1!; gained function vmlinux:foo,2 @6.1.0-1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_BUILT struct built older, newer;

		build_pair(&older, &newer, cases[i].old, cases[i].new);
		expect_changes(&older, &newer, cases[i].wanted);
	}
}

/* An object goes with the last of its functions. */
static void objects(void **state)
{
	AUTO_BUILT struct built older, newer;

	(void)state;
	build_pair(&older, &newer, "vmlinux:foo ext4:bar ext4:baz", "vmlinux:foo");
	expect_changes(&older, &newer,
		       RAISED "; lost object ext4 @6.1.0-1!; lost function ext4:bar @6.1.0-1!"
			      "; lost function ext4:baz @6.1.0-1!");
	expect_refusal(&older, &newer,
		       "new.lpb: does not supersede old.lpb: object ext4 is lost for kernel 6.1.0-1, and 2 more",
		       "its functions");
	withdraw(&newer, "function", "ext4:bar");
	expect_changes(&older, &newer,
		       RAISED "; lost object ext4 @6.1.0-1!; lost function ext4:bar @6.1.0-1 (a reason)"
			      "; lost function ext4:baz @6.1.0-1!");
	withdraw(&newer, "function", "ext4:baz");
	expect_changes(&older, &newer,
		       RAISED "; lost object ext4 @6.1.0-1 (a reason); lost function ext4:bar @6.1.0-1 (a reason)"
			      "; lost function ext4:baz @6.1.0-1 (a reason)");
	expect_changes(&newer, &older,
		       "lowered serial 8 -> 7!; gained object ext4 @6.1.0-1; gained function ext4:bar @6.1.0-1"
		       "; gained function ext4:baz @6.1.0-1");
}

/* Nothing can withdraw an object that has callbacks only. */
static void objects_without_functions(void **state)
{
	AUTO_BUILT struct built older, newer;

	(void)state;
	build_pair(&older, &newer, "vmlinux:foo ext4", "vmlinux:foo");
	withdraw(&newer, "function", "ext4:");
	expect_changes(&older, &newer, RAISED "; lost object ext4 @6.1.0-1!");
}

static void states(void **state)
{
	static const struct {
		const char *old, *new, *wanted, *withdrawn;
	} cases[] = {
		{ "5=1", "5=1", RAISED, RAISED },
		{ "5=1", "5=2", RAISED "; raised state 5 @6.1.0-1", RAISED "; raised state 5 @6.1.0-1" },
		{ "", "5=2", RAISED "; gained state 5 @6.1.0-1", RAISED "; gained state 5 @6.1.0-1" },
		{ "5=2", "5=1", RAISED "; lowered state 5 @6.1.0-1!", RAISED "; lowered state 5 @6.1.0-1 (a reason)" },
		{ "5=2", "", RAISED "; lost state 5 @6.1.0-1!", RAISED "; lost state 5 @6.1.0-1 (a reason)" },
		{ "5=2 18446744073709551615=1", "5=2", RAISED "; lost state 18446744073709551615 @6.1.0-1!",
		  RAISED "; lost state 18446744073709551615 @6.1.0-1!" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_BUILT struct built older, newer;

		build_pair(&older, &newer, cases[i].old, cases[i].new);
		expect_changes(&older, &newer, cases[i].wanted);
		withdraw(&newer, "state", "5");
		expect_changes(&older, &newer, cases[i].withdrawn);
	}
}

/* Each kernel of which something is lost is told. */
static void each_kernel(void **state)
{
	AUTO_BUILT struct built older, newer;

	(void)state;
	build_pair(&older, &newer, "vmlinux:foo vmlinux:bar", "vmlinux:foo");
	add_kernel(&older, 2, "vmlinux:foo vmlinux:bar");
	add_kernel(&newer, 2, "vmlinux:foo vmlinux:bar");
	add_kernel(&older, 3, "vmlinux:foo vmlinux:bar");
	add_kernel(&newer, 3, "vmlinux:foo");
	expect_changes(&older, &newer,
		       RAISED "; lost function vmlinux:bar @6.1.0-1!; lost function vmlinux:bar @6.1.0-3!");
	withdraw(&newer, "function", "vmlinux:bar");
	expect_changes(
		&older, &newer,
		RAISED
		"; lost function vmlinux:bar @6.1.0-1 (a reason); lost function vmlinux:bar @6.1.0-3 (a reason)");
}

static void withdrawing_what_is_there_is_harmless(void **state)
{
	AUTO_BUILT struct built older, newer;

	(void)state;
	build_pair(&older, &newer, "vmlinux:foo 5=1", "vmlinux:foo 5=1");
	withdraw(&newer, "fix", "CVE-1");
	withdraw(&newer, "function", "vmlinux:foo");
	withdraw(&newer, "kernel", "01000000");
	withdraw(&newer, "state", "5");
	expect_changes(&older, &newer, RAISED);
}

/* A reason is of one kind, and of the newer release. */
static void withdrawing_something_else_does_not_help(void **state)
{
	AUTO_BUILT struct built older, newer;

	(void)state;
	build_pair(&older, &newer, "vmlinux:foo vmlinux:bar 5=1", "vmlinux:foo");
	withdraw(&older, "function", "vmlinux:bar");
	withdraw(&newer, "fix", "5");
	withdraw(&newer, "fix", "vmlinux:bar");
	withdraw(&newer, "function", "bar");
	withdraw(&newer, "function", "vmlinux:ba");
	withdraw(&newer, "function", "vmlinux:bar,2");
	expect_changes(&older, &newer, RAISED "; lost function vmlinux:bar @6.1.0-1!; lost state 5 @6.1.0-1!");
}

static void modules_have_no_numbers(void **state)
{
	AUTO_BUILT struct built older, newer;

	(void)state;
	build_pair(&older, &newer, "vmlinux:foo", "vmlinux:foo ext4:bar");
	older.facts.id.stream = newer.facts.id.stream = NULL;
	older.facts.fixes = newer.facts.fixes = NULL;
	expect_changes(&older, &newer, "gained object ext4 @6.1.0-1; gained function ext4:bar @6.1.0-1");
	expect_changes(&newer, &older, "lost object ext4 @6.1.0-1!; lost function ext4:bar @6.1.0-1!");
}

static void expect_obstacle(const char *old, const char *new,
			    void (*change)(struct lp_release_facts *, struct lp_release_facts *), const char *wanted)
{
	AUTO_BUILT struct built older, newer;
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_FREE char *why = NULL;

	build_pair(&older, &newer, old, new);
	if (change)
		change(&older.facts, &newer.facts);
	expect_ok(lp_rollback_obstacle(&older.facts, &newer.facts, &newer.metadata[0].facts, &older.metadata[0].facts,
				       &why, &err),
		  &err);
	if (!wanted)
		assert_null(why);
	else
		assert_string_equal(why, wanted);
}

static void builder_unknown(struct lp_release_facts *older, struct lp_release_facts *newer)
{
	(void)older;
	((struct lp_metadata *)newer->kernels[0])->facts.builder = LP_BUILDER_UNKNOWN;
}

static void floor_at_older(struct lp_release_facts *older, struct lp_release_facts *newer)
{
	newer->rollback_floor = older->id.serial;
}

static void floor_above_older(struct lp_release_facts *older, struct lp_release_facts *newer)
{
	newer->rollback_floor = older->id.serial + 1;
}

static void floor_in_a_later_epoch(struct lp_release_facts *older, struct lp_release_facts *newer)
{
	newer->id.epoch = 1;
	newer->id.serial = 3;
	newer->rollback_floor = 1;
	older->id.serial = 1000;
}

static void later_epoch(struct lp_release_facts *older, struct lp_release_facts *newer)
{
	(void)older;
	newer->id.epoch = 1;
}

static void going_back(void **state)
{
	static const char states[] = "state 5 version 2 is not supported by the older module";
	static const char callbacks[] = "callbacks of the newer module do not run when it is replaced";

	(void)state;
	expect_obstacle("vmlinux:foo", "vmlinux:foo vmlinux:bar ext4:bar", NULL, NULL);
	expect_obstacle("5=2", "5=2", NULL, NULL);
	expect_obstacle("5=3", "5=2", NULL, NULL);
	expect_obstacle("5=3 6=1", "5=2", NULL, NULL);
	expect_obstacle("5=1", "5=2", NULL, states);
	expect_obstacle("", "5=2", NULL, states);
	expect_obstacle("4=9 5=1", "4=9 5=2", NULL, states);
	expect_obstacle("vmlinux+3", "vmlinux+3", NULL, NULL);
	expect_obstacle("vmlinux+3", "vmlinux+1", NULL, NULL);
	expect_obstacle("vmlinux+1", "vmlinux+3", NULL, callbacks);
	expect_obstacle("vmlinux+1", "vmlinux+2", NULL, callbacks);
	expect_obstacle("vmlinux+1", "vmlinux+1 ext4+1", NULL, callbacks);
	expect_obstacle("", "", floor_at_older, NULL);
	expect_obstacle("", "", floor_above_older, "the bundle's rollback floor is serial 8");
	expect_obstacle("", "", later_epoch, NULL);
	expect_obstacle("", "", floor_in_a_later_epoch, "the bundle's rollback floor is serial 1");
	expect_obstacle("vmlinux:foo", "", builder_unknown, "what the newer module changes cannot be read");
	/* What the kernel refuses goes before what the vendor advises against. */
	expect_obstacle("5=1", "5=2 vmlinux+1", floor_above_older, states);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_but_for_the_serial),
		cmocka_unit_test(numbers),
		cmocka_unit_test(another_stream),
		cmocka_unit_test(fixes),
		cmocka_unit_test(kernels),
		cmocka_unit_test(a_longer_build_id_is_another),
		cmocka_unit_test(functions),
		cmocka_unit_test(positions),
		cmocka_unit_test(objects),
		cmocka_unit_test(objects_without_functions),
		cmocka_unit_test(states),
		cmocka_unit_test(each_kernel),
		cmocka_unit_test(withdrawing_what_is_there_is_harmless),
		cmocka_unit_test(withdrawing_something_else_does_not_help),
		cmocka_unit_test(modules_have_no_numbers),
		cmocka_unit_test(going_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
