/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kernels/BUILD-ID.yaml: what a bundle says of one kernel's module. */
#ifndef LP_FORMAT_METADATA_H
#define LP_FORMAT_METADATA_H

#include "shared/buf.h"
#include "base/facts.h"
#include "base/value.h"
#include "format/doc.h"
#include "format/format.h"
#include "format/text_list.h"

/* One kernel of a bundle: kernels/BUILD-ID.yaml. */
struct lp_metadata {
	struct lp_build_id build_id; /* of the kernel */
	uint64_t module_size;
	struct lp_digest module_sha256;
	struct lp_module_facts facts;
	struct lp_text_list not_applicable; /* ids of fixes, ascending */
};

void lp_metadata_free(struct lp_metadata *metadata);
/* The document as a tree, and its lists of objects and states; NULL without memory. */
struct lppack_value *lp_metadata_tree(const struct lp_metadata *metadata);
struct lppack_value *lp_objects_tree(const struct lp_module_facts *facts);
struct lppack_value *lp_states_tree(const struct lp_module_facts *facts);
int lp_metadata_encode(const struct lp_metadata *metadata, struct lp_buf *out, struct lppack_error *err);
int lp_metadata_decode(const void *bytes, size_t n, const char *name, struct lp_metadata *out,
		       struct lppack_error *err);
/* The first difference between what the metadata say and what the module is, as LPPACK_E_FACTS. */
int lp_metadata_compare(const struct lp_module_facts *said, const struct lp_module_facts *is, const char *name,
			struct lppack_error *err);

/* A required list of klp_states {id, version}, added to the facts: any id that a module can have (metadata.c). */
void lp_doc_states(struct lp_doc *doc, const char *key, struct lp_module_facts *facts);
/* A required list of klp_objects as lp_objects_tree() makes it, added to the facts (metadata.c). */
void lp_doc_objects(struct lp_doc *doc, const char *key, struct lp_module_facts *facts);

#define LP_AUTO_METADATA LP_AUTO(lp_metadata_free)

#endif
