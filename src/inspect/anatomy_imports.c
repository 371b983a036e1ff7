/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a module takes from the kernel, with the CRCs it expects (kernel/module/version.c), and what it exports. */
#include "inspect/anatomy_imports.h"

#include "shared/array.h"
#include "inspect/anatomy.h"
#include "inspect/anatomy_parts.h"
#include "inspect/elf.h"
#include "inspect/symtab.h"
#include "inspect/word.h"

#include <elf.h>
#include <string.h>

/* struct modversion_info of 64-bit kernels */
#define VERSION_SIZE 64u
#define VERSION_NAME 8u
#define VERSION_NAME_SIZE 56u

static const char export_prefix[] = "__ksymtab_";

static int compare_imports(const void *a, const void *b)
{
	const struct lp_import *left = a;
	const struct lp_import *right = b;
	int order = strcmp(left->name, right->name);

	/* That with a CRC first: the other one of the same name is dropped. */
	return order ? order : (int)right->has_crc - (int)left->has_crc;
}

static int compare_export_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int add_import(const struct lp_elf *elf, struct lp_anatomy *out, const struct lp_import *found,
		      struct lppack_error *err)
{
	struct lp_import *import;

	if (out->n_imports == LP_ANATOMY_ITEMS_MAX)
		return lp_anatomy_too_many(elf, "imported symbols", err);
	import = lp_array_add(&out->imports, &out->n_imports, sizeof(*import));
	if (!import)
		return lp_fail_nomem(err);
	*import = *found;
	return 0;
}

static int read_versions(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err)
{
	uint32_t section = lp_elf_find_section(elf, "__versions");
	const struct lp_elf_section *versions = &elf->sections[section];
	int rc = 0;

	for (uint64_t i = 0; section && rc == 0 && i < versions->size / VERSION_SIZE; i++) {
		struct lp_import import = {
			.name = lp_elf_text_at(versions, i * VERSION_SIZE + VERSION_NAME),
			.has_crc = true,
			.crc = (uint32_t)lp_word_get(versions->bytes + i * VERSION_SIZE, 8, elf->big_endian),
		};

		if (import.name && strlen(import.name) < VERSION_NAME_SIZE)
			rc = add_import(elf, out, &import, err);
	}
	return rc;
}

/* CONFIG_EXTENDED_MODVERSIONS: names of any length, one after the other, and an array of as many CRCs. */
static int read_extended_versions(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err)
{
	uint32_t crcs = lp_elf_find_section(elf, "__version_ext_crcs");
	uint32_t names = lp_elf_find_section(elf, "__version_ext_names");
	uint64_t at = 0;
	int rc = 0;

	for (uint64_t i = 0; crcs && names && rc == 0 && i < elf->sections[crcs].size / 4; i++) {
		struct lp_import import = {
			.name = lp_elf_text_at(&elf->sections[names], at),
			.has_crc = true,
			.crc = (uint32_t)lp_word_get(elf->sections[crcs].bytes + i * 4, 4, elf->big_endian),
		};

		if (!import.name)
			return 0;
		at += strlen(import.name) + 1;
		rc = add_import(elf, out, &import, err);
	}
	return rc;
}

/* Undefined symbols that kernels resolve by themselves: dedotify() of arch/powerpc/kernel/module_64.c, and
 * ignore_undef_symbol() of modpost. */
static bool is_made_by_kernel(const struct lp_elf *elf, const char *name)
{
	return (elf->machine == EM_PPC64 && strcmp(name, ".TOC.") == 0) || strcmp(name, "_GLOBAL_OFFSET_TABLE_") == 0;
}

static int read_undefined(const struct lp_elf *elf, const struct lp_symtab *table, struct lp_anatomy *out,
			  struct lppack_error *err)
{
	int rc = 0;

	for (size_t i = 1; rc == 0 && i < table->n; i++) {
		struct lp_symbol symbol = lp_symtab_get(table, i);
		struct lp_import import = { .is_undefined = true, .is_weak = symbol.binding == STB_WEAK };

		if (symbol.index != SHN_UNDEF || symbol.type == STT_SECTION)
			continue;
		import.name = lp_symtab_name(table, i);
		if (!import.name)
			out->n_unreadable_imports++;
		else if (!is_made_by_kernel(elf, import.name))
			rc = add_import(elf, out, &import, err);
	}
	return rc;
}

static void sort_imports(struct lp_anatomy *out)
{
	size_t kept = 0;

	if (out->n_imports)
		qsort(out->imports, out->n_imports, sizeof(*out->imports), compare_imports);
	for (size_t i = 0; i < out->n_imports; i++) {
		if (kept && strcmp(out->imports[kept - 1].name, out->imports[i].name) == 0) {
			out->imports[kept - 1].is_undefined |= out->imports[i].is_undefined;
			out->imports[kept - 1].is_weak |= out->imports[i].is_weak;
			continue;
		}
		if (strncmp(out->imports[i].name, "klp_shadow_", strlen("klp_shadow_")) == 0)
			out->uses_shadow_variables = true;
		out->imports[kept++] = out->imports[i];
	}
	out->n_imports = kept;
}

/* The symbols that the linker needs for the export table: they have stood there in every version. */
static int read_exports(const struct lp_elf *elf, const struct lp_symtab *table, struct lp_anatomy *out,
			struct lppack_error *err)
{
	for (size_t i = 1; i < table->n; i++) {
		const char *name = lp_symtab_get(table, i).section ? lp_symtab_name(table, i) : NULL;
		const char **added;

		if (!name || strncmp(name, export_prefix, strlen(export_prefix)) != 0 || !name[strlen(export_prefix)])
			continue;
		if (out->n_exports == LP_ANATOMY_ITEMS_MAX)
			return lp_anatomy_too_many(elf, "exported symbols", err);
		added = lp_array_add(&out->exports, &out->n_exports, sizeof(*added));
		if (!added)
			return lp_fail_nomem(err);
		*added = name + strlen(export_prefix);
	}
	if (out->n_exports)
		qsort(out->exports, out->n_exports, sizeof(*out->exports), compare_export_names);
	return 0;
}

int lp_anatomy_read_imports(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err)
{
	struct lp_symtab table = lp_symtab_find(elf);
	int rc = read_versions(elf, out, err);

	if (rc < 0)
		return rc;
	rc = read_extended_versions(elf, out, err);
	if (rc < 0)
		return rc;
	rc = read_undefined(elf, &table, out, err);
	if (rc < 0)
		return rc;
	sort_imports(out);
	return read_exports(elf, &table, out, err);
}
