/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * What changes from one release of a stream to the next, and whether the next one is cumulative.
 */
#ifndef LPPACK_DIFF_H
#define LPPACK_DIFF_H

#include <lppack/bundle.h>
#include <lppack/error.h>
#include <lppack/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Compares two bundles. Reads all their metadata, and no modules.
 *
 * A change: kind (stream, epoch, serial, fix, kernel, object, function or state), id (the fix's; a kernel's build ID;
 * an object's name; "object:function", with ",POSITION" if it is not the first of that name; a state's number; or
 * "OLD -> NEW"), kernel (the release, where it is of one kernel), change (gained, lost, raised, lowered or other),
 * violation (bool: cumulativity is broken), and withdrawn (the reason that the new bundle gives for a loss).
 *
 * A rollback, for each kernel that both have: kernel, build_id, verdict (reversible or one-way), why.
 *
 * @param older  the one before
 * @param newer  the one after
 * @param err    receives the error
 * @return a map, to be freed with lppack_value_free(): "old" and "new" (name, stream, epoch, serial, version, kernels,
 *         and in bytes: size of the file and modules_size), "cumulative" (bool), "changes", "rollback" and "findings"
 *         (as in lppack_module_inspect(): same-name, where the new module cannot be loaded over the old one). NULL on
 *         failure:
 *         - LPPACK_E_STRUCTURE, LPPACK_E_TRUNCATED, LPPACK_E_CORRUPT, LPPACK_E_LIMIT: a bundle is damaged
 *         - LPPACK_E_UNSUPPORTED: a part of a bundle needs a newer lppack
 *         - LPPACK_E_IO: a file cannot be read
 * @since 0.1
 */
struct lppack_value *lppack_verified_diff(const struct lppack_verified *older, const struct lppack_verified *newer,
					  struct lppack_error *err);

/**
 * Compares two modules (.ko, .ko.xz, .ko.zst, .ko.gz): objects, functions and states.
 *
 * @param older  path of the one before
 * @param newer  path of the one after
 * @param err    receives the error
 * @return as lppack_verified_diff(), but "old" and "new" have name, module, release, arch, replace, size and
 *         modules_size. NULL on failure:
 *         - LPPACK_E_MODULE: a file is not a kernel module
 *         - LPPACK_E_NOT_LIVEPATCH: a module is not a livepatch
 *         - LPPACK_E_IO: a file cannot be read
 *         - LPPACK_E_LIMIT: a file is too large
 * @since 0.1
 */
struct lppack_value *lppack_module_diff(const char *older, const char *newer, struct lppack_error *err);

/**
 * Checks whether a bundle may replace another one.
 *
 * It must be of the same stream and have a higher serial or epoch. It must have every kernel, fix, object, function and
 * state of the older one, states with the same version or a higher one, except what it lists as withdrawn. An object is
 * withdrawn when all its functions are. Reads all metadata of both bundles.
 *
 * @param newer  the one after
 * @param older  the one before
 * @param err    receives the error
 * @return 0, or a negative code as of lppack_verified_diff(), or:
 *         - LPPACK_E_NOT_CUMULATIVE: the newer bundle lacks something; the message names the first loss
 * @since 0.1
 */
int lppack_verified_check_supersedes(const struct lppack_verified *newer, const struct lppack_verified *older,
				     struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
