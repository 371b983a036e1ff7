/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * Declaring structs of options.
 *
 * Each such struct begins with `size`, and a member that is zero means the default. The structs grow at the end, and
 * `size` says which version of the struct a program was built with. So a program works with a newer library. It works
 * with an older library, too, as long as it leaves unset what that library does not know.
 *
 * Nothing that is set is ignored: a member or flag that the library does not know fails with LPPACK_E_USAGE, and so
 * does a size that is too small for the first option.
 */
#ifndef LPPACK_OPTIONS_H
#define LPPACK_OPTIONS_H

#ifdef __cplusplus
extern "C" {
#endif

/** Resets a struct of options: size is set, everything else is zero, padding too. @since 0.1 */
#define LPPACK_OPTIONS_RESET(name) \
	((void)__builtin_memset(&(name), 0, sizeof(name)), (void)((name).size = sizeof(name)))

/**
 * Declares and resets a struct of options. In C, options may follow as designated initialisers:
 *
 *     LPPACK_OPTIONS(lppack_wait, wait, .wait_ns = 1000000000);
 *
 * In C++, assign them afterwards:
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
