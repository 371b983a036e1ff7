/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The symbols of a kernel or a module, whatever they were read from, and the questions that livepatch asks of them. A
 * set is zeroed by the caller, filled once, and empty again after a failure; "name" is for messages. */
#ifndef LP_INSPECT_SYMBOL_SET_H
#define LP_INSPECT_SYMBOL_SET_H

#include "shared/cleanup.h"
#include "base/error.h"
#include "inspect/arena.h"

#include <stdint.h>

enum lp_symbol_source {
	LP_SYMBOLS_NONE,
	LP_SYMBOLS_IMAGE,  /* the kallsyms tables within a kernel image: what the kernel itself will look up */
	LP_SYMBOLS_MAP,    /* System.map */
	LP_SYMBOLS_PROC,   /* /proc/kallsyms */
	LP_SYMBOLS_ELF,    /* .symtab of a vmlinux or its debug file */
	LP_SYMBOLS_MODULE, /* .symtab of a .ko */
};

struct lp_kernel_symbol {
	const char *name;
	const char *object; /* NULL: vmlinux; otherwise a module's name, with '_' */
	uint64_t address;   /* 0 if !has_addresses; of a .ko: section << 32 | offset in it */
	uint64_t size;      /* up to the next higher symbol of its object, as kallsyms has it; 0 if unknown */
	char type;          /* as nm says it: T t D d R r ... */
	bool init;          /* of a .ko: freed after its init, so no longer found in a live module */
};

struct lp_symbol_set {
	enum lp_symbol_source source;
	bool has_addresses;               /* false: read without privilege, or no table of addresses was found */
	struct lp_kernel_symbol *symbols; /* vmlinux by address, then modules as their symbol tables have them */
	size_t n;
	/* private */
	struct lp_arena arena;
	uint32_t *by_name;    /* places in symbols, by name and place */
	uint32_t *by_address; /* places in symbols, by address and place */
};

/* For the readers (kallsyms.h, symbol_elf.h, symbol_text.h). */
/* Makes room for n symbols in an empty set. */
int lp_symbol_set_reserve(struct lp_symbol_set *set, size_t n, const char *name, struct lppack_error *err);
/* Computes sizes and indexes. Frees the set on failure. */
int lp_symbol_set_finish(struct lp_symbol_set *set, struct lppack_error *err);
void lp_symbol_set_free(struct lp_symbol_set *set);

/* In the queries object is NULL or "vmlinux" for the kernel proper. Symbols freed after init do not count. */
/* How many symbols of that name the object has: what "sympos" counts (kernel/livepatch/core.c, klp_find_callback). */
size_t lp_symbol_set_count(const struct lp_symbol_set *set, const char *object, const char *name);
/* The nth of them, from 1; or NULL. */
const struct lp_kernel_symbol *lp_symbol_set_find(const struct lp_symbol_set *set, const char *object, const char *name,
						  uint64_t nth);
/* Whether the object has any symbol at all. */
bool lp_symbol_set_has_object(const struct lp_symbol_set *set, const char *object);

enum lp_resolution {
	LP_RESOLVED,
	LP_RESOLVE_MISSING,
	LP_RESOLVE_AMBIGUOUS,    /* sympos 0 and more than one */
	LP_RESOLVE_OUT_OF_RANGE, /* fewer than sympos */
};

/* As klp_find_object_symbol(). *symbol (may be NULL) receives what was found; *count (may be NULL) how many there
 * are. */
enum lp_resolution lp_symbol_set_resolve(const struct lp_symbol_set *set, const char *object, const char *name,
					 uint64_t sympos, const struct lp_kernel_symbol **symbol, size_t *count);
/* The last symbol at or below an address, or NULL. */
const struct lp_kernel_symbol *lp_symbol_set_at(const struct lp_symbol_set *set, uint64_t address);
/* The nearest name of an object for "did you mean": function names with the same stem (gcc's .isra.0, .constprop.0,
 * .part.0, .cold and the like dropped on both sides); NULL if none. */
const struct lp_kernel_symbol *lp_symbol_set_find_variant(const struct lp_symbol_set *set, const char *object,
							  const char *name);

#define LP_AUTO_SYMBOL_SET LP_AUTO(lp_symbol_set_free)

#endif
