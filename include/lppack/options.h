/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * Structs of options. Each begins with `size`, by which the library knows what the program was built with: they grow at
 * the end, and a program that is older than the library goes on working. A program that is newer does too, while it
 * leaves alone what the library does not know yet; otherwise the call fails with LPPACK_E_USAGE, as it does for a size
 * that holds not even the first option. Nothing that is set is ever passed over. What is zero is the default.
 *
 * Flags that the library does not know are refused with LPPACK_E_USAGE too.
 */
#ifndef LPPACK_OPTIONS_H
#define LPPACK_OPTIONS_H

#ifdef __cplusplus
extern "C" {
#endif

/** Makes a variable of such a type fresh: its size set, everything else zero, padding too. @since 0.1 */
#define LPPACK_OPTIONS_RESET(name) \
	((void)__builtin_memset(&(name), 0, sizeof(name)), (void)((name).size = sizeof(name)))

/**
 * Declares such a variable and makes it fresh. In C, options may follow as designated initialisers:
 *
 *     LPPACK_OPTIONS(lppack_wait, wait, .wait_ns = 1000000000);
 *
 * C++ has no designated initialisers before C++20; there, assign them afterwards:
 *
 *     LPPACK_OPTIONS(lppack_wait, wait);
 *     wait.wait_ns = 1000000000;
 *
 * @since 0.1
 */
#ifdef __cplusplus
#define LPPACK_OPTIONS(type, name) \
	struct type name; \
	LPPACK_OPTIONS_RESET(name)
#else
#define LPPACK_OPTIONS(type, name, ...) \
	struct type name = __extension__({ \
		__builtin_memset(&name, 0, sizeof(name)); \
		(struct type){ .size = sizeof(name), __VA_ARGS__ }; \
	})
#endif

#ifdef __cplusplus
}
#endif
#endif
