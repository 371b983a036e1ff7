/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests making a bundle from a spec, from end to end. */
#include "format/format.h"
#include "support/fixture.h"

#include "base/value.h"
#include "pack/spec.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct lppack_create_options usual(void)
{
	LPPACK_OPTIONS(lppack_create_options, options, .threads = 2, .compression_level = 3,
		       .created = FIXTURE_CREATED);

	return options;
}

static int create(struct fixture *f, const struct lppack_spec *spec, const char *path,
		  const struct lppack_create_options *options)
{
	const struct lppack_signer *signers[] = { f->signer };
	int rc = lppack_bundle_create(spec, signers, 1, path, options, NULL, &f->err);

	assert_int_equal(rc, -f->err.code);
	return rc;
}

static void assert_same(const char *one, const char *other)
{
	LP_AUTO_BUF struct lp_buf a = { 0 };
	LP_AUTO_BUF struct lp_buf b = { 0 };

	fixture_read(one, &a);
	fixture_read(other, &b);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
}

static void what_is_made_verifies(void **state)
{
	static const unsigned int counts[] = { 1, 2, 32, 33 };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		expect_ok(fixture_check(f, fixture_bundle(f, fixture_format(f, "b%zu.lpb", i), counts[i])), &f->err);
}

static void the_same_bytes_whatever_the_threads(void **state)
{
	static const unsigned int threads[] = { 1, 2, 7 };
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = fixture_spec(f, 40);
	struct lppack_create_options options = usual();

	for (size_t i = 0; i < 3; i++) {
		options.threads = threads[i];
		expect_ok(create(f, spec, fixture_format(f, "%s/%zu.lpb", f->dir, i), &options), &f->err);
	}
	assert_same(fixture_path(f, "0.lpb"), fixture_path(f, "1.lpb"));
	assert_same(fixture_path(f, "0.lpb"), fixture_path(f, "2.lpb"));
}

static struct lppack_spec *reversed(struct fixture *f, unsigned int n)
{
	struct lppack_spec *spec = lppack_spec_new("demo", 7, &f->err);

	for (unsigned int i = n; i-- > 0;) {
		char id[41];

		expect_ok(fixture_add_kernel(spec, fixture_format(f, "%s/m%u.ko", f->dir, i), fixture_build_id(i, id),
					     &f->err),
			  &f->err);
	}
	return spec;
}

static void the_same_bytes_whatever_the_order(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *one = fixture_spec(f, 10);
	LP_AUTO_SPEC struct lppack_spec *other = reversed(f, 10);
	struct lppack_create_options options = usual();

	expect_ok(create(f, one, fixture_path(f, "1.lpb"), &options), &f->err);
	expect_ok(create(f, other, fixture_path(f, "2.lpb"), &options), &f->err);
	assert_same(fixture_path(f, "1.lpb"), fixture_path(f, "2.lpb"));
}

static void independent_modules_have_no_bases(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = fixture_spec(f, 6);
	struct lppack_create_options options = usual();

	for (int i = 0; i < 2; i++) {
		LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
		LP_AUTO_VERIFIED struct lppack_verified *v = NULL;
		char *path = fixture_format(f, "%s/%d.lpb", f->dir, i);

		options.flags = i ? LPPACK_CREATE_INDEPENDENT : 0;
		expect_ok(create(f, spec, path, &options), &f->err);
		v = fixture_verify(f, path, &bundle);
		assert_int_equal(lp_verified_contents(v)->manifest.base_depth, !i);
		expect_ok(lppack_verified_check_all(v, NULL, &f->err), &f->err);
	}
}

/* An existing output is refused at once, and again if it appears meanwhile. */
static void existing_outputs(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = fixture_spec(f, 1);
	struct lppack_create_options options = usual();
	char *path = fixture_write_text(f, "out.lpb", "precious");
	LP_AUTO_BUF struct lp_buf kept = { 0 };
	size_t before = fixture_count(f, ".");

	assert_int_equal(create(f, spec, path, &options), -LPPACK_E_EXISTS);
	expect_error(&f->err, LPPACK_E_EXISTS, "out.lpb");
	fixture_read(path, &kept);
	assert_string_equal((char *)kept.data, "precious");
	options.flags = LPPACK_CREATE_OVERWRITE;
	expect_ok(create(f, spec, path, &options), &f->err);
	expect_ok(fixture_check(f, path), &f->err);
	assert_int_equal(fixture_count(f, "."), before);
}

