/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compression over all cores. Each module is one single-threaded job, so the bytes do not depend on the threads. */
#include "pack/pack.h"

#include "format/format.h"
#include "format/zstd.h"
#include "crypto/digest.h"
#include "check/module_file.h"

#include <pthread.h>
#include <string.h>

struct pool {
	struct lp_pack *pack;
	const struct lp_pack_job *job;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	size_t next; /* item to take */
	size_t done;
	size_t running; /* threads */
	size_t failed;  /* the smallest index that failed: the same error whatever the threads */
	uint64_t spool_end;
	struct lppack_error error;
};

int lp_pack_read(const struct lp_pack_item *item, struct lp_buf *out, struct lppack_error *err)
{
	int rc = lp_module_file_read(item->path, out, NULL, err);

	if (rc < 0 || !item->signature.len)
		return rc;
	lp_buf_append(out, item->signature.data, item->signature.len);
	return lp_buf_ok(out) ? 0 : lp_fail_nomem(err);
}

/* The module as it was inspected: a file that changed since is an error. */
static int read_module(const struct lp_pack_item *item, struct lp_buf *out, struct lppack_error *err)
{
	struct lp_digest digest;
	int rc = lp_pack_read(item, out, err);

	if (rc < 0)
		return rc;
	rc = lp_sha256(out->data, out->len, &digest, err);
	if (rc < 0)
		return rc;
	if (!lp_digest_equal(&digest, &item->metadata.module_sha256))
		return lp_fail(err, LPPACK_E_IO, "run it again when nothing writes to the file",
			       "%s: changed while the bundle was made", item->path);
	return 0;
}

static int compress_item(struct pool *pool, struct lp_pack_item *item, struct lp_buf *frame, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf plain = { 0 };
	LP_AUTO_BUF struct lp_buf base = { 0 };
	int rc = read_module(item, &plain, err);

	if (rc < 0)
		return rc;
	if (item->record.base != LP_INDEX_NO_BASE)
		rc = read_module(&pool->pack->items[item->record.base], &base, err);
	if (rc < 0)
		return rc;
	rc = lp_zstd_compress(plain.data, plain.len, base.data, base.len, pool->job->compression_level, frame, err);
	if (rc < 0)
		return rc;
	if (frame->len > LP_FRAME_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, NULL, "%s: its frame exceeds %u bytes", item->path, LP_FRAME_MAX);
	item->record.packed_size = (uint32_t)frame->len;
	return lp_sha256(frame->data, frame->len, &item->record.packed_sha256, err);
}

static int spool_frame(struct pool *pool, struct lp_pack_item *item, const struct lp_buf *frame,
		       struct lppack_error *err)
{
	pthread_mutex_lock(&pool->lock);
	item->spool_at = pool->spool_end;
	pool->spool_end += frame->len;
	pthread_mutex_unlock(&pool->lock);
	for (size_t done = 0; done < frame->len;) {
		ssize_t n = pwrite(pool->pack->spool, frame->data + done, frame->len - done,
				   (off_t)(item->spool_at + done));

		if (n < 0)
			return lp_fail_sys(err, LPPACK_E_IO, NULL, "the temporary file beside %s cannot be written",
					   pool->job->output);
		done += (size_t)n;
	}
	return 0;
}

static bool take_job(struct pool *pool, size_t *index)
{
	bool took = false;

	pthread_mutex_lock(&pool->lock);
	if (pool->next < pool->pack->n && pool->failed == SIZE_MAX) {
		*index = pool->next++;
		took = true;
	}
	pthread_mutex_unlock(&pool->lock);
	return took;
}

static void finish_job(struct pool *pool, size_t index, const struct lppack_error *err)
{
	pthread_mutex_lock(&pool->lock);
	pool->done++;
	if (err->code && index < pool->failed) {
		pool->failed = index;
		pool->error = *err;
	}
	pthread_cond_signal(&pool->moved);
	pthread_mutex_unlock(&pool->lock);
}

static void *compress_jobs(void *argument)
{
	struct pool *pool = argument;
	size_t index = 0;

	while (take_job(pool, &index)) {
		struct lppack_error err = LPPACK_ERROR_INIT;
		struct lp_pack_item *item = &pool->pack->items[index];
		LP_AUTO_BUF struct lp_buf frame = { 0 };

		if (compress_item(pool, item, &frame, &err) == 0)
			spool_frame(pool, item, &frame, &err);
		finish_job(pool, index, &err);
	}
	pthread_mutex_lock(&pool->lock);
	pool->running--;
	pthread_cond_signal(&pool->moved);
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

static void watch_progress(struct pool *pool)
{
	struct lppack_progress now = { .size = sizeof(now), .phase = "packing", .total = pool->pack->n };

	pthread_mutex_lock(&pool->lock);
	for (;;) {
		if (pool->job->progress && pool->done != now.done) {
			now.done = pool->done;
			pthread_mutex_unlock(&pool->lock);
			pool->job->progress(pool->job->context, &now);
			pthread_mutex_lock(&pool->lock);
		} else if (pool->running > 0) {
			pthread_cond_wait(&pool->moved, &pool->lock);
		} else {
			break;
		}
	}
	pthread_mutex_unlock(&pool->lock);
}

static unsigned int thread_count(const struct lp_pack_job *job, size_t n)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int threads = job->threads ? job->threads : processors > 0 ? (unsigned int)processors : 1;

	return threads > n ? (unsigned int)n : threads;
}

static size_t start_threads(struct pool *pool, pthread_t *threads, unsigned int wanted)
{
	size_t started = 0;

	pthread_mutex_lock(&pool->lock);
	while (started < wanted && pthread_create(&threads[started], NULL, compress_jobs, pool) == 0)
		started++;
	pool->running = started;
	pthread_mutex_unlock(&pool->lock);
	return started;
}

int lp_pack_compress(struct lp_pack *pack, const struct lp_pack_job *job, struct lppack_error *err)
{
	struct pool pool = { .pack = pack,
			     .job = job,
			     .lock = PTHREAD_MUTEX_INITIALIZER,
			     .moved = PTHREAD_COND_INITIALIZER,
			     .failed = SIZE_MAX };
	unsigned int wanted = thread_count(job, pack->n);
	LP_AUTO_FREE pthread_t *threads = calloc(wanted, sizeof(*threads));
	size_t started = threads ? start_threads(&pool, threads, wanted) : 0;

	if (started == 0)
		return lp_fail(err, LPPACK_E_NO_MEMORY, NULL, "no thread could be started");
	watch_progress(&pool);
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	if (pool.failed == SIZE_MAX)
		return 0;
	lp_error_move(err, &pool.error);
	return -pool.error.code;
}
