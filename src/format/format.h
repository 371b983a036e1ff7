/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Constants and plain structs of format 1 (format-spec/lppack-1.md). */
#ifndef LP_FORMAT_FORMAT_H
#define LP_FORMAT_FORMAT_H

#include "base/facts.h"
#include "format/release.h"
#include "shared/buf.h"
#include "base/value.h"

#define LP_FORMAT_VERSION 1
#define LP_MAGIC "lppack 1\n"
#define LP_MEDIA_TYPE "application/vnd.lppack.bundle.v1"

#define LP_MEMBER_MAGIC "lppack"
#define LP_MEMBER_MANIFEST "manifest.yaml"
#define LP_MEMBER_SIGNATURES "signatures/"
#define LP_MEMBER_PAD "pad"
#define LP_MEMBER_FIXES "fixes.yaml"
#define LP_MEMBER_FENCE "index/fence"
#define LP_MEMBER_PAGES "index/pages"
#define LP_MEMBER_NAME 100 /* room for any member's name */

/* Limits (format-spec, "Limits"). */
#define LP_MANIFEST_MAX 65536u
#define LP_FIXES_MAX (8u << 20)
#define LP_METADATA_MAX (1u << 20)
#define LP_MODULE_MAX (64u << 20)
#define LP_FRAME_MAX (65u << 20)
#define LP_KERNELS_MAX 65536u
#define LP_SIGNATURES_MAX 16u
#define LP_SIGNATURE_MAX 16384u
#define LP_SIGNATURE_AREA_MIN 2048u
#define LP_SIGNATURE_AREA_DEFAULT 8192u
#define LP_SIGNATURE_AREA_MAX (1u << 20)
#define LP_BASE_DEPTH_MAX 8u
#define LP_NUMBER_MAX 9007199254740991u /* 2^53 - 1: exact in every JSON reader */
#define LP_TIME_MAX 8589934591          /* 11 octal digits, the year 2242 */
#define LP_FEATURES_MAX 32u
#define LP_STREAM_MAX 64u
#define LP_TEXT_MAX 511u /* bytes of any text but a summary or reason */
#define LP_SUMMARY_MAX 4095u

#define LP_END_OF_ARCHIVE 1024u

struct lp_text_list {
	char **items;
	size_t n;
};

/* 0 or -1 without memory. */
int lp_text_list_add(struct lp_text_list *list, const char *text);
void lp_text_list_free(struct lp_text_list *list);

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

#define LP_AUTO_MANIFEST LP_AUTO(lp_manifest_free)
#define LP_AUTO_FIXES LP_AUTO(lp_fixes_free)
#define LP_AUTO_METADATA LP_AUTO(lp_metadata_free)

/* Names of members. */
void lp_member_metadata_name(const struct lp_build_id *id, char out[LP_MEMBER_NAME]);
void lp_member_module_name(const struct lp_build_id *id, char out[LP_MEMBER_NAME]);

/* The DSSE pre-authentication encoding of the media type and the manifest's bytes. */
void lp_pre_authentication(const void *manifest, size_t n, struct lp_buf *out);
/* The same encoding of a document of another media type. */
void lp_pre_authentication_as(const char *type, const void *bytes, size_t n, struct lp_buf *out);

#endif
