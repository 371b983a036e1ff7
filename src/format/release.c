/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Comparing, copying, writing and reading the identity of a stream release. */
#include "format/release.h"

#include "shared/text.h"
#include "base/value_add.h"
#include "format/doc.h"
#include "format/format.h"

#include <string.h>

int lp_release_compare(const struct lp_release_id *a, const struct lp_release_id *b)
{
	if (a->epoch != b->epoch)
		return a->epoch < b->epoch ? -1 : 1;
	return (a->serial > b->serial) - (a->serial < b->serial);
}

bool lp_release_is_same(const struct lp_release_id *a, const struct lp_release_id *b)
{
	return lp_text_equal(a->stream, b->stream) && lp_release_compare(a, b) == 0;
}

int lp_release_copy(struct lp_release_id *out, const struct lp_release_id *from, struct lppack_error *err)
{
	bool ok = true;

	*out = *from;
	out->stream = lp_text_dup(from->stream, &ok);
	out->version = lp_text_dup(from->version, &ok);
	if (ok)
		return 0;
	lp_release_free(out);
	return lp_fail_nomem(err);
}

void lp_release_free(struct lp_release_id *id)
{
	free(id->stream);
	free(id->version);
	*id = (struct lp_release_id){ 0 };
}

void lp_release_describe(struct lppack_value **map, const struct lp_release_id *id)
{
	lp_value_add_text(map, "stream", id->stream);
	lp_value_add_int(map, "epoch", id->epoch);
	lp_value_add_int(map, "serial", id->serial);
}

void lp_release_encode(struct lppack_value **map, const struct lp_release_id *id)
{
	static const struct lp_digest unknown;

	lp_release_describe(map, id);
	lp_value_add_text(map, "version", id->version);
	if (id->created)
		lp_value_add_time(map, "created", id->created);
	if (!lp_digest_equal(&id->digest, &unknown))
		lp_value_add_digest(map, "digest", &id->digest);
}

const char *lp_release_name(const struct lp_release_id *id, char out[LP_RELEASE_TEXT])
{
	char hex[LP_DIGEST_TEXT];
	char epoch[32] = "";

	lp_hex_encode(id->digest.bytes, LP_DIGEST_SIZE, hex);
	if (id->epoch)
		snprintf(epoch, sizeof(epoch), " of epoch %llu", (unsigned long long)id->epoch);
	snprintf(out, LP_RELEASE_TEXT, "serial %llu%s (digest %.16s...)", (unsigned long long)id->serial, epoch, hex);
	return out;
}

void lp_release_decode_number(struct lp_doc *doc, bool required, struct lp_release_id *out)
{
	lp_doc_int(doc, "epoch", required, LP_NUMBER_MAX, &out->epoch);
	lp_doc_int(doc, "serial", required, LP_NUMBER_MAX, &out->serial);
}

void lp_release_decode(struct lp_doc *doc, struct lp_release_id *out)
{
	lp_doc_text_dup(doc, "stream", true, &out->stream);
	lp_release_decode_number(doc, true, out);
	lp_doc_text_dup(doc, "version", false, &out->version);
	lp_doc_time(doc, "created", false, &out->created);
	lp_doc_digest(doc, "digest", &out->digest);
}
