/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What changes from one level of a stream to the next, and whether the next one is truly cumulative. */
#ifndef LPPACK_DIFF_H
#define LPPACK_DIFF_H

#include <lppack/bundle.h>
#include <lppack/error.h>
#include <lppack/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A map: "old" and "new" (name, stream, epoch, serial, version, kernels, and in bytes: size of the file and
 * modules_size), "cumulative" (bool), "changes", "rollback" and "findings" (as in lppack_module_inspect(): same-name,
 * where the new module cannot be loaded over the old one).
 *
 * A change: kind (stream, epoch, serial, fix, kernel, object, function or state), id (the fix's; a kernel's build ID;
 * an object's name; "object:function", with ",POSITION" if it is not the first of that name; a state's number; or
 * "OLD -> NEW"), kernel (the release, where it is of one kernel), change (gained, lost, raised, lowered or other),
 * violation (bool: cumulativity is broken), and withdrawn (the reason that the new bundle gives for a loss).
 *
 * A rollback, for each kernel that both have: kernel, build_id, verdict (reversible or one-way), why.
 *
 * Both bundles are borrowed; all their metadata are read, no modules. Free with lppack_value_free().
 */
struct lppack_value *lppack_diff_bundles(struct lppack_verified *older, struct lppack_verified *newer,
					 struct lppack_error *err);

/*
 * The same for two modules (.ko, .ko.xz, .ko.zst, .ko.gz): objects, functions and states; "old" and "new" have name,
 * module, release, arch, replace, size and modules_size. LPPACK_E_IO, MODULE, NOT_LIVEPATCH.
 */
struct lppack_value *lppack_diff_modules(const char *older, const char *newer, struct lppack_error *err);

/*
 * LPPACK_E_NOT_CUMULATIVE, naming the first loss, unless newer has the same stream, a higher serial (or epoch), and
 * every kernel, fix, object, function and state of older, states not lower, but for what it names as withdrawn; an
 * object is withdrawn when all its functions are. Both bundles' metadata are read.
 */
int lppack_verified_check_supersedes(struct lppack_verified *newer, struct lppack_verified *older,
				     struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
