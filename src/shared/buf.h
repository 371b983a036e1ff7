/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A growable byte buffer. A failed append marks it; lp_buf_ok() is asked once at the end. */
#ifndef LP_SHARED_BUF_H
#define LP_SHARED_BUF_H

#include "shared/attribute.h"
#include "shared/cleanup.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lp_buf {
	uint8_t *data; /* NUL-terminated after any append */
	size_t len;
	size_t room;
	bool failed;
};

void lp_buf_append(struct lp_buf *buf, const void *bytes, size_t n);
void lp_buf_text(struct lp_buf *buf, const char *text);
void lp_buf_printf(struct lp_buf *buf, const char *fmt, ...) LP_PRINTF(2, 3);
/* Appends n zero bytes and returns where they start, or NULL without memory. */
uint8_t *lp_buf_grow(struct lp_buf *buf, size_t n);
bool lp_buf_ok(const struct lp_buf *buf);
void lp_buf_free(struct lp_buf *buf);

#define LP_AUTO_BUF LP_AUTO(lp_buf_free)

#endif
