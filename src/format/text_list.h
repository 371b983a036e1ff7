/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A list of texts that owns them. */
#ifndef LP_FORMAT_TEXT_LIST_H
#define LP_FORMAT_TEXT_LIST_H

#include "shared/cleanup.h"
#include "format/format.h"

#include <stddef.h>

struct lp_text_list {
	char **items;
	size_t n;
};

/* 0 or -1 without memory. */
int lp_text_list_add(struct lp_text_list *list, const char *text);
void lp_text_list_free(struct lp_text_list *list);

#endif
