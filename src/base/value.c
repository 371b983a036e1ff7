/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trees of facts: building, reading, copying and printing them as JSON. */
#include "base/value.h"

#include "shared/json.h"
#include "shared/text.h"
#include "base/export.h"

#include <string.h>

static struct lppack_value *new_value(enum lppack_kind kind)
{
	struct lppack_value *value = calloc(1, sizeof(*value));

	if (value)
		value->kind = kind;
	return value;
}

static struct lppack_value *new_scalar(enum lppack_kind kind, char *text)
{
	struct lppack_value *value = text ? new_value(kind) : NULL;

	if (!value) {
		free(text);
		return NULL;
	}
	value->text = text;
	return value;
}

struct lppack_value *lp_value_map(void)
{
	return new_value(LPPACK_KIND_MAP);
}

struct lppack_value *lp_value_list(void)
{
	return new_value(LPPACK_KIND_LIST);
}

struct lppack_value *lp_value_string(const char *text)
{
	return new_scalar(LPPACK_KIND_STRING, strdup(text));
}

struct lppack_value *lp_value_int(uint64_t number)
{
	struct lppack_value *value =
		new_scalar(LPPACK_KIND_INT, lp_text_format("%llu", (unsigned long long)number));

	if (value)
		value->number = number;
	return value;
}

struct lppack_value *lp_value_bool(bool b)
{
	struct lppack_value *value = new_scalar(LPPACK_KIND_BOOL, strdup(b ? "true" : "false"));

	if (value)
		value->number = b;
	return value;
}

LP_EXPORT void lppack_value_free(struct lppack_value *value)
{
	if (!value)
		return;
	for (size_t i = 0; i < value->n; i++) {
		if (value->keys)
			free(value->keys[i]);
		lppack_value_free(value->items[i]);
	}
	free(value->keys);
	free(value->items);
	free(value->text);
	free(value);
}

/* Makes room for one more element; both arrays grow by doubling at powers of two. */
static int make_room(struct lppack_value *value)
{
	size_t room = value->n ? value->n * 2 : 4;
	struct lppack_value **items;
	char **keys;

	if (value->n & (value->n - 1) || (value->n && value->n < 4))
		return 0;
	items = reallocarray(value->items, room, sizeof(struct lppack_value *));
	if (!items)
		return -1;
	value->items = items;
	if (value->kind == LPPACK_KIND_MAP) {
		keys = reallocarray(value->keys, room, sizeof(char *));
		if (!keys)
			return -1;
		value->keys = keys;
	}
	return 0;
}

static void add_item(struct lppack_value **parent, char *key, struct lppack_value *item)
{
	struct lppack_value *to = *parent;

	if (!to || !item || (to->kind == LPPACK_KIND_MAP && !key) || make_room(to) < 0) {
		lppack_value_free(item);
		free(key);
		lppack_value_free(to);
		*parent = NULL;
		return;
	}
	if (to->kind == LPPACK_KIND_MAP)
		to->keys[to->n] = key;
	to->items[to->n++] = item;
}

void lp_value_add(struct lppack_value **map, const char *key, struct lppack_value *item)
{
	add_item(map, strdup(key), item);
}

void lp_value_push(struct lppack_value **list, struct lppack_value *item)
{
	add_item(list, NULL, item);
}

void lp_value_merge(struct lppack_value **to, struct lppack_value *from)
{
	if (!from) {
		lppack_value_free(*to);
		*to = NULL;
		return;
	}
	for (size_t i = 0; i < from->n; i++) {
		lp_value_add(to, from->keys[i], from->items[i]);
		from->items[i] = NULL;
	}
	lppack_value_free(from);
}

void lp_value_add_text(struct lppack_value **map, const char *key, const char *text)
{
	if (text)
		lp_value_add(map, key, lp_value_string(text));
}

void lp_value_add_int(struct lppack_value **map, const char *key, uint64_t number)
{
	lp_value_add(map, key, lp_value_int(number));
}

