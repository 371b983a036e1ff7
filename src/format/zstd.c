/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Frames: compressing and decompressing a module, alone or over a base. */
#include "format/zstd.h"

#include "shared/cleanup.h"

#include <string.h>
#include <zstd.h>

/* 128 MiB: what zstd -d accepts without a flag, and room for two modules of the largest size. */
#define WINDOW_LOG_MAX 27
#define WINDOW_LOG_MIN 10

static void free_cctx(ZSTD_CCtx **ctx)
{
	ZSTD_freeCCtx(*ctx);
}

static void free_dctx(ZSTD_DCtx **ctx)
{
	ZSTD_freeDCtx(*ctx);
}

static int window_log(size_t n)
{
	int log = WINDOW_LOG_MIN;

	while (log < WINDOW_LOG_MAX && (size_t)1 << log < n)
		log++;
	return log;
}

static size_t set_up(ZSTD_CCtx *ctx, size_t n, const void *base, size_t base_n, int level)
{
	size_t code = ZSTD_CCtx_setParameter(ctx, ZSTD_c_compressionLevel, level);

	if (!ZSTD_isError(code))
		code = ZSTD_CCtx_setParameter(ctx, ZSTD_c_windowLog, window_log(n + base_n));
	if (!ZSTD_isError(code) && base) {
		code = ZSTD_CCtx_setParameter(ctx, ZSTD_c_enableLongDistanceMatching, 1);
		if (!ZSTD_isError(code))
			code = ZSTD_CCtx_refPrefix(ctx, base, base_n);
	}
	return code;
}

int lp_zstd_compress(const void *plain, size_t n, const void *base, size_t base_n, int level, struct lp_buf *out,
		     struct lppack_error *err)
{
	LP_AUTO(free_cctx) ZSTD_CCtx *ctx = ZSTD_createCCtx();
	size_t bound = ZSTD_compressBound(n);
	size_t before = out->len;
	uint8_t *to = lp_buf_grow(out, bound);
	size_t code;

	if (!ctx || !to)
		return lp_fail_nomem(err);
	code = set_up(ctx, n, base, base ? base_n : 0, level);
	if (!ZSTD_isError(code))
		code = ZSTD_compress2(ctx, to, bound, plain, n);
	if (ZSTD_isError(code))
		return lp_fail(err, LPPACK_E_INTERNAL, NULL, "compressing: %s", ZSTD_getErrorName(code));
	out->len = before + code;
	return 0;
}

/* The window that a frame declares (RFC 8878, 3.1.1.1.2); libzstd checks it only where it buffers. */
static uint64_t declared_window(const uint8_t *frame, size_t n, uint64_t plain_size)
{
	const uint8_t single_segment = 0x20;
	uint64_t base;

	if (n < 6 || frame[4] & single_segment)
		return plain_size;
	base = UINT64_C(1) << (WINDOW_LOG_MIN + (frame[5] >> 3));
	return base + base / 8 * (frame[5] & 7);
}

static int check_framing(const void *frame, size_t n, size_t plain_size, const char *name, struct lppack_error *err)
{
	static const uint8_t magic[4] = { 0x28, 0xb5, 0x2f, 0xfd }; /* RFC 8878, 3.1.1 */
	const char *hint = "the bundle was not made by a conforming writer";

	/* The size function also accepts skippable frames; the magic does not. */
	if (n < sizeof(magic) || memcmp(frame, magic, sizeof(magic)) != 0 ||
	    ZSTD_findFrameCompressedSize(frame, n) != n)
		return lp_fail(err, LPPACK_E_STRUCTURE, hint, "%s: not exactly one zstd frame", name);
	if (ZSTD_getFrameContentSize(frame, n) != plain_size)
		return lp_fail(err, LPPACK_E_STRUCTURE, hint, "%s: the frame does not declare the module's %zu bytes",
			       name, plain_size);
	if (declared_window(frame, n, plain_size) > UINT64_C(1) << WINDOW_LOG_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, hint, "%s: needs a window of more than %u MiB", name,
			       1u << (WINDOW_LOG_MAX - 20));
	return 0;
}

int lp_zstd_decompress(const void *frame, size_t n, const void *base, size_t base_n, size_t plain_size,
		       const char *name, struct lp_buf *out, struct lppack_error *err)
{
	LP_AUTO(free_dctx) ZSTD_DCtx *ctx = ZSTD_createDCtx();
	uint8_t *to;
	size_t code;
	int rc = check_framing(frame, n, plain_size, name, err);

	if (rc < 0)
		return rc;
	to = lp_buf_grow(out, plain_size);
	if (!ctx || !to)
		return lp_fail_nomem(err);
	code = ZSTD_DCtx_setParameter(ctx, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
	if (!ZSTD_isError(code) && base)
		code = ZSTD_DCtx_refPrefix(ctx, base, base_n);
	if (!ZSTD_isError(code))
		code = ZSTD_decompressDCtx(ctx, to, plain_size, frame, n);
	if (ZSTD_isError(code) || code != plain_size)
		return lp_fail(err, LPPACK_E_CORRUPT, "fetch the bundle again", "%s: cannot be decompressed: %s", name,
			       ZSTD_isError(code) ? ZSTD_getErrorName(code) : "wrong size");
	return 0;
}

int lp_zstd_level_max(void)
{
	return ZSTD_maxCLevel();
}
