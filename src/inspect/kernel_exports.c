/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Exports in binary: struct kernel_symbol of include/linux/export-internal.h in __ksymtab and __ksymtab_gpl, and as
 * many CRCs in __kcrctab and __kcrctab_gpl. Three fields: value, name, namespace; 4 bytes each and relative to where
 * they stand (CONFIG_HAVE_ARCH_PREL32_RELOCATIONS), or pointers. Before 5.19, with CONFIG_MODULE_REL_CRCS, what stands
 * for a CRC is where it is, also relative.
 */
#include "inspect/kernel_exports.h"

#include "shared/array.h"
#include "base/file.h"
#include "inspect/arena.h"
#include "inspect/code.h"
#include "inspect/elf.h"
#include "inspect/kernel_image.h"
#include "inspect/kernel_limits.h"
#include "inspect/module_elf.h"
#include "inspect/symbol_set.h"
#include "inspect/symtab.h"
#include "inspect/word.h"

#include <elf.h>
#include <string.h>

#define RELATIVE_SIZE 12u
#define POINTERS_SIZE 24u
#define CRC_SIZE 4u
/* Each may have two texts of its own. */
#define EXPORTS_MAX (128u << 10)
/* So many fields tell whether they are CRCs or lead to them. */
#define RELATIVE_SAMPLE 64u

static const struct {
	const char *entries;
	const char *entries_start;
	const char *entries_stop;
	const char *crcs;
	const char *crcs_start;
	const char *crcs_stop;
	bool gpl_only;
} tables[] = {
	{ "__ksymtab", "__start___ksymtab", "__stop___ksymtab", "__kcrctab", "__start___kcrctab",
	  "__stop___kcrctab", false },
	{ "__ksymtab_gpl", "__start___ksymtab_gpl", "__stop___ksymtab_gpl", "__kcrctab_gpl", "__start___kcrctab_gpl",
	  "__stop___kcrctab_gpl", true },
};

static int compare_exports(const void *a, const void *b)
{
	const struct lp_kernel_export *left = a;
	const struct lp_kernel_export *right = b;
	int order = strcmp(left->name, right->name);

	if (order || left->module == right->module)
		return order;
	return strcmp(left->module ? left->module : "", right->module ? right->module : "");
}

void lp_kernel_exports_sort(struct lp_kernel_exports *exports)
{
	if (exports->n)
		qsort(exports->exports, exports->n, sizeof(*exports->exports), compare_exports);
}

void lp_kernel_exports_free(struct lp_kernel_exports *exports)
{
	free(exports->exports);
	lp_arena_free(&exports->arena);
	*exports = (struct lp_kernel_exports){ 0 };
}

const struct lp_kernel_export *lp_kernel_exports_find(const struct lp_kernel_exports *exports, const char *name)
{
	size_t at = LP_LOWER_BOUND(exports->n, i, strcmp(exports->exports[i].name, name) < 0);

	return at < exports->n && strcmp(exports->exports[at].name, name) == 0 ? &exports->exports[at] : NULL;
}

/* Makes room for more exports at the end. */
static int exports_reserve(struct lp_kernel_exports *out, uint64_t more, const char *name, struct lppack_error *err)
{
	struct lp_kernel_export *grown;

	if (more > EXPORTS_MAX)
		return lp_kernel_file_too_large(name, "export tables", err);
	grown = reallocarray(out->exports, out->n + (size_t)more + 1, sizeof(*grown));
	if (!grown)
		return lp_fail_nomem(err);
	out->exports = grown;
	return 0;
}

/* Copies the texts. */
static int add_export(struct lp_kernel_exports *out, const struct lp_kernel_export *found, struct lppack_error *err)
{
	struct lp_kernel_export *added = &out->exports[out->n];

	*added = *found;
	added->name = lp_arena_add(&out->arena, found->name, strlen(found->name));
	if (found->name_space)
		added->name_space = lp_arena_add(&out->arena, found->name_space, strlen(found->name_space));
	if (!added->name || (found->name_space && !added->name_space))
		return lp_fail_nomem(err);
	out->n++;
	return 0;
}

