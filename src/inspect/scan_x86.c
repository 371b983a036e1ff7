/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a module's x86-64 code stores to replace of its struct klp_patch, found without running it. */
#include "inspect/scan_x86.h"

#include "shared/array.h"
#include "inspect/code.h"
#include "inspect/x86.h"

#include <elf.h>
#include <string.h>

/* struct klp_patch (include/linux/livepatch.h) */
#define PATCH_REPLACE 24

#define REGISTERS 16u
#define RAX 0u
#define RDX 2u
#define RDI 7u
#define EVENTS_MAX 65536u
/* Bytes, symbols and relocations looked at: a file may name the same ones for any number of sections. */
#define WORK_MAX (UINT64_C(1) << 27)

enum kind {
	UNKNOWN,
	CONSTANT, /* offset */
	ADDRESS,  /* of section + offset */
	VARIABLE, /* what the 8 bytes at section + offset hold */
	RESULT,   /* unknown, but told apart from others: section + offset of the instruction that first used it */
};

struct value {
	enum kind kind;
	uint32_t section;
	uint64_t offset;
};

/* A write to a klp_patch, or to what may be one. */
struct event {
	struct value base;
	uint64_t at;
	bool is_module; /* &__this_module to offset 0; otherwise to replace */
	bool is_known;
	uint8_t byte;
};

struct scan {
	struct lp_code code;
	const struct lp_klp_trace *trace;
	struct lp_replace_scan *out;
	struct value registers[REGISTERS];
	struct event *events;
	size_t n_events;
	size_t next_reloc;
	uint64_t at;
	struct lp_x86_insn insn;
	const struct lp_code_reloc *disp_reloc;
	const struct lp_code_reloc *imm_reloc;
};

static void cleanup_scan(struct scan *s)
{
	lp_code_close(&s->code);
	free(s->events);
}

static bool same_value(const struct value *a, const struct value *b)
{
	return a->kind == b->kind && a->section == b->section && a->offset == b->offset;
}

static void forget_all(struct scan *s)
{
	memset(s->registers, 0, sizeof(s->registers));
}

static void set_register(struct scan *s, unsigned int i, enum kind kind, uint32_t section, uint64_t offset)
{
	s->registers[i % REGISTERS] = (struct value){ kind, section, offset };
}

static void forget(struct scan *s, unsigned int i)
{
	set_register(s, i, UNKNOWN, 0, 0);
}

/* The address that the relocation of a displacement or immediate makes. */
static struct value scan_resolve(const struct scan *s, const struct lp_code_reloc *reloc)
{
	struct value value = { ADDRESS, reloc->to_section, reloc->to_offset };

	if (!reloc->to_section)
		return (struct value){ 0 };
	switch (reloc->type) {
	case R_X86_64_PC32:
	case R_X86_64_PLT32:
		value.offset += s->at + s->insn.length - reloc->offset;
		return value;
	case R_X86_64_64:
	case R_X86_64_32:
	case R_X86_64_32S:
		return value;
	default:
		return (struct value){ 0 };
	}
}

static bool scan_is_this_module(const struct scan *s, const struct value *value)
{
	return value->kind == ADDRESS && value->offset == 0 &&
	       strcmp(s->code.elf->sections[value->section].name, ".gnu.linkonce.this_module") == 0;
}

static int add_event(struct scan *s, const struct event *event, struct lppack_error *err)
{
	struct event *added;

	if (s->n_events == EVENTS_MAX) {
		s->out->is_whole = false;
		return 0;
	}
	added = lp_array_add(&s->events, &s->n_events, sizeof(*added));
	if (!added)
		return lp_fail_nomem(err);
	*added = *event;
	added->at = s->at;
	return 0;
}

/* Where the memory operand is: an address, or a base and a distance from it. */
static struct value memory_base(struct scan *s, int64_t *distance)
{
	const struct lp_x86_insn *insn = &s->insn;
	struct value base = { 0 };

