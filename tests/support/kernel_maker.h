/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes what is linked into kernels and modules for tests: ELF files of any sections, and within them kallsyms tables
 * in every layout, exports, ftrace sites, certificates and BTF. A zeroed struct of options is valid everywhere. The
 * functions return 0, or -1 without memory.
 */
#ifndef LP_TESTS_KERNEL_MAKER_H
#define LP_TESTS_KERNEL_MAKER_H

#include "shared/buf.h"

struct kernel_maker_section {
	const char *name;
	uint32_t type;
	uint64_t flags;
	uint64_t address;
	uint32_t link; /* from 1; the null section comes first, .shstrtab last */
	uint32_t info;
	const void *bytes;
	size_t n;
};

struct kernel_maker_elf {
	const struct kernel_maker_section *sections;
	size_t n;
	uint16_t type; /* e_type */
	uint16_t machine;
	bool big_endian;
	bool segments; /* a program header for each allocated section, and no section headers */
};

int kernel_maker_elf(const struct kernel_maker_elf *elf, struct lp_buf *out);

enum kernel_maker_layout {
	KERNEL_MAKER_TOKENS_FIRST,  /* since 6.4: names, tokens, then offsets and relative_base */
	KERNEL_MAKER_OFFSETS_FIRST, /* before */
	KERNEL_MAKER_SEQS,          /* 6.2: seqs_of_names between markers and tokens */
	KERNEL_MAKER_ABSOLUTE,      /* 64-bit addresses first */
	KERNEL_MAKER_PLACE,         /* offsets from where each stands */
	KERNEL_MAKER_BROKEN,        /* offsets that make no sense */
};

struct kernel_maker {
	enum kernel_maker_layout layout;
	bool percpu;     /* CONFIG_KALLSYMS_ABSOLUTE_PERCPU, and two symbols near address 0 */
	bool big_endian; /* s390x; else x86_64 */
	bool wide;       /* count and markers of 8 bytes, as before 4.20 */
	bool segments;   /* without section headers */
	bool no_symbols;
	bool relative_crcs;   /* distances to where they stand, as before 5.19 */
	size_t filler;        /* this many more symbols: filler_0000 ... */
	const char *vermagic; /* among the texts */
	const void *notes;    /* of a section .notes */
	size_t n_notes;
};

/* Addresses of the kernels made. */
#define KERNEL_MAKER_TEXT 0xffffffff81000000u
#define KERNEL_MAKER_INIT_TEXT 0xffffffff83100000u
/* One byte of a length is not enough for it. */
#define KERNEL_MAKER_LONG 200u
/* The number of symbols without filler and percpu, and where some stand (kernel_maker.c). */
#define KERNEL_MAKER_SYMBOLS 26u

/* A vmlinux. */
int kernel_maker_vmlinux(const struct kernel_maker *options, struct lp_buf *out);
/* The same symbols with a .symtab in no order, as a debug file has them. */
int kernel_maker_debug_file(struct lp_buf *out);
enum kernel_maker_exports {
	KERNEL_MAKER_RELATIVE,
	KERNEL_MAKER_POINTERS,
	KERNEL_MAKER_RELATIVE_CRCS, /* relative, and the CRCs are distances to where they stand */
	KERNEL_MAKER_ABSOLUTE_CRCS, /* relative, and the CRCs are values of symbols */
};

/* A .ko with functions, some of one name, exports and ftrace sites. */
int kernel_maker_module(bool big_endian, enum kernel_maker_exports exports, struct lp_buf *out);
/* Raw BTF with klp_object and klp_func. */
int kernel_maker_btf(bool big_endian, struct lp_buf *out);

#endif
