/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether livepatch symbols and livepatch relocations fit each other: Documentation/livepatch/module-elf-format.rst,
 * apply_relocations() of kernel/module/main.c and klp_apply_section_relocs() of kernel/livepatch/core.c. The kernel
 * goes by section flag and symbol index; what linkers and strippers lose shows where names say otherwise.
 */
#include "inspect/klp_relocs.h"

#include "shared/cleanup.h"
#include "shared/text.h"
#include "base/file.h"
#include "inspect/symtab.h"
#include "inspect/word.h"

#include <elf.h>
#include <string.h>

#define RELA_SIZE 24u
#define REL_SIZE 16u
#define RELA_INFO 8u
/* MODULE_NAME_LEN of 64-bit kernels: with the NUL. */
#define MODULE_NAME_LEN 56u

#define HINT_FINAL \
	"give the module as the livepatch builder wrote it: no ld -r, objcopy or strip after that (but sign-file)"
#define HINT_OBJECT "add a klp_object for it, or drop the code that refers to it"

static const char rela_prefix[] = ".klp.rela.";
static const char symbol_prefix[] = ".klp.sym.";

struct reader {
	const struct lp_elf *elf;
	const struct lp_module_facts *facts;
	struct lp_symtab table;
	bool *used; /* of each symbol: a livepatch relocation refers to it */
	struct lp_faults *faults;
	size_t before; /* faults of other kinds */
	struct lppack_error *err;
};

static void cleanup_reader(struct reader *r)
{
	free(r->used);
}

static bool has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static const char *section_name(const struct lp_elf_section *section)
{
	size_t n = strnlen(section->name, LP_ELF_NAME_MAX);

	return n && n < LP_ELF_NAME_MAX && lp_text_is_clean(section->name, n, false) ? section->name : "(unnamed)";
}

static const char *symbol_name(const struct reader *r, uint64_t i)
{
	const char *name = lp_symtab_name(&r->table, i);

	return name ? name : "(unnamed)";
}

static bool is_livepatch_section(const struct lp_elf_section *section)
{
	return section->flags & LP_SHF_RELA_LIVEPATCH;
}

/* Whether the kernel has what the section's relocations are for in memory. */
static bool is_target_loaded(const struct reader *r, const struct lp_elf_section *section)
{
	return section->info && section->info < r->elf->n_sections && r->elf->sections[section->info].flags & SHF_ALLOC;
}

/* Of a section's name, the object as sscanf("%55[^.]") of klp_apply_section_relocs() takes it; 0: none. */
static size_t object_length(const struct lp_elf_section *section)
{
	return has_prefix(section->name, rela_prefix) ? strcspn(section->name + strlen(rela_prefix), ".") : 0;
}

static bool is_for(const struct lp_elf_section *section, const char *object)
{
	const char *name = section->name + strlen(rela_prefix);
	size_t n = object_length(section);

	return n == strlen(object) && memcmp(name, object, n) == 0;
}

/* ".klp.sym.OBJECT.NAME,POSITION", as sscanf() of klp_resolve_symbols() takes it. */
static bool is_livepatch_name(const char *name)
{
	size_t object;
	const char *comma;

	if (!has_prefix(name, symbol_prefix))
		return false;
	name += strlen(symbol_prefix);
	object = strcspn(name, ".");
	if (!object || object >= MODULE_NAME_LEN || name[object] != '.')
		return false;
	name += object + 1;
	comma = strchr(name, ',');
	return comma && comma != name && comma[1] >= '0' && comma[1] <= '9';
}

/* What is wrong with a symbol of a livepatch relocation, or NULL. */
static char *symbol_fault(const struct reader *r, uint64_t i, bool for_vmlinux)
{
	const char *name = lp_symtab_name(&r->table, i);

	if (lp_symtab_get(&r->table, i).index != LP_SHN_LIVEPATCH)
		return lp_text_format("a livepatch relocation refers to %s, which is no livepatch symbol",
				      name ? name : "an unnamed symbol");
	if (!name || !is_livepatch_name(name))
		return lp_text_format("its livepatch symbol %s is not named .klp.sym.OBJECT.NAME,POSITION",
				      name ? name : "without a name");
	if (!for_vmlinux && has_prefix(name, ".klp.sym.vmlinux."))
		return lp_text_format("relocations that are for a module refer to %s", name);
	return NULL;
}

