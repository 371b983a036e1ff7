/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes that grow. */
#include "shared/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

uint8_t *lp_buf_grow(struct lp_buf *buf, size_t n)
{
	size_t need;
	uint8_t *start;

	if (buf->failed || __builtin_add_overflow(buf->len, n, &need) || need > SIZE_MAX / 4) {
		buf->failed = true;
		return NULL;
	}
	if (need + 1 > buf->room) {
		/* What is filled by one call takes no more than that; what grows, grows by half of its new room. */
		size_t room = buf->room ? (need + 1) * 2 : need + 1;
		uint8_t *data = realloc(buf->data, room);

		if (!data) {
			buf->failed = true;
			return NULL;
		}
		buf->data = data;
		buf->room = room;
	}
	start = buf->data + buf->len;
	memset(start, 0, n + 1);
	buf->len = need;
	return start;
}

void lp_buf_append(struct lp_buf *buf, const void *bytes, size_t n)
{
	uint8_t *to = lp_buf_grow(buf, n);

	if (to && n)
		memcpy(to, bytes, n);
}

void lp_buf_text(struct lp_buf *buf, const char *text)
{
	lp_buf_append(buf, text, strlen(text));
}

void lp_buf_printf(struct lp_buf *buf, const char *fmt, ...)
{
	char *text = NULL;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vasprintf(&text, fmt, args);
	va_end(args);
	if (n < 0) {
		buf->failed = true;
		return;
	}
	lp_buf_append(buf, text, (size_t)n);
	free(text);
}

bool lp_buf_ok(const struct lp_buf *buf)
{
	return !buf->failed;
}

void lp_buf_free(struct lp_buf *buf)
{
	free(buf->data);
	*buf = (struct lp_buf){ 0 };
}
