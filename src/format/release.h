/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which release of a stream: the one identity that manifests, records, holds and policies name. */
#ifndef LP_FORMAT_RELEASE_H
#define LP_FORMAT_RELEASE_H

#include "base/facts.h"
#include "format/doc.h"
#include "format/format.h"
#include "format/yaml.h"

/* What is not known is NULL or 0. Strings are owned, unless whoever embeds it says that they are borrowed. */
struct lp_release_id {
	char *stream;
	uint64_t epoch;
	uint64_t serial;
	char *version; /* for people */
	int64_t created;
	struct lp_digest digest; /* of the manifest */
};

/* Room for the longest text of lp_release_name(). */
#define LP_RELEASE_TEXT 128

/* By how much an epoch may go up at once: who takes the highest ones leaves the stream no way out. */
#define LP_EPOCH_STEP 1000u

/* Below, equal or above 0: a is older, has the same number, is newer. A higher epoch is newer than any serial of a lower
 * one. Of one stream: it is not looked at. */
int lp_release_compare(const struct lp_release_id *a, const struct lp_release_id *b);
/* Of one stream and one number. */
bool lp_release_is_same(const struct lp_release_id *a, const struct lp_release_id *b);

int lp_release_copy(struct lp_release_id *out, const struct lp_release_id *from, struct lppack_error *err);
void lp_release_free(struct lp_release_id *id);

/* Adds stream, epoch, serial, version, created and digest to a map; not what is unknown. */
void lp_release_encode(struct lppack_value **map, const struct lp_release_id *id);
/* Adds stream, epoch and serial: what people tell releases apart by. */
void lp_release_describe(struct lppack_value **map, const struct lp_release_id *id);
/* "serial 7 of epoch 1 (digest 0123456789abcdef...)" */
const char *lp_release_name(const struct lp_release_id *id, char out[LP_RELEASE_TEXT]);

/* For lp_doc_keys(): what lp_release_decode() reads. */
#define LP_RELEASE_KEYS "stream", "epoch", "serial", "version", "created", "digest"
/* stream, epoch, serial and digest are required. */
void lp_release_decode(struct lp_doc *doc, struct lp_release_id *out);
/* epoch and serial alone, where the document names the stream by other means. */
void lp_release_decode_number(struct lp_doc *doc, bool required, struct lp_release_id *out);

#endif
