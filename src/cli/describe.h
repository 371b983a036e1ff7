/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prose from the maps that describe bundles. Every key may be missing. */
#ifndef CLI_DESCRIBE_H
#define CLI_DESCRIBE_H

#include <lppack/value.h>

/* The text of a map's key, or NULL. */
const char *value_text_at(const struct lppack_value *map, const char *key);

/* Stream, serial, digest, times, signatures: as subfields. */
void describe_print_identity(const struct lppack_value *bundle);
/* The cumulative fixes, what cannot be fixed live, and what was withdrawn. */
void describe_print_fixes(const struct lppack_value *bundle);
/* Each kernel with its module, objects and functions. */
void describe_print_kernels(const struct lppack_value *bundle);
/* One object a line with its functions; suffix(object), if not NULL, tells more of each. */
void describe_print_objects(const struct lppack_value *objects, const char *(*suffix)(const struct lppack_value *));
/* "serial 2 (version 2.0, epoch 1)", malloc'd; NULL without memory. */
char *describe_format_serial(const struct lppack_value *bundle);
/* What was found of a module, each with what to do about it; nothing if the list is empty. */
void describe_print_findings(const struct lppack_value *findings);

#endif
