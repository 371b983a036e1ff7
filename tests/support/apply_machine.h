/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fake kernel and a verified bundle that has a module for it: shared by the tests of plans, receipts and status. */
#ifndef LP_TEST_APPLY_MACHINE_H
#define LP_TEST_APPLY_MACHINE_H

#include "apply/receipt.h"
#include "support/fake_kernel.h"
#include "support/fixture.h"
#include "support/remembered.h"

#include "shared/text.h"
#include "apply/plan.h"

#define KERNEL_ID "00112233445566778899aabbccddeeff00112233"
#define RELEASE "6.1.0-test"
#define OLD_ID "0606060606060606060606060606060606060606"
#define NEW_ID "0707070707070707070707070707070707070707"

static const char *const patched[] = { "vmlinux/cmdline_proc_show,1", NULL };

static const struct fake_patch old_patch = { .name = "lp_old",
					     .functions = patched,
					     .build_id = OLD_ID,
					     .replace = true,
					     .reverse_ns = 300 * FAKE_MS,
					     .vanish_ns = 4 * FAKE_MS,
					     .refcnt_ns = 2 * FAKE_MS };

static const struct fake_patch new_patch = { .name = "lp_new",
					     .functions = patched,
					     .build_id = NEW_ID,
					     .replace = true,
					     .log = "livepatch: enabling patch 'lp_new'",
					     .load_ns = 10 * FAKE_MS,
					     .transition_ns = 900 * FAKE_MS,
					     .reverse_ns = 400 * FAKE_MS };

struct machine {
	struct fixture *f;
	struct fake_kernel *kernel;
	struct lppack_host *host;
	struct lppack_bundle *bundle;
	struct lppack_verified *verified;
	struct lppack_apply_options options; /* of apply; what they share with it, of remove and recover too */
	struct lppack_wait wait;             /* of all of them */
	enum lp_plan_origin origin;
};

/* A bundle of stream demo with the module of a patch for the kernel; options: what else the module has. */
static inline char *machine_bundle_with(struct fixture *f, const char *name, const struct fake_patch *patch,
					uint64_t serial, const char *kernel, const char *expires,
					struct elf_maker_options options)
{
	LP_AUTO_SPEC struct lppack_spec *spec = lppack_spec_new("demo", serial, &f->err);
	LP_AUTO_FREE char *module = lp_text_format("%s.ko", patch->name);
	char *path = fixture_path(f, name);

	options.name = patch->name;
	options.release = RELEASE;
	assert_int_equal(lp_build_id_parse(patch->build_id, &options.build_id), 0);
	expect_ok(fixture_add_kernel(spec, fixture_module(f, module, &options), kernel, &f->err), &f->err);
	if (expires)
		expect_ok(lppack_spec_set_expires(spec, expires, &f->err), &f->err);
	expect_ok(fixture_create(f, spec, path), &f->err);
	return path;
}

static inline char *machine_bundle_of(struct fixture *f, const char *name, const struct fake_patch *patch,
				      uint64_t serial, const char *kernel, const char *expires)
{
	return machine_bundle_with(f, name, patch, serial, kernel, expires, (struct elf_maker_options){ 0 });
}

/* Serial 7, with lp_new, which has callbacks and a state. */
static inline char *machine_bundle_with_callbacks(struct fixture *f, const char *name)
{
	static const struct elf_maker_func function = { .name = "cmdline_proc_show" };
	static const struct elf_maker_object object = { .funcs = &function,
							.n_funcs = 1,
							.callbacks = LP_CALLBACK_PRE_PATCH | LP_CALLBACK_POST_UNPATCH };
	static const struct lp_klp_state state = { .id = 1, .version = 1 };
	const struct elf_maker_options options = {
		.objects = &object, .n_objects = 1, .states = &state, .n_states = 1
	};

	return machine_bundle_with(f, name, &new_patch, 7, KERNEL_ID, NULL, options);
}

/* Serial 7, with lp_new. */
static inline char *machine_bundle(struct fixture *f, const char *name, const char *kernel, const char *expires)
{
	return machine_bundle_of(f, name, &new_patch, 7, kernel, expires);
}

static inline void machine_open(struct machine *m, struct fixture *f, const char *bundle)
{
	*m = (struct machine){ .f = f, .kernel = fake_kernel_new() };
	fake_kernel_set_build_id(m->kernel, KERNEL_ID);
	m->host = lp_host_new(fake_kernel_root(m->kernel), &fake_kernel_ops, m->kernel, &f->err);
	expect_ok(m->host ? 0 : -1, &f->err);
	m->verified = fixture_verify(f, bundle, &m->bundle);
	LPPACK_OPTIONS_RESET(m->options);
	LPPACK_OPTIONS_RESET(m->wait);
	m->options.flags |= LPPACK_APPLY_REPLACE;
	m->options.flags |= LPPACK_APPLY_TAKE_OVER;
}

static inline void machine_close(struct machine *m)
{
	lppack_verified_free(m->verified);
	lppack_bundle_close(m->bundle);
	lppack_host_close(m->host);
	fake_kernel_free(m->kernel);
}

#define AUTO_MACHINE LP_AUTO(machine_close)
#define AUTO_PLAN LP_AUTO(cleanup_lppack_plan_free)
#define AUTO_RECEIPT LP_AUTO(cleanup_lppack_receipt_free)

static inline struct lppack_plan *machine_plan(struct machine *m)
{
	m->options.wait = &m->wait;
	return lp_plan_new(m->host, m->verified, m->origin, &m->options, &m->f->err);
}

static inline struct lppack_value *machine_recover(struct machine *m)
{
	LPPACK_OPTIONS(lppack_recover_options, options, .timeout_ns = m->options.timeout_ns, .wait = &m->wait);

	return lppack_host_recover(m->host, &options, &m->f->err);
}

static inline struct lppack_value *machine_recover_quickly(struct machine *m)
{
	LPPACK_OPTIONS(lppack_recover_options, options, .flags = LPPACK_RECOVER_QUICK);

	return lppack_host_recover(m->host, &options, &m->f->err);
}

static inline struct lppack_remove_options machine_remove_options(struct machine *m)
{
	LPPACK_OPTIONS(lppack_remove_options, options, .timeout_ns = m->options.timeout_ns,
		       .retries = m->options.retries, .wait = &m->wait);

	if (m->options.flags & LPPACK_APPLY_TAKE_OVER)
		options.flags |= LPPACK_REMOVE_TAKE_OVER;
	return options;
}

static inline struct lppack_receipt *machine_remove(struct machine *m)
{
	const struct lppack_remove_options options = machine_remove_options(m);

	return lppack_host_remove(m->host, &options, &m->f->err);
}

static inline struct lppack_value *machine_describe_removal(struct machine *m)
{
	const struct lppack_remove_options options = machine_remove_options(m);

	return lppack_host_describe_removal(m->host, &options, &m->f->err);
}

/* Plans and applies; the error of it is in the fixture's. */
static inline struct lppack_receipt *machine_apply(struct machine *m)
{
	AUTO_PLAN struct lppack_plan *plan = machine_plan(m);

	return plan ? lppack_plan_apply(plan, &m->f->err) : NULL;
}

static inline const char *text_of(const struct lppack_value *map, const char *key)
{
	return lppack_value_text(lppack_value_get(map, key));
}

#endif
