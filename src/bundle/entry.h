/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One kernel of a bundle. */
#ifndef LP_BUNDLE_ENTRY_H
#define LP_BUNDLE_ENTRY_H

#include "format/metadata.h"
#include "bundle/contents.h"

struct lppack_entry {
	struct lp_contents *contents; /* a reference */
	uint64_t ordinal;             /* of the record */
	struct lp_record record;
	struct lp_metadata metadata;
	char build_id[LP_BUILD_ID_TEXT];
	struct lp_buf module; /* proved bytes, once loaded */
};

/* The entry of a kernel; NULL with LPPACK_E_NO_KERNEL if there is none. Worth what the contents are worth. */
struct lppack_entry *lp_entry_find(struct lp_contents *contents, const struct lp_build_id *id,
				   struct lppack_error *err);
/* The entry of the n-th kernel; there must be one. */
struct lppack_entry *lp_entry_at(struct lp_contents *contents, uint64_t ordinal, struct lppack_error *err);
/* LPPACK_E_USAGE for flags that are none of enum lppack_extract_flags. */
int lp_extract_flags_check(uint32_t flags, struct lppack_error *err);

LP_DEFINE_CLEANUP(struct lppack_entry, lppack_entry_free)

#endif
