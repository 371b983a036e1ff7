/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cleanup attributes: LP_AUTO(type_free_function) on a pointer or descriptor initialised at declaration. */
#ifndef LP_SHARED_CLEANUP_H
#define LP_SHARED_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* unused: clang warns of what is held for its cleanup alone. */
#define LP_AUTO(fn) __attribute__((cleanup(fn), unused))

/* Defines cleanup_FN for a "void FN(TYPE *)" that accepts NULL. */
#define LP_DEFINE_CLEANUP(type, fn) \
	static inline void cleanup_##fn(type **p) \
	{ \
		fn(*p); \
	}

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define LP_AUTO_FREE LP_AUTO(cleanup_free)
#define LP_AUTO_CLOSE LP_AUTO(cleanup_close)
#define LP_AUTO_FCLOSE LP_AUTO(cleanup_fclose)

/* Hands a pointer over: returns it and leaves NULL behind, so that the cleanup does nothing. */
#define LP_TAKE(p) \
	({ \
		__typeof__(p) taken_ = (p); \
		(p) = NULL; \
		taken_; \
	})

#endif
