/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Intel SDM volume 2, appendix A (opcode map), 64-bit mode. */
#include "inspect/x86.h"

#include "inspect/word.h"

/* What follows an opcode. */
enum form {
	BAD,
	NONE,  /* nothing */
	MODRM, /* modrm */
	IMM8,
	IMMZ,  /* 4 bytes, 2 with an operand-size prefix */
	REL32, /* 4 bytes */
	IMMV,  /* as IMMZ, 8 bytes with REX.W */
	IMM16,
	ENTER, /* 3 bytes */
	MOFFS, /* 8 bytes */
	M_IMM8,
	M_IMMZ,
	GROUP3, /* modrm; the immediate only for test */
};

/* A letter a column, of those in form_of(): . bad, n none, m modrm, b imm8, z immz, r rel32, v immv, w imm16, e enter,
 * o moffs, B modrm+imm8, Z modrm+immz, 3 group 3. Prefixes and escapes are dealt with before. */
static const char one_byte[16][17] = {
	"mmmmbz..mmmmbz..", "mmmmbz..mmmmbz..", "mmmmbz..mmmmbz..", "mmmmbz..mmmmbz..",
	"................", "nnnnnnnnnnnnnnnn", "...m....zZbBnnnn", "bbbbbbbbbbbbbbbb",
	"BZ.Bmmmmmmmmmmmm", "nnnnnnnnnn.nnnnn", "oooonnnnbznnnnnn", "bbbbbbbbvvvvvvvv",
	"BBwn..BZenwnnb.n", "mmmm...nmmmmmmmm", "bbbbbbbbrr.bnnnn", ".n..nn33nnnnnnmm",
};

static const char two_byte[16][17] = {
	"mmmm.nnnnn.n.mnB", "mmmmmmmmmmmmmmmm", "mmmm....mmmmmmmm", "nnnnnnnn........",
	"mmmmmmmmmmmmmmmm", "mmmmmmmmmmmmmmmm", "mmmmmmmmmmmmmmmm", "BBBBmmmnmm..mmmm",
	"rrrrrrrrrrrrrrrr", "mmmmmmmmmmmmmmmm", "nnnmBm..nnnmBmmm", "mmmmmmmmmmBmmmmm",
	"mmBmBBBmnnnnnnnn", "mmmmmmmmmmmmmmmm", "mmmmmmmmmmmmmmmm", "mmmmmmmmmmmmmmmm",
};

struct decoder {
	const uint8_t *code;
	size_t n;
	size_t at;
	uint8_t rex;
	bool short_addresses;
	bool failed;
};

static uint8_t x86_next(struct decoder *d)
{
	if (d->at >= d->n) {
		d->failed = true;
		return 0;
	}
	return d->code[d->at++];
}

/* Sign-extended. */
static int64_t x86_take(struct decoder *d, size_t size)
{
	uint64_t value;

	if (d->n - d->at < size) {
		d->failed = true;
		return 0;
	}
	value = lp_word_get(d->code + d->at, size, false);
	d->at += size;
	if (size && size < 8 && value >> (8 * size - 1))
		value |= ~UINT64_C(0) << (8 * size);
	return (int64_t)value;
}

static enum form form_of(const struct lp_x86_insn *insn)
{
	static const char letters[] = ".nmbzrvweoBZ3";
	char letter;

	if (insn->map == LP_X86_0F38)
		return MODRM;
	if (insn->map == LP_X86_0F3A)
		return M_IMM8;
	letter = (insn->map == LP_X86_0F ? two_byte : one_byte)[insn->opcode >> 4][insn->opcode & 15];
	for (unsigned int i = 0; letters[i]; i++)
		if (letters[i] == letter)
			return (enum form)i;
	return BAD;
}

