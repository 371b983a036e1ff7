/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the runtime layer share with each other and with nobody else. */
#ifndef LP_RUNTIME_PRIVATE_H
#define LP_RUNTIME_PRIVATE_H

#include "runtime/runtime.h"

#include <dirent.h>

#define LP_LIVEPATCH_DIR "sys/kernel/livepatch"
#define LP_MODULE_DIR "sys/module"

#define LP_MS_NS INT64_C(1000000)
#define LP_SECOND_NS INT64_C(1000000000)

extern const struct lp_kernel_ops lp_real_ops;
extern const struct lp_kernel_ops lp_refusing_ops;

/* kernel_io.c */

/* Long enough for every path below the root that is built from kernel names (at most 55 and 511 characters). */
#define LP_PATH_ROOM 768

/* Reads the first bytes of a file. Returns how many, or -1 with errno. */
int lp_attr_read_bytes(int dirfd, const char *path, void *out, size_t room);
/* As text, without the final newline. */
int lp_attr_read(int dirfd, const char *path, char *out, size_t room);
/* A decimal number; -1 where it is absent, unreadable or something else. */
int lp_attr_int(int dirfd, const char *path);
bool lp_host_has(const struct lp_kernel_io *io, const char *path);
/* A directory to iterate, or NULL with errno. */
DIR *lp_dir_open(int dirfd, const char *path);
/* The next entry but "." and "..", or NULL. */
const struct dirent *lp_dir_next(DIR *dir);
/* Whether name can be one part of a path. */
bool lp_name_is_part(const char *name);
/* The name as the kernel shows a module's: "-" becomes "_" (include/linux/moduleparam.h). NULL without memory. */
char *lp_name_as_module(const char *name);
int64_t lp_host_now(struct lp_kernel_io *io);
void lp_host_sleep(struct lp_kernel_io *io, int64_t ns);
/* Waits between polls for a share of the time waited so far, so that what it overshoots stays small against that. */
void lp_host_poll_sleep(struct lp_kernel_io *io, int64_t since_ns);

static inline void cleanup_closedir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

#define LP_AUTO_DIR LP_AUTO(cleanup_closedir)
#define LP_AUTO_STACK LP_AUTO(lp_stack_free)

/* Appends a copy of name to a list of strings; 0, or -1 without memory. */
int lp_names_add(char ***names, size_t *n, const char *name);
void lp_names_free(char **names, size_t n);

/* stack.c */

/* LPPACK_E_NO_LIVEPATCH with what is missing. */
int lp_host_check_livepatch(struct lp_kernel_io *io, struct lppack_error *err);

/* kmsg.c */

/* The kernel log from the moment of opening on; fd -1 where it cannot be read. */
struct lp_kmsg {
	int fd;
};

void lp_kmsg_open(struct lp_kmsg *kmsg, struct lp_kernel_io *io);
/* Appends the lines since the last call that tell of livepatching or the module (NULL: none), each with a newline. */
void lp_kmsg_collect(struct lp_kmsg *kmsg, const char *module, struct lp_buf *lines);
void lp_kmsg_close(struct lp_kmsg *kmsg);

/* load.c */

/* A sealed anonymous file with these bytes, or negative code. */
int lp_load_seal(const void *bytes, size_t size, struct lppack_error *err);
/* Turns finit_module's errno and the kernel's log lines into an error. Always negative. */
int lp_load_explain(struct lp_kernel_io *io, const char *name, int sys_errno, const struct lp_buf *log,
		    struct lppack_error *err);

/* watch.c */

/* One patch at one moment; flags are 1, 0 or one of these. */
#define LP_FLAG_ABSENT (-1) /* the kernel does not tell, or the patch is gone */
#define LP_FLAG_UNKNOWN (-2) /* reading failed for another reason (EMFILE, ENOMEM, EIO): it may be either */

struct lp_patch_status {
	bool listed; /* or it cannot be told */
	int enabled;
	int transition;
};

int lp_patch_transition(struct lp_kernel_io *io, const char *name);
void lp_patch_status_read(struct lp_kernel_io *io, const char *name, struct lp_patch_status *status);
bool lp_patch_status_is_done(const struct lp_patch_status *status);
/* Also where the patch was never listed. */
bool lp_patch_status_is_undone(const struct lp_patch_status *status);

enum lp_watch_end {
	LP_WATCH_DONE,      /* enabled, and no longer in transition */
	LP_WATCH_UNDONE,    /* somebody wrote 0 to enabled, or it is gone already */
	LP_WATCH_TIMEOUT,
	LP_WATCH_CANCELLED,
};

/* The kernel retries once a second, so that a reversal needs its time whatever the time-out for the transition was. */
#define LP_SHORTEST_REVERSAL_NS (10 * LP_SECOND_NS)

enum lp_watch_end lp_watch_forward(struct lp_kernel_io *io, const struct lp_swap_request *request, const char *name,
				   int64_t since_ns);
/* The same with at least LP_SHORTEST_REVERSAL_NS from now, and nobody may cancel it: for the way back to a patched
 * machine. */
enum lp_watch_end lp_watch_forward_patiently(struct lp_kernel_io *io, const struct lp_swap_request *request,
					     const char *name);
/* Waits until a patch is out of force after 0 was written to its enabled; TIMEOUT, or UNDONE for success. */
enum lp_watch_end lp_watch_backward(struct lp_kernel_io *io, const struct lp_swap_request *request, const char *name);
/* The same where that is what was asked for: with the request's time-out, and it can be cancelled. DONE if somebody
 * enabled it again. */
enum lp_watch_end lp_watch_disable(struct lp_kernel_io *io, const struct lp_swap_request *request, const char *name);
int64_t lp_request_timeout(const struct lp_swap_request *request);
void lp_request_progress(const struct lp_swap_request *request, const char *phase, int64_t elapsed_ns);

