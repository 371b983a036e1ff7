/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The facts of a fake kernel's patch, as a signature would state them. */
#include "support/fake_kernel.h"

#include "shared/text.h"

#include <stdlib.h>
#include <string.h>

#define MUST(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "fake_facts.c:%d: %s\n", __LINE__, #condition); \
			abort(); \
		} \
	} while (0)

static struct lp_object *facts_object(struct lp_module_facts *facts, const char *name, size_t len)
{
	struct lp_object *object;

	for (size_t i = 0; i < facts->n_objects; i++)
		if (strncmp(facts->objects[i].name, name, len) == 0 && !facts->objects[i].name[len])
			return &facts->objects[i];
	object = lp_module_facts_add_object(facts);
	MUST(object);
	object->name = strndup(name, len);
	MUST(object->name);
	return object;
}

static void facts_function(struct lp_module_facts *facts, const char *entry)
{
	size_t len = strcspn(entry, "/");
	struct lp_object *object = facts_object(facts, entry, len);
	struct lp_func *func;
	const char *comma;

	if (!entry[len])
		return;
	comma = strrchr(entry, ',');
	func = lp_object_add_func(object);
	MUST(comma && func);
	func->name = strndup(entry + len + 1, (size_t)(comma - entry) - len - 1);
	MUST(func->name && lp_text_to_u64(comma + 1, &func->sympos) == 0);
	/* Modules mostly leave the position open, which sysfs shows as 1. */
	func->sympos = func->sympos == 1 ? 0 : func->sympos;
}

void fake_kernel_facts(const struct fake_patch *patch, struct lp_module_facts *facts)
{
	*facts = (struct lp_module_facts){ .is_livepatch = true, .builder = LP_BUILDER_SOURCE };
	facts->name = strdup(patch->name);
	facts->release = strdup("6.1.0-test");
	facts->vermagic = strdup("6.1.0-test SMP mod_unload modversions ");
	facts->arch = strdup("x86_64");
	MUST(facts->name && facts->release && facts->vermagic && facts->arch);
	facts->replace = patch->replace ? LP_REPLACE_PROVED : LP_REPLACE_DECLARED;
	MUST(!patch->build_id || lp_build_id_parse(patch->build_id, &facts->build_id) == 0);
	for (const char *const *function = patch->functions; function && *function; function++)
		facts_function(facts, *function);
	lp_module_facts_sort(facts);
}
