/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fake machine and levels of one stream for its kernel: shared by the tests of what stays on a machine. */
#ifndef LP_TEST_STORE_MACHINE_H
#define LP_TEST_STORE_MACHINE_H

#include "support/apply_machine.h"

#include "base/file.h"
#include "apply/boot_open.h"
#include "apply/install.h"
#include "machine/store.h"
#include "runtime/lock.h"

#include <fcntl.h>
#include <unistd.h>

#define OTHER_KERNEL "ffeeddccbbaa99887766554433221100ffeeddcc"

struct shelf {
	struct fixture *f;
	struct fake_kernel *kernel;
	struct lppack_host *host;
};

/* The machine trusts the key that the bundles are signed with. */
static inline void shelf_trust(struct shelf *s)
{
	LP_AUTO_BUF struct lp_buf pem = { 0 };

	expect_ok(lp_file_read(AT_FDCWD, fixture_path(s->f, "keys/a.pub"), 4096, &pem, &s->f->err), &s->f->err);
	lp_buf_append(&pem, "", 1);
	assert_true(lp_buf_ok(&pem));
	fake_kernel_write(s->kernel, "etc/lppack/keys.d/a.pub", (const char *)pem.data);
}

static inline void shelf_open(struct shelf *s, struct fixture *f)
{
	*s = (struct shelf){ .f = f, .kernel = fake_kernel_new() };
	fake_kernel_set_build_id(s->kernel, KERNEL_ID);
	s->host = lp_host_new(fake_kernel_root(s->kernel), &fake_kernel_ops, s->kernel, &f->err);
	expect_ok(s->host ? 0 : -1, &f->err);
	shelf_trust(s);
}

static inline void shelf_close(struct shelf *s)
{
	lppack_host_close(s->host);
	fake_kernel_free(s->kernel);
}

#define AUTO_SHELF LP_AUTO(shelf_close)

static inline const char *shelf_root(const struct shelf *s)
{
	return fake_kernel_root(s->kernel);
}

/* A bundle of stream demo with that serial, a module lp_new for the kernel, and more lines of the spec. */
static inline char *shelf_bundle(struct shelf *s, unsigned int serial, const char *kernel, const char *more)
{
	struct fixture *f = s->f;
	struct elf_maker_options options = { .name = "lp_new", .release = RELEASE };
	char *bundle = fixture_path(f, fixture_format(f, "demo-%u.lpb", serial));
	char *module;
	char *path;

	unlink(bundle);
	assert_int_equal(lp_build_id_parse(NEW_ID, &options.build_id), 0);
	module = fixture_module(f, fixture_format(f, "demo-%u.ko", serial), &options);
	path = fixture_write_text(f, fixture_format(f, "demo-%u.yaml", serial),
				  fixture_format(f,
						 "stream: demo\nserial: %u\n%skernels:\n"
						 "  - module: %s\n    build_id: \"%s\"\n",
						 serial, more, module, kernel));
	{
		LP_AUTO_SPEC struct lppack_spec *spec = lppack_spec_read(path, NULL, &f->err);

		expect_ok(spec ? 0 : -1, &f->err);
		expect_ok(fixture_create(f, spec, bundle), &f->err);
	}
	return bundle;
}

/* Installs; the error is in the fixture's. */
static inline struct lppack_value *shelf_install_with(struct shelf *s, const char *path, uint64_t keep)
{
	LPPACK_OPTIONS(lppack_install_options, options, .keep = keep);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = lppack_bundle_open(path, &s->f->err);

	return bundle ? lp_store_install(s->host, bundle, s->f->keyring, &options, NULL, &s->f->err) : NULL;
}

/* One that has nothing for the running kernel, in place of one that has. */
static inline void shelf_install_losing(struct shelf *s, const char *path)
{
	LPPACK_OPTIONS(lppack_install_options, options, .flags = LPPACK_INSTALL_ALLOW_LOSS);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = lppack_bundle_open(path, &s->f->err);
	LP_AUTO_VALUE struct lppack_value *told =
		bundle ? lp_store_install(s->host, bundle, s->f->keyring, &options, NULL, &s->f->err) : NULL;

	expect_ok(told ? 0 : -1, &s->f->err);
}

static inline void shelf_install(struct shelf *s, unsigned int serial)
{
	LP_AUTO_VALUE struct lppack_value *told = shelf_install_with(s, shelf_bundle(s, serial, KERNEL_ID, ""), 0);

	expect_ok(told ? 0 : -1, &s->f->err);
}

/* Remembers the installed level as the one in force, of a boot that cannot be told. */
static inline void shelf_record_applied(struct shelf *s, uint64_t serial)
{
	LP_AUTO_STORE struct lp_store store = { 0 };
	struct lp_applied applied = { .release = (char *)RELEASE,
				      .module.name = (char *)"lp_new",
				      .applied_at = FIXTURE_CREATED };

	expect_ok(lp_store_read(shelf_root(s), &store, &s->f->err), &s->f->err);
	applied.id = lp_store_find_serial(&store, "demo", serial)->id;
	assert_int_equal(lp_build_id_parse(KERNEL_ID, &applied.kernel), 0);
	expect_ok(remember_applied(shelf_root(s), "", &applied, &s->f->err), &s->f->err);
}

/* Opens what a boot would apply: its serial, or 0 with the error in the fixture's. */
static inline uint64_t shelf_boots(struct shelf *s)
{
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *verified = NULL;
	LP_AUTO_VALUE struct lppack_value *skipped = NULL;

	if (lp_store_open_installed(s->host, s->f->keyring, NULL, &bundle, &verified, &skipped, &s->f->err) < 0)
		return 0;
	return lppack_verified_serial(verified);
}

/* Another lppack that is at work, seen by one that waits for it. */
struct shelf_holder {
	int lock;
	unsigned int asked;
	unsigned int verified; /* reports of verifying, after the wait */
	unsigned int lets_go;  /* after so many times of being asked; 0: never */
};

static inline void shelf_watch_holder(void *context, const struct lppack_progress *now)
{
	struct shelf_holder *holder = context;

	assert_int_equal(now->size, sizeof(*now));
	if (strcmp(now->phase, "verifying") == 0) {
		assert_in_range(now->done, 0, now->total);
		holder->verified++;
		return;
	}
	assert_string_equal(now->phase, "waiting");
	assert_true(now->elapsed_ns >= 0);
	if (++holder->asked != holder->lets_go)
		return;
	assert_int_equal(close(holder->lock), 0);
	holder->lock = -1;
}

/* Takes the machine's lock. What is returned waits five minutes for it. */
static inline struct lppack_wait shelf_hold_lock(struct shelf *s, struct shelf_holder *holder)
{
	LPPACK_OPTIONS(lppack_wait, wait, .wait_ns = 300 * INT64_C(1000000000), .progress = shelf_watch_holder,
		       .context = holder);

	*holder = (struct shelf_holder){ .lock = lp_lock_take(&s->host->io, &s->f->err) };
	expect_ok(holder->lock < 0 ? holder->lock : 0, &s->f->err);
	return wait;
}

/* Another boot of the machine. */
static inline void shelf_reboot(struct shelf *s, unsigned int number)
{
	fake_kernel_write(s->kernel, "proc/sys/kernel/random/boot_id",
			  fixture_format(s->f, "00000000-0000-0000-0000-%012u\n", number));
	forget_boot_id(s->host);
}

#endif
