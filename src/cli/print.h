/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prose from the maps that describe bundles. Every key may be missing. */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

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
/* The tasks that hold a transition up, as a table under "Tasks that WHAT (N):"; nothing if there are none. */
void describe_print_blockers(const struct lppack_value *blockers, const char *what);
/* One of them: "42/43 (slow, kernel) in nft_do_chain", malloc'd; NULL without memory. */
char *describe_format_blocker(const struct lppack_value *task);
/* The texts of a list, or the "name" of its maps, joined by ", "; malloc'd; NULL if it is empty. */
char *describe_join_names(const struct lppack_value *list);
/* What was found of a module, each with what to do about it; nothing if the list is empty. */
void describe_print_findings(const struct lppack_value *findings);

#endif
