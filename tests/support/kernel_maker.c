/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes kernel images with the tables that the inspector reads: kallsyms, exports, ftrace sites, BTF. */
#include "support/kernel_maker.h"

#include "support/bytes.h"

#include <elf.h>
#include <string.h>

#define RODATA 0xffffffff82000000u
#define KSYMTAB 0xffffffff82800000u
#define INIT_DATA 0xffffffff83200000u
/* In .init.data */
#define MCOUNT_LOC (INIT_DATA + 0x100)
#define MCOUNT_LOC_END (MCOUNT_LOC + 48)
#define BLACKLIST (INIT_DATA + 0x200)
#define BLACKLIST_END (BLACKLIST + 8)
#define CERTIFICATES_SIZE (INIT_DATA + 0x300)
#define CERTIFICATES (INIT_DATA + 0x308)

#define TOKENS 256u
#define MODULE_CRC 0xabcdef01u
#define FILLER_ROOM 32u

struct symbol {
	uint64_t address;
	char type;
	const char *name;
};

/* By address. */
static const struct symbol percpu_symbols[] = {
	{ 0, 'A', "fixed_percpu_data" },
	{ 0x4000, 'A', "cpu_info" },
};

static const struct symbol symbols[KERNEL_MAKER_SYMBOLS] = {
	{ KERNEL_MAKER_TEXT, 'T', "_stext" },
	{ KERNEL_MAKER_TEXT, 'T', "_text" },
	{ KERNEL_MAKER_TEXT + 0x10, 'T', "cmdline_proc_show" },
	{ KERNEL_MAKER_TEXT + 0x40, 't', "twice" },
	{ KERNEL_MAKER_TEXT + 0x80, 't', "notrace_function" },
	{ KERNEL_MAKER_TEXT + 0xc0, 't', "twice" },
	{ KERNEL_MAKER_TEXT + 0x100, 't', "shrunk.isra.0" },
	{ KERNEL_MAKER_TEXT + 0x140, 'W', "weak_function" },
	{ KERNEL_MAKER_TEXT + 0x180, 'T', "_etext" },
	{ RODATA, 'D', "twice" },
	{ KSYMTAB, 'R', "__start___ksymtab" },
	{ KSYMTAB + 24, 'R', "__start___ksymtab_gpl" },
	{ KSYMTAB + 24, 'R', "__stop___ksymtab" },
	{ KSYMTAB + 48, 'R', "__start___kcrctab" },
	{ KSYMTAB + 48, 'R', "__stop___ksymtab_gpl" },
	{ KSYMTAB + 56, 'R', "__start___kcrctab_gpl" },
	{ KSYMTAB + 56, 'R', "__stop___kcrctab" },
	{ KSYMTAB + 64, 'R', "__stop___kcrctab_gpl" },
	{ KERNEL_MAKER_INIT_TEXT, 'T', "_sinittext" },
	{ KERNEL_MAKER_INIT_TEXT + 0x40, 'T', "_einittext" },
	{ MCOUNT_LOC, 'D', "__start_mcount_loc" },
	{ MCOUNT_LOC_END, 'D', "__stop_mcount_loc" },
	{ BLACKLIST, 'D', "__start_kprobe_blacklist" },
	{ BLACKLIST_END, 'D', "__stop_kprobe_blacklist" },
	{ CERTIFICATES_SIZE, 'R', "system_certificate_list_size" },
	{ CERTIFICATES, 'R', "system_certificate_list" },
};

struct list {
	struct symbol *items;
	size_t n;
	struct lp_buf texts;
};

static const char *const words[] = { "k", "ro_c", "_fun", "ction", "fil", "ler_", "_start", "__" };

static int write_headers(const struct kernel_maker_elf *elf, const struct lp_buf *names, const size_t *offsets,
			 struct lp_buf *out)
{
	size_t at = out->len;
	bool be = elf->big_endian;

