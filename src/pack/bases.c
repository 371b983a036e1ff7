/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which module stands alone and which refers to it. */
#include "pack/bases.h"

#include "format/format.h"

#include <ctype.h>
#include <string.h>

struct sibling {
	struct lp_pack_item *item;
	uint32_t ordinal;
	char family[LP_TEXT_MAX + 1];
};

/* Kernels of one architecture, version (first two numbers) and flavour are siblings: every later run of digits in the
 * release is an update's or an ABI's number. */
static void name_family(const struct lp_module_facts *facts, char out[LP_TEXT_MAX + 1])
{
	int n = snprintf(out, LP_TEXT_MAX, "%s ", facts->arch);
	size_t at = n > 0 && n < (int)LP_TEXT_MAX ? (size_t)n : 0;
	unsigned int runs = 0;

	for (const char *p = facts->release; *p && at < LP_TEXT_MAX; p++) {
		bool is_digit = isdigit((unsigned char)*p);

		if (is_digit && (p == facts->release || !isdigit((unsigned char)p[-1])))
			runs++;
		if (!is_digit || runs <= 2)
			out[at++] = *p;
		else if (at == 0 || out[at - 1] != '#')
			out[at++] = '#';
	}
	out[at] = '\0';
}

static int compare_siblings(const void *a, const void *b)
{
	const struct sibling *left = a;
	const struct sibling *right = b;
	int order = strcmp(left->family, right->family);

	if (order == 0)
		order = strverscmp(left->item->metadata.facts.release, right->item->metadata.facts.release);
	if (order == 0)
		order = left->ordinal < right->ordinal ? -1 : 1;
	return order;
}

/* The middle of a family in version order is the base: nearest to all of them. */
static void make_star(struct sibling *family, size_t n)
{
	size_t middle = n / 2;

	for (size_t i = 0; i < n; i++)
		if (i != middle)
			family[i].item->record.base = family[middle].ordinal;
}

void lp_pack_choose_bases(struct lp_pack *pack)
{
	LP_AUTO_FREE struct sibling *siblings = calloc(pack->n, sizeof(*siblings));
	size_t start = 0;

	/* Without memory every module stands alone: larger, but right. */
	if (!siblings)
		return;
	for (size_t i = 0; i < pack->n; i++) {
		siblings[i].item = &pack->items[i];
		siblings[i].ordinal = (uint32_t)i;
		name_family(&pack->items[i].metadata.facts, siblings[i].family);
	}
	qsort(siblings, pack->n, sizeof(*siblings), compare_siblings);
	for (size_t i = 1; i <= pack->n; i++)
		if (i == pack->n || strcmp(siblings[i].family, siblings[start].family) != 0) {
			make_star(&siblings[start], i - start);
			start = i;
		}
}