void lp_value_add_bool(struct lppack_value **map, const char *key, bool b)
{
	lp_value_add(map, key, lp_value_bool(b));
}

LP_EXPORT enum lppack_kind lppack_value_kind(const struct lppack_value *value)
{
	return value ? value->kind : LPPACK_KIND_NONE;
}

LP_EXPORT const struct lppack_value *lppack_value_get(const struct lppack_value *map, const char *key)
{
	if (!map || map->kind != LPPACK_KIND_MAP)
		return NULL;
	for (size_t i = 0; i < map->n; i++)
		if (strcmp(map->keys[i], key) == 0)
			return map->items[i];
	return NULL;
}

LP_EXPORT size_t lppack_value_count(const struct lppack_value *value)
{
	return value ? value->n : 0;
}

LP_EXPORT const struct lppack_value *lppack_value_at(const struct lppack_value *value, size_t i, const char **key)
{
	bool is_there = value && i < value->n;

	if (key)
		*key = is_there && value->keys ? value->keys[i] : NULL;
	return is_there ? value->items[i] : NULL;
}

LP_EXPORT const char *lppack_value_text(const struct lppack_value *value)
{
	return value ? value->text : NULL;
}

LP_EXPORT uint64_t lppack_value_int(const struct lppack_value *value, uint64_t otherwise)
{
	return value && value->kind == LPPACK_KIND_INT ? value->number : otherwise;
}

LP_EXPORT int lppack_value_bool(const struct lppack_value *value)
{
	return value && value->kind == LPPACK_KIND_BOOL && value->number;
}

static void write_json(struct lp_json *json, const char *key, const struct lppack_value *value)
{
	bool is_map = value->kind == LPPACK_KIND_MAP;

	switch (value->kind) {
	case LPPACK_KIND_NONE:
		break;
	case LPPACK_KIND_STRING:
		lp_json_text(json, key, value->text);
		break;
	case LPPACK_KIND_INT:
		lp_json_int(json, key, value->number);
		break;
	case LPPACK_KIND_BOOL:
		lp_json_bool(json, key, value->number);
		break;
	case LPPACK_KIND_LIST:
	case LPPACK_KIND_MAP:
		lp_json_open(json, key, is_map ? '{' : '[');
		for (size_t i = 0; i < value->n; i++)
			write_json(json, is_map ? value->keys[i] : NULL, value->items[i]);
		lp_json_close(json, is_map ? '}' : ']');
		break;
	}
}

LP_EXPORT char *lppack_value_to_json(const struct lppack_value *value)
{
	LP_AUTO_FREE char *text = NULL;
	struct lp_json json = { 0 };
	size_t size;
	bool failed;

	if (!value)
		return NULL;
	json.out = open_memstream(&text, &size);
	if (!json.out)
		return NULL;
	write_json(&json, NULL, value);
	failed = ferror(json.out);
	failed |= fclose(json.out) != 0;
	return failed ? NULL : LP_TAKE(text);
}

struct lppack_value *lp_value_copy(const struct lppack_value *value)
{
	struct lppack_value *copy;

	switch (lppack_value_kind(value)) {
	case LPPACK_KIND_NONE:
		return NULL;
	case LPPACK_KIND_INT:
		return lp_value_int(value->number);
	case LPPACK_KIND_BOOL:
		return lp_value_bool(value->number);
	case LPPACK_KIND_STRING:
		return lp_value_string(value->text);
	case LPPACK_KIND_MAP:
	case LPPACK_KIND_LIST:
		break;
	}
	copy = value->kind == LPPACK_KIND_MAP ? lp_value_map() : lp_value_list();
	for (size_t i = 0; i < value->n; i++) {
		if (value->kind == LPPACK_KIND_MAP)
			lp_value_add(&copy, value->keys[i], lp_value_copy(value->items[i]));
		else
			lp_value_push(&copy, lp_value_copy(value->items[i]));
	}
	return copy;
}
