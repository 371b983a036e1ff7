/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes modules, notes and kernels as small ELF files, of every architecture and builder. */
#include "support/elf_maker.h"

#include "support/bytes.h"
#include "support/elf_maker_arch.h"
#include "support/elf_maker_parts.h"

#include <elf.h>
#include <string.h>

#define RELEASE "6.1.0-1-test"

/* include/uapi/linux/elf.h */
#define SHF_RELA_LIVEPATCH 0x00100000u
#define SHN_LIVEPATCH 0xff20u

/* Sections in file order; those without bytes are left out. */
enum section {
	NONE,
	TEXT,
	INIT_TEXT,
	STRINGS,
	DATA,
	KPATCH_FUNCS,
	KPATCH_PRE_PATCH,
	KPATCH_POST_PATCH,
	KPATCH_PRE_UNPATCH,
	KPATCH_POST_UNPATCH,
	KLP_OBJECTS,
	KLP_FUNCS,
	MODINFO,
	THIS_MODULE,
	BUILD_ID,
	LINUX_NOTE,
	PROPERTY,
	VERSIONS,
	KLP_RELA,
	KLP_JUMP_TABLE,
	RETURN_SITES,
	BSS,
	DEBUG,
	KLP_SYMBOL_RELA, /* the last: it has no symbol */
	N_CONTENTS,
	/* A relocation section for each of the above follows, then these. */
	SYMTAB = 2 * N_CONTENTS,
	STRTAB,
	SHSTRTAB,
	N_SECTIONS,
};

