/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way of a module through lppack_bundle_create(): gathered, given a base, packed, written. */
#ifndef LP_PACK_PACK_H
#define LP_PACK_PACK_H

#include "base/value.h"
#include "format/index.h"
#include "format/metadata.h"
#include "pack/sign_module.h"
#include "pack/spec.h"

struct lp_pack_item {
	char *path;                        /* of the module */
	char *kernel_path;                 /* NULL for a literal build ID */
	const struct lp_spec_kernel *from; /* borrowed from the spec */
	struct lp_buf signature;           /* that is appended to what the file holds; empty: none */
	struct lp_metadata metadata;       /* of the module with it, as all that follows */
	struct lp_record record;           /* base: ordinal; offset is set when the payload is laid out */
	uint64_t spool_at;                 /* of the frame in the spool */
};

struct lp_pack {
	struct lp_pack_item *items; /* by build ID */
	size_t n;
	struct lp_buf metadata;           /* all encoded metadata members, in order */
	int spool;                        /* unlinked file with the frames */
	bool allow_unrecognised;          /* set before too: livepatches of an unknown layout are packed */
	struct lp_module_signing signing; /* set before anything is gathered; zeroed: modules stay as they are */
};

/* Reads the file of an item as the bundle will hold it: decompressed, and signed if modules are. */
int lp_pack_read(const struct lp_pack_item *item, struct lp_buf *out, struct lppack_error *err);

struct lp_pack_job {
	unsigned int threads;
	int compression_level;
	const char *output; /* for messages */
	void (*progress)(void *context, const struct lppack_progress *now);
	void *context;
};

/* Compresses every module into the spool and fills sizes and digests of the records. */
int lp_pack_compress(struct lp_pack *pack, const struct lp_pack_job *job, struct lppack_error *err);

#endif
