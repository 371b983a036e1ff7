/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A small cache of proved base modules, which many modules of a bundle refer to: no more bytes than one module of the
 * largest size has, so that with what is being unpacked over one of them there are two in memory. */
#ifndef LP_BUNDLE_MODULE_CACHE_H
#define LP_BUNDLE_MODULE_CACHE_H

#include "shared/buf.h"

#define LP_MODULE_CACHE_SLOTS 8
#define LP_MODULE_CACHE_BYTES (64u << 20)

struct lp_module_cache {
	struct {
		uint64_t ordinal;
		uint64_t used; /* larger is later; 0: empty */
		struct lp_buf plain;
	} slots[LP_MODULE_CACHE_SLOTS];
	uint64_t clock;
};

/* Borrowed until the next put, or NULL. */
const struct lp_buf *lp_module_cache_get(struct lp_module_cache *cache, uint64_t ordinal);
/* Takes the buffer over, in place of those used longest ago; returns the kept one, borrowed. */
const struct lp_buf *lp_module_cache_put(struct lp_module_cache *cache, uint64_t ordinal, struct lp_buf *plain);
void lp_module_cache_free(struct lp_module_cache *cache);

#endif
