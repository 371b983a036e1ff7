/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * The one table of errors: code names, numbers, exit statuses and the man page come from it.
 */
#ifndef LPPACK_ERROR_H
#define LPPACK_ERROR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * X(NAME, number, about, meaning). A library function fails with -LPPACK_E_NAME; the lppack program exits with the same
 * number. `about` is the end of an LPPACK_ABOUT_ name. Numbers are never reused; tests/unit/base/test_error.c pins
 * them.
 *
 * @since 0.1
 */
#define LPPACK_ERRORS(X) \
	X(INTERNAL, 1, CALL, "internal error: a bug in lppack") \
	X(USAGE, 2, CALL, "wrong command line or argument") \
	X(ALREADY, 3, MACHINE, "already applied: this very module is in force, nothing was done") \
	X(NO_MEMORY, 4, MACHINE, "out of memory") \
	X(IO, 5, MACHINE, "a file could not be opened, read or written") \
	X(NO_SPACE, 6, MACHINE, "the disk is full") \
	X(EXISTS, 7, CALL, "the output exists and is not overwritten") \
	X(SPEC, 10, CALL, "the spec is unreadable, incomplete or has an unknown key") \
	X(DUPLICATE, 11, CALL, "two modules for one kernel build ID") \
	X(MODULE, 12, RELEASE, "the module is not a readable ELF kernel module") \
	X(NOT_LIVEPATCH, 13, RELEASE, "the module is not a livepatch") \
	X(NOT_REPLACE, 14, RELEASE, "the livepatch is not in replace mode") \
	X(ARCH, 15, RELEASE, "the module is for another architecture") \
	X(VERMAGIC, 16, RELEASE, "the module's vermagic does not belong to the kernel") \
	X(MODULE_NAME, 17, RELEASE, "the module's name is unusable for a livepatch") \
	X(KERNEL_IMAGE, 18, MACHINE, "a file of the kernel (image, symbols, configuration, modules) cannot be read") \
	X(UNLOADABLE, 19, RELEASE, "the module will not load into that kernel") \
	X(NOT_BUNDLE, 20, RELEASE, "the file is not a lppack bundle") \
	X(TRUNCATED, 21, RELEASE, "the bundle ends early") \
	X(STRUCTURE, 22, RELEASE, "the bundle's structure is not canonical") \
	X(UNSUPPORTED, 23, RELEASE, "the bundle needs a newer lppack") \
	X(CORRUPT, 24, RELEASE, "a digest in the bundle does not match") \
	X(LIMIT, 25, RELEASE, "a limit of the format is exceeded") \
	X(FACTS, 26, RELEASE, "the metadata do not match the module") \
	X(NOT_CUMULATIVE, 27, RELEASE, "the bundle loses what the one before it had") \
	X(NO_KEYS, 30, MACHINE, "no trusted key is configured") \
	X(UNTRUSTED, 31, RELEASE, "no signature is by a trusted key") \
	X(BAD_SIGNATURE, 32, RELEASE, "a signature is wrong") \
	X(KEY, 33, MACHINE, "a key file is unreadable or malformed") \
	X(EXPIRED, 34, RELEASE, "the bundle has expired") \
	X(THRESHOLD, 35, RELEASE, "too few trusted keys have signed it") \
	X(REVOKED, 36, RELEASE, "the bundle, or who signed it, is revoked") \
	X(POLICY, 37, MACHINE, "the trust policy is unreadable or malformed") \
	X(DOWNGRADE, 38, RELEASE, "older than what this machine has seen of the stream") \
	X(EQUIVOCATION, 39, RELEASE, "another bundle of the same serial has been seen") \
	X(NO_KERNEL, 40, RELEASE, "the bundle has nothing for this kernel") \
	X(CLOCK, 41, MACHINE, "the machine's clock cannot be right") \
	X(STATE, 42, MACHINE, "what lppack remembers is missing, unreadable or damaged") \
	X(UNSAFE_FILE, 43, MACHINE, "a file that decides can be changed by others") \
	X(SIGNED, 44, CALL, "that key has signed the bundle already") \
	X(NO_LIVEPATCH, 50, MACHINE, "the running kernel cannot livepatch") \
	X(PRIVILEGE, 51, CALL, "not allowed: root (CAP_SYS_MODULE) is needed") \
	X(BUSY, 52, MACHINE, "another apply or transition is running") \
	X(ACTIVE, 53, MACHINE, "another livepatch is active and --replace was not given") \
	X(NAME_IN_USE, 54, MACHINE, "a module of that name is loaded already") \
	X(LOCKED, 55, MACHINE, "the kernel does not accept modules (lockdown, modules_disabled, signatures)") \
	X(FTRACE, 56, MACHINE, "kernel.ftrace_enabled is 0") \
	X(FOREIGN, 57, MACHINE, "a livepatch that lppack did not load is active, and --take-over was not given") \
	X(FORCED, 58, MACHINE, "a transition was forced in this boot: reboot before the next apply") \
	X(HELD, 59, MACHINE, "a hold keeps the bundle away") \
	X(REFUSED, 60, RELEASE, "the kernel refused the module") \
	X(INCOMPATIBLE, 61, RELEASE, "the module's states do not fit the active livepatches") \
	X(STALLED, 62, MACHINE, "the transition stalled and was reversed; the old stack is in force") \
	X(STALLED_LEFT, 63, MACHINE, "the transition stalled and could not be reversed; it is left running") \
	X(NOT_REPLACED, 64, RELEASE, "old livepatches survived; the new one was undone") \
	X(UNPROVEN, 65, MACHINE, "the outcome could not be proved and not be undone") \
	X(LEFTOVER, 66, MACHINE, "the new livepatch is in force, but a replaced module could not be removed") \
	X(ONE_WAY, 67, MACHINE, "going back is not safe without a reboot") \
	X(NO_RELEASE, 68, MACHINE, "there is no such level to go to") \
	X(DISABLED, 69, MACHINE, "livepatches are switched off on the kernel's command line") \
	X(BOOT_LOOP, 70, RELEASE, "the bundle is skipped: boots with it did not become healthy") \
	X(NONE_LEFT, 71, MACHINE, "no livepatch is active: the new one could not be kept when the old ones were gone") \
	X(MEMORY, 72, MACHINE, "the machine has too little free memory to load the module") \
	X(BEHIND, 80, MACHINE, "fixes that are installed are not in force") \
	X(REBOOT_NEEDED, 81, MACHINE, "only a reboot can bring what is missing") \
	X(UNCOVERED, 82, MACHINE, "the next boot of an installed kernel would not be livepatched") \
	X(HELD_BACK, 83, MACHINE, "a hold keeps fixes away") \
	X(IN_TRANSITION, 84, MACHINE, "a transition is running") \
	X(UNFINISHED, 85, MACHINE, "a call of lppack was cut short and has to be finished or undone") \
	X(NOT_SET_UP, 86, MACHINE, "nothing was ever installed or applied on this machine") \
	X(EXPIRES_SOON, 87, RELEASE, "the bundle expires soon")

