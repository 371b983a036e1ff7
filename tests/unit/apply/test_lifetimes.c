/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Objects of the public API that need each other, freed in every order, the survivors being used after each. */
#include "support/fake_kernel.h"
#include "support/fixture.h"
#include "support/apply_machine.h"

#include <fcntl.h>
#include <malloc.h>

/* A hundred applies: nothing of this is about what reaches the disk. */
int __wrap_fsync(int fd);
int __wrap_fdatasync(int fd);

int __wrap_fsync(int fd)
{
	return fcntl(fd, F_GETFD) < 0 ? -1 : 0;
}

int __wrap_fdatasync(int fd)
{
	return __wrap_fsync(fd);
}

enum object { BUNDLE, VERIFIED, ENTRY, HOST, PLAN, OBJECTS };

struct objects {
	struct fixture *f;
	struct fake_kernel *kernel;
	struct lppack_keyring *keyring;
	struct lppack_bundle *bundle;
	struct lppack_verified *verified;
	struct lppack_entry *entry;
	struct lppack_host *host;
	struct lppack_plan *plan;
	struct lppack_receipt *receipt;
};

static void make_objects(struct objects *o, struct fixture *f, const char *path)
{
	LPPACK_OPTIONS(lppack_apply_options, options, .flags = LPPACK_APPLY_REPLACE);

	*o = (struct objects){ .f = f, .kernel = fake_kernel_new() };
	fake_kernel_set_build_id(o->kernel, KERNEL_ID);
	fake_kernel_expect_load(o->kernel, &new_patch);
	o->keyring = lppack_keyring_new(&f->err);
	expect_ok(lppack_keyring_add(o->keyring, fixture_path(f, "keys/a.pub"), &f->err), &f->err);
	o->bundle = lppack_bundle_open(path, &f->err);
	o->verified = lppack_bundle_verify(o->bundle, o->keyring, &f->err);
	expect_ok(o->verified ? 0 : -1, &f->err);
	o->entry = lppack_verified_select(o->verified, KERNEL_ID, &f->err);
	o->host = lp_host_new(fake_kernel_root(o->kernel), &fake_kernel_ops, o->kernel, &f->err);
	o->plan = lppack_plan_new(o->host, o->verified, &options, &f->err);
	expect_ok(o->entry && o->plan ? 0 : -1, &f->err);
}

static void use_bundle(struct objects *o)
{
	LP_AUTO_VALUE struct lppack_value *map = lppack_bundle_describe_unverified(o->bundle, &o->f->err);

	assert_string_equal(text_of(map, "stream"), "demo");
}

static void use_verified(struct objects *o)
{
	LP_AUTO_VALUE struct lppack_value *map =
		lppack_verified_describe(o->verified, LPPACK_DESCRIBE_FIXES | LPPACK_DESCRIBE_KERNELS, &o->f->err);

	assert_int_equal(lppack_value_count(lppack_value_get(map, "kernels")), 1);
	assert_int_equal(lppack_value_count(lppack_value_get(map, "signatures")), 1);
	expect_ok(lppack_verified_check_all(o->verified, NULL, &o->f->err), &o->f->err);
}

static void use_entry(struct objects *o)
{
	LP_AUTO_VALUE struct lppack_value *map = lppack_entry_describe(o->entry, &o->f->err);
	const void *bytes = NULL;
	size_t n = 0;

	assert_string_equal(text_of(map, "build_id"), KERNEL_ID);
	/* Nothing of it is remembered, so that it is read from the bundle each time. */
	lp_buf_free(&o->entry->module);
	expect_ok(lppack_entry_load_module(o->entry, &bytes, &n, &o->f->err), &o->f->err);
	assert_true(n > 0);
}

static void use_plan(struct objects *o)
{
	LP_AUTO_VALUE struct lppack_value *map = lppack_plan_describe(o->plan, &o->f->err);

	assert_string_equal(text_of(lppack_value_get(map, "kernel"), "build_id"), KERNEL_ID);
	assert_string_equal(text_of(lppack_value_get(map, "bundle"), "stream"), "demo");
}

static void use(struct objects *o)
{
	if (o->keyring)
		assert_string_equal(lppack_keyring_id(o->keyring, 0), lppack_signer_id(o->f->signer));
	if (o->bundle)
		use_bundle(o);
	if (o->verified)
		use_verified(o);
	if (o->entry)
		use_entry(o);
	if (o->host)
		assert_string_equal(lppack_host_build_id(o->host, &o->f->err), KERNEL_ID);
	if (o->plan)
		use_plan(o);
}

