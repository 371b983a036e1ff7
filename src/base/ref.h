/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counting who needs an object, so that it lives until the last of them is done with it. */
#ifndef LP_BASE_REF_H
#define LP_BASE_REF_H

#include <stdbool.h>

/*
 * Zero for an object that its maker alone refers to, so that calloc() makes it right. Not atomic: objects that refer to
 * each other are one object for threads (lppack/lppack.h).
 */
struct lp_ref {
	unsigned long others; /* references beside the first */
};

static inline void lp_ref_take(struct lp_ref *ref)
{
	ref->others++;
}

/* Gives one reference back; true if it was the last, and the object is to be freed. */
static inline bool lp_ref_drop(struct lp_ref *ref)
{
	if (ref->others == 0)
		return true;
	ref->others--;
	return false;
}

#endif