	lp_buf_grow(out, 64);
	for (size_t i = 0; i <= elf->n; i++) {
		bool is_names = i == elf->n;
		const struct kernel_maker_section *s = is_names ? NULL : &elf->sections[i];

		bytes_put(out, offsets[2 * i + 1], 4, be);
		bytes_put(out, s ? s->type : SHT_STRTAB, 4, be);
		bytes_put(out, s ? s->flags : 0, 8, be);
		bytes_put(out, s ? s->address : 0, 8, be);
		bytes_put(out, offsets[2 * i], 8, be);
		bytes_put(out, s ? s->n : names->len, 8, be);
		bytes_put(out, s ? s->link : 0, 4, be);
		bytes_put(out, s ? s->info : 0, 4, be);
		bytes_put(out, 8, 8, be);
		bytes_put(out, s && (s->type == SHT_SYMTAB || s->type == SHT_RELA) ? 24 : 0, 8, be);
	}
	if (!lp_buf_ok(out))
		return -1;
	bytes_put_at(out->data + 40, at, 8, be);
	bytes_put_at(out->data + 58, 64, 2, be);
	bytes_put_at(out->data + 60, elf->n + 2, 2, be);
	bytes_put_at(out->data + 62, elf->n + 1, 2, be);
	return 0;
}

static int write_segments(const struct kernel_maker_elf *elf, const size_t *offsets, struct lp_buf *out)
{
	size_t at = out->len;
	size_t n = 0;

	for (size_t i = 0; i < elf->n; i++) {
		const struct kernel_maker_section *s = &elf->sections[i];

		if (!(s->flags & SHF_ALLOC))
			continue;
		n++;
		bytes_put(out, PT_LOAD, 4, elf->big_endian);
		bytes_put(out, 4, 4, elf->big_endian);
		bytes_put(out, offsets[2 * i], 8, elf->big_endian);
		bytes_put(out, s->address, 8, elf->big_endian);
		bytes_put(out, 0, 8, elf->big_endian);
		bytes_put(out, s->n, 8, elf->big_endian);
		bytes_put(out, s->n, 8, elf->big_endian);
		bytes_put(out, 4096, 8, elf->big_endian);
	}
	if (!lp_buf_ok(out))
		return -1;
	bytes_put_at(out->data + 32, at, 8, elf->big_endian);
	bytes_put_at(out->data + 54, 56, 2, elf->big_endian);
	bytes_put_at(out->data + 56, n, 2, elf->big_endian);
	return 0;
}

int kernel_maker_elf(const struct kernel_maker_elf *elf, struct lp_buf *out)
{
	size_t offsets[64] = { 0 }; /* of the bytes and of the name, in turn */
	LP_AUTO_BUF struct lp_buf names = { 0 };
	uint8_t *head = lp_buf_grow(out, 64);

	if (!head || elf->n > 30)
		return -1;
	memcpy(head, ELFMAG, SELFMAG);
	head[EI_CLASS] = ELFCLASS64;
	head[EI_DATA] = elf->big_endian ? ELFDATA2MSB : ELFDATA2LSB;
	head[EI_VERSION] = EV_CURRENT;
	bytes_put_at(head + 16, elf->type, 2, elf->big_endian);
	bytes_put_at(head + 18, elf->machine, 2, elf->big_endian);
	bytes_put_at(head + 20, EV_CURRENT, 4, elf->big_endian);
	bytes_put_at(head + 52, 64, 2, elf->big_endian);
	lp_buf_append(&names, "", 1);
	for (size_t i = 0; i < elf->n; i++) {
		bytes_align(out, 16);
		offsets[2 * i] = out->len;
		offsets[2 * i + 1] = names.len;
		if (elf->sections[i].type != SHT_NOBITS)
			lp_buf_append(out, elf->sections[i].bytes, elf->sections[i].n);
		lp_buf_append(&names, elf->sections[i].name, strlen(elf->sections[i].name) + 1);
	}
	bytes_align(out, 16);
	if (elf->segments)
		return write_segments(elf, offsets, out);
	offsets[2 * elf->n] = out->len;
	offsets[2 * elf->n + 1] = names.len;
	lp_buf_append(&names, ".shstrtab", 10);
	lp_buf_append(out, names.data, names.len);
	bytes_align(out, 16);
	return write_headers(elf, &names, offsets, out);
}