/* The address that a relative field of a linked file holds. */
static uint64_t address_of_field(const struct lp_kernel_image *image, const struct lp_kernel_range *range,
				 uint64_t offset)
{
	uint32_t field = (uint32_t)lp_word_get(range->bytes + offset, 4, image->big_endian);

	return range->address + offset + (uint64_t)(int64_t)(int32_t)field;
}

/* CRCs are random: they do not all happen to be distances to something in the kernel. */
static bool are_relative(const struct lp_kernel_image *image, const struct lp_kernel_range *crcs)
{
	uint64_t n = crcs->size / CRC_SIZE < RELATIVE_SAMPLE ? crcs->size / CRC_SIZE : RELATIVE_SAMPLE;

	for (uint64_t i = 0; i < n; i++)
		if (!lp_kernel_image_at(image, address_of_field(image, crcs, i * CRC_SIZE), CRC_SIZE))
			return false;
	return n > 0;
}

static void take_crc(struct lp_kernel_export *export, const struct lp_kernel_image *image,
		     const struct lp_kernel_range *crcs, bool relative, uint64_t i)
{
	const uint8_t *at;

	if (!crcs->bytes || !lp_range_ok(i * CRC_SIZE, CRC_SIZE, crcs->size))
		return;
	at = relative ? lp_kernel_image_at(image, address_of_field(image, crcs, i * CRC_SIZE), CRC_SIZE) :
			crcs->bytes + i * CRC_SIZE;
	if (!at)
		return;
	export->crc = (uint32_t)lp_word_get(at, CRC_SIZE, image->big_endian);
	export->has_crc = true;
}

static uint64_t address_of_pointer(const struct lp_kernel_image *image, const struct lp_kernel_range *range,
				   uint64_t offset)
{
	return lp_word_get(range->bytes + offset, 8, image->big_endian);
}

static bool entry_of_image(const struct lp_kernel_image *image, const struct lp_kernel_range *entries, uint64_t at,
			   bool pointers, struct lp_kernel_export *out)
{
	uint64_t name = pointers ? address_of_pointer(image, entries, at + 8) :
				   address_of_field(image, entries, at + 4);
	uint64_t name_space = pointers ? address_of_pointer(image, entries, at + 16) :
					 address_of_field(image, entries, at + 8);

	out->name = lp_kernel_image_text(image, name);
	out->name_space = lp_kernel_image_text(image, name_space);
	return out->name != NULL;
}

static int read_table(struct lp_kernel_exports *out, const struct lp_kernel_image *image,
		      const struct lp_symbol_set *symbols, size_t table, struct lppack_error *err)
{
	struct lp_kernel_range entries = { 0 };
	struct lp_kernel_range crcs = { 0 };
	struct lp_kernel_export first = { 0 };
	size_t stride = RELATIVE_SIZE;
	bool relative;
	int rc;

	if (!lp_kernel_image_find(image, symbols, tables[table].entries, tables[table].entries_start,
				  tables[table].entries_stop, &entries))
		return 0;
	lp_kernel_image_find(image, symbols, tables[table].crcs, tables[table].crcs_start, tables[table].crcs_stop,
			     &crcs);
	relative = crcs.bytes && are_relative(image, &crcs);
	if (entries.size >= POINTERS_SIZE && entries.size % POINTERS_SIZE == 0 &&
	    entry_of_image(image, &entries, 0, true, &first))
		stride = POINTERS_SIZE;
	rc = exports_reserve(out, entries.size / stride, image->name, err);
	for (uint64_t i = 0; rc == 0 && i < entries.size / stride; i++) {
		struct lp_kernel_export found = { .gpl_only = tables[table].gpl_only };

		if (!entry_of_image(image, &entries, i * stride, stride == POINTERS_SIZE, &found))
			continue;
		take_crc(&found, image, &crcs, relative, i);
		rc = add_export(out, &found, err);
	}
	return rc;
}

int lp_kernel_exports_read_image(struct lp_kernel_exports *out, const struct lp_kernel_image *image,
				 const struct lp_symbol_set *symbols, struct lppack_error *err)
{
	int rc = 0;

	*out = (struct lp_kernel_exports){ 0 };
	for (size_t i = 0; rc == 0 && i < sizeof(tables) / sizeof(tables[0]); i++)
		rc = read_table(out, image, symbols, i, err);
	if (rc == 0 && out->n == 0)
		rc = lp_fail(err, LPPACK_E_KERNEL_IMAGE, "give the kernel's Module.symvers instead",
			     "%s: no exported symbols can be read from it", image->name);
	if (rc < 0)
		lp_kernel_exports_free(out);
	else
		lp_kernel_exports_sort(out);
	return rc;
}

