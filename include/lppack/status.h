/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * The status of a machine: its livepatches, fixes and installed releases, and what needs attention.
 */
#ifndef LPPACK_STATUS_H
#define LPPACK_STATUS_H

#include <lppack/error.h>
#include <lppack/host.h>
#include <lppack/value.h>

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lppack_status;

/**
 * Reads what is active on this machine, once.
 *
 * That is the stack with what brought it, the fixes that are active, pending, unfixable or held, whether a reboot is
 * needed, the installed releases and whether they cover the next boot. Nothing is changed: a call that was interrupted
 * is only reported; lppack_host_recover() with LPPACK_RECOVER_QUICK puts it right before.
 *
 * The installed releases are verified by the installed keys and policy, as a boot would verify them. A kernel that
 * cannot livepatch is a finding, no failure.
 *
 * @param host the machine; may be closed before the status is freed
 * @param err  receives the error
 * @return the status, to be freed with lppack_status_free(). Most of what cannot be read is among its findings. NULL on
 *         failure:
 *         - LPPACK_E_PRIVILEGE, LPPACK_E_IO: the kernel's release or /sys/kernel/livepatch cannot be read
 * @since 0.1
 */
struct lppack_status *lppack_host_status(struct lppack_host *host, struct lppack_error *err);

/**
 * Frees a status.
 *
 * @param status or NULL
 * @since 0.1
 */
void lppack_status_free(struct lppack_status *status);

/**
 * The status as a tree, for --json: the map of lppack-status-json(5). Programs that decide by it use the functions
 * below.
 *
 * @param status of lppack_host_status()
 * @param err    receives the error
 * @return a map, to be freed with lppack_value_free(); NULL on failure:
 *         - LPPACK_E_NO_MEMORY: out of memory
 * @since 0.1
 */
struct lppack_value *lppack_status_describe(const struct lppack_status *status, struct lppack_error *err);

/**
 * Writes a status in the Prometheus text exposition format.
 *
 * @param status of lppack_host_status()
 * @param err    receives the error
 * @return the text, to be freed with free(); NULL on failure:
 *         - LPPACK_E_NO_MEMORY: out of memory
 * @since 0.1
 */
char *lppack_status_metrics(const struct lppack_status *status, struct lppack_error *err);

/**
 * Finds the gravest finding.
 *
 * @param status of lppack_host_status(), or NULL
 * @return 0, or an error code (positive)
 * @since 0.1
 */
int lppack_status_check(const struct lppack_status *status);

/** How soon somebody has to look. */
enum lppack_severity {
	LPPACK_SEVERITY_WARNING = 1,  /**< during office hours */
	LPPACK_SEVERITY_CRITICAL = 2, /**< now: fixes are missing, or the next boot has none */
};

/** Something that needs attention. */
struct lppack_status_finding {
	size_t size;           /**< of the struct, as the library knows it */
	enum lppack_code code; /**< what it is, and the exit status of lppack status --check */
	const char *text;      /**< one line for people */
	enum lppack_severity severity; /**< how soon somebody has to look */
};

/** A livepatch that the kernel lists. What may be unknown is 1, 0, or -1 where the kernel does not say. */
struct lppack_status_patch {
	size_t size;          /**< of the struct, as the library knows it */
	const char *name;     /**< of its module */
	const char *build_id; /**< of its module, in lower-case hex; NULL: unknown */
	int enabled;          /**< whether its functions are called, or will be once its transition ends */
	int transition;       /**< whether its transition runs */
	int replace;          /**< whether it replaces all others */
	int foreign;          /**< 1: lppack did not load it */
	const char *stream;   /**< of the release that it is of; NULL: lppack has no record of it */
	uint64_t epoch;       /**< of the release, if stream is set */
	uint64_t serial;      /**< of the release, if stream is set */
	int64_t applied_at;   /**< seconds since 1970, if stream is set; 0: unknown */
};

/** What became of a fix on the running kernel. */
enum lppack_fix_state {
	LPPACK_FIX_ACTIVE,         /**< all that the release claims of it is patched */
	LPPACK_FIX_PENDING,        /**< disabled, in transition, or of an object that is not loaded */
	LPPACK_FIX_NOT_APPLICABLE, /**< the kernel does not need it */
	LPPACK_FIX_UNFIXABLE,      /**< no livepatch can bring it: a reboot into a newer kernel does */
	LPPACK_FIX_HELD,           /**< the newest installed release brings it, and a hold keeps that away */
	LPPACK_FIX_AVAILABLE,      /**< the newest installed release brings it, and is not applied */
};

