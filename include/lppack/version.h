/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * The version of lppack that a program is built with, and the one that it runs with.
 */
#ifndef LPPACK_VERSION_H
#define LPPACK_VERSION_H

#ifdef __cplusplus
extern "C" {
#endif

/** The first number of these headers' version. @since 0.1 */
#define LPPACK_VERSION_MAJOR 0
/** The second number of it. @since 0.1 */
#define LPPACK_VERSION_MINOR 1
/** The third number of it. @since 0.1 */
#define LPPACK_VERSION_PATCH 0
/** The version of these headers as a string. @since 0.1 */
#define LPPACK_VERSION "0.1.0"

/** Whether these headers are of that version or a later one; for preprocessor conditions, too. @since 0.1 */
#define LPPACK_VERSION_AT_LEAST(major, minor, patch) \
	(LPPACK_VERSION_MAJOR > (major) || \
	 (LPPACK_VERSION_MAJOR == (major) && \
	  (LPPACK_VERSION_MINOR > (minor) || (LPPACK_VERSION_MINOR == (minor) && LPPACK_VERSION_PATCH >= (patch)))))

/**
 * Names the version of the library that runs, which can differ from that of the headers.
 *
 * @return a literal such as "0.1.0"
 * @since 0.1
 */
const char *lppack_version(void);

#ifdef __cplusplus
}
#endif
#endif
