/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What livepatch relocates and resolves: Documentation/livepatch/module-elf-format.rst. */
#include "inspect/anatomy_klp.h"

#include "shared/array.h"
#include "shared/text.h"
#include "inspect/anatomy.h"
#include "inspect/anatomy_parts.h"
#include "inspect/elf.h"
#include "inspect/symtab.h"

#include <elf.h>
#include <string.h>

#define RELA_SIZE 24u

static const char rela_prefix[] = ".klp.rela.";
static const char symbol_prefix[] = ".klp.sym.";
static const char jump_table[] = "__jump_table";

static int add_klp_item(const struct lp_elf *elf, struct lp_klp_items *items, const char *what,
			const struct lp_klp_item *found, struct lppack_error *err)
{
	struct lp_klp_item *item = NULL;

	if (found->name && items->n < LP_ANATOMY_ITEMS_MAX)
		item = lp_array_add(&items->items, &items->n, sizeof(*item));
	if (item) {
		*item = *found;
		return 0;
	}
	free(found->object);
	free(found->name);
	return items->n == LP_ANATOMY_ITEMS_MAX ? lp_anatomy_too_many(elf, what, err) : lp_fail_nomem(err);
}

/* ".klp.rela.OBJECT.SECTION": an object's name has no dot, a section's may begin with one. */
static int read_rela_section(const struct lp_elf *elf, const struct lp_elf_section *section, const char *name,
			     struct lp_anatomy *out, struct lppack_error *err)
{
	const char *object = name + strlen(rela_prefix);
	size_t len = strcspn(object, ".");
	struct lp_klp_item item = { .number = section->size / RELA_SIZE };

	if (!lp_anatomy_has_prefix(name, rela_prefix) || len == 0 || object[len] != '.')
		return 0;
	item.object = strndup(object, len);
	item.name = item.object ? strdup(object + len + 1) : NULL;
	return add_klp_item(elf, &out->relocations, "livepatch relocation sections", &item, err);
}

static int read_jump_table(const struct lp_elf *elf, const char *name, struct lp_anatomy *out,
			   struct lppack_error *err)
{
	struct lp_klp_item item = { 0 };
	size_t len = strlen(name);

	if (!lp_anatomy_has_prefix(name, ".klp.") || len < strlen(jump_table) ||
	    strcmp(name + len - strlen(jump_table), jump_table) != 0)
		return 0;
	item.name = strdup(name);
	return add_klp_item(elf, &out->jump_tables, "livepatch jump tables", &item, err);
}

/* ".klp.sym.OBJECT.NAME,POSITION" */
static int read_symbol(const struct lp_elf *elf, const char *text, struct lp_anatomy *out, struct lppack_error *err)
{
	const char *object = text + strlen(symbol_prefix);
	size_t len = strcspn(object, ".");
	const char *comma = strrchr(object, ',');
	struct lp_klp_item item = { 0 };

	if (len == 0 || object[len] != '.' || !comma || comma <= object + len + 1 ||
	    lp_text_to_u64(comma + 1, &item.number) < 0)
		return 0;
	item.object = strndup(object, len);
	item.name = item.object ? strndup(object + len + 1, (size_t)(comma - object) - len - 1) : NULL;
	return add_klp_item(elf, &out->symbols, "livepatch symbols", &item, err);
}

int lp_anatomy_read_klp(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err)
{
	struct lp_symtab table = lp_symtab_find(elf);
	int rc;

	for (size_t i = 1; i < elf->n_sections; i++) {
		const char *name = elf->sections[i].name;

		if (!lp_anatomy_has_prefix(name, ".klp.") || strnlen(name, LP_ELF_NAME_MAX) == LP_ELF_NAME_MAX ||
		    !lp_text_is_clean(name, strlen(name), false))
			continue;
		if (elf->sections[i].type == SHT_RELA && elf->sections[i].flags & LP_SHF_RELA_LIVEPATCH)
			rc = read_rela_section(elf, &elf->sections[i], name, out, err);
		else
			rc = 0;
		if (rc < 0)
			return rc;
		rc = read_jump_table(elf, name, out, err);
		if (rc < 0)
			return rc;
	}
	for (size_t i = 1; i < table.n; i++) {
		const char *name = lp_symtab_get(&table, i).index == LP_SHN_LIVEPATCH ? lp_symtab_name(&table, i) :
											 NULL;

		if (!name || !lp_anatomy_has_prefix(name, symbol_prefix))
			continue;
		rc = read_symbol(elf, name, out, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}
