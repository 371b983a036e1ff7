/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All of .modinfo, hardening that the build left marks of, and the build salt. */
#include "inspect/anatomy_modinfo.h"

#include "shared/array.h"
#include "shared/text.h"
#include "inspect/anatomy.h"
#include "inspect/anatomy_parts.h"
#include "inspect/elf.h"
#include "inspect/notes.h"
#include "inspect/symtab.h"
#include "inspect/word.h"

#include <elf.h>
#include <string.h>

#define SITE_SIZE 4u
/* include/linux/build-salt.h */
#define LINUX_ELFNOTE_BUILD_SALT 0x100u

static int add_modinfo(const struct lp_elf *elf, const char *text, size_t n, struct lp_anatomy *out,
		       struct lppack_error *err)
{
	const char *equals = memchr(text, '=', n);
	size_t key = equals ? (size_t)(equals - text) : n;
	struct lp_modinfo_item *item;

	if (out->n_modinfo == LP_ANATOMY_ITEMS_MAX)
		return lp_anatomy_too_many(elf, "modinfo entries", err);
	item = lp_array_add(&out->modinfo, &out->n_modinfo, sizeof(*item));
	if (!item)
		return lp_fail_nomem(err);
	item->key = lp_anatomy_printable(text, key);
	/* Names of people are in their own letters. */
	item->value = equals ? strndup(equals + 1, n - key - 1) : strdup("");
	if (item->value)
		lp_text_make_printable(item->value);
	return item->key && item->value ? 0 : lp_fail_nomem(err);
}

int lp_anatomy_read_modinfo(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err)
{
	uint32_t section = lp_elf_find_section(elf, ".modinfo");
	const char *text = (const char *)elf->sections[section].bytes;
	size_t left = section ? (size_t)elf->sections[section].size : 0;
	int rc = 0;

	while (rc == 0 && left > 0) {
		size_t n = strnlen(text, left);

		if (n)
			rc = add_modinfo(elf, text, n, out, err);
		if (rc == 0 && strncmp(text, "retpoline=", n < 10 ? n : 10) == 0 && n > 10)
			out->hardening.retpoline = text[10] == 'Y';
		if (n == left)
			break;
		text += n + 1;
		left -= n + 1;
	}
	return rc;
}

static int64_t count_sites(const struct lp_elf *elf, const char *name)
{
	uint32_t section = lp_elf_find_section(elf, name);

	return section ? (int64_t)(elf->sections[section].size / SITE_SIZE) : -1;
}

/* "Linux Extensions to gABI": each property is a type, a size, and data padded to 8 bytes. */
static void read_properties(const struct lp_elf *elf, const struct lp_note *note, struct lp_hardening *out)
{
	for (size_t at = 0; note->desc_size - at >= 8;) {
		uint64_t type = lp_word_get(note->desc + at, 4, elf->big_endian);
		uint64_t size = lp_word_get(note->desc + at + 4, 4, elf->big_endian);
		uint64_t bits;

		at += 8;
		if (size > note->desc_size - at)
			return;
		bits = size == 4 ? lp_word_get(note->desc + at, 4, elf->big_endian) : 0;
		if (elf->machine == EM_X86_64 && type == GNU_PROPERTY_X86_FEATURE_1_AND) {
			out->has_ibt = bits & GNU_PROPERTY_X86_FEATURE_1_IBT;
			out->has_shstk = bits & GNU_PROPERTY_X86_FEATURE_1_SHSTK;
		} else if (elf->machine == EM_AARCH64 && type == GNU_PROPERTY_AARCH64_FEATURE_1_AND) {
			out->has_bti = bits & GNU_PROPERTY_AARCH64_FEATURE_1_BTI;
			out->has_pac = bits & GNU_PROPERTY_AARCH64_FEATURE_1_PAC;
		}
		size = (size + 7) & ~UINT64_C(7);
		at = size > note->desc_size - at ? note->desc_size : at + (size_t)size;
	}
}

static int read_hardening_notes(const struct lp_elf *elf, const char *name, struct lp_anatomy *out,
				struct lppack_error *err)
{
	uint32_t section = lp_elf_find_section(elf, name);
	struct lp_note note;
	size_t offset = 0;

	while (section && lp_note_next(elf->sections[section].bytes, (size_t)elf->sections[section].size,
				       elf->big_endian, &offset, &note)) {
		if (lp_note_is(&note, "GNU", NT_GNU_PROPERTY_TYPE_0))
			read_properties(elf, &note, &out->hardening);
		if (out->release_salt || !lp_note_is(&note, "Linux", LINUX_ELFNOTE_BUILD_SALT) || note.desc_size == 0 ||
		    note.desc[0] == '\0')
			continue;
		out->release_salt = lp_anatomy_printable(note.desc, note.desc_size);
		if (!out->release_salt)
			return lp_fail_nomem(err);
	}
	return 0;
}

/* The first text of .comment, which may begin with empty ones. */
static int read_compiler(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err)
{
	uint32_t section = lp_elf_find_section(elf, ".comment");
	const struct lp_elf_section *comment = &elf->sections[section];
	const char *text = NULL;

	for (uint64_t at = 0; section && !text && at < comment->size && (at == 0 || !comment->bytes[at - 1]); at++)
		text = lp_elf_text_at(comment, at);
	if (!text)
		return 0;
	out->compiler = strdup(text);
	return out->compiler ? 0 : lp_fail_nomem(err);
}

int lp_anatomy_read_hardening(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err)
{
	struct lp_hardening *h = &out->hardening;
	int rc = read_hardening_notes(elf, ".note.gnu.property", out, err);

	if (rc < 0)
		return rc;
	h->retpoline_sites = count_sites(elf, ".retpoline_sites");
	h->return_sites = count_sites(elf, ".return_sites");
	h->call_sites = count_sites(elf, ".call_sites");
	h->ibt_endbr_seal = count_sites(elf, ".ibt_endbr_seal");
	rc = read_hardening_notes(elf, ".note.Linux", out, err);
	return rc < 0 ? rc : read_compiler(elf, out, err);
}

const char *lp_anatomy_modinfo(const struct lp_anatomy *anatomy, const char *key)
{
	for (size_t i = 0; i < anatomy->n_modinfo; i++)
		if (strcmp(anatomy->modinfo[i].key, key) == 0)
			return anatomy->modinfo[i].value;
	return NULL;
}

/* license_is_gpl_compatible() of include/linux/license.h */
bool lp_anatomy_is_gpl(const struct lp_anatomy *anatomy)
{
	static const char *const licenses[] = {
		"GPL", "GPL v2", "GPL and additional rights", "Dual BSD/GPL", "Dual MIT/GPL", "Dual MPL/GPL", NULL
	};
	const char *license = lp_anatomy_modinfo(anatomy, "license");

	return license && lp_text_is_one_of(license, licenses);
}