	*distance = insn->disp;
	if (insn->has_index)
		return base;
	if (insn->base == LP_X86_NO_BASE) {
		*distance = 0;
		return s->disp_reloc ? scan_resolve(s, s->disp_reloc) : base;
	}
	if (s->disp_reloc)
		return base;
	/* An unknown pointer gets an identity, so that two stores through it are seen to belong together. */
	if (s->registers[insn->base].kind == UNKNOWN)
		set_register(s, insn->base, RESULT, s->code.section, s->at);
	return s->registers[insn->base];
}

static bool covers(int64_t from, size_t size, int64_t what)
{
	return from <= what && what - from < (int64_t)size;
}

/* A write of `size` bytes to the memory operand; stored is what is written, of kind UNKNOWN or CONSTANT or ADDRESS. */
static int note_write(struct scan *s, size_t size, const struct value *stored, struct lppack_error *err)
{
	int64_t distance = 0;
	struct event event = { .base = memory_base(s, &distance) };
	struct value *base = &event.base;

	if (base->kind == UNKNOWN || base->kind == CONSTANT)
		return 0;
	if (base->kind == ADDRESS) {
		if (!s->trace->patch_section || base->section != s->trace->patch_section)
			return 0;
		distance += (int64_t)(base->offset - s->trace->patch_offset);
		base->offset = s->trace->patch_offset;
	} else if (s->trace->patch_section) {
		return 0;
	}
	event.is_module = distance == 0 && size == 8 && scan_is_this_module(s, stored);
	if (!event.is_module && !covers(distance, size, PATCH_REPLACE))
		return 0;
	event.is_known = stored->kind == CONSTANT;
	event.byte = (uint8_t)(stored->offset >> 8 * ((uint64_t)(PATCH_REPLACE - distance) & 7));
	return add_event(s, &event, err);
}

static struct value immediate(const struct scan *s)
{
	if (s->imm_reloc)
		return scan_resolve(s, s->imm_reloc);
	return (struct value){ CONSTANT, 0, (uint64_t)s->insn.imm };
}

static size_t operand_size(const struct lp_x86_insn *insn)
{
	return insn->wide ? 8 : insn->is_word ? 2 : 4;
}

/* Without REX, the numbers 4 to 7 mean the second bytes of registers 0 to 3. */
static unsigned int byte_register(const struct lp_x86_insn *insn, unsigned int i)
{
	return !insn->has_rex && i >= 4 && i < 8 ? i - 4 : i;
}

static int store_register(struct scan *s, bool is_byte, struct lppack_error *err)
{
	const struct lp_x86_insn *insn = &s->insn;
	struct value value = s->registers[insn->reg];
	struct value place;
	int64_t distance;

	if (is_byte && byte_register(insn, insn->reg) != insn->reg)
		value = (struct value){ 0 };
	if (is_byte || !insn->wide)
		return note_write(s, is_byte ? 1 : operand_size(insn), &value, err);
	place = memory_base(s, &distance);
	if (place.kind != ADDRESS || distance)
		return note_write(s, 8, &value, err);
	/* The variable changes: who else holds its old value, holds it no longer; who is stored is its value. */
	place.kind = VARIABLE;
	for (unsigned int i = 0; i < REGISTERS; i++)
		if (same_value(&s->registers[i], &place))
			forget(s, i);
	if (value.kind == UNKNOWN || value.kind == RESULT)
		s->registers[insn->reg] = place;
	return note_write(s, 8, &value, err);
}

static void load_register(struct scan *s)
{
	const struct lp_x86_insn *insn = &s->insn;
	int64_t distance = 0;
	struct value from = memory_base(s, &distance);

	if (insn->wide && from.kind == ADDRESS && !distance)
		set_register(s, insn->reg, VARIABLE, from.section, from.offset);
	else
		forget(s, insn->reg);
}

