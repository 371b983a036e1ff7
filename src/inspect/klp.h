/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The anatomy of livepatch modules: one reader for each builder. */
#ifndef LP_INSPECT_KLP_H
#define LP_INSPECT_KLP_H

#include "base/facts.h"
#include "inspect/elf.h"

/* Far above any real livepatch; they bound what a hostile file makes us allocate. */
#define LP_KLP_OBJECTS_MAX 65536u
#define LP_KLP_FUNCS_MAX 65536u
#define LP_KLP_STATES_MAX 65536u

/* Add with a copy of the name, which must not be NULL: the caller names the place of a bad one. *n_funcs counts the
 * functions of the whole module. */
int lp_klp_add_object(const struct lp_elf *elf, struct lp_module_facts *out, const char *name,
		      struct lp_object **object, struct lppack_error *err);
int lp_klp_add_func(const struct lp_elf *elf, struct lp_object *object, const char *name, uint64_t sympos,
		    size_t *n_funcs, struct lppack_error *err);
/* The callbacks whose pointers are relocated, of the four from offset on (kernel: struct klp_callbacks). */
unsigned int lp_klp_callbacks(const struct lp_elf *elf, uint32_t section, uint64_t offset);

/*
 * Each fills builder, replace, objects and states if the module is of its builder's making, and leaves out alone
 * otherwise. Objects may come more than once with one name.
 */
int lp_klp_read_source(const struct lp_elf *elf, struct lp_module_facts *out, struct lppack_error *err);
int lp_klp_read_kpatch(const struct lp_elf *elf, struct lp_module_facts *out, struct lppack_error *err);
int lp_klp_read_build(const struct lp_elf *elf, struct lp_module_facts *out, struct lppack_error *err);

#endif
