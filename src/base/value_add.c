/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How trees spell the plain facts that are no text, number or truth. */
#include "base/value_add.h"

#include "shared/text.h"

void lp_value_add_build_id(struct lppack_value **map, const char *key, const struct lp_build_id *id)
{
	char hex[LP_BUILD_ID_TEXT];

	if (id->len)
		lp_value_add_text(map, key, lp_build_id_format(id, hex));
}

void lp_value_add_digest(struct lppack_value **map, const char *key, const struct lp_digest *digest)
{
	char hex[LP_DIGEST_TEXT];

	lp_hex_encode(digest->bytes, LP_DIGEST_SIZE, hex);
	lp_value_add_text(map, key, hex);
}

void lp_value_add_time(struct lppack_value **map, const char *key, int64_t seconds)
{
	char text[LP_TIME_TEXT];

	lp_time_format(seconds, text);
	lp_value_add_text(map, key, text);
}

void lp_value_add_texts(struct lppack_value **map, const char *key, char *const *texts, size_t n)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < n; i++)
		lp_value_push(&list, lp_value_string(texts[i]));
	lp_value_add(map, key, list);
}
