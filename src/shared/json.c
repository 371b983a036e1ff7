/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one writer of JSON. json-c writes bytes that are no UTF-8 as they are, which is no JSON, and needs a second tree. */
#include "shared/json.h"

#include "shared/text.h"

#include <string.h>

static void put_escape(FILE *out, uint32_t point)
{
	if (point < 0x10000)
		fprintf(out, "\\u%04x", (unsigned int)point);
	else
		fprintf(out, "\\u%04x\\u%04x", 0xd800u + (unsigned int)((point - 0x10000) >> 10),
			0xdc00u + (unsigned int)((point - 0x10000) & 0x3ff));
}

/* File names may be any bytes; what is no UTF-8 becomes U+FFFD. JSON is printed on terminals too: what cannot be shown as
 * it is is escaped, and comes back as it was. */
static void put_string(FILE *out, const char *text)
{
	size_t left = strlen(text);
	size_t n;

	putc('"', out);
	for (; left > 0; text += n, left -= n) {
		uint32_t point;

		n = lp_text_shown_length(text, left, &point);
		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if (n > 0)
			fwrite(text, 1, n, out);
		else
			put_escape(out, point);
		n = n ? n : lp_text_utf8_length(text, left);
		n = n ? n : 1;
	}
	putc('"', out);
}

static void begin_item(struct lp_json *json, const char *key)
{
	if (json->depth > 0)
		fprintf(json->out, "%s\n%*s", json->has_items ? "," : "", (int)(2 * json->depth), "");
	json->has_items = true;
	if (!key)
		return;
	put_string(json->out, key);
	fputs(": ", json->out);
}

/* The document is whole with its outermost item. */
static void end_item(struct lp_json *json)
{
	if (json->depth == 0)
		putc('\n', json->out);
}

void lp_json_open(struct lp_json *json, const char *key, char bracket)
{
	begin_item(json, key);
	putc(bracket, json->out);
	json->depth++;
	json->has_items = false;
}

void lp_json_close(struct lp_json *json, char bracket)
{
	json->depth--;
	if (json->has_items)
		fprintf(json->out, "\n%*s", (int)(2 * json->depth), "");
	putc(bracket, json->out);
	json->has_items = true;
	end_item(json);
}

void lp_json_text(struct lp_json *json, const char *key, const char *text)
{
	if (!text)
		return;
	begin_item(json, key);
	put_string(json->out, text);
	end_item(json);
}

void lp_json_int(struct lp_json *json, const char *key, uint64_t number)
{
	begin_item(json, key);
	fprintf(json->out, "%llu", (unsigned long long)number);
	end_item(json);
}

void lp_json_bool(struct lp_json *json, const char *key, bool b)
{
	begin_item(json, key);
	fputs(b ? "true" : "false", json->out);
	end_item(json);
}