/** A fix, as the active or the newest installed release claims it. */
struct lppack_status_fix {
	size_t size;                 /**< of the struct, as the library knows it */
	const char *id;              /**< CVE-2026-0001 or any other name */
	const char *severity;        /**< "low", "medium", "high" or "critical"; NULL: not given */
	enum lppack_fix_state state; /**< what became of it */
	const char *reason;          /**< why it is unfixable; NULL: it is not, or no reason is given */
	uint64_t serial;             /**< of the release that brings it, if held or available; otherwise 0 */
};

/** A release that is installed. */
struct lppack_status_release {
	size_t size;         /**< of the struct, as the library knows it */
	const char *stream;  /**< its stream */
	uint64_t epoch;      /**< its epoch */
	uint64_t serial;     /**< its serial */
	const char *version; /**< its version, for people */
	const char *digest;  /**< its identity, in lower-case hex */
	const char *at_boot; /**< what a boot does with it: AT BOOT of lppack-status-json(5) */
	int chosen;          /**< 1: boots begin with it */
	int64_t expires;     /**< seconds since 1970; 0: never, or unknown because its file cannot be read */
	enum lppack_code refusal; /**< why the installed keys and policy do not accept it; LPPACK_OK: they do */
};

/** A kernel that is installed, and so may be what the next boot runs. */
struct lppack_status_kernel {
	size_t size;            /**< of the struct, as the library knows it */
	const char *release;    /**< as uname -r prints it */
	const char *file;       /**< its path */
	const char *unreadable; /**< why nothing is known of it; NULL: it was read */
	int running;            /**< 1: it is the running one */
	int covered;            /**< whether an installed release has a module for it; -1: unknown */
};

/** @name The parts of a status, one by one: i from 0 on. What is returned lives as long as the status; NULL: there is
 * no i-th one. */
/** @{ */
/** What needs attention, the gravest first. @param status a status @param i from 0 on @return borrowed, or NULL
 * @since 0.1 */
const struct lppack_status_finding *lppack_status_finding_at(const struct lppack_status *status, size_t i);
/** The livepatches that the kernel lists. @param status a status @param i from 0 on @return borrowed, or NULL
 * @since 0.1 */
const struct lppack_status_patch *lppack_status_patch_at(const struct lppack_status *status, size_t i);
/** The fixes, by state. @param status a status @param i from 0 on @return borrowed, or NULL @since 0.1 */
const struct lppack_status_fix *lppack_status_fix_at(const struct lppack_status *status, size_t i);
/** The installed releases, by stream, then from the newest down. @param status a status @param i from 0 on
 * @return borrowed, or NULL @since 0.1 */
const struct lppack_status_release *lppack_status_release_at(const struct lppack_status *status, size_t i);
/** The installed kernels; none where nothing is installed that could cover them. @param status a status
 * @param i from 0 on @return borrowed, or NULL @since 0.1 */
const struct lppack_status_kernel *lppack_status_kernel_at(const struct lppack_status *status, size_t i);
/** @} */

/** Whether the machine has to be rebooted. */
enum lppack_reboot {
	LPPACK_REBOOT_UNKNOWN,    /**< something could not be read, or lppack has no record of what is active */
	LPPACK_REBOOT_NOT_NEEDED, /**< nothing asks for it */
	LPPACK_REBOOT_NEEDED, /**< only a reboot brings what is missing, or a package other than a kernel asks for it */
	/** Only packages of kernels ask for it (/run/reboot-required.pkgs), and a release is active meanwhile. */
	LPPACK_REBOOT_LIVEPATCHED,
};

/**
 * Whether a reboot is needed.
 *
 * @param status of lppack_host_status()
 * @return one of enum lppack_reboot; never "not needed" where it is unknown
 * @since 0.1
 */
enum lppack_reboot lppack_status_reboot(const struct lppack_status *status);

/** @name Single facts of a status. */
/** @{ */
/** The kernel release with the release that is active, "6.1.0-56-amd64+lp.example.7"; "+lp.unknown" where lppack has no
 * record of what is. @param status a status @return borrowed @since 0.1 */
const char *lppack_status_effective_version(const struct lppack_status *status);
/** Whether the kernel can livepatch. @param status a status @return 1 or 0 @since 0.1 */
int lppack_status_supported(const struct lppack_status *status);
/** Whether anything is installed or was applied. @param status a status @return 1 or 0 @since 0.1 */
int lppack_status_set_up(const struct lppack_status *status);
/** Whether a transition runs. @param status a status @return 1 or 0 @since 0.1 */
int lppack_status_in_transition(const struct lppack_status *status);
/** Whether it is known which fixes are active: "no fix" is only said then. @param status a status @return 1 or 0
 * @since 0.1 */
int lppack_status_fixes_known(const struct lppack_status *status);
/** @} */

#ifdef __cplusplus
}
#endif
#endif
