/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the verbs that change the kernel share: their options, signals, progress, recovery, and carrying a plan out. */
#ifndef CLI_APPLY_COMMON_H
#define CLI_APPLY_COMMON_H

#include "cli/options.h"

#include <lppack/host.h>

struct lp_json;

struct transaction_options {
	int64_t timeout;
	bool before_signal;
	int64_t wait;
	bool take_over;
	struct number retries;
	int64_t retry_delay;
};

/* Rows for the option tables; `transaction` is the member of the verb's struct. */
#define TRANSACTION_ROWS(type) \
	{ .name = "timeout", \
	  .kind = OPTION_DURATION, \
	  .completion = COMPLETE_WORD, \
	  .argument = "SECONDS", \
	  .offset = offsetof(type, transaction.timeout), \
	  .help = "reverse a transition that takes longer (1.5, 500ms, 2m); default: 60" }, \
		{ .name = "before-signal", \
		  .kind = OPTION_FLAG, \
		  .offset = offsetof(type, transaction.before_signal), \
		  .help = "reverse it before the kernel disturbs sleeping programs" }, \
		{ .name = "wait", \
		  .kind = OPTION_DURATION, \
		  .completion = COMPLETE_WORD, \
		  .argument = "SECONDS", \
		  .offset = offsetof(type, transaction.wait), \
		  .help = "wait for another lppack that is at work" }, \
		{ .name = "take-over", \
		  .kind = OPTION_FLAG, \
		  .offset = offsetof(type, transaction.take_over), \
		  .help = "supersede livepatches that lppack did not load" }, \
		{ .name = "retries", \
		  .kind = OPTION_NUMBER, \
		  .completion = COMPLETE_WORD, \
		  .argument = "N", \
		  .max = 1000, \
		  .offset = offsetof(type, transaction.retries), \
		  .help = "try again after a transition that stalled" }, \
	{ \
		.name = "retry-delay", .kind = OPTION_DURATION, .completion = COMPLETE_WORD, .argument = "SECONDS", \
		.offset = offsetof(type, transaction.retry_delay), .help = "wait before each retry; default: 5" \
	}

/* The row alone, for verbs that only change what lppack remembers; `wait` is a member of the verb's struct. */
#define WAIT_ROW(type, text) \
	{ \
		.name = "wait", .kind = OPTION_DURATION, .completion = COMPLETE_WORD, .argument = "SECONDS", \
		.offset = offsetof(type, wait), .help = text \
	}

/* What the progress line shows, and how the library waits, whose context this is. */
struct watch {
	const char *path; /* of a bundle that is verified */
	const char *phase;
	int64_t shown_ns;
	int64_t timeout_ns;
	struct lppack_wait wait;
};

/* Makes watch fresh; what is returned is its own. */
const struct lppack_wait *transaction_wait(int64_t wait_ns, struct watch *watch);

/* What the library is asked with. Makes watch fresh, and refers to it. */
struct lppack_apply_options transaction_how(const struct transaction_options *options, struct watch *watch);

/*
 * From here to the receipt a signal must not leave a transition unwatched: it reverses instead, and the terminal
 * cannot stop the program.
 */
void transaction_catch_signals(void);

/* Finishes or undoes what a killed call began, and says so on standard error. Only on this machine: root is --root. */
int transaction_recover(struct lppack_host *host, const struct watch *watch, const char *root,
			struct lppack_error *err);
/* What was recovered, if anything, on standard error. */
void transaction_print_recovered(const struct lppack_value *report);

/* USAGE unless the verb only looks: another machine's files decide nothing over this machine's kernel. */
int transaction_check_root(const char *verb, const char *root, bool dry_run, struct lppack_error *err);

/* The plan as it was judged last, with the lock held; takes over, and where that fails returns, what was told
 * before. */
struct lppack_value *transaction_tell_again(const struct lppack_plan *plan, struct lppack_value *before);

/* Warnings of a described plan, on standard error. */
void transaction_warn(const struct lppack_value *plan, const char *path);

/* The members of a described receipt, and of its plan what the receipt does not say. */
void transaction_json_receipt(struct lp_json *json, const struct lppack_value *described,
			      const struct lppack_value *plan);

struct transaction_report {
	const char *path;                     /* of the bundle; or what stands for it in the headline */
	const struct lppack_value *described; /* the plan */
	bool json;
};

/* Tells what would be done. */
void transaction_tell_plan(const struct transaction_report *report, const struct lppack_error *err);
/* Tells what was done. Returns the exit status. */
int transaction_tell_receipt(const struct transaction_report *report, const struct lppack_receipt *receipt,
			     const struct lppack_error *err);
/* Plans, tells, and unless it is a dry run carries it out. The exit status, or a negative code to report. */
int transaction_run_plan(struct lppack_host *host, struct lppack_verified *verified, const char *path,
			 const struct lppack_apply_options *how, bool dry_run, bool json, struct lppack_error *err);

/* Opens the machine, and unless nothing is to change finishes first what an earlier call began. The caller closes *host,
 * also on failure. */
int transaction_open_host(const char *root, const struct watch *watch, bool dry_run, struct lppack_host **host,
			  struct lppack_error *err);

#endif
