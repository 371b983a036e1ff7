/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing JSON (RFC 8259): two spaces a level, a newline after the document, UTF-8 whatever the texts are. */
#ifndef LP_SHARED_JSON_H
#define LP_SHARED_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* One document on its way to out, whose error indicator says whether it got there. */
struct lp_json {
	FILE *out;
	unsigned int depth;
	bool has_items; /* the container that is open */
};

#define LP_JSON_TO(file) \
	{ \
		.out = (file) \
	}

/* key is NULL in lists and for the document itself. */
void lp_json_open(struct lp_json *json, const char *key, char bracket);     /* '{' or '[' */
void lp_json_close(struct lp_json *json, char bracket);                     /* '}' or ']' */
void lp_json_text(struct lp_json *json, const char *key, const char *text); /* nothing if NULL */
void lp_json_int(struct lp_json *json, const char *key, uint64_t number);
void lp_json_bool(struct lp_json *json, const char *key, bool b);

#endif