/**
 * The codes of errors; functions return them negated.
 *
 * @since 0.1
 */
enum lppack_code {
	LPPACK_OK = 0,
#define LPPACK_ERROR_ENUM_(name, number, about, meaning) LPPACK_E_##name = (number),
	LPPACK_ERRORS(LPPACK_ERROR_ENUM_)
#undef LPPACK_ERROR_ENUM_
};

/**
 * What a failure speaks of, which says what may be tried instead.
 *
 * @since 0.1
 */
enum lppack_about {
	LPPACK_ABOUT_NOTHING = 0, /**< of a number that is no code */
	LPPACK_ABOUT_CALL,        /**< what was asked for, by whom, and the files named for it; or lppack itself */
	LPPACK_ABOUT_MACHINE,     /**< its kernel, files, settings and what runs on it: no release does better */
	LPPACK_ABOUT_RELEASE,     /**< the bundle, its signatures or its module: another release may do */
};

/**
 * What went wrong: the cause for a person, beside the code that a function returns.
 *
 * Caller-owned: initialise it with LPPACK_ERROR_INIT and pass its address, or pass NULL to get codes only. The first
 * cause stays: a set error is never overwritten, only given context in front.
 *
 * It grows at the end. The library writes what it knows and `size` has room for: to a bigger one, of a newer program,
 * no further than its own; to one that is all zero, what version 0.1 has. One that cannot be such a struct (less than
 * version 0.1 has, or more than 64 KiB, as in memory that nobody has initialised) counts as NULL: nothing is written.
 *
 * @since 0.1
 */
struct lppack_error {
	size_t size;        /**< of the struct in bytes; set by LPPACK_ERROR_INIT */
	int code;           /**< 0, or an LPPACK_E_ number (positive) */
	int sys_errno;      /**< the errno behind it, or 0 */
	char message[1000]; /**< which file, where and what; one line, printable */
	char hint[496];     /**< what to do next; may be empty */
};

/** Makes a struct lppack_error fresh where it is declared. @since 0.1 */
#define LPPACK_ERROR_INIT \
	{ \
		sizeof(struct lppack_error), 0, 0, "", "" \
	}

/**
 * Names a code.
 *
 * @param code an LPPACK_E_ number of either sign
 * @return "CORRUPT" for LPPACK_E_CORRUPT, static; NULL if there is no such code
 * @since 0.1
 */
const char *lppack_error_name(int code);

/**
 * Explains a code.
 *
 * @param code an LPPACK_E_ number of either sign
 * @return one lower-case phrase, static; NULL if there is no such code
 * @since 0.1
 */
const char *lppack_error_meaning(int code);

/**
 * Classifies a code: whether the release, the machine or the call is at fault.
 *
 * @param code an LPPACK_E_ number of either sign
 * @return LPPACK_ABOUT_NOTHING if there is no such code
 * @since 0.1
 */
enum lppack_about lppack_error_about(int code);

/**
 * Iterates over the table.
 *
 * @param i the index of a row
 * @return the i-th code number in table order, or 0 past the end
 * @since 0.1
 */
int lppack_error_at(size_t i);

/**
 * Makes an initialised error fresh for another call.
 *
 * @param err may be NULL
 * @since 0.1
 */
void lppack_error_clear(struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
