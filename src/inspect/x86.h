/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lengths and operands of x86-64 instructions, as far as compilers of kernel modules make them. */
#ifndef LP_INSPECT_X86_H
#define LP_INSPECT_X86_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lp_x86_map {
	LP_X86_ONE_BYTE,
	LP_X86_0F,
	LP_X86_0F38,
	LP_X86_0F3A,
};

#define LP_X86_NO_BASE 0xff

struct lp_x86_insn {
	size_t length;
	enum lp_x86_map map;
	uint8_t opcode;
	bool wide;      /* REX.W */
	bool has_rex;
	bool is_word;   /* operand-size prefix */
	bool is_vex;
	bool has_modrm;
	bool has_memory; /* the modrm byte names memory, not a register */
	bool is_rip;     /* relative to the end of the instruction */
	bool has_index;
	uint8_t reg;     /* with REX.R */
	uint8_t rm;      /* with REX.B: a register, if there is no memory */
	uint8_t base;    /* of memory, with REX.B, or LP_X86_NO_BASE */
	int64_t disp;
	size_t disp_at; /* within the instruction; disp_size 0: none */
	size_t disp_size;
	int64_t imm; /* sign-extended; branches: relative to the end */
	size_t imm_at;
	size_t imm_size;
};

/* False if the bytes are no instruction that is known, or are cut off. */
bool lp_x86_decode(const uint8_t *code, size_t n, struct lp_x86_insn *out);

#endif
