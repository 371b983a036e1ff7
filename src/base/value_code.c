/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A value is a letter for its kind and what it holds; lengths and counts are 4 bytes, numbers 8, little-endian. */
#include "base/value_code.h"

#include "shared/text.h"

#include <endian.h>
#include <string.h>

#define TEXT 's'
#define NUMBER 'i'
#define BOOLEAN 'b'
#define LIST 'l'
#define MAP 'm'

static void encode_u32(struct lp_buf *out, size_t n)
{
	uint32_t bytes = htole32((uint32_t)n);

	lp_buf_append(out, &bytes, sizeof(bytes));
}

static void encode_text(struct lp_buf *out, const char *text)
{
	size_t n = strlen(text);

	if (n > LP_VALUE_BYTES_MAX || out->len > LP_VALUE_BYTES_MAX) {
		out->failed = true;
		return;
	}
	encode_u32(out, n);
	lp_buf_append(out, text, n);
}

void lp_value_encode(const struct lppack_value *value, struct lp_buf *out)
{
	static const char kinds[] = { [LPPACK_KIND_STRING] = TEXT,
				      [LPPACK_KIND_INT] = NUMBER,
				      [LPPACK_KIND_BOOL] = BOOLEAN,
				      [LPPACK_KIND_LIST] = LIST,
				      [LPPACK_KIND_MAP] = MAP };
	uint64_t number = htole64(value->number);

	lp_buf_append(out, &kinds[value->kind], 1);
	if (value->kind == LPPACK_KIND_STRING)
		encode_text(out, value->text);
	else if (value->kind == LPPACK_KIND_INT)
		lp_buf_append(out, &number, sizeof(number));
	else if (value->kind == LPPACK_KIND_BOOL)
		lp_buf_append(out, value->number ? "\1" : "\0", 1);
	else
		encode_u32(out, value->n);
	for (size_t i = 0; i < value->n && !out->failed; i++) {
		if (value->keys)
			encode_text(out, value->keys[i]);
		lp_value_encode(value->items[i], out);
	}
	if (out->len > LP_VALUE_BYTES_MAX)
		out->failed = true;
}

struct decoder {
	const uint8_t *at;
	size_t left;
	size_t nodes;
	struct lppack_error *err;
};

static void *decode_fail(struct decoder *d)
{
	lp_fail(d->err, LPPACK_E_INTERNAL, NULL, "what was returned is no tree of facts");
	return NULL;
}

static bool decode_bytes(struct decoder *d, void *out, size_t n)
{
	if (n > d->left)
		return decode_fail(d);
	memcpy(out, d->at, n);
	d->at += n;
	d->left -= n;
	return true;
}

static bool decode_u32(struct decoder *d, uint32_t *out)
{
	if (!decode_bytes(d, out, sizeof(*out)))
		return false;
	*out = le32toh(*out);
	return true;
}

/* malloc'd. */
static char *decode_text(struct decoder *d)
{
	uint32_t n;
	char *text;

	if (!decode_u32(d, &n))
		return NULL;
	if (n > d->left || memchr(d->at, '\0', n))
		return decode_fail(d);
	text = strndup((const char *)d->at, n);
	if (!text) {
		lp_fail_nomem(d->err);
		return NULL;
	}
	d->at += n;
	d->left -= n;
	if (!lp_text_is_clean(text, n, false))
		lp_text_make_printable(text);
	return text;
}

static struct lppack_value *decode_scalar(struct decoder *d, uint8_t kind)
{
	LP_AUTO_FREE char *text = NULL;
	uint64_t number;
	uint8_t truth;

	switch (kind) {
	case TEXT:
		text = decode_text(d);
		return text ? lp_value_string(text) : NULL;
	case NUMBER:
		return decode_bytes(d, &number, sizeof(number)) ? lp_value_int(le64toh(number)) : NULL;
	case BOOLEAN:
		return decode_bytes(d, &truth, 1) ? lp_value_bool(truth) : NULL;
	default:
		return decode_fail(d);
	}
}

static struct lppack_value *decode_value(struct decoder *d, unsigned int depth)
{
	LP_AUTO_VALUE struct lppack_value *parent = NULL;
	uint32_t n;
	uint8_t kind;

	if (++d->nodes > LP_VALUE_NODES_MAX || depth > LP_VALUE_DEPTH_MAX) {
		lp_fail(d->err, LPPACK_E_LIMIT, NULL, "what was returned has more than %u values", LP_VALUE_NODES_MAX);
		return NULL;
	}
	if (!decode_bytes(d, &kind, 1))
		return NULL;
	if (kind != LIST && kind != MAP)
		return decode_scalar(d, kind);
	if (!decode_u32(d, &n))
		return NULL;
	parent = kind == MAP ? lp_value_map() : lp_value_list();
	for (uint32_t i = 0; parent && i < n; i++) {
		LP_AUTO_FREE char *key = kind == MAP ? decode_text(d) : NULL;
		struct lppack_value *item = kind == MAP && !key ? NULL : decode_value(d, depth + 1);

		if (!item)
			return NULL;
		if (kind == MAP)
			lp_value_add(&parent, key, item);
		else
			lp_value_push(&parent, item);
	}
	return LP_TAKE(parent);
}

struct lppack_value *lp_value_decode(const void *bytes, size_t n, struct lppack_error *err)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct decoder d = { .at = bytes, .left = n, .err = &why };
	LP_AUTO_VALUE struct lppack_value *value = NULL;

	if (n > LP_VALUE_BYTES_MAX)
		lp_fail(&why, LPPACK_E_LIMIT, NULL, "what was returned has more than %u bytes", LP_VALUE_BYTES_MAX);
	else
		value = decode_value(&d, 1);
	if (value && d.left)
		decode_fail(&d);
	if (!value && !why.code)
		lp_fail_nomem(&why);
	if (why.code) {
		lp_error_move(err, &why);
		return NULL;
	}
	return LP_TAKE(value);
}
