/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files that change or show the store share; store.h is for everybody else. */
#ifndef LP_MACHINE_STORE_WRITE_H
#define LP_MACHINE_STORE_WRITE_H

#include "machine/store.h"

#define LP_STORE_SUFFIX ".lpb"

void lp_installed_free(struct lp_installed *level);
void lp_store_sort(struct lp_store *store);
/* Adds a bundle's level, unless it is there already. Every byte of it was verified (lp_verified_is_checked()), or
 * LPPACK_E_INTERNAL: what boots open later, by its digest alone, is whole. */
int lp_store_add(struct lp_store *store, const struct lppack_verified *bundle, int64_t installed_at,
		 struct lppack_error *err);
/* The digest that the name of a level's file tells; false if it is no such name. */
bool lp_store_parse_name(const char *name, struct lp_digest *out);
/* Where the store cannot be read: fills an empty one with the levels whose files are whole. No signature is asked, as
 * boots ask for it. No target. LPPACK_E_NO_MEMORY. */
int lp_store_rebuild(const char *root, struct lp_store *store, struct lppack_error *err);
int lp_store_write(const char *root, const struct lp_store *store, struct lppack_error *err);
/* The level that a boot puts in force, borrowed; NULL if none is chosen. */
const struct lp_installed *lp_store_target(const struct lp_store *store);
/* A list of maps, as lppack_store_describe() tells them; NULL without memory. */
struct lppack_value *lp_store_describe(struct lppack_host *host, const struct lp_store *store);

/* A kept level opened by its digest, which was signed when it was installed: its facts can be told without a key. */
struct lp_unsigned_contents {
	struct lp_contents *contents; /* NULL: not open */
};

/* The same as lp_store_add() for a level whose file was found where installed ones are. */
int lp_store_add_unsigned(struct lp_store *store, const struct lp_unsigned_contents *found, int64_t installed_at,
			  struct lppack_error *err);

int lp_unsigned_contents_open(struct lp_unsigned_contents *kept, const char *root, const struct lp_installed *level,
			  struct lppack_error *err);
void lp_unsigned_contents_close(struct lp_unsigned_contents *kept);

#define LP_AUTO_UNSIGNED_CONTENTS LP_AUTO(lp_unsigned_contents_close)

#endif
