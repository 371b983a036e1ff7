/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The symbols of a kernel or a module: their indexes, and how livepatch looks them up. */
#include "inspect/symbol_set.h"

#include "shared/array.h"
#include "shared/text.h"
#include "inspect/arena.h"
#include "inspect/elf.h"
#include "inspect/kernel_limits.h"

#include <stdlib.h>
#include <string.h>

int lp_symbol_set_reserve(struct lp_symbol_set *set, size_t n, const char *name, struct lppack_error *err)
{
	if (n > LP_KERNEL_SYMBOLS_MAX)
		return lp_kernel_file_too_large(name, "symbols", err);
	set->symbols = calloc(n ? n : 1, sizeof(*set->symbols));
	return set->symbols ? 0 : lp_fail_nomem(err);
}

void lp_symbol_set_free(struct lp_symbol_set *set)
{
	free(set->symbols);
	free(set->by_name);
	free(set->by_address);
	lp_arena_free(&set->arena);
	*set = (struct lp_symbol_set){ 0 };
}

static int set_compare_places(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

static int set_compare_names(const void *a, const void *b, void *context)
{
	const struct lp_kernel_symbol *symbols = context;
	uint32_t left = *(const uint32_t *)a;
	uint32_t right = *(const uint32_t *)b;
	int order = strcmp(symbols[left].name, symbols[right].name);

	return order ? order : set_compare_places(left, right);
}

static int set_compare_addresses(const void *a, const void *b, void *context)
{
	const struct lp_kernel_symbol *symbols = context;
	uint32_t left = *(const uint32_t *)a;
	uint32_t right = *(const uint32_t *)b;

	if (symbols[left].address != symbols[right].address)
		return symbols[left].address < symbols[right].address ? -1 : 1;
	return set_compare_places(left, right);
}

static uint32_t *make_index(struct lp_symbol_set *set, int (*compare)(const void *, const void *, void *))
{
	uint32_t *places = calloc(set->n ? set->n : 1, sizeof(*places));

	if (!places)
		return NULL;
	for (size_t i = 0; i < set->n; i++)
		places[i] = (uint32_t)i;
	qsort_r(places, set->n, sizeof(*places), compare, set->symbols);
	return places;
}

/* NULL for the kernel proper. */
static const char *module_of(const char *object)
{
	return object && strcmp(object, "vmlinux") != 0 ? object : NULL;
}

/* kernel/kallsyms.c, get_symbol_pos(): a symbol reaches up to the next one that stands at another address. */
static void set_sizes(struct lp_symbol_set *set)
{
	const struct lp_kernel_symbol *next = NULL;

	for (size_t i = set->n; i-- > 0;) {
		struct lp_kernel_symbol *symbol = &set->symbols[set->by_address[i]];
		const struct lp_kernel_symbol *above = i + 1 < set->n ? &set->symbols[set->by_address[i + 1]] : NULL;

		if (above && above->address != symbol->address)
			next = above;
		if (!symbol->size && next && lp_text_equal(next->object, symbol->object))
			symbol->size = next->address - symbol->address;
	}
}

int lp_symbol_set_finish(struct lp_symbol_set *set, struct lppack_error *err)
{
	set->by_name = make_index(set, set_compare_names);
	set->by_address = make_index(set, set_compare_addresses);
	if (!set->by_name || !set->by_address) {
		lp_symbol_set_free(set);
		return lp_fail_nomem(err);
	}
	if (set->has_addresses)
		set_sizes(set);
	return 0;
}

/* The first place in by_name whose name is not before the given one. */
static size_t first_of_name(const struct lp_symbol_set *set, const char *name)
{
	return LP_LOWER_BOUND(set->n, i, strcmp(set->symbols[set->by_name[i]].name, name) < 0);
}

/* Counts up to the nth one, which *nth_symbol receives. */
static size_t count(const struct lp_symbol_set *set, const char *object, const char *name, uint64_t nth,
		    const struct lp_kernel_symbol **nth_symbol)
{
	const char *module = module_of(object);
	size_t found = 0;

	for (size_t i = first_of_name(set, name); i < set->n; i++) {
		const struct lp_kernel_symbol *symbol = &set->symbols[set->by_name[i]];

		if (strcmp(symbol->name, name) != 0)
			break;
		if (symbol->init || !lp_text_equal(symbol->object, module))
			continue;
		if (++found == nth && nth_symbol)
			*nth_symbol = symbol;
	}
	return found;
}

size_t lp_symbol_set_count(const struct lp_symbol_set *set, const char *object, const char *name)
{
	return count(set, object, name, 0, NULL);
}

const struct lp_kernel_symbol *lp_symbol_set_find(const struct lp_symbol_set *set, const char *object, const char *name,
						  uint64_t nth)
{
	const struct lp_kernel_symbol *found = NULL;

	count(set, object, name, nth, &found);
	return found;
}

bool lp_symbol_set_has_object(const struct lp_symbol_set *set, const char *object)
{
	const char *module = module_of(object);

	for (size_t i = 0; i < set->n; i++)
		if (lp_text_equal(set->symbols[i].object, module))
			return true;
	return false;
}

enum lp_resolution lp_symbol_set_resolve(const struct lp_symbol_set *set, const char *object, const char *name,
					 uint64_t sympos, const struct lp_kernel_symbol **symbol, size_t *n)
{
	const struct lp_kernel_symbol *found = NULL;
	size_t total = count(set, object, name, sympos ? sympos : 1, &found);

	if (n)
		*n = total;
	if (symbol)
		*symbol = NULL;
	if (total == 0)
		return LP_RESOLVE_MISSING;
	if (sympos == 0 && total > 1)
		return LP_RESOLVE_AMBIGUOUS;
	if (!found)
		return LP_RESOLVE_OUT_OF_RANGE;
	if (symbol)
		*symbol = found;
	return LP_RESOLVED;
}

const struct lp_kernel_symbol *lp_symbol_set_at(const struct lp_symbol_set *set, uint64_t address)
{
	size_t above = LP_LOWER_BOUND(set->has_addresses ? set->n : 0, i,
				      set->symbols[set->by_address[i]].address <= address);

	return above ? &set->symbols[set->by_address[above - 1]] : NULL;
}

/* The length of a name without what compilers append: ".isra.0", ".constprop.0", ".part.0", ".cold", ".llvm.123". */
static size_t stem_length(const char *name)
{
	return name[0] ? 1 + strcspn(name + 1, ".") : 0;
}

const struct lp_kernel_symbol *lp_symbol_set_find_variant(const struct lp_symbol_set *set, const char *object,
							  const char *name)
{
	const char *module = module_of(object);
	size_t length = stem_length(name);
	char stem[LP_ELF_NAME_MAX];

	if (length == 0 || length >= sizeof(stem))
		return NULL;
	memcpy(stem, name, length);
	stem[length] = '\0';
	for (size_t i = first_of_name(set, stem); i < set->n; i++) {
		const struct lp_kernel_symbol *symbol = &set->symbols[set->by_name[i]];

		if (strncmp(symbol->name, stem, length) != 0)
			return NULL;
		if (!symbol->init && strchr("tTwW", symbol->type) && stem_length(symbol->name) == length &&
		    strcmp(symbol->name, name) != 0 && lp_text_equal(symbol->object, module))
			return symbol;
	}
	return NULL;
}