/* Words for the values that no character of a name has, so that decoding has something to do. */
static void token_text(unsigned int i, char out[24])
{
	if (i >= 0x21 && i <= 0x7e)
		snprintf(out, 24, "%c", (char)i);
	else if (i < sizeof(words) / sizeof(words[0]))
		snprintf(out, 24, "%s", words[i]);
	else
		snprintf(out, 24, "unused%u", i);
}

static void put_tokens(struct lp_buf *out, bool be)
{
	LP_AUTO_BUF struct lp_buf index = { 0 };
	size_t start;

	bytes_align(out, 8);
	start = out->len;
	for (unsigned int i = 0; i < TOKENS; i++) {
		char text[24];

		token_text(i, text);
		bytes_put(&index, out->len - start, 2, be);
		lp_buf_append(out, text, strlen(text) + 1);
	}
	bytes_align(out, 8);
	lp_buf_append(out, index.data, index.len);
}

static void put_name(struct lp_buf *out, char type, const char *name)
{
	uint8_t codes[512];
	size_t n = 0;

	codes[n++] = (uint8_t)type;
	while (*name) {
		size_t i = 0;

		while (i < sizeof(words) / sizeof(words[0]) && strncmp(name, words[i], strlen(words[i])) != 0)
			i++;
		codes[n++] = (uint8_t)(i < sizeof(words) / sizeof(words[0]) ? i : (size_t)(unsigned char)*name);
		name += i < sizeof(words) / sizeof(words[0]) ? strlen(words[i]) : 1;
	}
	if (n < 0x80) {
		bytes_put(out, n, 1, false);
	} else {
		bytes_put(out, 0x80 | (n & 0x7f), 1, false);
		bytes_put(out, n >> 7, 1, false);
	}
	lp_buf_append(out, codes, n);
}

static void put_names(const struct kernel_maker *o, const struct list *list, struct lp_buf *out)
{
	LP_AUTO_BUF struct lp_buf markers = { 0 };
	size_t start;

	bytes_align(out, 8);
	bytes_put(out, list->n, o->wide ? 8 : 4, o->big_endian);
	bytes_align(out, 8);
	start = out->len;
	for (size_t i = 0; i < list->n; i++) {
		if (i % 256 == 0)
			bytes_put(&markers, out->len - start, o->wide ? 8 : 4, o->big_endian);
		put_name(out, list->items[i].type, list->items[i].name);
	}
	bytes_align(out, 8);
	lp_buf_append(out, markers.data, markers.len);
	if (o->layout != KERNEL_MAKER_SEQS)
		return;
	bytes_align(out, 8);
	for (size_t i = 0; i < list->n; i++)
		bytes_put(out, i, 3, true);
}

static uint64_t encode_address(const struct kernel_maker *o, uint64_t address, uint64_t place)
{
	if (o->layout == KERNEL_MAKER_BROKEN)
		return address >> 3 ^ 0x5555;
	if (o->layout == KERNEL_MAKER_PLACE)
		return address - place;
	if (!o->percpu)
		return address - KERNEL_MAKER_TEXT;
	return address < KERNEL_MAKER_TEXT ? address : KERNEL_MAKER_TEXT - 1 - address;
}

static void put_addresses(const struct kernel_maker *o, const struct list *list, struct lp_buf *out)
{
	bool absolute = o->layout == KERNEL_MAKER_ABSOLUTE;

	bytes_align(out, 8);
	for (size_t i = 0; i < list->n; i++) {
		uint64_t place = RODATA + out->len;

		bytes_put(out, absolute ? list->items[i].address : encode_address(o, list->items[i].address, place),
			  absolute ? 8 : 4, o->big_endian);
	}
	bytes_align(out, 8);
	if (!absolute && o->layout != KERNEL_MAKER_PLACE)
		bytes_put(out, KERNEL_MAKER_TEXT, 8, o->big_endian);
}