/* 88 to 8b, 8d, b0 to bf, c6, c7. */
static int do_move(struct scan *s, struct lppack_error *err)
{
	const struct lp_x86_insn *insn = &s->insn;
	int64_t distance = 0;
	struct value value;

	switch (insn->opcode) {
	case 0x88:
	case 0x89:
		if (insn->has_memory)
			return store_register(s, insn->opcode == 0x88, err);
		if (insn->opcode == 0x89 && !insn->is_word)
			s->registers[insn->rm] = s->registers[insn->reg];
		else
			forget(s, byte_register(insn, insn->rm));
		return 0;
	case 0x8b:
		if (insn->has_memory)
			load_register(s);
		else
			s->registers[insn->reg] = s->registers[insn->rm];
		return 0;
	case 0x8d:
		value = memory_base(s, &distance);
		value.offset += (uint64_t)distance;
		if (value.kind == ADDRESS && insn->wide)
			s->registers[insn->reg] = value;
		else
			forget(s, insn->reg);
		return 0;
	case 0xc6:
	case 0xc7:
		value = immediate(s);
		if (insn->has_memory)
			return note_write(s, insn->opcode == 0xc6 ? 1 : operand_size(insn), &value, err);
		if (insn->opcode == 0xc7 && !insn->is_word)
			s->registers[insn->rm] = value;
		else
			forget(s, byte_register(insn, insn->rm));
		return 0;
	default:
		if (insn->opcode >= 0xb8 && !insn->is_word)
			s->registers[insn->rm] = immediate(s);
		else
			forget(s, byte_register(insn, insn->opcode == 0x8a ? insn->reg : insn->rm));
		return 0;
	}
}

/* A write of something that is not followed up, to memory or the register rm. */
static int clobber_rm(struct scan *s, struct lppack_error *err)
{
	const struct value nothing = { 0 };

	if (s->insn.has_memory)
		return note_write(s, 16, &nothing, err);
	forget(s, s->insn.rm);
	forget(s, byte_register(&s->insn, s->insn.rm));
	return 0;
}

/* 00 to 3b with a modrm byte. */
static int do_arithmetic(struct scan *s, struct lppack_error *err)
{
	const struct lp_x86_insn *insn = &s->insn;

	if (insn->opcode >= 0x38)
		return 0;
	if ((insn->opcode & 0xfd) == 0x31 && !insn->has_memory && insn->reg == insn->rm) {
		set_register(s, insn->rm, CONSTANT, 0, 0);
		return 0;
	}
	if ((insn->opcode & 2) == 0)
		return clobber_rm(s, err);
	forget(s, insn->reg);
	forget(s, byte_register(insn, insn->reg));
	return 0;
}

/* System V: the others keep their values. */
static void do_call(struct scan *s)
{
	static const uint8_t clobbered[] = { 0, 1, 2, 6, 7, 8, 9, 10, 11 };

	for (size_t i = 0; i < sizeof(clobbered); i++)
		forget(s, clobbered[i]);
}

static int do_group(struct scan *s, struct lppack_error *err)
{
	unsigned int which = s->insn.reg & 7;

	switch (s->insn.opcode) {
	case 0x80:
	case 0x81:
	case 0x83:
		return which == 7 ? 0 : clobber_rm(s, err);
	case 0xf6:
	case 0xf7:
		if (which < 2)
			return 0;
		if (which < 4)
			return clobber_rm(s, err);
		forget(s, RAX);
		forget(s, RDX);
		return 0;
	case 0xff:
		if (which == 2)
			do_call(s);
		else if (which == 4 || which == 5)
			forget_all(s);
		else if (which < 2)
			return clobber_rm(s, err);
		return 0;
	default:
		return clobber_rm(s, err);
	}
}

/* movs and stos: a pointer into the section of klp_patch may reach it. */
static int do_string(struct scan *s, struct lppack_error *err)
{
	const struct value *to = &s->registers[RDI];
	struct event event = { .base = { ADDRESS, s->trace->patch_section, s->trace->patch_offset } };
	int rc = 0;

	if (s->trace->patch_section && to->kind == ADDRESS && to->section == event.base.section &&
	    to->offset <= event.base.offset + PATCH_REPLACE)
		rc = add_event(s, &event, err);
	forget_all(s);
	return rc;
}

