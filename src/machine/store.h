/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The levels that are installed below /var/lib/lppack: bundles/DIGEST.lpb, and store.yaml which names them. */
#ifndef LP_MACHINE_STORE_H
#define LP_MACHINE_STORE_H

#include "format/release.h"
#include "trust/verify.h"

#include <lppack/store.h>

#define LP_STORE_FILE "store.yaml"
#define LP_STORE_BUNDLES "/var/lib/lppack/bundles"
#define LP_STORE_SUFFIX ".lpb"

/* A kept level opened by its digest, which was signed when it was installed: its facts can be told without a key. */
struct lp_unsigned_contents {
	struct lp_contents *contents; /* NULL: not open */
};

/* One installed level. */
struct lp_installed {
	struct lp_release_id id;
	int64_t installed_at;
	uint64_t size;                       /* of the file */
	struct lp_unsigned_contents *opened; /* lp_store_open_all(); NULL before, and where `damage` says why not */
	struct lppack_error *damage;
};

struct lp_store {
	struct lp_installed *releases; /* by stream, then from the newest (epoch, serial) down */
	size_t n;
};

/* root: "" or a prefix. A machine on which nothing was ever installed has an empty store. LPPACK_E_STATE if it is
 * damaged. Free with lp_store_free() also on failure. */
int lp_store_read(const char *root, struct lp_store *out, struct lppack_error *err);
void lp_store_free(struct lp_store *store);

/* Borrowed, or NULL. */
const struct lp_installed *lp_store_find(const struct lp_store *store, const struct lp_digest *digest);
/* The newest level of the same stream that is older; NULL if there is none. */
const struct lp_installed *lp_store_below(const struct lp_store *store, const struct lp_release_id *id);
/* The newest level of the stream; NULL if there is none. */
const struct lp_installed *lp_store_newest(const struct lp_store *store, const char *stream);
/* The level of that serial: in the highest epoch that has it. */
const struct lp_installed *lp_store_find_serial(const struct lp_store *store, const char *stream, uint64_t serial);

/* The bundle's file, malloc'd; NULL without memory. */
char *lp_store_path(const char *root, const struct lp_digest *digest);
/* Opens it, unverified as every bundle is at first: the caller verifies it and compares the digest by
 * lp_store_verify_release(). LPPACK_E_STATE if the file is gone. */
struct lppack_bundle *lp_store_open_release(const char *root, const struct lp_installed *release,
					    struct lppack_error *err);
/* Verifies an opened level with the keys and requires it to be the bundle that was installed (LPPACK_E_STATE). */
struct lppack_verified *lp_store_verify_release(struct lppack_bundle *bundle, const struct lp_installed *release,
						const struct lppack_keyring *keyring, struct lppack_error *err);

void lp_installed_free(struct lp_installed *release);
/* As the store has it; NULL without memory. */
struct lppack_value *lp_installed_encode(const struct lp_installed *release);
void lp_store_sort(struct lp_store *store);
/* Adds a bundle's level, unless it is there already. Every byte of it was verified (lp_verified_is_checked()), or
 * LPPACK_E_INTERNAL: what boots open later, by its digest alone, is whole. */
int lp_store_add(struct lp_store *store, const struct lppack_verified *bundle, int64_t installed_at,
		 struct lppack_error *err);
/* The same for a level whose file was found where installed ones are. */
int lp_store_add_unsigned(struct lp_store *store, const struct lp_unsigned_contents *found, int64_t installed_at,
			  struct lppack_error *err);
/* The digest that the name of a level's file tells; false if it is no such name. */
bool lp_store_parse_name(const char *name, struct lp_digest *out);
/* Where the store cannot be read: fills an empty one with the levels whose files are whole. No signature is asked, as
 * boots ask for it. LPPACK_E_NO_MEMORY, and LPPACK_E_IO where the files cannot be listed. */
int lp_store_rebuild(const char *root, struct lp_store *store, struct lppack_error *err);
int lp_store_write(const char *root, const struct lp_store *store, struct lppack_error *err);

/* Opens each level's file, once; what cannot be opened is noted with the level. LPPACK_E_NO_MEMORY. */
int lp_store_open_all(const char *root, struct lp_store *store, struct lppack_error *err);
int lp_unsigned_contents_open(struct lp_unsigned_contents *opened, const char *root, const struct lp_installed *release,
			      struct lppack_error *err);
void lp_unsigned_contents_close(struct lp_unsigned_contents *opened);

#define LP_AUTO_UNSIGNED_CONTENTS LP_AUTO(lp_unsigned_contents_close)
#define LP_AUTO_STORE LP_AUTO(lp_store_free)

#endif
