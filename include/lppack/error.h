/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one table of errors: code names, numbers, exit statuses and the man page come from it. */
#ifndef LPPACK_ERROR_H
#define LPPACK_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

/*
 * X(NAME, number, meaning). A library function fails with -LPPACK_E_NAME; the lppack program exits
 * with the same number. Numbers are never reused; tests/unit/base/test_error.c pins them.
 */
#define LPPACK_ERRORS(X) \
	X(INTERNAL, 1, "internal error: a bug in lppack") \
	X(USAGE, 2, "wrong command line or argument") \
	X(ALREADY, 3, "already applied: this very module is in force, nothing was done") \
	X(NO_MEMORY, 4, "out of memory") \
	X(IO, 5, "a file could not be opened, read or written") \
	X(NO_SPACE, 6, "the disk is full") \
	X(EXISTS, 7, "the output exists and is not overwritten") \
	X(SPEC, 10, "the spec is unreadable, incomplete or has an unknown key") \
	X(DUPLICATE, 11, "two modules for one kernel build ID") \
	X(MODULE, 12, "the module is not a readable ELF kernel module") \
	X(NOT_LIVEPATCH, 13, "the module is not a livepatch") \
	X(NOT_REPLACE, 14, "the livepatch is not in replace mode") \
	X(ARCH, 15, "the module is for another architecture") \
	X(VERMAGIC, 16, "the module's vermagic does not belong to the kernel") \
	X(MODULE_NAME, 17, "the module's name is unusable for a livepatch") \
	X(KERNEL_IMAGE, 18, "a file of the kernel (image, symbols, configuration, modules) cannot be read") \
	X(UNLOADABLE, 19, "the module will not load into that kernel") \
	X(NOT_BUNDLE, 20, "the file is not a lppack bundle") \
	X(TRUNCATED, 21, "the bundle ends early") \
	X(STRUCTURE, 22, "the bundle's structure is not canonical") \
	X(UNSUPPORTED, 23, "the bundle needs a newer lppack") \
	X(CORRUPT, 24, "a digest in the bundle does not match") \
	X(LIMIT, 25, "a limit of the format is exceeded") \
	X(FACTS, 26, "the metadata do not match the module") \
	X(NOT_CUMULATIVE, 27, "the bundle loses what the one before it had") \
	X(NO_KEYS, 30, "no trusted key is configured") \
	X(UNTRUSTED, 31, "no signature is by a trusted key") \
	X(BAD_SIGNATURE, 32, "a signature is wrong") \
	X(KEY, 33, "a key file is unreadable or malformed") \
	X(EXPIRED, 34, "the bundle has expired") \
	X(THRESHOLD, 35, "too few trusted keys have signed it") \
	X(REVOKED, 36, "the bundle, or who signed it, is revoked") \
	X(POLICY, 37, "the trust policy is unreadable or malformed") \
	X(DOWNGRADE, 38, "older than what this machine has seen of the stream") \
	X(EQUIVOCATION, 39, "another bundle of the same serial has been seen") \
	X(NO_KERNEL, 40, "the bundle has nothing for this kernel") \
	X(CLOCK, 41, "the machine's clock cannot be right") \
	X(STATE, 42, "what lppack remembers is missing, unreadable or damaged") \
	X(UNSAFE_FILE, 43, "a file that decides can be changed by others") \
	X(SIGNED, 44, "that key has signed the bundle already") \
	X(NO_LIVEPATCH, 50, "the running kernel cannot livepatch") \
	X(PRIVILEGE, 51, "not allowed: root (CAP_SYS_MODULE) is needed") \
	X(BUSY, 52, "another apply or transition is running") \
	X(ACTIVE, 53, "another livepatch is active and --replace was not given") \
	X(NAME_IN_USE, 54, "a module of that name is loaded already") \
	X(LOCKED, 55, "the kernel does not accept modules (lockdown, modules_disabled, signatures)") \
	X(FTRACE, 56, "kernel.ftrace_enabled is 0") \
	X(FOREIGN, 57, "a livepatch that lppack did not load is active, and --take-over was not given") \
	X(FORCED, 58, "a transition was forced in this boot: reboot before the next apply") \
	X(HELD, 59, "a hold keeps the bundle away") \
	X(REFUSED, 60, "the kernel refused the module") \
	X(INCOMPATIBLE, 61, "the module's states do not fit the active livepatches") \
	X(STALLED, 62, "the transition stalled and was reversed; the old stack is in force") \
	X(STALLED_LEFT, 63, "the transition stalled and could not be reversed; it is left running") \
	X(NOT_REPLACED, 64, "old livepatches survived; the new one was undone") \
	X(UNPROVEN, 65, "the outcome could not be proved and not be undone") \
	X(LEFTOVER, 66, "the new livepatch is in force, but a replaced module could not be removed") \
	X(ONE_WAY, 67, "going back is not safe without a reboot") \
	X(NO_LEVEL, 68, "there is no such level to go to") \
	X(DISABLED, 69, "livepatches are switched off on the kernel's command line") \
	X(BOOT_LOOP, 70, "the bundle is skipped: boots with it did not become healthy") \
	X(NONE_LEFT, 71, "no livepatch is in force: the new one could not be kept when the old ones were gone") \
	X(MEMORY, 72, "the machine has too little free memory to load the module") \
	X(BEHIND, 80, "fixes that are installed are not in force") \
	X(REBOOT_NEEDED, 81, "only a reboot can bring what is missing") \
	X(UNCOVERED, 82, "the next boot of an installed kernel would not be livepatched") \
	X(HELD_BACK, 83, "a hold keeps fixes away") \
	X(IN_TRANSITION, 84, "a transition is running") \
	X(UNFINISHED, 85, "a call of lppack was cut short and has to be finished or undone")

enum lppack_code {
	LPPACK_OK = 0,
#define LPPACK_ERROR_ENUM_(name, number, meaning) LPPACK_E_##name = (number),
	LPPACK_ERRORS(LPPACK_ERROR_ENUM_)
#undef LPPACK_ERROR_ENUM_
};

/*
 * Caller-owned; initialise with LPPACK_ERROR_INIT and pass its address, or NULL to get codes only.
 * The first cause stays: a set error is never overwritten, only given context in front.
 */
struct lppack_error {
	int code;           /* 0, or an LPPACK_E_ number (positive) */
	int sys_errno;      /* the errno behind it, or 0 */
	char message[1000]; /* which file, where and what; one line, printable */
	char hint[496];     /* what to do next; may be empty */
};

#define LPPACK_ERROR_INIT { 0, 0, "", "" }

/* The name of a code ("CORRUPT" for either sign of LPPACK_E_CORRUPT), or NULL if there is none. */
const char *lppack_error_name(int code);

/* The meaning of a code, one lower-case phrase, or NULL if there is none. */
const char *lppack_error_meaning(int code);

/* Iterates over the table: the i-th code number in table order, or 0 past the end. */
int lppack_error_at(unsigned int i);

/* Makes err fresh for another call. err may be NULL. */
void lppack_error_clear(struct lppack_error *err);

#ifdef __cplusplus
}
#endif
#endif
