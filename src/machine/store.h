/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The levels that are installed below /var/lib/lppack: bundles/DIGEST.lpb, and store.yaml which names them. */
#ifndef LP_MACHINE_STORE_H
#define LP_MACHINE_STORE_H

#include "trust/verify.h"

#include <lppack/store.h>

#define LP_STORE_FILE "store.yaml"
#define LP_STORE_BUNDLES "/var/lib/lppack/bundles"

/* One installed level. */
struct lp_installed {
	struct lp_release_id id;
	int64_t installed_at;
	uint64_t size;           /* of the file */
};

struct lp_store {
	struct lp_installed *levels; /* by stream, then from the newest (epoch, serial) down */
	size_t n;
	bool has_target;         /* the level that a boot is to put in force; without one a boot applies nothing */
	struct lp_digest target;
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
struct lppack_bundle *lp_store_open_release(const char *root, const struct lp_installed *level, struct lppack_error *err);
/* Verifies an opened level with the keys and requires it to be the bundle that was installed (LPPACK_E_STATE). */
struct lppack_verified *lp_store_verify_release(struct lppack_bundle *bundle, const struct lp_installed *level,
					      const struct lppack_keyring *keyring, struct lppack_error *err);

/* Which level the next boot puts in force, durably; NULL: none. A level that is not kept is no error and leaves things
 * as they are, because what is not installed is not there at the next boot. Callers: install, rollback (the level gone
 * to), remove (NULL), and an apply of a bundle that is kept. */
int lp_store_set_target(const char *root, const struct lp_digest *digest, struct lppack_error *err);

#define LP_AUTO_STORE LP_AUTO(lp_store_free)

#endif
