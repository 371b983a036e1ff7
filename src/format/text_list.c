/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A list of texts that owns them: adding and freeing. */
#include "format/text_list.h"

#include "shared/array.h"

#include <stdlib.h>
#include <string.h>

int lp_text_list_add(struct lp_text_list *list, const char *text)
{
	char **item = lp_array_add(&list->items, &list->n, sizeof(*item));

	if (!item)
		return -1;
	*item = strdup(text);
	if (!*item)
		list->n--;
	return *item ? 0 : -1;
}

void lp_text_list_free(struct lp_text_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct lp_text_list){ 0 };
}
