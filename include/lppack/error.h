/* SPDX-License-Identifier: LGPL-2.1-or-later */
/**
 * @file
 * Error codes, and the struct that says what went wrong.
 *
 * A program has one struct lppack_error for a series of calls:
 *
 *     struct lppack_error err = LPPACK_ERROR_INIT;
 *
 *     if (lppack_keyring_add(keyring, path, &err) < 0) {
 *             fprintf(stderr, "%s\n%s\n", err.message, err.hint);
 *             lppack_error_clear(&err);
 *     }
 *
 * A call that succeeds leaves the struct as it is. A call that fails sets code and message, always both. The first
 * error stays: call lppack_error_clear() after a failure, before the struct is passed to another call. Otherwise the
 * struct goes on describing the earlier failure, and only what the call returns is right.
 */
#ifndef LPPACK_ERROR_H
#define LPPACK_ERROR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The one table of codes, for a program that makes something of each row: X(NAME, number, ABOUT, meaning). The code is
 * LPPACK_E_NAME, the class LPPACK_ABOUT_ABOUT, and the meaning a string. The lppack program exits with the same
 * numbers. A number is never reused.
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
	X(UNDECIDED, 28, MACHINE, "nothing says whether the module will load into that kernel") \
	X(NO_KEYS, 30, MACHINE, "no trusted key is configured") \
	X(UNTRUSTED, 31, RELEASE, "no signature is by a trusted key") \
	X(BAD_SIGNATURE, 32, RELEASE, "a signature is wrong") \
	X(KEY, 33, MACHINE, "a key file is unreadable or malformed") \
	X(EXPIRED, 34, RELEASE, "the bundle, or the policy that it is judged by, has expired") \
	X(THRESHOLD, 35, RELEASE, "too few trusted keys have signed it") \
	X(REVOKED, 36, RELEASE, "the bundle, or who signed it, is revoked") \
	X(POLICY, 37, MACHINE, "the trust policy is unreadable or malformed") \
	X(DOWNGRADE, 38, RELEASE, "older than what this machine has seen: a bundle of the stream, or a policy") \
	X(EQUIVOCATION, 39, RELEASE, "another bundle or policy of the same number has been seen") \
	X(NO_KERNEL, 40, RELEASE, "the bundle has nothing for this kernel") \
	X(CLOCK, 41, MACHINE, "the machine's clock cannot be right") \
	X(STATE, 42, MACHINE, "what lppack remembers is missing, unreadable or damaged") \
	X(UNSAFE_FILE, 43, MACHINE, "a file that decides can be changed by others") \
	X(SIGNED, 44, CALL, "that key has signed the bundle already") \
	X(STILL_TRUSTED, 45, MACHINE, "the key still counts: something else makes it") \
	X(OTHER_STREAM, 46, RELEASE, "the bundle is of another stream than the machine follows") \
	X(LOSS, 47, RELEASE, "the bundle loses what this machine has") \
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
	X(EXPIRES_SOON, 87, RELEASE, "the bundle, or the policy, expires soon") \
	X(NO_EFFECT, 88, MACHINE, "a mask, a revocation or a policy takes no trust away")

/**
 * The codes of errors. Functions return them negated; in struct lppack_error they are positive.
 *
 * @since 0.1
 */
enum lppack_code {
	LPPACK_OK = 0, /**< no error */
#define LPPACK_ERROR_ENUM_(name, number, about, meaning) LPPACK_E_##name = (number),
	LPPACK_ERRORS(LPPACK_ERROR_ENUM_)
#undef LPPACK_ERROR_ENUM_
};

/**
 * What an error is about, which decides what may be tried next.
 *
 * @since 0.1
 */
enum lppack_about {
	LPPACK_ABOUT_NOTHING = 0, /**< the number is no code */
	LPPACK_ABOUT_CALL,        /**< the call: its arguments, its files, the caller's rights, or a bug in lppack */
	LPPACK_ABOUT_MACHINE,     /**< the machine: its kernel, files or settings. Another release fails as well */
	LPPACK_ABOUT_RELEASE,     /**< the bundle, its signatures or its module. Another release may succeed */
};

/**
 * What went wrong, for a person and for a program.
 *
 * The caller owns it: initialise it with LPPACK_ERROR_INIT and pass its address, or pass NULL to get codes only.
 *
 * It grows at the end. The library writes the members that it knows and that `size` has room for. A struct that is all
 * zero counts as one of version 0.1. A size below that of version 0.1 or above 64 KiB is that of memory which nobody
 * has initialised: the struct counts as NULL and nothing is written.
 *
 * @since 0.1
 */
struct lppack_error {
	size_t size;        /**< of the struct in bytes; set by LPPACK_ERROR_INIT */
	int code;           /**< 0: no error; otherwise an LPPACK_E_ number (positive) */
	int sys_errno;      /**< the errno behind it; 0: there is none */
	char message[1000]; /**< which file, where and what: one printable line; never empty if code is set */
	/**
	 * What to do next: one printable line, which may be empty. It is written for users of the lppack program, so
	 * that it may name a command or an option of it. A program that decides does so by code.
	 */
	char hint[496];
};

/** Initialises a struct lppack_error where it is declared: size is set, all else is empty. @since 0.1 */
#define LPPACK_ERROR_INIT \
	{ \
		sizeof(struct lppack_error), 0, 0, "", "" \
	}

/**
 * Names a code.
 *
 * @param code  an LPPACK_E_ number of either sign
 * @return "CORRUPT" for LPPACK_E_CORRUPT, a literal; NULL if there is no such code
 * @since 0.1
 */
const char *lppack_error_name(int code);

/**
 * Explains a code.
 *
 * @param code  an LPPACK_E_ number of either sign
 * @return one lower-case phrase, a literal; NULL if there is no such code
 * @since 0.1
 */
const char *lppack_error_meaning(int code);

/**
 * Classifies a code: whether the release, the machine or the call is at fault.
 *
 * @param code  an LPPACK_E_ number of either sign
 * @return the class; LPPACK_ABOUT_NOTHING if there is no such code
 * @since 0.1
 */
enum lppack_about lppack_error_about(int code);

/**
 * Lists the codes of the library that runs, which may have more than the headers.
 *
 * @param i  the index of a row, from 0 on
 * @return the i-th code (positive), in ascending order; 0 behind the last
 * @since 0.1
 */
int lppack_error_at(size_t i);

/**
 * Empties an initialised error, before it is passed to another call.
 *
 * @param err  the error; may be NULL
 * @since 0.1
 */
void lppack_error_clear(struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