static const struct {
	const char *name;
	uint32_t type;
	uint64_t flags;
} contents[N_CONTENTS] = {
	[TEXT] = { ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR },
	[INIT_TEXT] = { ".init.text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR },
	[STRINGS] = { ".rodata.str1.1", SHT_PROGBITS, SHF_ALLOC | SHF_MERGE | SHF_STRINGS },
	[DATA] = { ".data", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE },
	[KPATCH_FUNCS] = { ".kpatch.funcs", SHT_PROGBITS, SHF_ALLOC },
	[KPATCH_PRE_PATCH] = { ".kpatch.callbacks.pre_patch", SHT_PROGBITS, SHF_ALLOC },
	[KPATCH_POST_PATCH] = { ".kpatch.callbacks.post_patch", SHT_PROGBITS, SHF_ALLOC },
	[KPATCH_PRE_UNPATCH] = { ".kpatch.callbacks.pre_unpatch", SHT_PROGBITS, SHF_ALLOC },
	[KPATCH_POST_UNPATCH] = { ".kpatch.callbacks.post_unpatch", SHT_PROGBITS, SHF_ALLOC },
	[KLP_OBJECTS] = { ".init.klp_objects", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE },
	[KLP_FUNCS] = { ".init.klp_funcs", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE },
	[MODINFO] = { ".modinfo", SHT_PROGBITS, SHF_ALLOC },
	[THIS_MODULE] = { ".gnu.linkonce.this_module", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE },
	[BUILD_ID] = { ".note.gnu.build-id", SHT_NOTE, SHF_ALLOC },
	[LINUX_NOTE] = { ".note.Linux", SHT_NOTE, SHF_ALLOC },
	[PROPERTY] = { ".note.gnu.property", SHT_NOTE, SHF_ALLOC },
	[VERSIONS] = { "__versions", SHT_PROGBITS, SHF_ALLOC },
	/* "%s": an object. */
	[KLP_RELA] = { ".klp.rela.%s..text", SHT_RELA, SHF_ALLOC | SHF_RELA_LIVEPATCH },
	[KLP_JUMP_TABLE] = { ".klp.rela.%s.__jump_table", SHT_RELA, SHF_ALLOC | SHF_RELA_LIVEPATCH },
	[KLP_SYMBOL_RELA] = { ".klp.rela.%s..text", SHT_RELA, SHF_ALLOC | SHF_RELA_LIVEPATCH },
	[RETURN_SITES] = { ".return_sites", SHT_PROGBITS, SHF_ALLOC },
	[BSS] = { ".bss", SHT_NOBITS, SHF_ALLOC | SHF_WRITE },
	[DEBUG] = { ".debug_info", SHT_PROGBITS, 0 },
};

struct maker {
	const struct elf_maker_options *options;
	const struct elf_maker_arch *arch;
	struct lp_buf buf[N_SECTIONS];
	uint64_t offset[N_SECTIONS];
	uint16_t index[N_SECTIONS];
	uint64_t patch; /* of struct klp_patch in .data */
};

static void set_word(struct maker *m, enum section section, uint64_t offset, uint64_t value, size_t size)
{
	if (lp_buf_ok(&m->buf[section]))
		bytes_put_at(m->buf[section].data + offset, value, size, m->arch->big_endian);
}

/* Each content section's symbol has the section's number in the enum. */
static void relocate(struct maker *m, enum section section, uint64_t offset, uint32_t type, enum section to,
		     uint64_t addend)
{
	struct lp_buf *rela = &m->buf[N_CONTENTS + section];

	bytes_put(rela, offset, 8, m->arch->big_endian);
	bytes_put(rela, (uint64_t)to << 32 | type, 8, m->arch->big_endian);
	bytes_put(rela, addend, 8, m->arch->big_endian);
}

static void point(struct maker *m, enum section section, uint64_t offset, enum section to, uint64_t addend)
{
	relocate(m, section, offset, m->arch->absolute, to, addend);
}

static uint64_t room(struct maker *m, enum section section, size_t n)
{
	uint64_t at = m->buf[section].len;

	lp_buf_grow(&m->buf[section], n);
	return at;
}

static void point_at_text(struct maker *m, enum section section, uint64_t offset, const char *text)
{
	uint64_t at = m->buf[STRINGS].len;

	lp_buf_append(&m->buf[STRINGS], text, strlen(text) + 1);
	point(m, section, offset, STRINGS, at);
}

static void add_symbol(struct maker *m, const char *name, uint8_t type, unsigned int section, uint64_t at,
		       uint64_t size)
{
	bool big_endian = m->arch->big_endian;

	bytes_put(&m->buf[SYMTAB], m->buf[STRTAB].len, 4, big_endian);
	bytes_put(&m->buf[SYMTAB], ELF64_ST_INFO(STB_LOCAL, type), 2, false);
	bytes_put(&m->buf[SYMTAB], section, 2, big_endian); /* made a real index when written */
	bytes_put(&m->buf[SYMTAB], at, 8, big_endian);
	bytes_put(&m->buf[SYMTAB], size, 8, big_endian);
	lp_buf_append(&m->buf[STRTAB], name, strlen(name) + 1);
}

/* A named object symbol, as a file that is not stripped has for each array. */
static void name_data(struct maker *m, const char *name, enum section section, uint64_t at, uint64_t size)
{
	if (!m->options->stripped)
		add_symbol(m, name, STT_OBJECT, section, at, size);
}

static void point_at_code(struct maker *m, enum section section, uint64_t offset)
{
	uint64_t at = room(m, TEXT, 16);

	point(m, section, offset, TEXT, at);
	if (m->options->extras && !m->options->stripped)
		add_symbol(m, "code", STT_FUNC, TEXT, at, 16);
}

static void point_at_callbacks(struct maker *m, enum section section, uint64_t offset, unsigned int callbacks)
{
	for (unsigned int i = 0; i < 4; i++)
		if (callbacks & 1u << i)
			point_at_code(m, section, offset + 8 * i);
}

static bool is_vmlinux(const struct elf_maker_object *object)
{
	return !object->name || strcmp(object->name, "vmlinux") == 0;
}

/* What the extras relocate for: the first module that is patched, else the kernel. */
static const char *extras_object(const struct maker *m)
{
	for (size_t i = 0; i < m->options->n_objects; i++)
		if (!is_vmlinux(&m->options->objects[i]))
			return m->options->objects[i].name;
	return "vmlinux";
}

/* Relocates the start of .text by the symbol that was added last. */
static void relocate_livepatch(struct maker *m, enum section section)
{
	bool big_endian = m->arch->big_endian;

	lp_buf_grow(&m->buf[section], 8);
	bytes_put(&m->buf[section], (uint64_t)(m->buf[SYMTAB].len / 24 - 1) << 32 | m->arch->absolute, 8, big_endian);
	lp_buf_grow(&m->buf[section], 8);
}

static uint64_t make_source_funcs(struct maker *m, const struct elf_maker_object *object, size_t stride)
{
	uint64_t at;

	bytes_align(&m->buf[DATA], 32);
	at = room(m, DATA, (object->n_funcs + 1) * stride);
	for (size_t i = 0; i < object->n_funcs; i++) {
		point_at_text(m, DATA, at + i * stride, object->funcs[i].name);
		point_at_code(m, DATA, at + i * stride + 8);
		set_word(m, DATA, at + i * stride + 16, object->funcs[i].sympos, 8);
	}
	name_data(m, "funcs", DATA, at, (object->n_funcs + 1) * stride);
	return at;
}

static uint64_t make_source_objects(struct maker *m, size_t n)
{
	size_t stride = m->options->object_stride ? m->options->object_stride : 168;
	size_t func_stride = m->options->func_stride ? m->options->func_stride : 152;
	uint64_t at = room(m, DATA, (n + 1) * stride);

	name_data(m, "objs", DATA, at, (n + 1) * stride);
	for (size_t i = 0; i < n; i++) {
		const struct elf_maker_object *object = &m->options->objects[i];

		if (!is_vmlinux(object))
			point_at_text(m, DATA, at + i * stride, object->name);
		point(m, DATA, at + i * stride + 8, DATA, make_source_funcs(m, object, func_stride));
		point_at_callbacks(m, DATA, at + i * stride + 16, object->callbacks);
	}
	return at;
}

static uint64_t make_states(struct maker *m)
{
	uint64_t at = room(m, DATA, (m->options->n_states + 1) * 24);

	for (size_t i = 0; i < m->options->n_states; i++) {
		set_word(m, DATA, at + i * 24, m->options->states[i].id, 8);
		set_word(m, DATA, at + i * 24 + 8, m->options->states[i].version, 4);
	}
	return at;
}

/* Also a module parameter, which points at __this_module as klp_patch does. */
static void make_source(struct maker *m)
{
	uint64_t parameter = room(m, DATA, 40);
	uint64_t patch;

	point(m, DATA, parameter, THIS_MODULE, 0);
	point(m, DATA, parameter + 8, STRINGS, 0);
	patch = room(m, DATA, 200);
	m->patch = patch;
	name_data(m, "patch", DATA, patch, 200);
	point(m, DATA, patch, THIS_MODULE, 0);
	if (m->options->n_states)
		point(m, DATA, patch + 16, DATA, make_states(m));
	set_word(m, DATA, patch + 24, !m->options->no_replace, 1);
	point(m, DATA, patch + 8, DATA, make_source_objects(m, m->options->n_objects));
}

static void make_kpatch(struct maker *m)
{
	for (size_t i = 0; i < m->options->n_objects; i++) {
		const struct elf_maker_object *object = &m->options->objects[i];
		const char *name = is_vmlinux(object) ? "vmlinux" : object->name;

		for (size_t j = 0; j < object->n_funcs; j++) {
			uint64_t at = room(m, KPATCH_FUNCS, 56);

			point_at_code(m, KPATCH_FUNCS, at);
			set_word(m, KPATCH_FUNCS, at + 8, 16, 8);
			set_word(m, KPATCH_FUNCS, at + 24, 16, 8);
			set_word(m, KPATCH_FUNCS, at + 32, object->funcs[j].sympos, 8);
			point_at_text(m, KPATCH_FUNCS, at + 40, object->funcs[j].name);
			point_at_text(m, KPATCH_FUNCS, at + 48, name);
		}
		for (unsigned int j = 0; j < 4; j++) {
			if (!(object->callbacks & 1u << j))
				continue;
			uint64_t at = room(m, KPATCH_PRE_PATCH + j, 16);

			point_at_code(m, KPATCH_PRE_PATCH + j, at);
			point_at_text(m, KPATCH_PRE_PATCH + j, at + 8, name);
		}
	}
	for (unsigned int j = 0; j < 4; j++)
		room(m, KPATCH_PRE_PATCH + j, 8);
}

static void make_klp_build(struct maker *m)
{
	for (size_t i = 0; i < m->options->n_objects; i++) {
		const struct elf_maker_object *object = &m->options->objects[i];
		uint64_t at = room(m, KLP_OBJECTS, 64);
		uint64_t funcs = room(m, KLP_FUNCS, object->n_funcs * 24);

		if (!is_vmlinux(object))
			point_at_text(m, KLP_OBJECTS, at, object->name);
		point(m, KLP_OBJECTS, at + 8, KLP_FUNCS, funcs);
		point_at_callbacks(m, KLP_OBJECTS, at + 16, object->callbacks);
		set_word(m, KLP_OBJECTS, at + 56, object->n_funcs, 4);
		for (size_t j = 0; j < object->n_funcs; j++) {
			point_at_text(m, KLP_FUNCS, funcs + j * 24, object->funcs[j].name);
			point_at_code(m, KLP_FUNCS, funcs + j * 24 + 8);
			set_word(m, KLP_FUNCS, funcs + j * 24 + 16, object->funcs[j].sympos, 8);
		}
	}
}

/* About half as long when compressed. */
static void make_filler(struct maker *m)
{
	uint64_t state = m->options->seed;
	uint8_t *to = lp_buf_grow(&m->buf[TEXT], m->options->filler);

	for (size_t i = 0; to && i < m->options->filler; i++)
		to[i] = "\x48\x89\x8b\xe8\xc3\x90\x0f\x1f\x55\x5d\x41\x54\x31\xc0\xff\x00"[elf_maker_random(&state) %
											   16];
}

static void make_info(struct maker *m, const char *tag, const char *value)
{
	if (!value)
		return;
	lp_buf_printf(&m->buf[MODINFO], "%s=%s", tag, value);
	lp_buf_grow(&m->buf[MODINFO], 1);
}

static void make_modinfo(struct maker *m, const char *name, const char *release)
{
	char vermagic[256];

	if (m->options->no_modinfo)
		return;
	snprintf(vermagic, sizeof(vermagic), "%s SMP preempt mod_unload modversions ", release);
	make_info(m, "license", m->options->license ? m->options->license : "GPL");
	make_info(m, "livepatch", m->options->not_livepatch ? NULL : m->options->mark ? m->options->mark : "Y");
	make_info(m, "srcversion", m->options->srcversion);
	make_info(m, "depends", m->options->depends ? m->options->depends : "");
	make_info(m, "retpoline", "Y");
	make_info(m, "name", m->options->no_modinfo_name ? NULL : name);
	make_info(m, "vermagic", m->options->vermagic ? m->options->vermagic : vermagic);
}

static void make_identity(struct maker *m)
{
	const char *name = m->options->name ? m->options->name : "livepatch_test";
	const char *release = m->options->release ? m->options->release : RELEASE;
	struct lp_build_id id = m->options->build_id;

	make_modinfo(m, name, release);
	room(m, THIS_MODULE, 896);
	/* A name that does not fit is left to modinfo: a real build refuses it. */
	if (lp_buf_ok(&m->buf[THIS_MODULE]) && strlen(name) < 56)
		memcpy(m->buf[THIS_MODULE].data + 24, name, strlen(name));
	/* init_module and cleanup_module */
	if (!m->options->no_init)
		point_at_code(m, THIS_MODULE, 312);
	if (!m->options->no_exit)
		point_at_code(m, THIS_MODULE, 832);
	/* The loader adds to zeros alone. */
	if (m->buf[TEXT].len < 16)
		room(m, TEXT, 16);
	set_word(m, TEXT, 0, 0, 8);
	set_word(m, TEXT, 8, 0, 8);
	relocate(m, TEXT, 0, m->arch->relative, STRINGS, (uint64_t)-4);
	if (!id.len)
		id = elf_maker_derive_id(elf_maker_hash(elf_maker_hash(m->options->seed, name), release));
	if (!m->options->no_build_id)
		elf_maker_put_note(&m->buf[BUILD_ID], "GNU", NT_GNU_BUILD_ID, id.bytes, id.len, m->arch->big_endian);
}

static void make_section_symbols(struct maker *m)
{
	lp_buf_grow(&m->buf[STRTAB], 1);
	for (unsigned int i = 0; i < KLP_SYMBOL_RELA; i++) {
		bytes_put(&m->buf[SYMTAB], 0, 4, false);
		bytes_put(&m->buf[SYMTAB], i ? ELF64_ST_INFO(STB_LOCAL, STT_SECTION) : 0, 1, false);
		bytes_put(&m->buf[SYMTAB], 0, 1, false);
		bytes_put(&m->buf[SYMTAB], i, 2, m->arch->big_endian);
		lp_buf_grow(&m->buf[SYMTAB], 16);
	}
}

static void make_anatomy(struct maker *m)
{
	if (m->options->no_anatomy)
		return;
	switch (m->options->builder) {
	case LP_BUILDER_KPATCH_BUILD:
		make_kpatch(m);
		break;
	case LP_BUILDER_KLP_BUILD:
		make_klp_build(m);
		break;
	default:
		make_source(m);
	}
}

static void add_init_reloc(struct maker *m, const struct elf_maker_reloc *reloc)
{
	static const enum section sections[] = { NONE, DATA, THIS_MODULE, DATA, INIT_TEXT };

	if (reloc->to == ELF_MAKER_TO_DATA && !m->buf[DATA].len)
		room(m, DATA, 512);
	relocate(m, INIT_TEXT, reloc->offset, reloc->type, sections[reloc->to],
		 (uint64_t)reloc->addend + (reloc->to == ELF_MAKER_TO_PATCH ? m->patch : 0));
}

/* Source-built: a store to .data. The others: to what a call returned, after &__this_module was stored there. */
static void make_init(struct maker *m)
{
	static const uint8_t start[12] = { 0xe8, 0, 0, 0, 0, 0x48, 0xc7 };
	bool is_source = m->options->builder <= LP_BUILDER_SOURCE;
	bool known = m->options->init != ELF_MAKER_INIT_UNKNOWN;
	struct lp_buf *buf = &m->buf[INIT_TEXT];
	uint64_t at = is_source ? 0 : sizeof(start);

	lp_buf_append(buf, m->options->init_code, m->options->init_code_size);
	for (size_t i = 0; i < m->options->n_init_relocs; i++)
		add_init_reloc(m, &m->options->init_relocs[i]);
	if (m->options->init_code_size || m->options->init == ELF_MAKER_INIT_NONE)
		return;
	lp_buf_append(buf, start, at);
	lp_buf_append(buf, known ? "\xc6" : "\x0f\x9f", known ? 1 : 2);
	if (is_source) {
		add_init_reloc(m, &(struct elf_maker_reloc){ known ? 2 : 3, R_X86_64_PC32, ELF_MAKER_TO_PATCH,
							     known ? 24 - 5 : 24 - 4 });
		lp_buf_append(buf, "\x05\0\0\0", 5);
	} else {
		add_init_reloc(m, &(struct elf_maker_reloc){ 1, R_X86_64_PLT32, ELF_MAKER_TO_OUTSIDE, -4 });
		add_init_reloc(m, &(struct elf_maker_reloc){ 8, R_X86_64_32S, ELF_MAKER_TO_MODULE, 0 });
		lp_buf_append(buf, "\x40\x18", 2);
	}
	bytes_put(buf, !known ? 0xc3 : m->options->init == ELF_MAKER_INIT_TRUE, 1, false);
	bytes_put(buf, 0xc3, 1, false);
}

static void add_version(struct maker *m, const char *name, uint32_t crc)
{
	uint64_t at = room(m, VERSIONS, 64);

	set_word(m, VERSIONS, at, crc, 8);
	if (lp_buf_ok(&m->buf[VERSIONS]))
		memcpy(m->buf[VERSIONS].data + at + 8, name, strlen(name));
}

static bool imports(const struct elf_maker_options *o, const char *name)
{
	for (size_t i = 0; i < o->n_imports; i++)
		if (strcmp(o->imports[i].name, name) == 0)
			return true;
	return false;
}

/* What every livepatch imports and calls. */
static void make_enable(struct maker *m)
{
	const struct elf_maker_options *o = m->options;
	const uint64_t number = m->buf[SYMTAB].len / 24;

	if (!o->no_versions && !imports(o, "module_layout"))
		add_version(m, "module_layout", ELF_MAKER_LAYOUT_CRC);
	if (o->no_enable || o->not_livepatch || imports(o, "klp_enable_patch"))
		return;
	if (m->buf[VERSIONS].len || o->n_imports)
		add_version(m, "klp_enable_patch", ELF_MAKER_ENABLE_CRC);
	add_symbol(m, "klp_enable_patch", STT_NOTYPE, SHN_UNDEF, 0, 0);
	relocate(m, TEXT, 8, m->arch->relative, (enum section)number, (uint64_t)-4);
}

static void make_imports(struct maker *m)
{
	const struct elf_maker_options *o = m->options;

	make_enable(m);
	for (size_t i = 0; i < o->n_imports; i++) {
		const struct elf_maker_import *import = &o->imports[i];

		if (import->has_crc)
			add_version(m, import->name, import->crc);
		if (strcmp(import->name, "module_layout") != 0)
			add_symbol(m, import->name, STT_NOTYPE, SHN_UNDEF, 0, 0);
	}
	for (size_t i = 0; o->klp_symbols && o->klp_symbols[i]; i++) {
		add_symbol(m, o->klp_symbols[i], STT_NOTYPE, SHN_LIVEPATCH, 0, 0);
		if (!o->no_klp_relocations)
			relocate_livepatch(m, KLP_SYMBOL_RELA);
	}
}

static void make_extras(struct maker *m)
{
	static const uint8_t ibt[16] = { 2, 0, 0, 0xc0, 4, 0, 0, 0, 1 };
	const char *release = m->options->release ? m->options->release : RELEASE;
	char symbol[600];

	add_symbol(m, "klp_shadow_get", STT_NOTYPE, SHN_UNDEF, 0, 0);
	snprintf(symbol, sizeof(symbol), ".klp.sym.%s.ext4_lookup,2", extras_object(m));
	add_symbol(m, symbol, STT_NOTYPE, SHN_LIVEPATCH, 0, 0);
	relocate_livepatch(m, KLP_RELA);
	relocate_livepatch(m, KLP_RELA);
	relocate_livepatch(m, KLP_JUMP_TABLE);
	add_symbol(m, "__ksymtab_exported", STT_OBJECT, STRINGS, 0, 1);
	room(m, RETURN_SITES, 12);
	room(m, BSS, 4097);
	room(m, DEBUG, 1000);
	elf_maker_put_note(&m->buf[PROPERTY], "GNU", 5, ibt, sizeof(ibt), m->arch->big_endian);
	elf_maker_put_note(&m->buf[LINUX_NOTE], "Linux", 0x100, release, strlen(release) + 1, m->arch->big_endian);
}

/* Numbers the sections that have bytes, and makes the symbols' section numbers real. */
static uint16_t number_sections(struct maker *m)
{
	uint16_t n = 1;

	for (unsigned int i = 1; i < N_SECTIONS; i++)
		if (m->buf[i].len || i >= SYMTAB)
			m->index[i] = n++;
	for (size_t at = 0; lp_buf_ok(&m->buf[SYMTAB]) && at < m->buf[SYMTAB].len; at += 24) {
		uint8_t *to = m->buf[SYMTAB].data + at + 6;

		if (to[0] != 0xff && to[1] != 0xff)
			bytes_put_at(to, m->index[to[0] | to[1]], 2, m->arch->big_endian);
	}
	return n;
}

/* Relocation sections with their symbol table and their target. */
static void put_links(struct maker *m, unsigned int i, struct lp_buf *out)
{
	bool is_rela = i >= N_CONTENTS && i < SYMTAB;
	bool is_klp = i < N_CONTENTS && contents[i].type == SHT_RELA;
	uint32_t link = is_rela || is_klp ? m->index[SYMTAB] : i == SYMTAB ? m->index[STRTAB] : 0;
	uint64_t symbols = i == SYMTAB ? m->buf[SYMTAB].len / 24 : 0;
	uint64_t info = is_rela ? m->index[i - N_CONTENTS] : is_klp ? m->index[TEXT] : symbols;

	bytes_put(out, link, 4, m->arch->big_endian);
	bytes_put(out, info, 4, m->arch->big_endian);
}

static void put_section_header(struct maker *m, unsigned int i, struct lp_buf *out)
{
	bool big_endian = m->arch->big_endian;
	bool is_rela = i >= N_CONTENTS && i < SYMTAB;
	uint32_t type = i < N_CONTENTS ? contents[i].type : is_rela ? SHT_RELA : i == SYMTAB ? SHT_SYMTAB : SHT_STRTAB;

	bytes_put(out, m->buf[SHSTRTAB].len, 4, big_endian);
	bytes_put(out, type, 4, big_endian);
	bytes_put(out, i < N_CONTENTS ? contents[i].flags : is_rela ? SHF_INFO_LINK : 0, 8, big_endian);
	bytes_put(out, 0, 8, big_endian);
	bytes_put(out, m->offset[i], 8, big_endian);
	bytes_put(out, m->buf[i].len, 8, big_endian);
	put_links(m, i, out);
	bytes_put(out, i == STRTAB || i == SHSTRTAB ? 1 : 8, 8, big_endian);
	bytes_put(out, is_rela || (i < N_CONTENTS && contents[i].type == SHT_RELA) || i == SYMTAB ? 24 : 0, 8,
		  big_endian);
}

/* The object that a section is for: that of the first symbol, ".klp.sym.OBJECT.", or that of the extras. */
static const char *object_of_section(const struct maker *m, unsigned int i, char *room, size_t n)
{
	if (i != KLP_SYMBOL_RELA || !m->options->klp_symbols)
		return extras_object(m);
	snprintf(room, n, "%s", m->options->klp_symbols[0] + strlen(".klp.sym."));
	room[strcspn(room, ".")] = '\0';
	return room;
}

static void name_section(struct maker *m, unsigned int i)
{
	static const char *const last[] = { ".symtab", ".strtab", ".shstrtab" };
	const char *name = i >= SYMTAB ? last[i - SYMTAB] : contents[i % N_CONTENTS].name;
	const char *mark = strstr(name, "%s");
	char object[600];

	if (i >= N_CONTENTS && i < SYMTAB)
		lp_buf_text(&m->buf[SHSTRTAB], ".rela");
	if (mark) {
		lp_buf_append(&m->buf[SHSTRTAB], name, (size_t)(mark - name));
		lp_buf_text(&m->buf[SHSTRTAB], object_of_section(m, i, object, sizeof(object)));
		name = mark + 2;
	}
	lp_buf_text(&m->buf[SHSTRTAB], name);
	lp_buf_grow(&m->buf[SHSTRTAB], 1);
}

static void put_elf_header(struct lp_buf *out, const struct elf_maker_arch *arch, uint16_t type, uint16_t machine)
{
	static const uint8_t ident[] = { 0x7f, 'E', 'L', 'F', ELFCLASS64 };

	lp_buf_append(out, ident, sizeof(ident));
	bytes_put(out, arch->big_endian ? ELFDATA2MSB : ELFDATA2LSB, 1, false);
	bytes_put(out, EV_CURRENT, 1, false);
	lp_buf_grow(out, 9);
	bytes_put(out, type, 2, arch->big_endian);
	bytes_put(out, machine ? machine : arch->machine, 2, arch->big_endian);
	bytes_put(out, EV_CURRENT, 4, arch->big_endian);
	lp_buf_grow(out, 64 - 24);
	if (lp_buf_ok(out))
		bytes_put_at(out->data + 52, 64, 2, arch->big_endian);
}

static void put_section_table(struct maker *m, uint16_t n, struct lp_buf *out)
{
	struct lp_buf headers = { 0 };
	size_t start = out->len; /* of this ELF file in out */

	put_elf_header(out, m->arch, ET_REL, m->options->machine);
	lp_buf_grow(&headers, 64);
	lp_buf_grow(&m->buf[SHSTRTAB], 1);
	for (unsigned int i = 1; i < N_SECTIONS; i++) {
		if (!m->index[i])
			continue;
		bytes_align(out, 16);
		m->offset[i] = out->len - start;
		if (i == SHSTRTAB) {
			/* The own name must be in before the size is taken. */
			size_t at = m->buf[SHSTRTAB].len;

			name_section(m, i);
			put_section_header(m, i, &headers);
			if (lp_buf_ok(&headers))
				bytes_put_at(headers.data + headers.len - 64, at, 4, m->arch->big_endian);
		} else {
			put_section_header(m, i, &headers);
			name_section(m, i);
		}
		lp_buf_append(out, m->buf[i].data, m->buf[i].len);
	}
	bytes_align(out, 16);
	if (lp_buf_ok(out)) {
		bytes_put_at(out->data + start + 40, out->len - start, 8, m->arch->big_endian);
		bytes_put_at(out->data + start + 58, 64, 2, m->arch->big_endian);
		bytes_put_at(out->data + start + 60, n, 2, m->arch->big_endian);
		bytes_put_at(out->data + start + 62, m->index[SHSTRTAB], 2, m->arch->big_endian);
	}
	lp_buf_append(out, headers.data, headers.len);
	lp_buf_free(&headers);
}

/* include/linux/module_signature.h */
static void put_signature(const struct elf_maker_options *options, struct lp_buf *out)
{
	static const uint8_t info[] = { 0, 0, 2, 0, 0, 0, 0, 0 };

	for (unsigned int i = 0; i < 64 && !options->signature; i++)
		bytes_put(out, 0x30 + i, 1, false);
	lp_buf_append(out, options->signature, options->signature_size);
	lp_buf_append(out, info, sizeof(info));
	bytes_put(out, options->signature ? options->signature_size : 64, 4, true);
	lp_buf_text(out, "~Module signature appended~\n");
}

int elf_maker_module(const struct elf_maker_options *options, struct lp_buf *out)
{
	static const struct elf_maker_func default_func = { "cmdline_proc_show", 0 };
	static const struct elf_maker_object default_object = { NULL, &default_func, 1, 0 };
	struct elf_maker_options with_objects = *options;
	struct maker m = { .options = &with_objects, .arch = elf_maker_arch_find(options->arch) };

	if (!options->n_objects) {
		with_objects.objects = &default_object;
		with_objects.n_objects = 1;
	}
	make_section_symbols(&m);
	lp_buf_append(&m.buf[STRINGS], "module", 7);
	make_filler(&m);
	make_identity(&m);
	make_anatomy(&m);
	make_init(&m);
	make_imports(&m);
	if (options->extras)
		make_extras(&m);
	for (unsigned int i = 1; i < SYMTAB; i++)
		if (!lp_buf_ok(&m.buf[i]))
			out->failed = true;
	put_section_table(&m, number_sections(&m), out);
	if (options->has_signature || options->signature)
		put_signature(options, out);
	for (unsigned int i = 0; i < N_SECTIONS; i++)
		lp_buf_free(&m.buf[i]);
	return lp_buf_ok(out) ? 0 : -1;
}

static const char *release_of(const struct elf_maker_kernel *options)
{
	return options->release ? options->release : RELEASE;
}

struct lp_build_id elf_maker_kernel_id(const struct elf_maker_kernel *options)
{
	return options->build_id.len ? options->build_id : elf_maker_derive_id(elf_maker_hash(1, release_of(options)));
}

int elf_maker_notes(const struct elf_maker_kernel *options, struct lp_buf *out)
{
	bool big_endian = elf_maker_arch_find(options->arch)->big_endian;
	struct lp_build_id id = elf_maker_kernel_id(options);
	const char *release = release_of(options);

	elf_maker_put_note(out, "Xen", 6, "linux", 6, big_endian);
	elf_maker_put_note(out, "Xen", 7, "2.6", 4, big_endian);
	if (!options->no_build_id)
		elf_maker_put_note(out, "GNU", NT_GNU_BUILD_ID, id.bytes, id.len, big_endian);
	if (!options->no_release)
		elf_maker_put_note(out, "Linux", 0x100, release, strlen(release) + 1, big_endian);
	elf_maker_put_note(out, "Linux", 0x101, "\0\0\0\0", 4, big_endian);
	return lp_buf_ok(out) ? 0 : -1;
}

static void put_segment(struct lp_buf *out, uint32_t type, uint64_t offset, uint64_t size, bool big_endian)
{
	bytes_put(out, type, 4, big_endian);
	bytes_put(out, PF_R, 4, big_endian);
	bytes_put(out, offset, 8, big_endian);
	bytes_put(out, offset, 8, big_endian);
	bytes_put(out, offset, 8, big_endian);
	bytes_put(out, size, 8, big_endian);
	bytes_put(out, size, 8, big_endian);
	bytes_put(out, 4, 8, big_endian);
}

static void put_note_section(struct lp_buf *out, uint64_t offset, uint64_t size, bool big_endian)
{
	lp_buf_grow(out, 64);
	bytes_put(out, 0, 4, big_endian);
	bytes_put(out, SHT_NOTE, 4, big_endian);
	bytes_put(out, SHF_ALLOC, 8, big_endian);
	bytes_put(out, 0, 8, big_endian);
	bytes_put(out, offset, 8, big_endian);
	bytes_put(out, size, 8, big_endian);
	bytes_put(out, 0, 8, big_endian);
	bytes_put(out, 4, 8, big_endian);
	bytes_put(out, 0, 8, big_endian);
}

int elf_maker_vmlinux(const struct elf_maker_kernel *options, struct lp_buf *out)
{
	const struct elf_maker_arch *arch = elf_maker_arch_find(options->arch);
	bool big_endian = arch->big_endian;
	size_t start = out->len;
	struct lp_buf notes = { 0 };
	uint64_t offset = 64 + 2 * 56 + options->gap;
	uint64_t sections;

	elf_maker_notes(options, &notes);
	put_elf_header(out, arch, ET_EXEC, 0);
	put_segment(out, PT_LOAD, 0, offset, big_endian);
	put_segment(out, PT_NOTE, options->stale_segments ? offset + 4096 : offset, notes.len, big_endian);
	lp_buf_grow(out, options->gap);
	lp_buf_append(out, notes.data, notes.len);
	lp_buf_grow(out, 8192);
	sections = out->len - start;
	put_note_section(out, offset, notes.len, big_endian);
	if (lp_buf_ok(out)) {
		bytes_put_at(out->data + start + 32, 64, 8, big_endian);
		bytes_put_at(out->data + start + 40, sections, 8, big_endian);
		bytes_put_at(out->data + start + 54, 56, 2, big_endian);
		bytes_put_at(out->data + start + 56, 2, 2, big_endian);
		bytes_put_at(out->data + start + 58, 64, 2, big_endian);
		bytes_put_at(out->data + start + 60, 2, 2, big_endian);
	}
	lp_buf_free(&notes);
	return lp_buf_ok(out) ? 0 : -1;
}

int elf_maker_bzimage(const char *release, const void *build_id, size_t build_id_len, struct lp_buf *out)
{
	struct elf_maker_kernel options = { .release = release };
	struct lp_buf vmlinux = { 0 };
	struct lp_buf payload = { 0 };
	int rc;

	if (build_id_len)
		lp_build_id_set(&options.build_id, build_id, build_id_len);
	elf_maker_vmlinux(&options, &vmlinux);
	elf_maker_gzip(vmlinux.data, vmlinux.len, &payload);
	rc = vmlinux.failed || payload.failed ? -1 : elf_maker_bzimage_around(release, payload.data, payload.len, out);
	lp_buf_free(&vmlinux);
	lp_buf_free(&payload);
	return rc;
}