/* What is known of no instruction here may write anything it names. */
static int do_other(struct scan *s, struct lppack_error *err)
{
	int rc = 0;

	if (s->insn.has_memory)
		rc = clobber_rm(s, err);
	forget_all(s);
	return rc;
}

static int do_one_byte(struct scan *s, struct lppack_error *err)
{
	uint8_t opcode = s->insn.opcode;

	if (opcode < 0x40 && s->insn.has_modrm)
		return do_arithmetic(s, err);
	if ((opcode >= 0x88 && opcode <= 0x8b) || opcode == 0x8d || (opcode & 0xf0) == 0xb0 || (opcode & 0xfe) == 0xc6)
		return do_move(s, err);
	if (opcode == 0x80 || opcode == 0x81 || opcode == 0x83 || (opcode & 0xfe) == 0xc0 || (opcode & 0xfc) == 0xd0 ||
	    (opcode & 0xf6) == 0xf6)
		return do_group(s, err);
	if ((opcode & 0xfe) == 0xa4 || (opcode & 0xfe) == 0xaa)
		return do_string(s, err);
	if (opcode == 0xe8)
		do_call(s);
	else if (opcode == 0x63 || opcode == 0x69 || opcode == 0x6b)
		forget(s, s->insn.reg);
	else if ((opcode & 0xf8) == 0x58)
		forget(s, s->insn.rm);
	else if ((opcode < 0x40 && (opcode & 7) < 6) || opcode == 0x98)
		forget(s, RAX);
	else if (opcode == 0x99)
		forget(s, RDX);
	else if ((opcode & 0xf8) != 0x50 && (opcode & 0xf0) != 0x70 && opcode != 0x84 && opcode != 0x85 &&
		 opcode != 0x90 && opcode != 0xa8 && opcode != 0xa9 && opcode != 0x68 && opcode != 0x6a)
		return do_other(s, err);
	return 0;
}

static int do_two_byte(struct scan *s, struct lppack_error *err)
{
	uint8_t opcode = s->insn.opcode;

	if ((opcode & 0xf0) == 0x80 || opcode == 0x1e || opcode == 0x1f || opcode == 0x0d || opcode == 0x18 ||
	    opcode == 0xa3)
		return 0;
	if ((opcode & 0xf0) == 0x90)
		return s->insn.has_memory ? note_write(s, 1, &(struct value){ 0 }, err) : clobber_rm(s, err);
	if ((opcode & 0xf0) == 0x40 || (opcode & 0xf6) == 0xb6 || opcode == 0xaf) {
		forget(s, s->insn.reg);
		return 0;
	}
	return do_other(s, err);
}

static int scan_interpret(struct scan *s, struct lppack_error *err)
{
	if (s->insn.is_vex)
		return do_other(s, err);
	switch (s->insn.map) {
	case LP_X86_ONE_BYTE:
		return do_one_byte(s, err);
	case LP_X86_0F:
		return do_two_byte(s, err);
	default:
		return do_other(s, err);
	}
}

/* Decodes the instruction at s->at with its relocations. One of them in the midst of something else means that what
 * was decoded is not what the compiler wrote. */
static bool scan_decode(struct scan *s)
{
	const struct lp_code *code = &s->code;
	struct lp_x86_insn *insn = &s->insn;

	s->disp_reloc = NULL;
	s->imm_reloc = NULL;
	if (!lp_x86_decode(code->bytes + s->at, code->size - s->at, insn))
		return false;
	for (; s->next_reloc < code->n_relocs; s->next_reloc++) {
		const struct lp_code_reloc *reloc = &code->relocs[s->next_reloc];

		if (reloc->offset < s->at)
			return false;
		if (reloc->offset >= s->at + insn->length)
			break;
		if (insn->disp_size && reloc->offset == s->at + insn->disp_at)
			s->disp_reloc = reloc;
		else if (insn->imm_size && reloc->offset == s->at + insn->imm_at)
			s->imm_reloc = reloc;
		else if (reloc->type != R_X86_64_NONE)
			return false;
	}
	return true;
}

