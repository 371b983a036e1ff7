/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a stream release claims for one kernel, remembered beside what is applied. */
#ifndef LP_MACHINE_CLAIMS_H
#define LP_MACHINE_CLAIMS_H

#include "format/doc.h"
#include "format/fixes.h"
#include "format/metadata.h"
#include "format/text_list.h"
#include "bundle/contents.h"

/* What status says of the applied release also where its bundle is not installed. Strings are owned. */
struct lp_claims {
	bool is_known;
	struct lp_fixes fixes;              /* without summaries, which are long; nothing is withdrawn */
	struct lp_text_list not_applicable; /* ids of fixes that the kernel does not need */
};

void lp_claims_free(struct lp_claims *claims);
/* Of a bundle's kernel. LPPACK_E_NO_MEMORY, with *out empty. */
int lp_claims_set(struct lp_claims *out, const struct lp_fixes *fixes, const struct lp_text_list *not_applicable,
		  struct lppack_error *err);
/* What an opened bundle claims for a kernel, and the metadata of that. 1, 0 if it has nothing for it, or a negative code;
 * both are empty then. */
int lp_claims_read(struct lp_contents *contents, const struct lp_build_id *build_id, struct lp_claims *out,
		   struct lp_metadata *metadata, struct lppack_error *err);
int lp_claims_copy(struct lp_claims *out, const struct lp_claims *from, struct lppack_error *err);

const struct lp_fix *lp_claims_find(const struct lp_claims *claims, const char *id);
bool lp_claims_excludes(const struct lp_claims *claims, const char *id);

/* A map: fixes (id, severity, functions), unfixable (id, reason), not_applicable. NULL without memory. */
struct lppack_value *lp_claims_encode(const struct lp_claims *claims);
void lp_claims_decode(struct lp_doc *doc, struct lp_claims *out);

#define LP_AUTO_CLAIMS LP_AUTO(lp_claims_free)

#endif
