/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/json.h"

#include <stdio.h>
#include <string.h>

/* Length of the UTF-8 sequence at p (RFC 3629), or 0. */
static size_t utf8_length(const unsigned char *p)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;

	if (p[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f))
		return 0;
	if ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

static void put_string(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;

	putchar('"');
	while (*p) {
		size_t n = utf8_length(p);

		if (n == 0) {
			fputs("\\ufffd", stdout);
			n = 1;
		} else if (*p == '"' || *p == '\\') {
			printf("\\%c", *p);
		} else if (*p < 0x20 || *p == 0x7f) {
			printf("\\u%04x", *p);
		} else {
			fwrite(p, 1, n, stdout);
		}
		p += n;
	}
	putchar('"');
}

static void begin_item(struct json *json, const char *key)
{
	if (json->depth > 0) {
		printf("%s\n%*s", json->has_items[json->depth - 1] ? "," : "", (int)(2 * json->depth), "");
		json->has_items[json->depth - 1] = true;
	}
	if (key) {
		put_string(key);
		fputs(": ", stdout);
	}
}

void json_open(struct json *json, const char *key, char bracket)
{
	begin_item(json, key);
	putchar(bracket);
	if (json->depth < JSON_DEPTH_MAX)
		json->has_items[json->depth++] = false;
}

void json_close(struct json *json, char bracket)
{
	bool had_items = json->depth > 0 && json->has_items[json->depth - 1];

	if (json->depth > 0)
		json->depth--;
	if (had_items)
		printf("\n%*s", (int)(2 * json->depth), "");
	putchar(bracket);
	if (json->depth == 0)
		putchar('\n');
}

void json_text(struct json *json, const char *key, const char *text)
{
	if (!text)
		return;
	begin_item(json, key);
	put_string(text);
}

void json_int(struct json *json, const char *key, uint64_t number)
{
	begin_item(json, key);
	printf("%llu", (unsigned long long)number);
}

void json_bool(struct json *json, const char *key, bool b)
{
	begin_item(json, key);
	fputs(b ? "true" : "false", stdout);
}

static void put_list(struct json *json, const char *key, const struct lppack_value *list)
{
	json_open(json, key, '[');
	for (size_t i = 0; i < lppack_value_count(list); i++)
		json_value(json, NULL, lppack_value_at(list, i, NULL));
	json_close(json, ']');
}

void json_value(struct json *json, const char *key, const struct lppack_value *value)
{
	switch (lppack_value_kind(value)) {
	case LPPACK_KIND_NONE:
		break;
	case LPPACK_KIND_STRING:
		json_text(json, key, lppack_value_text(value));
		break;
	case LPPACK_KIND_INT:
		json_int(json, key, lppack_value_int(value, 0));
		break;
	case LPPACK_KIND_BOOL:
		json_bool(json, key, lppack_value_bool(value));
		break;
	case LPPACK_KIND_LIST:
		put_list(json, key, value);
		break;
	case LPPACK_KIND_MAP:
		json_open(json, key, '{');
		json_members(json, value, NULL);
		json_close(json, '}');
		break;
	}
}

static bool is_one_of(const char *key, const char *const *keys)
{
	for (; keys && *keys; keys++)
		if (strcmp(key, *keys) == 0)
			return true;
	return false;
}

void json_members(struct json *json, const struct lppack_value *map, const char *const *but)
{
	for (size_t i = 0; i < lppack_value_count(map); i++) {
		const char *key = NULL;
		const struct lppack_value *value = lppack_value_at(map, i, &key);

		if (key && !is_one_of(key, but))
			json_value(json, key, value);
	}
}

void json_error(struct json *json, const struct lppack_error *err)
{
	json_open(json, "error", '{');
	json_int(json, "code", (uint64_t)(err->code < 0 ? -err->code : err->code));
	json_text(json, "name", lppack_error_name(err->code));
	json_text(json, "message", err->message);
	if (err->hint[0])
		json_text(json, "hint", err->hint);
	json_close(json, '}');
}

void json_error_document(const struct lppack_error *err)
{
	struct json json = { 0 };

	json_open(&json, NULL, '{');
	json_error(&json, err);
	json_close(&json, '}');
}