static void put_kallsyms(const struct kernel_maker *o, const struct list *list, struct lp_buf *out)
{
	bool first = o->layout == KERNEL_MAKER_OFFSETS_FIRST || o->layout == KERNEL_MAKER_SEQS ||
		     o->layout == KERNEL_MAKER_ABSOLUTE;

	if (first)
		put_addresses(o, list, out);
	put_names(o, list, out);
	put_tokens(out, o->big_endian);
	if (!first)
		put_addresses(o, list, out);
	lp_buf_grow(out, 64);
}

/* The last filler has a name of KERNEL_MAKER_LONG letters. */
static int make_list(const struct kernel_maker *o, struct list *list)
{
	size_t n_percpu = o->percpu ? sizeof(percpu_symbols) / sizeof(percpu_symbols[0]) : 0;

	list->items = calloc(KERNEL_MAKER_SYMBOLS + n_percpu + o->filler, sizeof(*list->items));
	if (!list->items || !lp_buf_grow(&list->texts, o->filler * FILLER_ROOM + 2 * KERNEL_MAKER_LONG))
		return -1;
	for (size_t i = 0; i < n_percpu; i++)
		list->items[list->n++] = percpu_symbols[i];
	for (size_t i = 0; i < KERNEL_MAKER_SYMBOLS; i++)
		list->items[list->n++] = symbols[i];
	for (size_t i = 0; i < o->filler; i++) {
		char *name = (char *)list->texts.data + i * FILLER_ROOM;

		snprintf(name, FILLER_ROOM, "filler_%04zu", i);
		if (i + 1 == o->filler)
			memset(name, 'x', KERNEL_MAKER_LONG);
		list->items[list->n++] = (struct symbol){ 0xffffffff84000000u + i * 16, 't', name };
	}
	return 0;
}

static void cleanup_list(struct list *list)
{
	free(list->items);
	lp_buf_free(&list->texts);
}

/* __ksymtab (2), __ksymtab_gpl (2), __kcrctab, __kcrctab_gpl and the strings, one after the other. */
static void put_exports(struct lp_buf *out, bool relative_crcs, bool be)
{
	static const char texts[] = "printk\0seq_read\0NS\0gpl_thing\0klp_enable_patch";
	const uint32_t strings = 64;
	static const struct {
		uint32_t name;
		uint32_t name_space;
	} entries[] = { { 0, 6 }, { 7, 16 }, { 19, 6 }, { 29, 6 } };
	static const uint32_t crcs[] = { 0x11111111, 0x22222222, 0x33333333, 0x9abcdef0 };

	for (uint32_t i = 0; i < 4; i++) {
		bytes_put(out, KERNEL_MAKER_TEXT - KSYMTAB - i * 12, 4, be);
		bytes_put(out, strings + entries[i].name - (i * 12 + 4), 4, be);
		bytes_put(out, strings + entries[i].name_space - (i * 12 + 8), 4, be);
	}
	/* Also those that are elsewhere stand in this order, behind the strings. */
	for (size_t i = 0; i < 4; i++)
		bytes_put(out, relative_crcs ? 16 + sizeof(texts) : crcs[i], 4, be);
	lp_buf_append(out, texts, sizeof(texts));
	for (size_t i = 0; i < 4; i++)
		bytes_put(out, crcs[i], 4, be);
}

