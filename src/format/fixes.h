/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fixes.yaml: what the modules of a bundle fix, cannot fix, and no longer have. */
#ifndef LP_FORMAT_FIXES_H
#define LP_FORMAT_FIXES_H

#include "shared/buf.h"
#include "base/value.h"
#include "format/format.h"
#include "format/text_list.h"

struct lp_fix {
	char *id;
	char *summary;
	char *severity; /* low, medium, high, critical; NULL if not given */
	char *cvss;     /* vector or score; NULL if not given */
	uint64_t since; /* serial that brought it */
	struct lp_text_list functions;
};

struct lp_unfixable {
	char *id;
	char *reason;
};

/* What an earlier serial of the stream had and this one has not. */
struct lp_withdrawn {
	char *kind; /* fix, function, kernel or state */
	char *id;
	char *reason;
};

struct lp_fixes {
	struct lp_fix *fixes; /* by id */
	size_t n_fixes;
	struct lp_unfixable *unfixable; /* by id */
	size_t n_unfixable;
	struct lp_withdrawn *withdrawn; /* by kind, then id */
	size_t n_withdrawn;
};

extern const char *const lp_severity_names[];
extern const char *const lp_withdrawn_kinds[];

struct lp_fix *lp_fixes_add(struct lp_fixes *fixes);
struct lp_unfixable *lp_fixes_add_unfixable(struct lp_fixes *fixes);
struct lp_withdrawn *lp_fixes_add_withdrawn(struct lp_fixes *fixes);
void lp_fixes_free(struct lp_fixes *fixes);
/* What an id of this kind must be, in words, or NULL if it is that (format-spec, [F4]). kind is one of the kinds. */
const char *lp_withdrawn_id_fault(const char *kind, const char *id);
/* The document as a tree; NULL without memory. */
struct lppack_value *lp_fixes_tree(const struct lp_fixes *fixes);
int lp_fixes_encode(const struct lp_fixes *fixes, struct lp_buf *out, struct lppack_error *err);
int lp_fixes_decode(const void *bytes, size_t n, const char *name, struct lp_fixes *out, struct lppack_error *err);

#define LP_AUTO_FIXES LP_AUTO(lp_fixes_free)

#endif
