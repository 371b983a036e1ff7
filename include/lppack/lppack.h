/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * Signed bundles of cumulative kernel livepatches: creating, verifying and applying them.
 *
 * lppack/lppack.h includes all other headers. Each of the others can also be included by itself, and includes what it
 * needs.
 *
 * @par Steps
 * A bundle passes through types, each of which says how far it is proved. There is no way around a step.
 *
 *     lppack_keyring_new(), lppack_keyring_add()    whom to trust
 *     lppack_bundle_open()                          opened: nothing of it may be believed
 *     lppack_bundle_verify()                        signatures, manifest and index are proved
 *     lppack_verified_select()                      one kernel's entry: its metadata are proved
 *     lppack_entry_load_module()                    the module is proved, in memory
 *     lppack_entry_extract()                        the module is proved, as a file
 *     lppack_plan_new(), lppack_plan_apply()        the module is loaded into the running kernel
 *
 * @par
 * Each entry and each module is proved when it is read: what these functions return may be trusted without more.
 * lppack_verified_check_all() is for a program that distributes or stores the whole file: it proves the parts that
 * nobody has read yet. lppack_bundle_extract() takes all steps from opening to extracting in one call.
 *
 * @par
 * Verifying a bundle does not ask whether it has expired: compare lppack_verified_expires() with the clock. Nor does it
 * ask whether the bundle is older than one that this machine has seen: lppack_plan_new() and lppack_host_install() do.
 *
 * @par Return values
 * A function that returns an int returns 0 (or what its page says) on success, and a negative code on failure:
 * -LPPACK_E_IO. A function that returns a pointer returns NULL on failure; the code is in err->code, where it is
 * positive. A function without a parameter err cannot fail, unless its page says how.
 *
 * @par
 * A page lists the codes that the function's own work leads to. LPPACK_E_NO_MEMORY, LPPACK_E_IO and LPPACK_E_INTERNAL
 * can come from any function, and a later version may add codes: treat one that you do not know as a failure.
 *
 * @par
 * What a function gives through a pointer is NULL after a failure (0 if it is a number), unless its page says
 * otherwise.
 *
 * @par Errors
 * Every err may be NULL. One struct lppack_error serves a series of calls: success leaves it untouched, and after a
 * failure lppack_error_clear() empties it for the next call (lppack-error(3)).
 *
 * @par Ownership
 * Every function that frees, closes or gives back accepts NULL. A text or struct that is "borrowed" belongs to the
 * object that it was asked of, lives as long as that object, and is never freed by the caller. It is never NULL unless
 * its page says so. Where a page says "to be freed with free()", that is the C library's.
 *
 * @par
 * An object that needs another one for longer than a call refers to it: a verified bundle to its bundle, an entry to
 * the file and the manifest that it comes from, a plan to the host and the verified bundle. So a program frees each
 * object when it is done with it, in any order; memory and open files go with the last object that refers to them. All
 * other arguments are needed during the call only, except the context of a plan's options, and that of a signer with a
 * callback sign, which must live as long as the plan or signer.
 *
 * @par
 * A pointer to const says that the object means the same after the call. It may still read the file and fill a cache:
 * const is no promise about threads.
 *
 * @par Options
 * A pointer to a struct of options may be NULL, which means the defaults. LPPACK_OPTIONS() declares such a struct
 * (lppack-options(3)).
 *
 * @par Threads
 * Objects are not shared between threads without a lock of the caller's. Objects that refer to each other share one
 * lock. Functions on unrelated objects may run at the same time.
 *
 * @par Surroundings
 * The library never prints, exits, asks at the terminal or reads the environment.
 */
#ifndef LPPACK_LPPACK_H
#define LPPACK_LPPACK_H

#include <lppack/bundle.h>
#include <lppack/check.h>
#include <lppack/create.h>
#include <lppack/diff.h>
#include <lppack/error.h>
#include <lppack/host.h>
#include <lppack/inspect.h>
#include <lppack/keys.h>
#include <lppack/options.h>
#include <lppack/progress.h>
#include <lppack/sign.h>
#include <lppack/status.h>
#include <lppack/store.h>
#include <lppack/trust.h>
#include <lppack/value.h>
#include <lppack/version.h>

#ifdef __cplusplus
extern "C" {
#endif

#ifdef __cplusplus
}
#endif
#endif
