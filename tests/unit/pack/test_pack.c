/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the bytes of a packed bundle. */
#include "support/fixture.h"

#include "format/zstd.h"
#include "crypto/digest.h"
#include "pack/bases.h"
#include "pack/gather.h"
#include "pack/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#define AUTO_PACK LP_AUTO(lp_pack_free)

static void gather(struct fixture *f, unsigned int n, struct lp_pack *pack)
{
	LP_AUTO_SPEC struct lppack_spec *spec = fixture_spec(f, n);

	*pack = (struct lp_pack){ .spool = -1 };
	expect_ok(lp_pack_gather(spec, pack, &f->err), &f->err);
	pack->spool = open(f->dir, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	assert_true(pack->spool >= 0);
}

static int compress_with(struct fixture *f, struct lp_pack *pack, unsigned int threads)
{
	const struct lp_pack_job job = { .threads = threads, .compression_level = 1, .output = "out.lpb" };

	return lp_pack_compress(pack, &job, &f->err);
}

static void read_frame(const struct lp_pack *pack, size_t i, struct lp_buf *out)
{
	size_t n = pack->items[i].record.packed_size;

	assert_int_equal(pread(pack->spool, lp_buf_grow(out, n), n, (off_t)pack->items[i].spool_at), n);
}

static void frames_decompress_to_their_modules(void **state)
{
	struct fixture *f = *state;
	AUTO_PACK struct lp_pack pack;
	LP_AUTO_BUF struct lp_buf base = { 0 };
	size_t middle = 0;

	gather(f, 9, &pack);
	lp_pack_choose_bases(&pack);
	expect_ok(compress_with(f, &pack, 3), &f->err);
	while (pack.items[middle].record.base != LP_INDEX_NO_BASE)
		middle++;
	fixture_read(pack.items[middle].path, &base);
	for (size_t i = 0; i < pack.n; i++) {
		const struct lp_pack_item *item = &pack.items[i];
		bool alone = i == middle;
		LP_AUTO_BUF struct lp_buf frame = { 0 };
		LP_AUTO_BUF struct lp_buf plain = { 0 };
		LP_AUTO_BUF struct lp_buf module = { 0 };
		struct lp_digest digest;

		read_frame(&pack, i, &frame);
		assert_int_equal(lp_sha256(frame.data, frame.len, &digest, NULL), 0);
		assert_true(lp_digest_equal(&digest, &item->record.packed_sha256));
		expect_ok(lp_zstd_decompress(frame.data, frame.len, alone ? NULL : base.data, alone ? 0 : base.len,
					     item->record.plain_size, "frame", &plain, &f->err),
			  &f->err);
		fixture_read(item->path, &module);
		assert_int_equal(plain.len, module.len);
		assert_memory_equal(plain.data, module.data, module.len);
		/* A sibling of the base takes far less than the base itself. */
		assert_true(alone || frame.len < pack.items[middle].record.packed_size / 2);
	}
}

static void the_error_does_not_depend_on_the_threads(void **state)
{
	static const unsigned int threads[] = { 1, 2, 7, 64 };
	struct fixture *f = *state;
	AUTO_PACK struct lp_pack pack;
	char message[sizeof(f->err.message)] = "";

	gather(f, 40, &pack);
	for (size_t i = 11; i < 40; i += 3)
		fixture_flip(pack.items[i].path, 64);
	assert_int_equal(unlink(pack.items[12].path), 0);
	for (size_t i = 0; i < 4; i++)
		for (int again = 0; again < 5; again++) {
			assert_int_equal(compress_with(f, &pack, threads[i]), -LPPACK_E_IO);
			if (!*message)
				strcpy(message, f->err.message);
			assert_string_equal(f->err.message, message);
			expect_error(&f->err, LPPACK_E_IO, "changed while the bundle was made");
		}
	assert_non_null(strstr(message, pack.items[11].path));
}

/* A base that changes is as wrong as the module itself. */
static void a_changed_base(void **state)
{
	struct fixture *f = *state;
	AUTO_PACK struct lp_pack pack;

	gather(f, 2, &pack);
	pack.items[0].record.base = 1;
	fixture_flip(pack.items[1].path, 64);
	assert_int_equal(compress_with(f, &pack, 1), -LPPACK_E_IO);
	assert_non_null(strstr(f->err.message, pack.items[1].path));
	expect_error(&f->err, LPPACK_E_IO, "changed");
}

static void a_module_that_vanishes(void **state)
{
	struct fixture *f = *state;
	AUTO_PACK struct lp_pack pack;

	gather(f, 3, &pack);
	assert_int_equal(unlink(pack.items[2].path), 0);
	assert_int_equal(compress_with(f, &pack, 2), -LPPACK_E_IO);
	assert_int_equal(f->err.sys_errno, ENOENT);
	expect_error(&f->err, LPPACK_E_IO, "m2.ko");
}

static void a_full_disk(void **state)
{
	const struct rlimit small = { 10, RLIM_INFINITY };
	struct fixture *f = *state;
	struct rlimit usual;
	AUTO_PACK struct lp_pack pack;

	gather(f, 3, &pack);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(compress_with(f, &pack, 2), -LPPACK_E_IO);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
	assert_int_equal(f->err.sys_errno, EFBIG);
	expect_error(&f->err, LPPACK_E_IO, "out.lpb");
}

struct progress {
	uint64_t last;
	unsigned int calls;
	pthread_t thread;
};

static void watch(void *context, const struct lppack_progress *now)
{
	struct progress *p = context;

	assert_string_equal(now->phase, "packing");
	assert_int_equal(now->total, 20);
	assert_true(now->done > p->last && now->done <= now->total);
	assert_true(pthread_equal(p->thread, pthread_self()));
	p->last = now->done;
	p->calls++;
}

static void progress_comes_from_the_calling_thread(void **state)
{
	struct fixture *f = *state;
	struct progress progress = { .thread = pthread_self() };
	const struct lp_pack_job job = {
		.threads = 4, .compression_level = 1, .progress = watch, .context = &progress
	};
	AUTO_PACK struct lp_pack pack;

	gather(f, 20, &pack);
	expect_ok(lp_pack_compress(&pack, &job, &f->err), &f->err);
	assert_int_equal(progress.last, 20);
	assert_in_range(progress.calls, 1, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(frames_decompress_to_their_modules),
		fixture_test(the_error_does_not_depend_on_the_threads),
		fixture_test(a_changed_base),
		fixture_test(a_module_that_vanishes),
		fixture_test(a_full_disk),
		fixture_test(progress_comes_from_the_calling_thread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
