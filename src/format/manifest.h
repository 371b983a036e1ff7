/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* manifest.yaml: what a bundle says of itself, and what of it is signed. */
#ifndef LP_FORMAT_MANIFEST_H
#define LP_FORMAT_MANIFEST_H

#include "shared/buf.h"
#include "base/facts.h"
#include "format/format.h"
#include "format/release.h"
#include "format/text_list.h"

struct lp_member_digest {
	uint64_t size;
	struct lp_digest sha256;
};

struct lp_manifest {
	struct lp_text_list incompat;
	struct lp_text_list compat;
	struct lp_release_id id; /* the digest is known once the bytes are: lp_contents_open() */
	int64_t expires;         /* 0: never */
	uint64_t rollback_floor; /* the lowest serial that may be gone back to from this one; 0: any */
	uint64_t kernels;
	uint64_t module_max; /* the largest values that occur in this bundle */
	uint64_t frame_max;
	uint64_t metadata_max;
	uint64_t base_depth;
	uint64_t signature_area;
	struct lp_member_digest fixes;
	struct lp_member_digest fence;
	uint64_t pages_size;
	uint64_t payload_size;
};

int lp_manifest_encode(const struct lp_manifest *manifest, struct lp_buf *out, struct lppack_error *err);
/* STRUCTURE for anything not canonical, UNSUPPORTED for unknown versions and incompat features, LIMIT. */
int lp_manifest_decode(const void *bytes, size_t n, const char *name, struct lp_manifest *out,
		       struct lppack_error *err);
void lp_manifest_free(struct lp_manifest *manifest);

/* Whether text may name a stream: lower-case letters, digits, '.', '_', '-', beginning with a letter or digit. */
bool lp_stream_name_is_valid(const char *text);

#define LP_AUTO_MANIFEST LP_AUTO(lp_manifest_free)

/* Names of members. */
void lp_member_metadata_name(const struct lp_build_id *id, char out[LP_MEMBER_NAME]);
void lp_member_module_name(const struct lp_build_id *id, char out[LP_MEMBER_NAME]);

/* The DSSE pre-authentication encoding of the media type and the manifest's bytes. */
void lp_pre_authentication(const void *manifest, size_t n, struct lp_buf *out);
/* The same encoding of a document of another media type. */
void lp_pre_authentication_as(const char *type, const void *bytes, size_t n, struct lp_buf *out);

#endif
