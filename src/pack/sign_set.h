/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bundle whose set of signatures is about to change: opened and locked, proved, then stored (pack/sign_write.h). */
#ifndef LP_PACK_SIGN_SET_H
#define LP_PACK_SIGN_SET_H

#include "base/value.h"
#include "format/format.h"
#include "bundle/contents.h"
#include "bundle/signature_check.h"

/* How the new signatures came into the file. */
struct lp_sign_written {
	const char *method; /* "none", "clone", "in-place" or "rewrite" */
	uint64_t written;   /* bytes */
	uint64_t copied;    /* by the kernel */
};

struct lp_sign_set {
	char *path;                   /* without symbolic links: what a new file is put in place of */
	struct lppack_bundle *bundle; /* its descriptor holds the lock */
	struct lp_contents *contents; /* the manifest, which the whole head fits */
	struct lp_buf message;
	struct lp_signature set[LP_SIGNATURES_MAX]; /* as it will be; owned */
	struct lp_signature_report reports[LP_SIGNATURES_MAX];
	size_t n;
	struct lppack_value *added; /* key ids */
	struct lppack_value *removed;
	struct lp_sign_written stored;
};

/* The bundle to read only: *s is zeroed first, and freed by the caller, also on failure. Whether signatures fit
 * their keys is in the reports. */
int lp_sign_set_open(struct lp_sign_set *s, const char *path, struct lppack_error *err);
/* The same to change it, under a lock; completes a change that was interrupted. */
int lp_sign_set_open_locked(struct lp_sign_set *s, const char *path, struct lppack_error *err);
void lp_sign_set_free(struct lp_sign_set *s);

/* Takes the signature's bytes over, also on failure. LPPACK_E_SIGNED, LIMIT. */
int lp_sign_set_add(struct lp_sign_set *s, struct lp_signature *signature, struct lppack_error *err);
/* Every signature of the set fits its key, or LPPACK_E_BAD_SIGNATURE, STRUCTURE. */
int lp_sign_set_check(struct lp_sign_set *s, struct lppack_error *err);

#define LP_AUTO_SIGN_SET LP_AUTO(lp_sign_set_free)

#endif