/* Six sites: a zero, two behind the start by 0 and 4 bytes, one inside, one in init text, one not sorted. */
static void put_init_data(struct lp_buf *out, bool be)
{
	static const uint8_t certificates[] = { 0x30, 0x82, 0, 3, 1, 2, 3, 0x30, 0x82, 0, 1, 9 };
	const uint64_t sites[] = { 0,
				   KERNEL_MAKER_TEXT + 0x10,
				   KERNEL_MAKER_TEXT + 0x44,
				   KERNEL_MAKER_INIT_TEXT + 0x10,
				   KERNEL_MAKER_TEXT + 0x150,
				   KERNEL_MAKER_TEXT + 0x100 };
	uint8_t *to = lp_buf_grow(out, 0x400);

	if (!to)
		return;
	for (size_t i = 0; i < 6; i++)
		bytes_put_at(to + 0x100 + i * 8, sites[i], 8, be);
	bytes_put_at(to + 0x200, KERNEL_MAKER_TEXT + 0x80, 8, be);
	bytes_put_at(to + 0x300, sizeof(certificates), 8, be);
	memcpy(to + 0x308, certificates, sizeof(certificates));
}

int kernel_maker_vmlinux(const struct kernel_maker *o, struct lp_buf *out)
{
	static const uint8_t text[0x400] = { 0 };
	LP_AUTO_BUF struct lp_buf rodata = { 0 };
	LP_AUTO_BUF struct lp_buf exports = { 0 };
	LP_AUTO_BUF struct lp_buf init = { 0 };
	LP_AUTO_BUF struct lp_buf btf = { 0 };
	LP_AUTO(cleanup_list) struct list list = { 0 };
	const uint64_t data = SHF_ALLOC | SHF_WRITE;

	lp_buf_text(&rodata, "something else before it, IKCFG_STgzipIKCFG_ED, of odd length");
	if (o->vermagic) {
		lp_buf_append(&rodata, "", 1);
		lp_buf_append(&rodata, o->vermagic, strlen(o->vermagic) + 1);
	}
	if (make_list(o, &list) < 0 || kernel_maker_btf(o->big_endian, &btf) < 0)
		return -1;
	if (!o->no_symbols)
		put_kallsyms(o, &list, &rodata);
	put_exports(&exports, o->relative_crcs, o->big_endian);
	put_init_data(&init, o->big_endian);
	if (!lp_buf_ok(&rodata) || !lp_buf_ok(&exports) || !lp_buf_ok(&init))
		return -1;
	const struct kernel_maker_section sections[] = {
		{ ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, KERNEL_MAKER_TEXT, 0, 0, text, sizeof(text) },
		{ ".rodata", SHT_PROGBITS, SHF_ALLOC, RODATA, 0, 0, rodata.data, rodata.len },
		{ "__ksymtab", SHT_PROGBITS, SHF_ALLOC, KSYMTAB, 0, 0, exports.data, 24 },
		{ "__ksymtab_gpl", SHT_PROGBITS, SHF_ALLOC, KSYMTAB + 24, 0, 0, exports.data + 24, 24 },
		{ "__kcrctab", SHT_PROGBITS, SHF_ALLOC, KSYMTAB + 48, 0, 0, exports.data + 48, 8 },
		{ "__kcrctab_gpl", SHT_PROGBITS, SHF_ALLOC, KSYMTAB + 56, 0, 0, exports.data + 56, 8 },
		{ "__ksymtab_strings", SHT_PROGBITS, SHF_ALLOC, KSYMTAB + 64, 0, 0, exports.data + 64,
		  exports.len - 64 },
		{ ".init.data", SHT_PROGBITS, data, INIT_DATA, 0, 0, init.data, init.len },
		{ ".BTF", SHT_PROGBITS, SHF_ALLOC, 0xffffffff83300000u, 0, 0, btf.data, btf.len },
		{ ".bss", SHT_NOBITS, data, 0xffffffff83400000u, 0, 0, NULL, 0x1000 },
		{ ".notes", SHT_NOTE, SHF_ALLOC, 0xffffffff83500000u, 0, 0, o->notes, o->n_notes },
	};
	const size_t n = sizeof(sections) / sizeof(sections[0]) - (o->notes ? 0 : 1);

	return kernel_maker_elf(&(struct kernel_maker_elf){ .sections = sections,
							    .n = o->segments ? 9 : n, /* without what has no bytes */
							    .type = ET_EXEC,
							    .machine = o->big_endian ? EM_S390 : EM_X86_64,
							    .big_endian = o->big_endian,
							    .segments = o->segments },
				out);
}

