/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Structs of options of older, newer and careless callers, for every call that takes one. */
#include "support/apply_machine.h"

#include <lppack/check.h>
#include <lppack/store.h>
#include <sys/stat.h>

#define TAIL 16

struct place {
	struct machine m;
	unsigned int calls; /* for names of files that are not there yet */
};

/* Large enough for each struct, and what a newer one has behind it. */
union bytes {
	size_t size;
	unsigned char at[512];
	struct lppack_apply_options apply;
	struct lppack_attach_options attach;
	struct lppack_create_options create;
	struct lppack_hold_options hold;
	struct lppack_install_options install;
	struct lppack_kernel_files files;
	struct lppack_key_options key;
	struct lppack_signer_options signer;
	struct lppack_spec_fix fix;
	struct lppack_spec_kernel kernel;
	struct lppack_verify_options verify;
	struct lppack_wait wait;
	struct lppack_remove_options remove;
	struct lppack_recover_options recover;
	struct lppack_boot_options boot;
};

static char *new_path(struct place *p)
{
	return fixture_format(p->m.f, "%s/new-%u", p->m.f->dir, p->calls++);
}

static void call_key(struct place *p, const void *given)
{
	char id[LPPACK_KEY_ID_SIZE];

	lppack_key_generate(new_path(p), given, id, &p->m.f->err);
}

static void call_signer(struct place *p, const void *given)
{
	struct fixture *f = p->m.f;

	lppack_signer_free(lppack_signer_open(fixture_path(f, "keys/a.key"), given, &f->err));
}

static void call_create(struct place *p, const void *given)
{
	struct fixture *f = p->m.f;
	const struct lppack_signer *signers[] = { f->signer };
	LP_AUTO_SPEC struct lppack_spec *spec = fixture_spec(f, 1);

	lppack_bundle_create(spec, signers, 1, new_path(p), given, NULL, &f->err);
}

static void call_attach(struct place *p, const void *given)
{
	lppack_signature_attach(new_path(p), given, NULL, &p->m.f->err);
}

static void call_fix(struct place *p, const void *given)
{
	LP_AUTO_SPEC struct lppack_spec *spec = lppack_spec_new("demo", 7, &p->m.f->err);

	lppack_spec_add_fix(spec, given, &p->m.f->err);
}

static void call_pair(struct place *p, const void *given)
{
	LP_AUTO_SPEC struct lppack_spec *spec = lppack_spec_new("demo", 7, &p->m.f->err);

	lppack_spec_add_kernel(spec, given, &p->m.f->err);
}

static void call_verify(struct place *p, const void *given)
{
	lppack_verified_check_all(p->m.verified, given, &p->m.f->err);
}

static void call_kernel(struct place *p, const void *given)
{
	lppack_kernel_close(lppack_kernel_open(given, &p->m.f->err));
}

static void call_wait(struct place *p, const void *given)
{
	lppack_hold_clear(p->m.host, NULL, given, &p->m.f->err);
}

static void call_confirm(struct place *p, const void *given)
{
	lppack_boot_confirm(p->m.host, 0, given, &p->m.f->err);
}

static void call_plan(struct place *p, const void *given)
{
	lppack_plan_free(lppack_plan_new(p->m.host, p->m.verified, given, &p->m.f->err));
}

static void call_remove(struct place *p, const void *given)
{
	lppack_receipt_free(lppack_host_remove(p->m.host, given, &p->m.f->err));
}

static void call_removal(struct place *p, const void *given)
{
	lppack_value_free(lppack_host_describe_removal(p->m.host, given, &p->m.f->err));
}

static void call_recover(struct place *p, const void *given)
{
	lppack_value_free(lppack_host_recover(p->m.host, given, &p->m.f->err));
}

/* Into an image, so that nothing is applied. */
static void call_install(struct place *p, const void *given)
{
	struct fixture *f = p->m.f;
	struct lppack_install_report *report = NULL;
	LP_AUTO(cleanup_lppack_host_close) struct lppack_host *image = NULL;
	char *root = new_path(p);

	assert_int_equal(mkdir(root, 0755), 0);
	image = lppack_host_open(root, &f->err);
	assert_non_null(image);
	lppack_host_install(image, p->m.bundle, f->keyring, given, &report, &f->err);
	lppack_install_report_free(report);
}

/* Nothing is installed on this machine. */
static void call_boot(struct place *p, const void *given)
{
	struct fixture *f = p->m.f;

	lppack_host_apply_installed(p->m.host, f->keyring, given, NULL, &f->err);
	if (f->err.code == LPPACK_E_NO_RELEASE)
		lppack_error_clear(&f->err);
}

static void call_hold(struct place *p, const void *given)
{
	lppack_hold_set(p->m.host, given, &p->m.f->err);
}

#define FIRST_END(type, first) (offsetof(struct type, first) + sizeof(((struct type *)NULL)->first))
#define TYPE(type, first) #type, sizeof(struct type), FIRST_END(type, first)

