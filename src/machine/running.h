/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What lppack did to the running kernel: /var/lib/lppack/running.yaml. It tells lppack's own livepatches from foreign
 * ones, remembers that a transition was forced, and keeps of the level in force what decides over going back.
 */
#ifndef LP_MACHINE_RUNNING_H
#define LP_MACHINE_RUNNING_H

#include "format/format.h"
#include "format/yaml.h"
#include "machine/host.h"

#define LP_RUNNING_FILE "running.yaml"

/* A level on this kernel. Strings are owned. */
struct lp_loaded {
	struct lp_module_facts module; /* name, build ID, builder, replace mode, objects and states */
	struct lp_build_id kernel;
	char *release;
	struct lp_release_id id;
	uint64_t rollback_floor;
};

struct lp_running {
	char *boot_id;
	bool forced;                 /* lppack has forced a transition */
	struct lp_build_id *modules; /* what lppack has loaded and may still be there */
	size_t n_modules;
	bool has_active;
	struct lp_loaded active;
};

void lp_loaded_free(struct lp_loaded *loaded);
/* As lp_loaded_decode() reads it, and what of that people are told. NULL without memory. */
struct lppack_value *lp_loaded_tree(const struct lp_loaded *loaded);
struct lppack_value *lp_loaded_describe(const struct lp_loaded *loaded);
int lp_loaded_decode(struct lp_doc *doc, struct lp_loaded *out);
/* What a plan is about to put in force. */
int lp_loaded_copy(struct lp_loaded *out, const struct lp_manifest *manifest, const struct lp_module_facts *facts,
		   const struct lp_kernel_facts *kernel, struct lppack_error *err);
/* The same level, copied. */
int lp_loaded_clone(struct lp_loaded *out, const struct lp_loaded *from, struct lppack_error *err);

/* What is remembered of this boot; empty where nothing is, or it is of another one. */
int lp_running_read(struct lppack_host *host, struct lp_running *out, struct lppack_error *err);
/* Durably; modules whose livepatches the stack no longer lists are forgotten, but for the active one. */
int lp_running_write(struct lppack_host *host, struct lp_running *running, struct lppack_error *err);
void lp_running_free(struct lp_running *running);

/* A list of build IDs with one more; 0 or LPPACK_E_NO_MEMORY. */
int lp_build_ids_add(struct lp_build_id **ids, size_t *n, const struct lp_build_id *id, struct lppack_error *err);

/* Whether the texts name the same boot; what cannot be told counts as the same. */
bool lp_boot_ids_match(const char *a, const char *b);

#define LP_AUTO_LOADED LP_AUTO(lp_loaded_free)
#define LP_AUTO_RUNNING LP_AUTO(lp_running_free)

#endif