static void put_symbol(struct lp_buf *table, struct lp_buf *strings, const char *name, uint8_t info,
		       unsigned int section, uint64_t value, uint64_t size, bool be)
{
	bytes_put(table, strings->len, 4, be);
	bytes_put(table, info, 2, false);
	bytes_put(table, section, 2, be);
	bytes_put(table, value, 8, be);
	bytes_put(table, size, 8, be);
	lp_buf_append(strings, name, strlen(name) + 1);
}

int kernel_maker_debug_file(struct lp_buf *out)
{
	const uint8_t function = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
	LP_AUTO_BUF struct lp_buf table = { 0 };
	LP_AUTO_BUF struct lp_buf strings = { 0 };

	lp_buf_append(&strings, "", 1);
	lp_buf_grow(&table, 24);
	put_symbol(&table, &strings, "file.c", STT_FILE, SHN_ABS, 0, 0, false);
	for (size_t i = KERNEL_MAKER_SYMBOLS; i-- > 0;)
		put_symbol(&table, &strings, symbols[i].name,
			   symbols[i].type == 'W' ? ELF64_ST_INFO(STB_WEAK, STT_FUNC) :
			   symbols[i].type < 'a'  ? function :
						    ELF64_ST_INFO(STB_LOCAL, STT_FUNC),
			   symbols[i].address < RODATA ? 1 : 2, symbols[i].address, 0, false);
	put_symbol(&table, &strings, "absolute", STB_LOCAL << 4, SHN_ABS, 16, 0, false);
	put_symbol(&table, &strings, "__crc_printk", STB_LOCAL << 4, SHN_ABS, 5, 0, false);
	put_symbol(&table, &strings, "undefined", STB_GLOBAL << 4, SHN_UNDEF, 0, 0, false);
	put_symbol(&table, &strings, ".Ltmp1", STB_LOCAL << 4, 1, KERNEL_MAKER_TEXT + 1, 0, false);
	if (!lp_buf_ok(&table) || !lp_buf_ok(&strings))
		return -1;
	const struct kernel_maker_section sections[] = {
		{ ".text", SHT_NOBITS, SHF_ALLOC | SHF_EXECINSTR, KERNEL_MAKER_TEXT, 0, 0, NULL, 0x400 },
		{ ".data", SHT_NOBITS, SHF_ALLOC | SHF_WRITE, RODATA, 0, 0, NULL, 0x400 },
		{ ".symtab", SHT_SYMTAB, 0, 0, 4, 1, table.data, table.len },
		{ ".strtab", SHT_STRTAB, 0, 0, 0, 0, strings.data, strings.len },
	};

	return kernel_maker_elf(
		&(struct kernel_maker_elf){ .sections = sections, .n = 4, .type = ET_EXEC, .machine = EM_X86_64 }, out);
}

static void put_rela(struct lp_buf *out, uint64_t offset, uint32_t type, uint32_t symbol, uint64_t addend, bool be)
{
	bytes_put(out, offset, 8, be);
	bytes_put(out, (uint64_t)symbol << 32 | type, 8, be);
	bytes_put(out, addend, 8, be);
}

/* Its one CRC stands in the section itself, at .text + 56, or in a symbol. */
static void put_module_crc(bool be, enum kernel_maker_exports form, struct lp_buf *bytes, struct lp_buf *rela)
{
	bytes_put(bytes, form < KERNEL_MAKER_RELATIVE_CRCS ? MODULE_CRC : 0, 4, be);
	if (form == KERNEL_MAKER_RELATIVE_CRCS)
		put_rela(rela, 0, be ? R_390_PC32 : R_X86_64_PC32, 1, 56, be);
	else if (form == KERNEL_MAKER_ABSOLUTE_CRCS)
		put_rela(rela, 0, be ? R_390_32 : R_X86_64_32, 11, 0, be);
}

