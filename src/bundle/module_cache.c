/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A few proved base modules, the least lately used of which gives way. */
#include "bundle/module_cache.h"

const struct lp_buf *lp_module_cache_get(struct lp_module_cache *cache, uint64_t ordinal)
{
	for (size_t i = 0; i < LP_MODULE_CACHE_SLOTS; i++)
		if (cache->slots[i].used && cache->slots[i].ordinal == ordinal) {
			cache->slots[i].used = ++cache->clock;
			return &cache->slots[i].plain;
		}
	return NULL;
}

const struct lp_buf *lp_module_cache_put(struct lp_module_cache *cache, uint64_t ordinal, struct lp_buf *plain)
{
	size_t oldest = 0;

	for (size_t i = 1; i < LP_MODULE_CACHE_SLOTS; i++)
		if (cache->slots[i].used < cache->slots[oldest].used)
			oldest = i;
	lp_buf_free(&cache->slots[oldest].plain);
	cache->slots[oldest].plain = *plain;
	cache->slots[oldest].ordinal = ordinal;
	cache->slots[oldest].used = ++cache->clock;
	*plain = (struct lp_buf){ 0 };
	return &cache->slots[oldest].plain;
}

void lp_module_cache_free(struct lp_module_cache *cache)
{
	for (size_t i = 0; i < LP_MODULE_CACHE_SLOTS; i++)
		lp_buf_free(&cache->slots[i].plain);
	*cache = (struct lp_module_cache){ 0 };
}
