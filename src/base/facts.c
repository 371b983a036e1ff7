/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading, comparing and copying the plain structs of facts.h. */
#include "base/facts.h"

#include "shared/array.h"
#include "shared/text.h"

#include <string.h>

const char *const lp_callback_names[] = { "pre_patch", "post_patch", "pre_unpatch", "post_unpatch", NULL };
const char *const lp_replace_names[] = { "declared", "proved", "refuted", NULL };
const char *const lp_builder_names[] = { "unknown", "source", "kpatch-build", "klp-build", NULL };

bool lp_build_id_equal(const struct lp_build_id *a, const struct lp_build_id *b)
{
	return a->len == b->len && memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

const char *lp_build_id_format(const struct lp_build_id *id, char out[LP_BUILD_ID_TEXT])
{
	lp_hex_encode(id->bytes, id->len, out);
	return out;
}

int lp_build_id_set(struct lp_build_id *id, const void *bytes, size_t len)
{
	*id = (struct lp_build_id){ 0 };
	if (len < LP_BUILD_ID_MIN || len > LP_BUILD_ID_MAX)
		return -1;
	memcpy(id->bytes, bytes, len);
	id->len = (uint8_t)len;
	return 0;
}

int lp_build_id_parse(const char *hex, struct lp_build_id *id)
{
	uint8_t bytes[LP_BUILD_ID_MAX];
	int n = lp_hex_decode(hex, bytes, sizeof(bytes));

	return n < 0 ? -1 : lp_build_id_set(id, bytes, (size_t)n);
}

bool lp_digest_equal(const struct lp_digest *a, const struct lp_digest *b)
{
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes)) == 0;
}

struct lp_object *lp_module_facts_add_object(struct lp_module_facts *facts)
{
	return lp_array_add(&facts->objects, &facts->n_objects, sizeof(*facts->objects));
}

struct lp_func *lp_object_add_func(struct lp_object *object)
{
	return lp_array_add(&object->funcs, &object->n_funcs, sizeof(*object->funcs));
}

struct lp_klp_state *lp_module_facts_add_state(struct lp_module_facts *facts)
{
	return lp_array_add(&facts->states, &facts->n_states, sizeof(*facts->states));
}

const struct lp_klp_state *lp_module_facts_find_state(const struct lp_module_facts *facts, uint64_t id)
{
	for (size_t i = 0; i < facts->n_states; i++)
		if (facts->states[i].id == id)
			return &facts->states[i];
	return NULL;
}

bool lp_module_name_is_good(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	size_t n = strlen(name);

	return n && n <= LP_MODULE_NAME_MAX && strspn(name, letters) == n;
}

void lp_module_facts_free(struct lp_module_facts *facts)
{
	for (size_t i = 0; i < facts->n_objects; i++) {
		for (size_t j = 0; j < facts->objects[i].n_funcs; j++)
			free(facts->objects[i].funcs[j].name);
		free(facts->objects[i].funcs);
		free(facts->objects[i].name);
	}
	free(facts->objects);
	free(facts->states);
	free(facts->name);
	free(facts->vermagic);
	free(facts->release);
	free(facts->arch);
	free(facts->srcversion);
	free(facts->depends);
	*facts = (struct lp_module_facts){ 0 };
}

size_t lp_module_facts_count_functions(const struct lp_module_facts *facts)
{
	size_t n = 0;

	for (size_t i = 0; i < facts->n_objects; i++)
		n += facts->objects[i].n_funcs;
	return n;
}

int lp_object_compare(const void *a, const void *b)
{
	const char *left = ((const struct lp_object *)a)->name;
	const char *right = ((const struct lp_object *)b)->name;
	bool left_core = strcmp(left, "vmlinux") == 0;
	bool right_core = strcmp(right, "vmlinux") == 0;

	if (left_core != right_core)
		return left_core ? -1 : 1;
	return strcmp(left, right);
}

int lp_func_compare(const void *a, const void *b)
{
	const struct lp_func *left = a;
	const struct lp_func *right = b;
	int order = strcmp(left->name, right->name);

	if (order)
		return order;
	return left->sympos < right->sympos ? -1 : left->sympos > right->sympos;
}

static int compare_states(const void *a, const void *b)
{
	const struct lp_klp_state *left = a;
	const struct lp_klp_state *right = b;

	return left->id < right->id ? -1 : left->id > right->id;
}

void lp_module_facts_sort(struct lp_module_facts *facts)
{
	if (facts->n_objects)
		qsort(facts->objects, facts->n_objects, sizeof(*facts->objects), lp_object_compare);
	for (size_t i = 0; i < facts->n_objects; i++)
		if (facts->objects[i].n_funcs)
			qsort(facts->objects[i].funcs, facts->objects[i].n_funcs, sizeof(struct lp_func),
			      lp_func_compare);
	if (facts->n_states)
		qsort(facts->states, facts->n_states, sizeof(*facts->states), compare_states);
}

void lp_kernel_facts_free(struct lp_kernel_facts *facts)
{
	free(facts->release);
	free(facts->arch);
	free(facts->version);
	*facts = (struct lp_kernel_facts){ 0 };
}
