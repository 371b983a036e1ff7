/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing JSON (RFC 8259) on stdout: documents that join the library's trees with what a verb knows itself. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <lppack/error.h>
#include <lppack/value.h>
#include <stdbool.h>
#include <stdint.h>

#define JSON_DEPTH_MAX 64

/* Zeroed at first. key is NULL in lists and for the document itself. */
struct json {
	unsigned int depth;
	bool has_items[JSON_DEPTH_MAX];
};

void json_open(struct json *json, const char *key, char bracket); /* '{' or '[' */
void json_close(struct json *json, char bracket);                 /* '}' or ']'; the last one ends the document */
void json_text(struct json *json, const char *key, const char *text); /* nothing if NULL */
void json_int(struct json *json, const char *key, uint64_t number);
void json_bool(struct json *json, const char *key, bool b);
void json_value(struct json *json, const char *key, const struct lppack_value *value); /* nothing if NULL */
/* The members of a map, into the map that is open, but those named in a NULL-terminated list (or NULL). */
void json_members(struct json *json, const struct lppack_value *map, const char *const *but);
/* "error": {code, name, message, hint} */
void json_error(struct json *json, const struct lppack_error *err);
/* A document that has nothing but that. */
void json_error_document(const struct lppack_error *err);

#endif
