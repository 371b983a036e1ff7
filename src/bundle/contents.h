/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading single parts of a bundle, each compared with the digest that reaches it. It says nothing of trust: that is
 * what struct lppack_verified adds (trust/verify.h). */
#ifndef LP_BUNDLE_CONTENTS_H
#define LP_BUNDLE_CONTENTS_H

#include "format/fixes.h"
#include "format/index.h"
#include "format/manifest.h"
#include "format/metadata.h"
#include "bundle/bundle.h"
#include "bundle/module_cache.h"

/* A bundle's manifest, layout and fence. */
struct lp_contents {
	struct lp_ref ref;
	struct lppack_bundle *bundle; /* a reference */
	struct lp_manifest manifest;
	struct lp_digest digest; /* of the manifest */
	char digest_text[LP_DIGEST_TEXT];
	struct lp_layout layout;
	struct lp_buf fence;
	struct lp_module_cache cache;
};

/* Fails with LPPACK_E_CORRUPT unless the bytes have the digest. what: for the message. */
int lp_digest_expect(const struct lp_digest *expected, const void *bytes, size_t n, const char *file, const char *what,
		     struct lppack_error *err);

/* Parses the manifest; nothing is read. *out is the caller's reference, NULL on failure. */
int lp_contents_open(struct lppack_bundle *bundle, struct lp_contents **out, struct lppack_error *err);
/* Unless `lenient`, compares the whole head with the manifest; then reads the fence. */
int lp_contents_open_index(struct lp_contents *c, bool lenient, struct lppack_error *err);
/* One more reference. */
struct lp_contents *lp_contents_ref(struct lp_contents *c);
/* Gives a reference back; NULL is fine. */
void lp_contents_unref(struct lp_contents *c);

/* The records of a page, compared with the fence and the manifest's limits; their number or a negative code. */
int lp_contents_page(struct lp_contents *c, uint64_t number, struct lp_record out[LP_INDEX_PER_PAGE],
		     struct lppack_error *err);
/* The record of a kernel, and its ordinal unless that is NULL; LPPACK_E_NO_KERNEL if the bundle has none. */
int lp_contents_find(struct lp_contents *c, const struct lp_build_id *id, struct lp_record *out, uint64_t *ordinal,
		     struct lppack_error *err);
int lp_contents_record(struct lp_contents *c, uint64_t ordinal, struct lp_record *out, struct lppack_error *err);
int lp_contents_metadata(struct lp_contents *c, const struct lp_record *record, struct lp_metadata *out,
			 struct lppack_error *err);
int lp_contents_fixes(struct lp_contents *c, struct lp_fixes *out, struct lppack_error *err);
/* The plain bytes of a record's module: frame digest compared, decompressed against its (recursively read) base.
 * Only lp_module_prove() makes them worth anything. */
int lp_contents_plain(struct lp_contents *c, const struct lp_record *record, struct lp_buf *out,
		      struct lppack_error *err);
/* The module's bytes against its metadata: digest and facts. */
int lp_module_prove(const struct lp_contents *c, const struct lp_metadata *metadata, const struct lp_buf *module,
		    struct lppack_error *err);

LP_DEFINE_CLEANUP(struct lp_contents, lp_contents_unref)

#define LP_AUTO_CONTENTS LP_AUTO(cleanup_lp_contents_unref)

#endif