int kernel_maker_module(bool be, enum kernel_maker_exports form, struct lp_buf *out)
{
	/* Sections: 1 .text, 2 .init.text, 3 .modinfo, 4 strings, 5 __ksymtab_gpl, 6 its relocations, 7 __kcrctab_gpl,
	 * 8 __mcount_loc, 9 its relocations, 10 .symtab, 11 .strtab, 12 more for 7; symbols 1, 2 and 4 stand for
	 * sections, 11 is __crc_mod_export. */
	static const uint8_t zeros[64] = { 0 };
	const bool pointers = form == KERNEL_MAKER_POINTERS;
	uint8_t text[64] = { 0 };
	static const char strings[] = "mod_export\0MOD_NS";
	static const char info[] = "name=test_mod";
	const uint8_t local = ELF64_ST_INFO(STB_LOCAL, STT_FUNC);
	const uint32_t absolute = be ? R_390_64 : R_X86_64_64;
	const uint32_t export = pointers ? absolute : be ? R_390_PC32 : R_X86_64_PC32;
	LP_AUTO_BUF struct lp_buf table = { 0 };
	LP_AUTO_BUF struct lp_buf names = { 0 };
	LP_AUTO_BUF struct lp_buf exports = { 0 };
	LP_AUTO_BUF struct lp_buf crc = { 0 };
	LP_AUTO_BUF struct lp_buf crc_rela = { 0 };
	LP_AUTO_BUF struct lp_buf sites = { 0 };

	lp_buf_append(&names, "", 1);
	for (unsigned int i = 0; i < 5; i++)
		put_symbol(&table, &names, "", i ? STT_SECTION : 0, i, 0, 0, be);
	put_symbol(&table, &names, "twice", local, 1, 32, 8, be);
	put_symbol(&table, &names, "mod_init", local, 2, 0, 8, be);
	put_symbol(&table, &names, "twice", local, 1, 16, 8, be);
	put_symbol(&table, &names, "quiet", local, 1, 48, 0, be);
	put_symbol(&table, &names, "__UNIQUE_ID_name", STT_OBJECT, 3, 0, 8, be);
	put_symbol(&table, &names, "printk", STB_GLOBAL << 4, SHN_UNDEF, 0, 0, be);
	for (unsigned int i = 0; i < 3; i++)
		put_rela(&exports, i * (pointers ? 8 : 4), export, i ? 4 : 1, i == 2 ? 11 : 0, be);
	put_symbol(&table, &names, "__crc_mod_export", STB_LOCAL << 4, SHN_ABS, MODULE_CRC, 0, be);
	bytes_put_at(text + 56, MODULE_CRC, 4, be);
	put_module_crc(be, form, &crc, &crc_rela);
	put_rela(&sites, 0, absolute, 1, 36, be);
	put_rela(&sites, 8, absolute, 1, 16, be);
	put_rela(&sites, 16, absolute, 2, 0, be);
	if (!lp_buf_ok(&table) || !lp_buf_ok(&names) || !lp_buf_ok(&exports) || !lp_buf_ok(&crc) || !lp_buf_ok(&sites))
		return -1;
	const struct kernel_maker_section sections[] = {
		{ ".text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0, 0, 0, text, 64 },
		{ ".init.text", SHT_PROGBITS, SHF_ALLOC | SHF_EXECINSTR, 0, 0, 0, zeros, 16 },
		{ ".modinfo", SHT_PROGBITS, SHF_ALLOC, 0, 0, 0, info, sizeof(info) },
		{ "__ksymtab_strings", SHT_PROGBITS, SHF_ALLOC, 0, 0, 0, strings, sizeof(strings) },
		{ "__ksymtab_gpl", SHT_PROGBITS, SHF_ALLOC, 0, 0, 0, zeros, pointers ? 24 : 12 },
		{ ".rela__ksymtab_gpl", SHT_RELA, SHF_INFO_LINK, 0, 10, 5, exports.data, exports.len },
		{ "__kcrctab_gpl", SHT_PROGBITS, SHF_ALLOC, 0, 0, 0, crc.data, crc.len },
		{ "__mcount_loc", SHT_PROGBITS, SHF_ALLOC | SHF_WRITE, 0, 0, 0, zeros, 24 },
		{ ".rela__mcount_loc", SHT_RELA, SHF_INFO_LINK, 0, 10, 8, sites.data, sites.len },
		{ ".symtab", SHT_SYMTAB, 0, 0, 11, 1, table.data, table.len },
		{ ".strtab", SHT_STRTAB, 0, 0, 0, 0, names.data, names.len },
		{ ".rela__kcrctab_gpl", SHT_RELA, SHF_INFO_LINK, 0, 10, 7, crc_rela.data, crc_rela.len },
	};

	return kernel_maker_elf(&(struct kernel_maker_elf){ .sections = sections,
							    .n = crc_rela.len ? 12 : 11,
							    .type = ET_REL,
							    .machine = be ? EM_S390 : EM_X86_64,
							    .big_endian = be },
				out);
}

static void put_type(struct lp_buf *out, uint32_t name, uint32_t info, uint32_t size, bool be)
{
	bytes_put(out, name, 4, be);
	bytes_put(out, info, 4, be);
	bytes_put(out, size, 4, be);
}

int kernel_maker_btf(bool be, struct lp_buf *out)
{
	static const char strings[] = "\0klp_func\0old_name\0old_sympos\0flag\0list\0klp_object\0char\0u64";
	enum {
		KLP_FUNC = 1,
		OLD_NAME = 10,
		OLD_SYMPOS = 19,
		FLAG = 30,
		LIST = 35,
		KLP_OBJECT = 40,
		CHAR = 51,
		U64 = 56
	};
	LP_AUTO_BUF struct lp_buf types = { 0 };
	const uint32_t func[][3] = { { OLD_NAME, 2, 0 }, { 0, 6, 64 }, { FLAG, 1, 1 << 24 | 192 }, { LIST, 7, 200 } };

	put_type(&types, CHAR, 1 << 24, 1, be); /* 1: char */
	bytes_put(&types, 8, 4, be);
	put_type(&types, 0, 2 << 24, 1, be);   /* 2: char * */
	put_type(&types, U64, 8 << 24, 4, be); /* 3: typedef of 4 */
	put_type(&types, 0, 1 << 24, 8, be);   /* 4: 8 bytes */
	bytes_put(&types, 64, 4, be);
	put_type(&types, KLP_FUNC, 1u << 31 | 4 << 24 | 4, 152, be); /* 5 */
	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < 3; j++)
			bytes_put(&types, func[i][j], 4, be);
	put_type(&types, 0, 5 << 24 | 1, 8, be); /* 6: union { u64 old_sympos; } */
	bytes_put(&types, OLD_SYMPOS, 4, be);
	bytes_put(&types, 3, 4, be);
	bytes_put(&types, 0, 4, be);
	put_type(&types, 0, 3 << 24, 0, be); /* 7: u64[3] */
	bytes_put(&types, 3, 4, be);
	bytes_put(&types, 3, 4, be);
	bytes_put(&types, 3, 4, be);
	put_type(&types, KLP_OBJECT, 7 << 24, 0, be);   /* 8: a declaration */
	put_type(&types, KLP_OBJECT, 4 << 24, 168, be); /* 9 */

	bytes_put(out, 0xeb9f, 2, be);
	bytes_put(out, 1, 2, false);
	bytes_put(out, 24, 4, be);
	bytes_put(out, 0, 4, be);
	bytes_put(out, types.len, 4, be);
	bytes_put(out, types.len, 4, be);
	bytes_put(out, sizeof(strings), 4, be);
	lp_buf_append(out, types.data, types.len);
	lp_buf_append(out, strings, sizeof(strings));
	return lp_buf_ok(out) ? 0 : -1;
}