static int add(const struct reader *r, const char *id, enum lp_fault_effect effect, const char *sys_errno,
	       const char *subject, char *message, const char *hint)
{
	return lp_faults_add(r->faults,
			     &(struct lp_fault){ .id = id,
						 .effect = effect,
						 .sys_errno = sys_errno,
						 .subject = subject,
						 .message = message,
						 .hint = hint },
			     r->err);
}

/* The first bad entry of a section is enough. Those for a module are applied when it is loaded, which may be before
 * the patch or after it. */
static int judge_entries(const struct reader *r, const struct lp_elf_section *section)
{
	bool for_vmlinux = is_for(section, "vmlinux");
	const uint64_t size = r->elf->sections[section->info].size;

	for (uint64_t at = 0; at < section->size; at += RELA_SIZE) {
		uint64_t offset = lp_word_get(section->bytes + at, 8, r->elf->big_endian);
		uint64_t symbol = lp_word_get(section->bytes + at + RELA_INFO, 8, r->elf->big_endian) >> 32;
		char *message = symbol_fault(r, symbol, for_vmlinux);

		if (message)
			return add(r, "livepatch-relocation", for_vmlinux ? LP_FAULT_RELOCATING : LP_FAULT_WITH_OBJECT,
				   for_vmlinux ? "EINVAL" : NULL, section_name(section), message, HINT_FINAL);
		if (offset >= size)
			return add(r, "relocation-section", LP_FAULT_LATER, NULL, section_name(section),
				   lp_text_format("%s relocates what lies behind the end of %s", section_name(section),
						  section_name(&r->elf->sections[section->info])),
				   HINT_FINAL);
		r->used[symbol] = true;
	}
	return 0;
}

/* What keeps the kernel from reading a section as relocations, or from writing where they point; or NULL. */
static const char *section_fault(const struct reader *r, const struct lp_elf_section *section)
{
	if (section->type != SHT_RELA || !section->bytes)
		return "is marked as livepatch relocations, but is no SHT_RELA section";
	if (section->size % RELA_SIZE)
		return "ends in the middle of a relocation";
	if (!is_target_loaded(r, section))
		return "is for no section that is loaded";
	/* The others are applied after the module's file has been given up. */
	if (!(section->flags & SHF_ALLOC) && !is_for(section, "vmlinux"))
		return "is not loaded (SHF_ALLOC), but is needed when its object comes";
	return NULL;
}

static bool is_patched(const struct reader *r, const struct lp_elf_section *section)
{
	for (size_t i = 0; i < r->facts->n_objects; i++)
		if (is_for(section, r->facts->objects[i].name))
			return true;
	return r->facts->builder == LP_BUILDER_UNKNOWN || is_for(section, "vmlinux");
}

static int judge_marked(const struct reader *r, const struct lp_elf_section *section)
{
	const char *name = section_name(section);
	const char *fault = section_fault(r, section);
	size_t n = object_length(section);

	if (!n)
		return add(r, "relocation-name", LP_FAULT_RELOCATING, "EINVAL", name,
			   lp_text_format("section %s is marked as livepatch relocations, but is not named "
					  ".klp.rela.OBJECT.SECTION",
					  name),
			   HINT_FINAL);
	if (fault)
		return add(r, "relocation-section", LP_FAULT_LATER, NULL, name,
			   lp_text_format("section %s %s", name, fault), HINT_FINAL);
	if (!is_patched(r, section)) {
		LP_AUTO_FREE char *object = strndup(section->name + strlen(rela_prefix), n);

		return add(r, "relocation-object", LP_FAULT_LATER, NULL, object ? object : "?",
			   lp_text_format("section %s relocates for an object that it does not patch: never applied",
					  name),
			   HINT_OBJECT);
	}
	return judge_entries(r, section);
}

