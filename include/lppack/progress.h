/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * Progress of a call: what a callback that is named progress gets.
 */
#ifndef LPPACK_PROGRESS_H
#define LPPACK_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * One report of progress, valid during the callback only.
 *
 * Callbacks come from the thread that made the call. The struct may grow at the end.
 *
 * @since 0.1
 */
struct lppack_progress {
	size_t size;        /**< of the struct, in bytes, as the library knows it */
	const char *phase;  /**< a literal: "verifying", "packing", or as the function's options list them */
	uint64_t done;      /**< steps of total; 0 where the phase has none */
	uint64_t total;     /**< 0 where it is not known */
	int64_t elapsed_ns; /**< since the call began, in nanoseconds; 0 in "verifying" and "packing" */
};

#ifdef __cplusplus
}
#endif
#endif
