/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A few proved base modules, the least lately used of which give way. */
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

/* The slot used longest ago, of those in use if there are any; *bytes: what all of them hold. */
static size_t find_oldest(const struct lp_module_cache *cache, size_t *bytes)
{
	size_t oldest = 0;

	*bytes = 0;
	for (size_t i = 0; i < LP_MODULE_CACHE_SLOTS; i++) {
		uint64_t used = cache->slots[i].used;

		*bytes += cache->slots[i].plain.len;
		if (used && (!cache->slots[oldest].used || used < cache->slots[oldest].used))
			oldest = i;
	}
	return oldest;
}

static size_t make_room(struct lp_module_cache *cache, size_t n)
{
	size_t bytes;
	size_t oldest = find_oldest(cache, &bytes);

	while (bytes > 0 && bytes + n > LP_MODULE_CACHE_BYTES) {
		lp_buf_free(&cache->slots[oldest].plain);
		cache->slots[oldest].used = 0;
		oldest = find_oldest(cache, &bytes);
	}
	for (size_t i = 0; i < LP_MODULE_CACHE_SLOTS; i++)
		if (!cache->slots[i].used)
			return i;
	return oldest;
}

const struct lp_buf *lp_module_cache_put(struct lp_module_cache *cache, uint64_t ordinal, struct lp_buf *plain)
{
	size_t at = make_room(cache, plain->len);

	lp_buf_free(&cache->slots[at].plain);
	cache->slots[at].plain = *plain;
	cache->slots[at].ordinal = ordinal;
	cache->slots[at].used = ++cache->clock;
	*plain = (struct lp_buf){ 0 };
	return &cache->slots[at].plain;
}

void lp_module_cache_free(struct lp_module_cache *cache)
{
	for (size_t i = 0; i < LP_MODULE_CACHE_SLOTS; i++)
		lp_buf_free(&cache->slots[i].plain);
	*cache = (struct lp_module_cache){ 0 };
}