static bool is_branch(const struct lp_x86_insn *insn)
{
	if (insn->map == LP_X86_0F)
		return (insn->opcode & 0xf0) == 0x80;
	return insn->map == LP_X86_ONE_BYTE && ((insn->opcode & 0xf0) == 0x70 || (insn->opcode & 0xfc) == 0xe0 ||
						insn->opcode == 0xe8 || insn->opcode == 0xe9 || insn->opcode == 0xeb);
}

static bool find_entries(struct scan *s)
{
	for (s->at = 0, s->next_reloc = 0; s->at < s->code.size; s->at += s->insn.length) {
		if (!scan_decode(s))
			return false;
		if (!s->insn.is_vex && is_branch(&s->insn) && !s->imm_reloc)
			lp_code_add_entry(&s->code, s->at + s->insn.length + (uint64_t)s->insn.imm);
	}
	return true;
}

static bool scan_is_patch(const struct scan *s, const struct value *base)
{
	if (base->kind == ADDRESS)
		return true;
	for (size_t i = 0; i < s->n_events; i++)
		if (s->events[i].is_module && same_value(&s->events[i].base, base))
			return true;
	return false;
}

static void count_events(struct scan *s)
{
	size_t looked_up = 0;

	for (size_t i = 0; i < s->n_events; i++) {
		const struct event *event = &s->events[i];

		if (event->is_module)
			s->out->found_patch = true;
		/* Real init code has a handful; the product is bounded all the same. */
		if (event->is_module || ++looked_up > 1024 || !scan_is_patch(s, &event->base))
			continue;
		if (!event->is_known)
			s->out->n_unknown++;
		else if (event->byte)
			s->out->n_true++;
		else
			s->out->n_false++;
		s->out->where = s->code.elf->sections[s->code.section].name;
		s->out->offset = event->at;
	}
	if (looked_up > 1024)
		s->out->is_whole = false;
}

static int scan_section(const struct lp_elf *elf, const struct lp_klp_trace *trace, uint32_t section, uint64_t *work,
			struct lp_replace_scan *out, struct lppack_error *err)
{
	LP_AUTO(cleanup_scan) struct scan s = { .trace = trace, .out = out };
	int rc = lp_code_open(&s.code, elf, section, err);

	if (rc < 0)
		return rc;
	*work += s.code.size + s.code.n_relocs;
	if (!find_entries(&s))
		out->is_whole = false;
	for (s.at = 0, s.next_reloc = 0; s.at < s.code.size && scan_decode(&s); s.at += s.insn.length) {
		if (lp_code_is_entry(&s.code, s.at))
			forget_all(&s);
		rc = scan_interpret(&s, err);
		if (rc < 0)
			return rc;
	}
	count_events(&s);
	return 0;
}

/* A klp_patch that code makes is made by init code; other code makes structures that look alike. */
static bool is_wanted(const struct lp_elf *elf, const struct lp_klp_trace *trace, uint32_t section)
{
	return lp_elf_is_code(elf, section) && elf->sections[section].bytes &&
	       (trace->patch_section || strncmp(elf->sections[section].name, ".init", 5) == 0);
}

int lp_replace_scan_x86(const struct lp_elf *elf, const struct lp_klp_trace *trace, struct lp_replace_scan *out,
			struct lppack_error *err)
{
	const struct lp_symtab table = lp_symtab_find(elf);
	uint64_t work = 0;

	*out = (struct lp_replace_scan){ .is_whole = true, .found_patch = trace->patch_section != 0 };
	for (uint32_t i = 1; i < elf->n_sections; i++) {
		int rc;

		if (!is_wanted(elf, trace, i))
			continue;
		work += table.n + elf->n_sections;
		if (work > WORK_MAX) {
			out->is_whole = false;
			return 0;
		}
		rc = scan_section(elf, trace, i, &work, out, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}