static const struct {
	const char *name;
	size_t size;
	size_t least;
	void (*call)(struct place *p, const void *given);
	const char *words; /* of the error without any option; NULL: none */
} cases[] = {
	{ TYPE(lppack_key_options, type), call_key, NULL },
	{ TYPE(lppack_signer_options, flags), call_signer, NULL },
	{ TYPE(lppack_create_options, flags), call_create, NULL },
	{ TYPE(lppack_attach_options, signature), call_attach, "no signature to attach" },
	{ TYPE(lppack_spec_fix, flags), call_fix, "the id of a fix must have" },
	{ TYPE(lppack_spec_kernel, module), call_pair, "the path of a module must have" },
	{ TYPE(lppack_verify_options, progress), call_verify, NULL },
	{ TYPE(lppack_kernel_files, directory), call_kernel, "no kernel is named" },
	{ TYPE(lppack_wait, wait_ns), call_wait, NULL },
	{ TYPE(lppack_wait, wait_ns), call_confirm, NULL },
	{ TYPE(lppack_apply_options, flags), call_plan, NULL },
	{ TYPE(lppack_remove_options, flags), call_remove, NULL },
	{ TYPE(lppack_remove_options, flags), call_removal, NULL },
	{ TYPE(lppack_recover_options, flags), call_recover, NULL },
	{ TYPE(lppack_install_options, flags), call_install, NULL },
	{ TYPE(lppack_boot_options, flags), call_boot, NULL },
	{ TYPE(lppack_hold_options, stream), call_hold, "holds nothing" },
};

#define CASES (sizeof(cases) / sizeof(cases[0]))

static void expect_taken(struct place *p, size_t i, const void *given)
{
	cases[i].call(p, given);
	if (cases[i].words)
		expect_error(&p->m.f->err, LPPACK_E_USAGE, cases[i].words);
	else
		expect_ok(0, &p->m.f->err);
}

static void expect_refused(struct place *p, size_t i, const void *given, const char *words)
{
	char name[64];

	cases[i].call(p, given);
	snprintf(name, sizeof(name), "struct %s: ", cases[i].name);
	assert_non_null(strstr(p->m.f->err.message, name));
	assert_true(*p->m.f->err.hint);
	expect_error(&p->m.f->err, LPPACK_E_USAGE, words);
}

static void place_open(struct place *p, struct fixture *f)
{
	*p = (struct place){ 0 };
	machine_open(&p->m, f, machine_bundle(f, "b.lpb", KERNEL_ID, NULL));
}

static void place_close(struct place *p)
{
	machine_close(&p->m);
}

#define AUTO_PLACE LP_AUTO(place_close)

static void sizes_that_are_taken(void **state)
{
	AUTO_PLACE struct place p;

	place_open(&p, *state);
	for (size_t i = 0; i < CASES; i++) {
		const size_t sizes[] = { cases[i].least, cases[i].size, cases[i].size + 1, cases[i].size + TAIL };

		for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++)
			expect_taken(&p, i, &(union bytes){ .size = sizes[k] });
	}
}

/* What an older caller has in memory behind its struct is none of the library's business. */
static void nothing_behind_the_size_is_looked_at(void **state)
{
	AUTO_PLACE struct place p;

	place_open(&p, *state);
	for (size_t i = 0; i < CASES; i++) {
		union bytes given;

		memset(&given, 0xa5, sizeof(given));
		memset(&given, 0, cases[i].least);
		given.size = cases[i].least;
		expect_taken(&p, i, &given);
	}
}

static void sizes_that_are_refused(void **state)
{
	AUTO_PLACE struct place p;

	place_open(&p, *state);
	for (size_t i = 0; i < CASES; i++) {
		const size_t sizes[] = { 0, 1, sizeof(size_t), cases[i].least - 1, 4097, SIZE_MAX };

		for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
			union bytes given = { .size = 0 };

			/* Set, and no size that says so. */
			given.at[cases[i].least - 1] = 1;
			given.size = sizes[k];
			expect_refused(&p, i, &given, "its size is set to");
		}
	}
}

static void what_is_not_known_is_refused(void **state)
{
	AUTO_PLACE struct place p;

	place_open(&p, *state);
	for (size_t i = 0; i < CASES; i++)
		for (size_t k = 0; k < TAIL; k++) {
			union bytes given = { .size = cases[i].size + TAIL };

			given.at[cases[i].size + k] = 1;
			expect_refused(&p, i, &given, "is set, and this liblppack knows the first");
		}
}

static void none_is_the_default(void **state)
{
	AUTO_PLACE struct place p;

	place_open(&p, *state);
	for (size_t i = 0; i < CASES; i++)
		expect_taken(&p, i, NULL);
}

/* So that the stack is full of what a struct must not be made of. */
static void __attribute__((noinline)) soil_the_stack(void)
{
	volatile unsigned char soil[2048];

	for (size_t i = 0; i < sizeof(soil); i++)
		soil[i] = 0xa5;
}

static void __attribute__((noinline)) declare_all(union bytes *install, union bytes *apply)
{
	LPPACK_OPTIONS(lppack_install_options, some, .keep = 1);
	LPPACK_OPTIONS(lppack_apply_options, other, .flags = LPPACK_APPLY_REPLACE, .retries = 1);

	memcpy(install, &some, sizeof(some));
	memcpy(apply, &other, sizeof(other));
}

