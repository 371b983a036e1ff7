/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * Which version of lppack a program is built with, and which one it runs with.
 */
#ifndef LPPACK_VERSION_H
#define LPPACK_VERSION_H

#ifdef __cplusplus
extern "C" {
#endif

/** The version of these headers. @since 0.1 */
#define LPPACK_VERSION_MAJOR 0
#define LPPACK_VERSION_MINOR 1
#define LPPACK_VERSION_PATCH 0
#define LPPACK_VERSION "0.1.0"

/** Whether these headers are of that version or a later one; fit for #if. @since 0.1 */
#define LPPACK_VERSION_AT_LEAST(major, minor, patch) \
	(LPPACK_VERSION_MAJOR > (major) || \
	 (LPPACK_VERSION_MAJOR == (major) && \
	  (LPPACK_VERSION_MINOR > (minor) || (LPPACK_VERSION_MINOR == (minor) && LPPACK_VERSION_PATCH >= (patch)))))

/**
 * Names the library's version, which may be another one than that of the headers.
 *
 * @return "0.1.0", static
 * @since 0.1
 */
const char *lppack_version(void);

#ifdef __cplusplus
}
#endif
#endif
