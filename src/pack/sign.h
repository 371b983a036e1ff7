/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bundle whose set of signatures is about to change: opened and locked, proved, then stored. */
#ifndef LP_PACK_SIGN_H
#define LP_PACK_SIGN_H

#include "bundle/bundle.h"

#include <lppack/sign.h>

/* How the new signatures came into the file. */
struct lp_stored {
	const char *method; /* "none", "clone", "in-place" or "rewrite" */
	uint64_t written;   /* bytes */
	uint64_t copied;    /* by the kernel */
};

struct lp_signing {
	char *path; /* without symbolic links: what a new file is put in place of */
	struct lppack_bundle *bundle; /* its descriptor holds the lock */
	struct lp_contents contents;  /* the manifest, which the whole head fits */
	struct lp_buf message;
	struct lp_signature set[LP_SIGNATURES_MAX]; /* as it will be; owned */
	struct lp_signature_report reports[LP_SIGNATURES_MAX];
	size_t n;
	struct lppack_value *added;   /* key ids */
	struct lppack_value *removed;
	struct lp_stored stored;
};

/* The bundle to read only: *s is zeroed first, and freed by the caller, also on failure. Whether signatures fit
 * their keys is in the reports. */
int lp_signing_open(struct lp_signing *s, const char *path, struct lppack_error *err);
/* The same to change it, under a lock; completes a change that was interrupted. */
int lp_signing_open_locked(struct lp_signing *s, const char *path, struct lppack_error *err);
void lp_signing_free(struct lp_signing *s);

/* Takes the signature's bytes over, also on failure. LPPACK_E_SIGNED, LIMIT. */
int lp_signing_add(struct lp_signing *s, struct lp_signature *signature, struct lppack_error *err);
/* Every signature of the set fits its key, or LPPACK_E_BAD_SIGNATURE, STRUCTURE. */
int lp_signing_check(struct lp_signing *s, struct lppack_error *err);
/* Puts the set into the file. */
int lp_signing_store(struct lp_signing *s, struct lppack_error *err);

/*
 * The journal of a change in place is the new head, complete, in a file of its own beside the bundle. It is durable
 * before the first byte of the bundle changes and removed after the last has.
 */
int lp_sign_journal_write(const char *path, const struct lp_buf *head, struct lppack_error *err);
int lp_sign_journal_remove(const char *path, struct lppack_error *err);
/* 1 if there is one, 0 if not. */
int lp_sign_journal_exists(const char *path, struct lppack_error *err);
/* Writes the journal's area into the bundle (a descriptor) if it belongs there and is intact. LPPACK_E_STATE
 * otherwise. */
int lp_sign_journal_replay(const char *path, int fd, struct lppack_error *err);

#define LP_AUTO_SIGNING LP_AUTO(lp_signing_free)

#endif