static void the_macros_leave_nothing_unset(void **state)
{
	union bytes install = { .size = 0 };
	union bytes apply = { .size = 0 };
	union bytes expected = { .size = 0 };
	struct lppack_wait wait;

	(void)state;
	soil_the_stack();
	declare_all(&install, &apply);
	expected.install.size = sizeof(struct lppack_install_options);
	expected.install.keep = 1;
	assert_memory_equal(&install, &expected, sizeof(struct lppack_install_options));
	memset(&expected, 0, sizeof(expected));
	expected.apply.size = sizeof(struct lppack_apply_options);
	expected.apply.flags = LPPACK_APPLY_REPLACE;
	expected.apply.retries = 1;
	assert_memory_equal(&apply, &expected, sizeof(struct lppack_apply_options));
	memset(&wait, 0xa5, sizeof(wait));
	LPPACK_OPTIONS_RESET(wait);
	memset(&expected, 0, sizeof(expected));
	expected.wait.size = sizeof(wait);
	assert_memory_equal(&wait, &expected, sizeof(wait));
}

/* Every bit of every word of flags: what is known is taken, what is not is refused and named. */
static void unknown_flags_are_refused(void **state)
{
	static const struct {
		void (*call)(struct place *p, const void *given);
		size_t at;
		size_t size;
		uint32_t known;
		const char *name;
	} words[] = {
#define WORD(call, type, known) \
	{ call, offsetof(struct type, flags), sizeof(struct type), known, "struct " #type ": flags" }
		WORD(call_plan, lppack_apply_options, 0xff),     WORD(call_remove, lppack_remove_options, 0x3),
		WORD(call_removal, lppack_remove_options, 0x3),  WORD(call_recover, lppack_recover_options, 0x1),
		WORD(call_install, lppack_install_options, 0xf), WORD(call_boot, lppack_boot_options, 0x3),
		WORD(call_hold, lppack_hold_options, 0x3),       WORD(call_kernel, lppack_kernel_files, 0x1),
#undef WORD
	};
	AUTO_PLACE struct place p;

	place_open(&p, *state);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		for (unsigned int bit = 0; bit < 32; bit++) {
			uint32_t flag = UINT32_C(1) << bit;
			union bytes given = { .size = words[i].size };
			bool is_refused;

			memcpy(&given.at[words[i].at], &flag, sizeof(flag));
			words[i].call(&p, &given);
			is_refused = p.m.f->err.code == LPPACK_E_USAGE && strstr(p.m.f->err.message, words[i].name);
			lppack_error_clear(&p.m.f->err);
			assert_int_equal(is_refused, !(words[i].known & flag));
		}
}

static void unknown_flags_of_functions_are_refused(void **state)
{
	AUTO_PLACE struct place p;

	place_open(&p, *state);
	for (unsigned int bit = 1; bit < 32; bit++) {
		assert_int_equal(lppack_boot_confirm(p.m.host, UINT32_C(1) << bit, NULL, &p.m.f->err), -LPPACK_E_USAGE);
		expect_error(&p.m.f->err, LPPACK_E_USAGE, "lppack_boot_confirm()");
		assert_int_equal(lppack_check_report_judge(NULL, UINT32_C(1) << bit, &p.m.f->err), -LPPACK_E_USAGE);
		expect_error(&p.m.f->err, LPPACK_E_USAGE, "lppack_check_report_judge()");
	}
}

/* What these calls decide themselves cannot be asked of them. */
static void a_rollback_is_no_installation_and_no_boot(void **state)
{
	LPPACK_OPTIONS(lppack_apply_options, rollback, .flags = LPPACK_APPLY_ROLLBACK);
	LPPACK_OPTIONS(lppack_install_options, install, .apply = &rollback);
	LPPACK_OPTIONS(lppack_boot_options, boot, .apply = &rollback);
	AUTO_PLACE struct place p;

	place_open(&p, *state);
	call_install(&p, &install);
	expect_error(&p.m.f->err, LPPACK_E_USAGE, "is not rolled back to");
	call_boot(&p, &boot);
	expect_error(&p.m.f->err, LPPACK_E_USAGE, "boots do not roll back");
	rollback.size = 1;
	call_install(&p, &install);
	expect_error(&p.m.f->err, LPPACK_E_USAGE, "struct lppack_apply_options: its size");
	call_boot(&p, &boot);
	expect_error(&p.m.f->err, LPPACK_E_USAGE, "struct lppack_apply_options: its size");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(sizes_that_are_taken),
		fixture_test(nothing_behind_the_size_is_looked_at),
		fixture_test(sizes_that_are_refused),
		fixture_test(what_is_not_known_is_refused),
		fixture_test(none_is_the_default),
		fixture_test(unknown_flags_are_refused),
		fixture_test(unknown_flags_of_functions_are_refused),
		fixture_test(a_rollback_is_no_installation_and_no_boot),
		cmocka_unit_test(the_macros_leave_nothing_unset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
