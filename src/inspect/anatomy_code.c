/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How large the new code of each function is. */
#include "inspect/anatomy_code.h"

#include "inspect/anatomy.h"
#include "inspect/elf.h"
#include "inspect/klp_facts.h"
#include "inspect/symtab.h"

#include <elf.h>
#include <string.h>

static int compare_function_places(const void *a, const void *b)
{
	const struct lp_elf_symbol *left = a;
	const struct lp_elf_symbol *right = b;

	if (left->section != right->section)
		return left->section < right->section ? -1 : 1;
	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

/* Names as lp_module_facts_sort() orders them. */
static int compare_new_code(const void *a, const void *b)
{
	const struct lp_new_code *left = a;
	const struct lp_new_code *right = b;
	bool left_core = strcmp(left->object, "vmlinux") == 0;
	bool right_core = strcmp(right->object, "vmlinux") == 0;
	int order = strcmp(left->object, right->object);

	if (left_core != right_core)
		return left_core ? -1 : 1;
	if (!order)
		order = strcmp(left->name, right->name);
	if (order)
		return order;
	return left->sympos < right->sympos ? -1 : left->sympos > right->sympos;
}

/* The symbols of code that have a size, sorted by place. */
static int read_function_symbols(const struct lp_elf *elf, struct lp_elf_symbol **out, size_t *n,
				 struct lppack_error *err)
{
	struct lp_symtab table = lp_symtab_find(elf);

	*out = calloc(table.n + 1, sizeof(**out));
	if (!*out)
		return lp_fail_nomem(err);
	for (size_t i = 0; i < table.n; i++) {
		struct lp_symbol symbol = lp_symtab_get(&table, i);

		if (symbol.type == STT_FUNC && symbol.section && symbol.size)
			(*out)[(*n)++] = (struct lp_elf_symbol){ .section = symbol.section, .offset = symbol.value,
								 .size = symbol.size };
	}
	qsort(*out, *n, sizeof(**out), compare_function_places);
	return 0;
}

static uint64_t new_code_size(const struct lp_klp_func *func, const struct lp_elf_symbol *symbols, size_t n)
{
	const struct lp_elf_symbol *found = NULL;
	struct lp_elf_symbol key;

	if (func->size || !func->code || !func->code->to_section)
		return func->size;
	key = (struct lp_elf_symbol){ .section = func->code->to_section, .offset = func->code->to_offset };
	found = bsearch(&key, symbols, n, sizeof(key), compare_function_places);
	return found ? found->size : 0;
}

int lp_anatomy_read_code(const struct lp_elf *elf, const struct lp_klp_trace *trace, struct lp_anatomy *out,
			 struct lppack_error *err)
{
	LP_AUTO_FREE struct lp_elf_symbol *symbols = NULL;
	size_t n = 0;
	int rc;

	if (trace->n_funcs == 0)
		return 0;
	rc = read_function_symbols(elf, &symbols, &n, err);
	if (rc < 0)
		return rc;
	out->code = calloc(trace->n_funcs, sizeof(*out->code));
	if (!out->code)
		return lp_fail_nomem(err);
	for (size_t i = 0; i < trace->n_funcs; i++) {
		const struct lp_klp_func *func = &trace->funcs[i];

		out->code[out->n_code++] = (struct lp_new_code){ .object = func->object,
								 .name = func->name,
								 .sympos = func->sympos,
								 .size = new_code_size(func, symbols, n) };
	}
	qsort(out->code, out->n_code, sizeof(*out->code), compare_new_code);
	return 0;
}
