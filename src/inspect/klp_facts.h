/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the readers of livepatches add to a module's facts, and the trace of where they found it. */
#ifndef LP_INSPECT_KLP_FACTS_H
#define LP_INSPECT_KLP_FACTS_H

#include "base/facts.h"
#include "inspect/elf.h"
#include "inspect/fault.h"

/* Far above any real livepatch; they bound what a hostile file makes us allocate. */
#define LP_KLP_OBJECTS_MAX 65536u
#define LP_KLP_FUNCS_MAX 65536u
#define LP_KLP_STATES_MAX 65536u

/* A replaced function as a reader finds it; strings are borrowed from the file. */
struct lp_klp_func {
	const char *object;
	const char *name;
	uint64_t sympos;
	const struct lp_elf_reloc *code; /* of the pointer to the new code, or NULL */
	uint64_t size;                   /* of the new code, where the builder tells it, or 0 */
};

/* What a reader found and where, besides the facts. Zeroed at first; the functions are kept on request only. */
struct lp_klp_trace {
	bool wanted;
	struct lp_faults faults; /* of what can be read, but means nothing to the kernel */
	size_t n_seen;           /* functions of the whole module */
	struct lp_klp_func *funcs;
	size_t n_funcs;
	uint32_t patch_section; /* of struct klp_patch in data; 0: none */
	uint64_t patch_offset;
	/* Bytes from one entry to the next, where an array has two; else 0. */
	uint64_t object_stride;
	uint64_t func_stride;
	/* Bytes that the array, the smallest of them, can have, where none has two; else 0. */
	uint64_t object_room;
	uint64_t func_room;
};

void lp_klp_trace_free(struct lp_klp_trace *trace);
/* Notes a fault of the structures themselves. Where no trace is wanted the module cannot be read: LPPACK_E_MODULE. */
int lp_klp_fault(const struct lp_elf *elf, struct lp_klp_trace *trace, const struct lp_fault *fault,
		 struct lppack_error *err);

/* Notes that the kernel's own object has a name, where it must be NULL. */
int lp_klp_spelled_vmlinux(const struct lp_elf *elf, struct lp_klp_trace *trace, struct lppack_error *err);
/* Add with a copy of the name, which must not be NULL: the caller names the place of a bad one. */
int lp_klp_add_object(const struct lp_elf *elf, struct lp_module_facts *out, const char *name,
		      struct lp_object **object, struct lppack_error *err);
int lp_klp_add_func(const struct lp_elf *elf, struct lp_object *object, const struct lp_klp_func *found,
		    struct lp_klp_trace *trace, struct lppack_error *err);
/* The callbacks whose pointers are relocated, of the four from offset on (kernel: struct klp_callbacks). */
unsigned int lp_klp_callbacks(const struct lp_elf *elf, uint32_t section, uint64_t offset);

#endif
