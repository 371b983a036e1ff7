/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Documents of --json that join the library's trees with what a verb knows itself. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include "shared/json.h"

#include <lppack/error.h>
#include <lppack/value.h>

void json_value(struct lp_json *json, const char *key, const struct lppack_value *value); /* nothing if NULL */
/* The members of a map, into the map that is open, but those named in a NULL-terminated list (or NULL). */
void json_members(struct lp_json *json, const struct lppack_value *map, const char *const *but);
/* "error": {code, name, message, hint} */
void json_error(struct lp_json *json, const struct lppack_error *err);
/* A document that has nothing but that. */
void json_error_document(const struct lppack_error *err);

#endif
