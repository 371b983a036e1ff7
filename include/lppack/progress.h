/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * How far a call has come: what every callback of options that is named `progress` is given.
 */
#ifndef LPPACK_PROGRESS_H
#define LPPACK_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * One report, written by the library and valid during the callback only.
 *
 * Callbacks come from the thread that made the call. It may grow at the end: a program reads the members that it was
 * built with.
 *
 * @since 0.1
 */
struct lppack_progress {
	size_t size;        /**< of the struct, in bytes, as the library knows it */
	const char *phase;  /**< a literal: "verifying", "packing", or as the function's options list them */
	uint64_t done;      /**< steps of total; 0 where the phase has none */
	uint64_t total;     /**< 0 where it is not known */
	int64_t elapsed_ns; /**< since the call began, in nanoseconds; 0 where nobody waits */
};

#ifdef __cplusplus
}
#endif
#endif