struct racer {
	struct fixture *f;
	const char *path;
};

static void appear(void *context, const struct lppack_progress *now)
{
	struct racer *racer = context;

	(void)now;
	if (!fixture_exists(racer->path))
		fixture_write_text(racer->f, "out.lpb", "precious");
}

static void an_output_that_appears_meanwhile(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = fixture_spec(f, 2);
	struct lppack_create_options options = usual();
	struct racer racer = { f, fixture_path(f, "out.lpb") };
	LP_AUTO_BUF struct lp_buf kept = { 0 };
	size_t before = fixture_count(f, ".");

	options.progress = appear;
	options.context = &racer;
	assert_int_equal(create(f, spec, racer.path, &options), -LPPACK_E_EXISTS);
	expect_error(&f->err, LPPACK_E_EXISTS, "out.lpb");
	fixture_read(racer.path, &kept);
	assert_string_equal((char *)kept.data, "precious");
	assert_int_equal(fixture_count(f, "."), before + 1);
}

static void outputs_that_cannot_be_made(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = fixture_spec(f, 1);
	struct lppack_create_options options = usual();
	size_t before = fixture_count(f, ".");

	assert_int_equal(create(f, spec, fixture_path(f, "absent/out.lpb"), &options), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "absent");
	assert_int_equal(create(f, spec, "/proc/self/out.lpb", &options), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "/proc/self/out.lpb");
	options.flags = LPPACK_CREATE_OVERWRITE;
	assert_true(create(f, spec, fixture_path(f, "keys"), &options) < 0);
	expect_error(&f->err, f->err.code, "keys");
	assert_int_equal(fixture_count(f, "."), before);
}

/* Wherever the disk is full: an error that names the output, and nothing left. */
static void full_disks(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = fixture_spec(f, 8);
	struct lppack_create_options options = usual();
	char *path = fixture_path(f, "out.lpb");
	size_t before = fixture_count(f, ".");
	struct rlimit usual_limit;
	unsigned int failures = 0;
	int rc = -1;

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual_limit), 0);
	for (rlim_t size = 1; rc < 0; size += 1997) {
		const struct rlimit limit = { size, usual_limit.rlim_max };

		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		rc = create(f, spec, path, &options);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual_limit), 0);
		if (rc == 0)
			break;
		failures++;
		assert_int_equal(f->err.sys_errno, EFBIG);
		expect_error(&f->err, LPPACK_E_IO, "out.lpb");
		assert_int_equal(fixture_count(f, "."), before);
	}
	assert_in_range(failures, 5, 100);
	expect_ok(fixture_check(f, path), &f->err);
}

static void options_out_of_range(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = fixture_spec(f, 1);
	char *path = fixture_path(f, "out.lpb");
	struct lppack_create_options options = usual();

	options.compression_level = 23;
	assert_int_equal(create(f, spec, path, &options), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "23");
	options.compression_level = -1;
	assert_int_equal(create(f, spec, path, &options), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "-1");
	options = usual();
	options.created = -1;
	assert_int_equal(create(f, spec, path, &options), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "time");
	options.created = LP_TIME_MAX + 1;
	assert_int_equal(create(f, spec, path, &options), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "time");
	expect_ok(lppack_spec_set_expires(spec, "2020-01-01T00:00:00Z", &f->err), &f->err);
	options = usual();
	assert_int_equal(create(f, spec, path, &options), -LPPACK_E_SPEC);
	expect_error(&f->err, LPPACK_E_SPEC, "expires");
	assert_false(fixture_exists(path));
}