static void read_modrm(struct decoder *d, struct lp_x86_insn *insn)
{
	uint8_t modrm = x86_next(d);
	uint8_t mod = modrm >> 6;
	uint8_t rm = modrm & 7;

	insn->has_modrm = true;
	insn->reg = (uint8_t)((modrm >> 3 & 7) | (d->rex & 4) << 1);
	insn->rm = (uint8_t)(rm | (d->rex & 1) << 3);
	if (mod == 3)
		return;
	insn->has_memory = true;
	insn->base = insn->rm;
	insn->disp_size = mod == 1 ? 1 : mod == 2 ? 4 : 0;
	if (rm == 4) {
		uint8_t sib = x86_next(d);

		insn->has_index = (sib >> 3 & 7) != 4 || (d->rex & 2);
		insn->base = (uint8_t)((sib & 7) | (d->rex & 1) << 3);
		if ((sib & 7) == 5 && mod == 0) {
			insn->base = LP_X86_NO_BASE;
			insn->disp_size = 4;
		}
	} else if (rm == 5 && mod == 0) {
		insn->base = LP_X86_NO_BASE;
		insn->is_rip = true;
		insn->disp_size = 4;
	}
	insn->disp_at = d->at;
	insn->disp = x86_take(d, insn->disp_size);
}

static void read_vex(struct decoder *d, struct lp_x86_insn *insn)
{
	uint8_t first = x86_next(d);

	insn->is_vex = true;
	insn->map = LP_X86_0F;
	d->rex = first & 0x80 ? 0 : 4;
	if (insn->opcode == 0xc4) {
		uint8_t map = first & 0x1f;

		d->rex = (uint8_t)(~first >> 5 & 7);
		insn->wide = x86_next(d) & 0x80;
		if (map < LP_X86_0F || map > LP_X86_0F3A)
			d->failed = true;
		else
			insn->map = (enum lp_x86_map)map;
	}
	insn->opcode = x86_next(d);
}

static void read_opcode(struct decoder *d, struct lp_x86_insn *insn)
{
	insn->opcode = x86_next(d);
	if (insn->opcode == 0xc4 || insn->opcode == 0xc5) {
		read_vex(d, insn);
		return;
	}
	if (insn->opcode != 0x0f)
		return;
	insn->map = LP_X86_0F;
	insn->opcode = x86_next(d);
	if (insn->opcode != 0x38 && insn->opcode != 0x3a)
		return;
	insn->map = insn->opcode == 0x38 ? LP_X86_0F38 : LP_X86_0F3A;
	insn->opcode = x86_next(d);
}

static void read_prefixes(struct decoder *d, struct lp_x86_insn *insn)
{
	for (; d->at < d->n; d->at++) {
		switch (d->code[d->at]) {
		case 0x66:
			insn->is_word = true;
			break;
		case 0x67:
			d->short_addresses = true;
			break;
		case 0x26: case 0x2e: case 0x36: case 0x3e: case 0x64: case 0x65: case 0xf0: case 0xf2: case 0xf3:
			break;
		default:
			if ((d->code[d->at] & 0xf0) != 0x40)
				return;
			d->rex = d->code[d->at++];
			insn->has_rex = true;
			insn->wide = d->rex & 8;
			return;
		}
	}
}

static size_t immediate_size(const struct decoder *d, const struct lp_x86_insn *insn, enum form form)
{
	size_t z = insn->is_word ? 2 : 4;

	switch (form) {
	case IMM8:
	case M_IMM8:
		return 1;
	case IMMZ:
	case M_IMMZ:
		return z;
	case REL32:
		return 4;
	case IMMV:
		return insn->wide ? 8 : z;
	case IMM16:
		return 2;
	case ENTER:
		return 3;
	case MOFFS:
		return d->short_addresses ? 4 : 8;
	case GROUP3:
		return (insn->reg & 7) > 1 ? 0 : insn->opcode == 0xf6 ? 1 : z;
	default:
		return 0;
	}
}

bool lp_x86_decode(const uint8_t *code, size_t n, struct lp_x86_insn *out)
{
	/* No instruction is longer. */
	struct decoder d = { .code = code, .n = n < 15 ? n : 15 };
	enum form form;

	*out = (struct lp_x86_insn){ .base = LP_X86_NO_BASE };
	read_prefixes(&d, out);
	read_opcode(&d, out);
	form = d.failed ? BAD : form_of(out);
	if (form == BAD)
		return false;
	if (form == MODRM || form >= M_IMM8)
		read_modrm(&d, out);
	else
		out->rm = (uint8_t)((out->opcode & 7) | (d.rex & 1) << 3);
	out->imm_size = immediate_size(&d, out, form);
	out->imm_at = d.at;
	out->imm = x86_take(&d, out->imm_size);
	out->length = d.at;
	return !d.failed;
}