/* Of relocations that the module loader itself applies: to it a livepatch symbol is address 0. */
static int judge_ordinary(const struct reader *r, const struct lp_elf_section *section)
{
	uint64_t step = section->type == SHT_RELA ? RELA_SIZE : REL_SIZE;

	if ((section->type != SHT_RELA && section->type != SHT_REL) || !section->bytes || !is_target_loaded(r, section))
		return 0;
	for (uint64_t at = 0; lp_range_ok(at, step, section->size); at += step) {
		uint64_t symbol = lp_word_get(section->bytes + at + RELA_INFO, 8, r->elf->big_endian) >> 32;

		if (lp_symtab_get(&r->table, symbol).index == LP_SHN_LIVEPATCH)
			return add(r, "symbol-misused", LP_FAULT_LATER, NULL, symbol_name(r, symbol),
				   lp_text_format("section %s, which holds no livepatch relocations, refers to the "
						  "livepatch symbol %s: the kernel takes its address as 0",
						  section_name(section), symbol_name(r, symbol)),
				   HINT_FINAL);
	}
	return 0;
}

static int judge_section(const struct reader *r, const struct lp_elf_section *section)
{
	if (section->type == SHT_NULL || !section->size)
		return 0;
	if (is_livepatch_section(section))
		return judge_marked(r, section);
	if (has_prefix(section->name, rela_prefix))
		return add(r, "relocation-unmarked", LP_FAULT_LATER, NULL, section_name(section),
			   lp_text_format("section %s is not marked as livepatch relocations "
					  "(SHF_RELA_LIVEPATCH): livepatch does not apply it",
					  section_name(section)),
			   HINT_FINAL);
	return judge_ordinary(r, section);
}

/* One that is undefined fails when symbols are looked up, unless it is weak; others get any address. */
static int judge_unmarked_symbol(const struct reader *r, const struct lp_symbol *symbol, const char *name)
{
	bool is_refused = symbol->index == SHN_UNDEF && symbol->binding != STB_WEAK;

	return add(r, "symbol-unmarked", is_refused ? LP_FAULT_LINKING : LP_FAULT_LATER, is_refused ? "ENOENT" : NULL,
		   name, lp_text_format("its symbol %s is not marked as a livepatch symbol (SHN_LIVEPATCH)", name),
		   HINT_FINAL);
}

static int judge_symbol(const struct reader *r, uint64_t i)
{
	const struct lp_symbol symbol = lp_symtab_get(&r->table, i);
	const char *name = lp_symtab_name(&r->table, i);

	if (symbol.index != LP_SHN_LIVEPATCH && name && has_prefix(name, symbol_prefix))
		return judge_unmarked_symbol(r, &symbol, name);
	if (symbol.index == LP_SHN_LIVEPATCH && !r->used[i] && r->faults->n == r->before)
		return add(r, "symbol-unused", LP_FAULT_LATER, NULL, symbol_name(r, i),
			   lp_text_format("no livepatch relocation refers to its livepatch symbol %s: they were lost",
					  symbol_name(r, i)),
			   HINT_FINAL);
	return 0;
}

int lp_klp_judge_relocations(const struct lp_elf *elf, const struct lp_module_facts *facts, struct lp_faults *faults,
			     struct lppack_error *err)
{
	LP_AUTO(cleanup_reader)
	struct reader r = { .elf = elf,
			    .facts = facts,
			    .table = lp_symtab_find(elf),
			    .faults = faults,
			    .before = faults->n,
			    .err = err };
	int rc = 0;

	r.used = calloc(r.table.n + 1, sizeof(*r.used));
	if (!r.used)
		return lp_fail_nomem(err);
	for (size_t i = 1; rc == 0 && i < elf->n_sections; i++)
		rc = judge_section(&r, &elf->sections[i]);
	for (uint64_t i = 1; rc == 0 && i < r.table.n; i++)
		rc = judge_symbol(&r, i);
	return rc;
}