/* Whether this process has the effective capability of that number; what cannot be told counts as yes. */
bool lp_host_has_capability(struct lp_kernel_io *io, unsigned int number);

/* blockers.c */

/* The tasks that have not reached the target (enum klp_target state: 1 patched, 0 unpatched). */
int lp_blockers_collect(struct lp_kernel_io *io, const struct lp_module_facts *facts, const struct lp_stack *stack,
			int target, struct lp_blocker **blockers, size_t *n);
/* Names the first of them for a message. */
void lp_blockers_print(const struct lp_blocker *blockers, size_t n, struct lp_buf *text);

/* replace.c and its steps */

struct lp_change {
	struct lp_kernel_io *io;
	const struct lp_swap_request *request;
	struct lp_change_result *result;
	char *name;             /* the module's, as the kernel shows it */
	struct lp_stack before; /* the stack as it was */
	char **old;             /* names of the patches in force before, without the own one */
	size_t n_old;
	struct lp_kmsg kmsg;
	int64_t loaded_ns; /* when finit_module returned */
};

/* Room in result->superseded for all of change->old, so that nothing but the kernel can fail once it was asked. */
int lp_change_make_room(struct lp_change *change, struct lppack_error *err);
/* Tries, and tries again as often and as late as the request says, while it stalls and is reversed. */
int lp_change_repeat(struct lp_kernel_io *io, const struct lp_swap_request *request,
		     int (*attempt)(struct lp_kernel_io *io, const struct lp_swap_request *request,
				    struct lp_change_result *result, struct lppack_error *err),
		     struct lp_change_result *result, struct lppack_error *err);

/* Whether every patch that was in force before still is. */
bool lp_swap_old_in_force(struct lp_change *change);
/* Writes one of the patch's attributes; 0 or -1 with errno. */
int lp_patch_write(struct lp_kernel_io *io, const char *patch, const char *attribute, const char *value);

/* Loads the module from a sealed copy of the request's bytes. */
int lp_load_module(struct lp_change *change, struct lppack_error *err);

/* reverse.c: the ways back. Each puts what is true into result->outcome. */

/* Reverses a transition that did not end. 0 if it ended at the last moment after all, else an error is set. */
int lp_reverse_transition(struct lp_change *change, enum lp_watch_end why, struct lppack_error *err);
/* The transition was reversed by somebody else. Always an error. */
int lp_reverse_finished_by_other(struct lp_change *change, struct lppack_error *err);
/* Takes a finished patch back that replaced nothing. Always an error: code, because of why. */
int lp_reverse_applied(struct lp_change *change, enum lppack_code code, const char *why, struct lppack_error *err);
/* The module came up without a livepatch. Always an error. */
int lp_reverse_empty(struct lp_change *change, struct lppack_error *err);
/* Ends the transition by force, having said so to the journal; otherwise reverses it. 0 if it ended. */
int lp_reverse_unless_forced(struct lp_change *change, struct lppack_error *err);

/* prove.c */

enum lp_proof {
	LP_PROOF_HOLDS,
	LP_PROOF_SURVIVED,   /* an old patch is still in force */
	LP_PROOF_NO_REPLACE, /* the kernel shows that the patch does not replace */
	LP_PROOF_FAILS,
};

/* Compares the live stack with the facts, patiently; fills result->pending. why: what does not hold. */
enum lp_proof lp_prove_replaced(struct lp_change *change, struct lp_buf *why);

/* unload.c */

/* Removes a module once nothing refers to it, patiently. 0, also if it is gone already, or -1 with errno. */
int lp_unload_module(struct lp_kernel_io *io, const char *name, int64_t deadline_ns);
/* Patience with references that the kernel drops a moment later: until when. */
int64_t lp_unload_deadline(struct lp_kernel_io *io, const struct lp_swap_request *request);
/* Removes the modules in change->old and moves their names to result->superseded; *left names those that stay, with the
 * errno returned, or 0. */
int lp_unload_old(struct lp_change *change, struct lp_buf *left);
/* Removes the modules of the replaced patches, or LPPACK_E_LEFTOVER. */
int lp_unload_replaced(struct lp_change *change, struct lppack_error *err);
/* A livepatch module that is loaded, but whose patch is not listed: what a call left behind, or a forced transition. */
enum lp_remnant {
	LP_REMNANT_NONE,
	LP_REMNANT_STALE,  /* nothing refers to it */
	LP_REMNANT_PINNED, /* something does */
};

enum lp_remnant lp_module_remnant(struct lp_kernel_io *io, const char *name);

/* forced.c */

/* LPPACK_E_FORCED if a transition was forced in this boot: by the request, or by modules that stay pinned. */
int lp_preflight_forced(struct lp_kernel_io *io, const struct lp_swap_request *request, struct lppack_error *err);

/* preflight.c */

#define LP_HINT_TRANSITION "lppack status --watch follows it; try again when it has ended"

/* LPPACK_E_BUSY while anything but own (may be NULL) is in transition. */
int lp_stack_check_transition(const struct lp_stack *stack, const struct lp_live_patch *own,
			      struct lppack_error *err);
/* LPPACK_E_FOREIGN, unless the request takes over. own (may be NULL) is not foreign. */
int lp_stack_check_foreign(const struct lp_swap_request *request, const struct lp_stack *stack,
			   const struct lp_live_patch *own, struct lppack_error *err);

/* The patch of this very build (by its module's build ID), or NULL. */
const struct lp_live_patch *lp_stack_find_build(const struct lp_stack *stack, const struct lp_module_facts *facts,
						const char *name);

#endif
