/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel will allocate: layout_sections() of kernel/module/main.c. Its copy of the symbol table, which depends
 * on the kernel's configuration, is not counted. */
#include "inspect/anatomy_memory.h"

#include "inspect/anatomy.h"
#include "inspect/anatomy_parts.h"
#include "inspect/elf.h"

#include <elf.h>
#include <string.h>

/* No architecture's module space is larger. */
#define MEMORY_MAX (UINT64_C(1) << 40)
#define ALIGN_MAX (UINT64_C(1) << 21)

static int overflows(const struct lp_elf *elf, struct lppack_error *err)
{
	return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: its sections need more memory than there is",
		       elf->name);
}

/* rewrite_section_headers() takes SHF_ALLOC from these. */
static bool is_dropped(const char *name)
{
	return strcmp(name, ".modinfo") == 0 || strcmp(name, "__versions") == 0 ||
	       lp_anatomy_has_prefix(name, "__version_ext_");
}

/* module_mark_ro_after_init() */
static bool is_ro_after_init(const char *name)
{
	return strcmp(name, ".data..ro_after_init") == 0 || strcmp(name, "__jump_table") == 0;
}

static uint64_t *group_of(struct lp_memory_part *part, const struct lp_elf_section *section, bool is_init)
{
	if (section->flags & SHF_EXECINSTR)
		return &part->text;
	if (!is_init && is_ro_after_init(section->name))
		return &part->ro_after_init;
	return section->flags & SHF_WRITE ? &part->data : &part->rodata;
}

static bool add_section(struct lp_memory *memory, const struct lp_elf_section *section)
{
	bool is_init = lp_anatomy_has_prefix(section->name, ".init");
	struct lp_memory_part *part = is_init ? &memory->init : &memory->core;
	uint64_t *group = group_of(part, section, is_init);
	uint64_t align = section->align && !(section->align & (section->align - 1)) ? section->align : 1;

	if (section->size > MEMORY_MAX || align > ALIGN_MAX)
		return false;
	*group = (*group + align - 1) & ~(align - 1);
	*group += section->size;
	if (section->type == SHT_NOBITS && group == &part->data)
		part->bss += section->size;
	return *group <= MEMORY_MAX;
}

static uint64_t pages_of(uint64_t size, uint64_t page_size)
{
	return (size + page_size - 1) / page_size * page_size;
}

/* Until here data holds bss too, as the kernel's group does. */
static void finish_part(struct lp_memory_part *part, uint64_t page_size)
{
	part->pages = pages_of(part->text, page_size) + pages_of(part->rodata, page_size) +
		      pages_of(part->ro_after_init, page_size) + pages_of(part->data, page_size);
	part->data -= part->bss;
}

static bool is_debug(const struct lp_elf_section *section)
{
	static const char *const prefixes[] = { ".debug_", ".zdebug_", ".rela.debug_" };

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (!(section->flags & SHF_ALLOC) && section->bytes &&
		    lp_anatomy_has_prefix(section->name, prefixes[i]))
			return true;
	return false;
}

int lp_anatomy_read_memory(const struct lp_elf *elf, struct lp_anatomy *out, struct lppack_error *err)
{
	struct lp_memory *memory = &out->memory;

	/* The usual configurations: 64 KiB on ppc64le only. */
	memory->page_size = elf->machine == EM_PPC64 ? 65536 : 4096;
	for (size_t i = 1; i < elf->n_sections; i++) {
		const struct lp_elf_section *section = &elf->sections[i];

		if (is_debug(section) && __builtin_add_overflow(memory->debug, section->size, &memory->debug))
			return overflows(elf, err);
		if (!(section->flags & SHF_ALLOC) || is_dropped(section->name))
			continue;
		if (strcmp(section->name, ".data..percpu") == 0) {
			if (section->size > MEMORY_MAX)
				return overflows(elf, err);
			memory->percpu = section->size;
		} else if (!add_section(memory, section)) {
			return overflows(elf, err);
		}
	}
	finish_part(&memory->core, memory->page_size);
	finish_part(&memory->init, memory->page_size);
	return 0;
}
