/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way of a module through lppack_create(): gathered, given a base, packed, written. */
#ifndef LP_OPS_PACK_H
#define LP_OPS_PACK_H

#include "core/index.h"
#include "ops/spec.h"

struct lp_pack_item {
	char *path;        /* of the module */
	char *kernel_path; /* NULL for a literal build ID */
	struct lp_metadata metadata;
	struct lp_record record; /* base: ordinal; offset is set when the payload is laid out */
	uint64_t spool_at;       /* of the frame in the spool */
};

struct lp_pack {
	struct lp_pack_item *items; /* by build ID */
	size_t n;
	struct lp_buf metadata; /* all encoded metadata members, in order */
	int spool;              /* unlinked file with the frames */
};

void lp_pack_free(struct lp_pack *pack);

/* Expands the spec's globs, inspects every module and kernel, checks that they belong together. */
int lp_pack_gather(const struct lppack_spec *spec, struct lp_pack *pack, struct lppack_error *err);

/* Gives sibling kernels' modules one base: the star of format-spec "Modules". */
void lp_pack_choose_bases(struct lp_pack *pack);

struct lp_pack_job {
	unsigned int threads;
	int level;
	const char *output; /* for messages */
	lppack_progress_fn *progress;
	void *context;
};

/* Compresses every module into the spool and fills sizes and digests of the records. */
int lp_pack_compress(struct lp_pack *pack, const struct lp_pack_job *job, struct lppack_error *err);

#endif
