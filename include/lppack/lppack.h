/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * lppack: signed bundles of cumulative kernel livepatches.
 *
 *     create:  spec -> inspect -> pack -> sign                                            <lppack/create.h>
 *     verify:  open -> signature -> manifest -> index -> entry -> module facts            <lppack/bundle.h>
 *     apply:   verify -> select -> preflight -> load -> watch -> settle -> record         <lppack/host.h>
 *
 * Functions return 0 or a negative code, or a pointer or NULL; the cause is in the caller's struct lppack_error
 * (may be NULL). The library never prints, exits, prompts or reads the environment. Struct-of-options arguments may be
 * NULL for the defaults; LPPACK_OPTIONS() declares one (<lppack/options.h>).
 *
 * An object that needs another one for longer than a call refers to it: a verified bundle to the bundle, an entry to
 * the verified bundle, a plan to the host and the verified bundle. So every object may be freed when its owner is done
 * with it, in any order; what it holds (memory, open files) goes with the last that refers to it. All other arguments
 * are needed during the call only, but for the context of a plan's options, which must live as long as the plan.
 *
 * Objects are not shared between threads without a lock of the caller's; those that refer to each other share one.
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