/* With whatever else is left of the objects. */
static void apply(struct objects *o)
{
	o->receipt = lppack_plan_apply(o->plan, &o->f->err);
	expect_ok(o->receipt ? 0 : -1, &o->f->err);
	assert_true(fake_kernel_is_active(o->kernel, "lp_new"));
}

static void drop(struct objects *o, enum object which)
{
	switch (which) {
	case BUNDLE:
		lppack_bundle_close(LP_TAKE(o->bundle));
		break;
	case VERIFIED:
		lppack_verified_free(LP_TAKE(o->verified));
		break;
	case ENTRY:
		lppack_entry_free(LP_TAKE(o->entry));
		break;
	case HOST:
		lppack_host_close(LP_TAKE(o->host));
		break;
	case PLAN:
		apply(o);
		lppack_plan_free(LP_TAKE(o->plan));
		break;
	case OBJECTS:
		break;
	}
}

/* A receipt has all that it shows of its own. */
static void finish(struct objects *o)
{
	LP_AUTO_VALUE struct lppack_value *map = lppack_receipt_describe(o->receipt, &o->f->err);

	assert_string_equal(text_of(map, "outcome"), "applied");
	assert_string_equal(text_of(lppack_value_get(map, "bundle"), "stream"), "demo");
	lppack_receipt_free(o->receipt);
	lppack_keyring_free(o->keyring);
	fake_kernel_free(o->kernel);
}

/* The i-th of OBJECTS! orders, the digits of i in the factorial system choosing among those that are left. */
static void order_of(unsigned int i, enum object out[OBJECTS])
{
	enum object left[OBJECTS];

	for (unsigned int k = 0; k < OBJECTS; k++)
		left[k] = (enum object)k;
	for (unsigned int k = OBJECTS; k > 0; k--) {
		unsigned int at = i % k;

		out[OBJECTS - k] = left[at];
		memmove(&left[at], &left[at + 1], (k - 1 - at) * sizeof(left[0]));
		i /= k;
	}
}

static void freed_in_every_order(void **state)
{
	struct fixture *f = *state;
	const char *path = machine_bundle(f, "b.lpb", KERNEL_ID, NULL);
	unsigned int orders = 1;

	for (unsigned int k = 2; k <= OBJECTS; k++)
		orders *= k;
	for (unsigned int i = 0; i < orders; i++) {
		enum object order[OBJECTS];
		struct objects o;

		order_of(i, order);
		make_objects(&o, f, path);
		/* Needed for the verification only: before all others, or after them. */
		if (i % 2)
			lppack_keyring_free(LP_TAKE(o.keyring));
		for (unsigned int k = 0; k < OBJECTS; k++) {
			drop(&o, order[k]);
			use(&o);
		}
		finish(&o);
	}
}

/* The file is let go when the last that reads it is freed, and not before. */
static void the_last_one_closes_the_file(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	struct lppack_verified *v = fixture_verify(f, fixture_bundle(f, "b.lpb", 2), &bundle);
	int fd = bundle->in.fd;
	struct lppack_entry *entries[2];
	char id[41];

	for (unsigned int i = 0; i < 2; i++)
		entries[i] = lppack_verified_select(v, fixture_build_id(i, id), &f->err);
	lppack_bundle_close(LP_TAKE(bundle));
	lppack_verified_free(v);
	lppack_entry_free(entries[1]);
	assert_true(fcntl(fd, F_GETFD) >= 0);
	lppack_entry_free(entries[0]);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

/* What failed to be made holds nothing. */
static void failures_hold_nothing(void **state)
{
	struct fixture *f = *state;
	struct lppack_keyring *empty = lppack_keyring_new(&f->err);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = fixture_verify(f, fixture_bundle(f, "b.lpb", 2), &bundle);
	LP_AUTO_VALUE struct lppack_value *judged = NULL;
	int fd = bundle->in.fd;

	assert_null(lppack_bundle_verify(bundle, empty, &f->err));
	lppack_keyring_free(empty);
	expect_error(&f->err, LPPACK_E_NO_KEYS, NULL);
	assert_null(lppack_verified_select(v, KERNEL_ID, &f->err));
	expect_error(&f->err, LPPACK_E_NO_KERNEL, NULL);
	judged = lppack_bundle_judge(bundle, f->keyring, &f->err);
	assert_non_null(judged);
	lppack_verified_free(LP_TAKE(v));
	lppack_bundle_close(LP_TAKE(bundle));
	assert_int_equal(fcntl(fd, F_GETFD), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(freed_in_every_order),
		fixture_test(the_last_one_closes_the_file),
		fixture_test(failures_hold_nothing),
	};

	/* Freed memory is overwritten: what is read of it is wrong also without a sanitizer. */
	mallopt(M_PERTURB, 0xa5);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
