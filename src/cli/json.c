/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The library's trees and errors as members of the program's documents. */
#include "cli/json.h"

#include "shared/text.h"

void json_value(struct lp_json *json, const char *key, const struct lppack_value *value)
{
	switch (lppack_value_kind(value)) {
	case LPPACK_KIND_NONE:
		break;
	case LPPACK_KIND_STRING:
		lp_json_text(json, key, lppack_value_text(value));
		break;
	case LPPACK_KIND_INT:
		lp_json_int(json, key, lppack_value_int(value, 0));
		break;
	case LPPACK_KIND_BOOL:
		lp_json_bool(json, key, lppack_value_bool(value));
		break;
	case LPPACK_KIND_LIST:
		lp_json_open(json, key, '[');
		for (size_t i = 0; i < lppack_value_count(value); i++)
			json_value(json, NULL, lppack_value_at(value, i, NULL));
		lp_json_close(json, ']');
		break;
	case LPPACK_KIND_MAP:
		lp_json_open(json, key, '{');
		json_members(json, value, NULL);
		lp_json_close(json, '}');
		break;
	}
}

void json_members(struct lp_json *json, const struct lppack_value *map, const char *const *but)
{
	for (size_t i = 0; i < lppack_value_count(map); i++) {
		const char *key = NULL;
		const struct lppack_value *value = lppack_value_at(map, i, &key);

		if (key && (!but || !lp_text_is_one_of(key, but)))
			json_value(json, key, value);
	}
}

void json_error(struct lp_json *json, const struct lppack_error *err)
{
	lp_json_open(json, "error", '{');
	lp_json_int(json, "code", (uint64_t)(err->code < 0 ? -err->code : err->code));
	lp_json_text(json, "name", lppack_error_name(err->code));
	lp_json_text(json, "message", err->message);
	if (err->hint[0])
		lp_json_text(json, "hint", err->hint);
	lp_json_close(json, '}');
}

void json_error_document(const struct lppack_error *err)
{
	struct lp_json json = LP_JSON_TO(stdout);

	lp_json_open(&json, NULL, '{');
	json_error(&json, err);
	lp_json_close(&json, '}');
}