static void signers_out_of_range(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = fixture_spec(f, 1);
	const struct lppack_signer *signers[LP_SIGNATURES_MAX + 1];
	struct lppack_create_options options = usual();
	char *path = fixture_path(f, "out.lpb");
	size_t before = fixture_count(f, ".");

	for (size_t i = 0; i <= LP_SIGNATURES_MAX; i++)
		signers[i] = f->signer;
	assert_int_equal(lppack_bundle_create(spec, NULL, 0, path, &options, NULL, &f->err), -LPPACK_E_NO_KEYS);
	expect_error(&f->err, LPPACK_E_NO_KEYS, NULL);
	assert_int_equal(lppack_bundle_create(spec, signers, LP_SIGNATURES_MAX + 1, path, &options, NULL, &f->err),
			 -LPPACK_E_NO_KEYS);
	expect_error(&f->err, LPPACK_E_NO_KEYS, "16");
	assert_int_equal(lppack_bundle_create(spec, signers, 2, path, &options, NULL, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "twice");
	assert_int_equal(fixture_count(f, "."), before);
}

static void as_many_signers_as_there_may_be(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = fixture_spec(f, 1);
	struct lppack_signer *signers[LP_SIGNATURES_MAX] = { f->signer };
	struct lppack_create_options options = usual();
	char *path = fixture_path(f, "out.lpb");

	for (size_t i = 1; i < LP_SIGNATURES_MAX; i++)
		signers[i] = fixture_new_signer(f, fixture_format(f, "k%zu", i));
	expect_ok(lppack_bundle_create(spec, (const struct lppack_signer *const *)signers, LP_SIGNATURES_MAX, path,
				       &options, NULL, &f->err),
		  &f->err);
	for (size_t i = 1; i < LP_SIGNATURES_MAX; i++)
		lppack_signer_free(signers[i]);
	expect_ok(fixture_check(f, path), &f->err);
}

static void defaults_and_old_callers(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = fixture_spec(f, 1);
	struct lppack_create_options old = usual();

	expect_ok(create(f, spec, fixture_path(f, "1.lpb"), NULL), &f->err);
	expect_ok(fixture_check(f, fixture_path(f, "1.lpb")), &f->err);
	/* A caller that knows nothing behind threads: the rest must not be looked at. */
	old.size = offsetof(struct lppack_create_options, compression_level);
	old.compression_level = 99;
	old.created = -5;
	expect_ok(create(f, spec, fixture_path(f, "2.lpb"), &old), &f->err);
	assert_same(fixture_path(f, "1.lpb"), fixture_path(f, "2.lpb"));
}

static void reports(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SPEC struct lppack_spec *spec = fixture_spec(f, 3);
	const struct lppack_signer *signers[] = { f->signer };
	struct lppack_create_options options = usual();
	LP_AUTO_VALUE struct lppack_value *report = NULL;
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = NULL;
	char *path = fixture_path(f, "out.lpb");
	struct stat st;

	expect_ok(lppack_bundle_create(spec, signers, 1, path, &options, &report, &f->err), &f->err);
	v = fixture_verify(f, path, &bundle);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(lppack_value_int(lppack_value_get(report, "size"), 0), st.st_size);
	assert_int_equal(st.st_mode & 0777 & ~0644, 0);
	assert_string_equal(lppack_value_text(lppack_value_get(report, "path")), path);
	assert_string_equal(lppack_value_text(lppack_value_get(report, "digest")), lppack_verified_digest(v));
	assert_string_equal(lppack_value_text(lppack_value_get(report, "version")), "7");
	assert_int_equal(lppack_value_count(lppack_value_get(report, "modules")), 3);
	assert_int_equal(lppack_value_count(lppack_value_get(report, "signatures")), 1);
}

/* tar opens it. */
static void libarchive_reads_it(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 2);
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	const char *names[] = { "lppack",      "manifest.yaml", "signatures/", "pad",      "fixes.yaml", "index/fence",
				"index/pages", "kernels/",      "kernels/",    "kernels/", "kernels/" };
	size_t n = 0;

	assert_int_equal(archive_read_support_format_tar(a), ARCHIVE_OK);
	assert_int_equal(archive_read_open_filename(a, path, 10240), ARCHIVE_OK);
	for (; archive_read_next_header(a, &entry) == ARCHIVE_OK; n++) {
		assert_true(n < sizeof(names) / sizeof(names[0]));
		assert_int_equal(strncmp(archive_entry_pathname(entry), names[n], strlen(names[n])), 0);
		assert_int_equal(archive_entry_mtime(entry), FIXTURE_CREATED);
		assert_int_equal(archive_entry_mode(entry), S_IFREG | 0644);
	}
	assert_int_equal(n, sizeof(names) / sizeof(names[0]));
	archive_read_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(what_is_made_verifies),
		fixture_test(the_same_bytes_whatever_the_threads),
		fixture_test(the_same_bytes_whatever_the_order),
		fixture_test(independent_modules_have_no_bases),
		fixture_test(existing_outputs),
		fixture_test(an_output_that_appears_meanwhile),
		fixture_test(outputs_that_cannot_be_made),
		fixture_test(full_disks),
		fixture_test(options_out_of_range),
		fixture_test(signers_out_of_range),
		fixture_test(as_many_signers_as_there_may_be),
		fixture_test(defaults_and_old_callers),
		fixture_test(reports),
		fixture_test(libarchive_reads_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