/* The relocation of a field, or NULL. */
static const struct lp_code_reloc *find_reloc(const struct lp_code *code, uint64_t offset)
{
	size_t at = LP_LOWER_BOUND(code->n_relocs, i, code->relocs[i].offset < offset);

	return at < code->n_relocs && code->relocs[at].offset == offset ? &code->relocs[at] : NULL;
}

static const char *text_of_reloc(const struct lp_code *entries, uint64_t offset)
{
	const struct lp_code_reloc *reloc = find_reloc(entries, offset);

	if (!reloc || !lp_elf_is_data(entries->elf, reloc->to_section))
		return NULL;
	return lp_elf_text_at(&entries->elf->sections[reloc->to_section], reloc->to_offset);
}

/* Its CRC, or where that stands. Against a symbol without a section (before 5.19, without CONFIG_MODULE_REL_CRCS) it
 * is in none of the file's bytes. */
static void take_module_crc(struct lp_kernel_export *export, const struct lp_code *crcs, uint64_t i)
{
	const struct lp_code_reloc *reloc = crcs->elf ? find_reloc(crcs, i * CRC_SIZE) : NULL;
	uint32_t section = reloc ? reloc->to_section : crcs->section;
	uint64_t offset = reloc ? reloc->to_offset : i * CRC_SIZE;
	uint64_t crc = 0;

	if (!crcs->elf || !section || lp_elf_get(crcs->elf, section, offset, CRC_SIZE, &crc) < 0)
		return;
	export->crc = (uint32_t)crc;
	export->has_crc = true;
}

static int read_module_table(struct lp_kernel_exports *out, const struct lp_elf *elf, const char *owner, size_t table,
			     struct lppack_error *err)
{
	uint32_t section = lp_elf_find_section(elf, tables[table].entries);
	uint32_t crc_section = lp_elf_find_section(elf, tables[table].crcs);
	LP_AUTO(lp_code_close) struct lp_code entries = { 0 };
	LP_AUTO(lp_code_close) struct lp_code crcs = { 0 };
	uint64_t stride = RELATIVE_SIZE;
	int rc;

	if (!section)
		return 0;
	rc = lp_code_open(&entries, elf, section, err);
	if (rc < 0)
		return rc;
	if (crc_section)
		rc = lp_code_open(&crcs, elf, crc_section, err);
	if (rc < 0)
		return rc;
	/* The second field tells: of pointers, it stands at 8. */
	if (!find_reloc(&entries, 4) && find_reloc(&entries, 8))
		stride = POINTERS_SIZE;
	rc = exports_reserve(out, entries.size / stride, elf->name, err);
	for (uint64_t i = 0; rc == 0 && i < entries.size / stride; i++) {
		struct lp_kernel_export found = { .module = owner, .gpl_only = tables[table].gpl_only };

		found.name = text_of_reloc(&entries, i * stride + stride / 3);
		found.name_space = text_of_reloc(&entries, i * stride + stride / 3 * 2);
		if (!found.name)
			continue;
		take_module_crc(&found, &crcs, i);
		rc = add_export(out, &found, err);
	}
	return rc;
}

int lp_kernel_exports_read_module(struct lp_kernel_exports *out, const void *bytes, size_t n, const char *object,
				  const char *name, struct lppack_error *err)
{
	LP_AUTO_ELF struct lp_elf elf = { 0 };
	const char *owner;
	int rc = lp_module_elf_open(&elf, bytes, n, name, err);

	*out = (struct lp_kernel_exports){ 0 };
	if (rc < 0)
		return rc;
	owner = lp_arena_add(&out->arena, object, strlen(object));
	rc = owner ? 0 : lp_fail_nomem(err);
	for (size_t i = 0; rc == 0 && i < sizeof(tables) / sizeof(tables[0]); i++)
		rc = read_module_table(out, &elf, owner, i, err);
	if (rc < 0)
		lp_kernel_exports_free(out);
	else
		lp_kernel_exports_sort(out);
	return rc;
}
