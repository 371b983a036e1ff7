/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The running kernel: its facts, its livepatch stack, and the swap of that stack as one transaction. */
#ifndef LP_RUNTIME_H
#define LP_RUNTIME_H

#include "base/facts.h"
#include "base/file.h"

/* What differs between the real kernel and a test's. Every function returns 0 or a value, or -1 with errno. */
struct lp_kernel_ops {
	int (*finit_module)(void *context, int fd, const char *params, int flags);
	int (*delete_module)(void *context, const char *name, unsigned int flags);
	int (*write_attribute)(void *context, int dirfd, const char *path, const char *value);
	int64_t (*now_ns)(void *context); /* monotonic */
	void (*sleep_ns)(void *context, int64_t ns);
	/* KEYCTL_SEARCH for an asymmetric key: its number, or -1 with errno. NULL: nothing can be told of keys. */
	int (*search_key)(void *context, int32_t keyring, const char *description);
};

/* The machine: a root directory with /sys, /proc, /etc and /var below it. */
struct lp_kernel_io {
	int rootfd;
	char *root; /* "" for the real one; a prefix for messages */
	const struct lp_kernel_ops *ops;
	void *context;
};

/* root NULL, "" or "/": the real one. ops NULL: the real kernel; for another root, operations that fail with ENOSYS,
 * because what is read there must not decide over the kernel that runs here. */
int lp_host_open(struct lp_kernel_io *io, const char *root, const struct lp_kernel_ops *ops, void *context,
		 struct lppack_error *err);
void lp_host_close(struct lp_kernel_io *io);
/* Whether the kernel itself is at hand, and not only the files of another machine. */
bool lp_host_is_running(const struct lp_kernel_io *io);

/* Build ID from /sys/kernel/notes is parsed by the inspect layer; here only the bytes and the names are read. */
int lp_host_read_notes(struct lp_kernel_io *io, struct lp_buf *notes, struct lppack_error *err);
/* release, version and arch of the running kernel (/proc/sys/kernel/{osrelease,version,arch}). From uname() where /proc
 * does not tell: arch, as before 6.1, and of this machine the release, as in a chroot. build_id stays empty. */
int lp_host_read_names(struct lp_kernel_io *io, struct lp_kernel_facts *out, struct lppack_error *err);
/* /proc/sys/kernel/random/boot_id without its newline, malloc'd; NULL where absent. */
char *lp_host_boot_id(struct lp_kernel_io *io);

/* One object of a live patch with its functions, as /sys/kernel/livepatch/PATCH/OBJECT/FUNCTION,SYMPOS tells them. */
struct lp_live_object {
	/* First, for lp_object_compare(). Callbacks unknown: 0; sympos as sysfs shows it (0 appears as 1). */
	struct lp_object object;
	int patched;             /* 1, 0 (pending), or -1 where the kernel does not tell (before 6.1) */
};

struct lp_live_patch {
	char *name;
	int enabled;    /* 1, 0, -1 unknown */
	int transition; /* 1, 0, -1 */
	int replace;    /* 1, 0, -1 */
	int stack_order; /* 1 is the oldest; -1 */
	int refcnt;     /* of the module; -1 */
	struct lp_build_id build_id; /* of the module (its notes/.note.gnu.build-id); empty if unreadable */
	struct lp_live_object *objects;
	size_t n_objects;
};

/* Every patch that sysfs lists, by stack_order where shown, else by name. */
struct lp_stack {
	struct lp_live_patch *patches;
	size_t n;
};

/* LPPACK_E_NO_LIVEPATCH if /sys/kernel/livepatch does not exist. Copes with directories that vanish meanwhile and
 * with attributes it may not read. */
int lp_stack_read(struct lp_kernel_io *io, struct lp_stack *stack, struct lppack_error *err);
void lp_stack_free(struct lp_stack *stack);
const struct lp_live_patch *lp_stack_find(const struct lp_stack *stack, const char *name);

/* What kind of task it is, and so what can be done about it: a signal, its own work, its guest. */
enum lp_task_kind {
	LP_TASK_USER,
	LP_TASK_KERNEL,
	LP_TASK_VCPU, /* a thread that runs a virtual machine's CPU */
};

/* Names of the kinds in order, NULL-terminated. */
extern const char *const lp_task_kind_names[];

/* A task that keeps the transition from ending. */
struct lp_blocker {
	int pid;
	int tid;
	char comm[32];
	char state;        /* R, S, D, ... */
	enum lp_task_kind kind;
	char *stack_top;   /* up to five frames "func+0x1/0x2", joined by " < "; NULL where unreadable */
	char *function;    /* the function of the new or old patches it stands in, or NULL */
};

/* The tasks that the transition of the stack waits for; facts (may be NULL) and stack: whose functions to look for in
 * their stacks. None where no transition runs. 0, or -1 without memory for all of them. */
int lp_blockers_find(struct lp_kernel_io *io, const struct lp_module_facts *facts, const struct lp_stack *stack,
		     struct lp_blocker **blockers, size_t *n);
void lp_blockers_free(struct lp_blocker *blockers, size_t n);

/* A kprobe, or a kretprobe, on a function that a module patches. */
struct lp_probe {
	const struct lp_func *func; /* of the facts that were given */
	bool is_return;
	bool by_ftrace; /* at the place where ftrace, and so the livepatch, takes over */
};

/* The probes on the functions of facts, each sort once a function, appended to *probes, which the caller frees. None
 * where debugfs is not mounted or may not be read. The error is of memory. */
int lp_kprobes_find(struct lp_kernel_io *io, const struct lp_module_facts *facts, struct lp_probe **probes, size_t *n,
		    struct lppack_error *err);

/* What is about to be done to the kernel that cannot be read off it afterwards. */
enum lp_intent {
	LP_INTENT_LOAD,
	LP_INTENT_FORCE,
	LP_INTENT_DISABLE,
};

struct lp_swap_request {
	const void *module; /* the verified bytes; what is loaded is a sealed copy of exactly these */
	size_t module_size;
	const struct lp_module_facts *facts; /* what the signature says of them; NULL for a removal */
	bool replace;            /* may supersede active livepatches */
	bool take_over;          /* also those that lppack did not load */
	bool force;              /* ends a transition at the time-out by force */
	bool before_signal;      /* the time-out lies before the kernel's first fake signal */
	int64_t timeout_ns;      /* for the transition; 0 means 60 s */
	bool quick;              /* has a second's patience with a module's references, not five */
	unsigned int retries;    /* after a transition that stalled and was reversed */
	int64_t retry_delay_ns;  /* 0 means 5 s */
	int64_t wait_ns;         /* for the lock; negative: for ever */
	/* Modules that lppack loaded in this boot, by build ID; borrowed. What is not among them is foreign. */
	const struct lp_build_id *known;
	size_t n_known;
	const char *forced;      /* how it is known that a transition was forced in this boot; NULL: it is not */
	/* Finishes what a killed call began, and loads nothing; these patches were in force when it began; borrowed. */
	bool recovering;
	char *const *from;
	size_t n_from;
	/* NULL for none. phase: "waiting", "loading", "transition", "proof", "removal", "reversal", "retry". */
	void (*progress)(void *context, const char *phase, int64_t elapsed_ns);
	/* NULL for none. Asked while the transition runs: nonzero reverses it as a time-out would. */
	int (*cancelled)(void *context);
	void *context;
	/* NULL for none. Called before the kernel is asked, with the stack as it is. If it fails, nothing is asked. */
	int (*intend)(void *context, enum lp_intent intent, const struct lp_stack *before, struct lppack_error *err);
	void *intend_context;
};

enum lp_change_outcome {
	LP_CHANGE_NOTHING, /* failed before the kernel took the module, or undone without a trace */
	LP_CHANGE_APPLIED,
	LP_CHANGE_ALREADY,
	LP_CHANGE_REVERSED, /* old stack in force */
	LP_CHANGE_LEFT,	    /* neither finished nor undone; look at the error */
	LP_CHANGE_DISABLED, /* of a removal: nothing is in force */
};

struct lp_change_result {
	enum lp_change_outcome outcome;
	int64_t load_ns;       /* finit_module */
	int64_t transition_ns; /* from its return to the proof that the transition ended */
	int64_t remove_ns;     /* removing the superseded modules */
	int64_t total_ns;
	unsigned int attempts; /* 1, and the retries */
	bool timed_out;        /* the last attempt stalled by itself */
	bool forced;           /* the transition was ended by force */
	bool partial;          /* of a removal: some are out of force, others are not */
	char **superseded;     /* names of the patches replaced and removed */
	size_t n_superseded;
	char **stale;          /* names of modules that an earlier call left loaded, removed before the load */
	size_t n_stale;
	char **pending;        /* objects whose module is not loaded */
	size_t n_pending;
	struct lp_blocker *blockers; /* at the time-out */
	size_t n_blockers;
	struct lp_blocker *reverse_blockers; /* who kept the reversal from ending */
	size_t n_reverse_blockers;
	const char *note;         /* what was out of the ordinary, static; NULL: nothing */
	struct lp_buf kernel_log; /* lines of the kernel log since just before the load */
};

void lp_change_result_free(struct lp_change_result *result);

/* Takes the host's apply lock (/run/lppack/lock, flock); LPPACK_E_BUSY naming the holder's pid if it is held.
 * Returns a descriptor whose closing releases the lock. A holder that died holds nothing. */
int lp_host_lock(struct lp_kernel_io *io, struct lppack_error *err);
/* The same, but waits as long as the request's wait_ns says, unless it is cancelled. */
int lp_host_lock_wait(struct lp_kernel_io *io, const struct lp_swap_request *request, struct lppack_error *err);
enum lp_lock_state {
	LP_LOCK_FREE,
	LP_LOCK_HELD,
	LP_LOCK_UNKNOWN, /* the file may not be opened: only root is told */
};

/* Whether another process holds the lock, without waiting for it; *pid is its, or 0. */
enum lp_lock_state lp_host_lock_state(struct lp_kernel_io *io, int *pid);

/* Whether the kernel's log tells of a forced transition in this boot (as far back as it reaches). */
bool lp_kmsg_shows_force(struct lp_kernel_io *io);

/* LPPACK_E_PRIVILEGE with what is missing: the capability, the first user namespace, or a /sys that can be written. */
int lp_host_check_privilege(struct lp_kernel_io *io, struct lppack_error *err);

/* Whether this process sees how far every task is (patch_state in /proc); what cannot be told counts as yes. */
bool lp_host_sees_tasks(struct lp_kernel_io *io);

/* The module of a livepatch that is no longer listed, but stays pinned (into out): a transition was forced in this
 * boot, or something refers to it, which the kernel does not tell apart. One that is about to lose its last reference
 * is waited for, up to a second. */
bool lp_unload_find_pinned(struct lp_kernel_io *io, char *out, size_t room);
/* With the module's name. */
#define LP_PINNED_TEXT \
	"%s: its livepatch is no longer listed, but the module stays pinned: a transition was forced in this boot, " \
	"or something else still uses it"

/* Whether the patch is of a module that lppack loaded in this boot. */
bool lp_patch_is_known(const struct lp_swap_request *request, const struct lp_live_patch *patch);

/* Everything that can be refused before a system call changes anything, each with its own code (docs: the table in
 * lppack/error.h): livepatch support, privilege, lockdown, modules_disabled, ftrace_enabled, transition running, a
 * forced one before, a module of that name loaded, release/arch of the kernel, active livepatches without `replace` or
 * foreign ones without `take_over`. Does not change anything; a module of that name that is only left over passes, as
 * lp_replace_run() removes it. stack: as read just before. *already is set if the very build is in force. */
int lp_preflight_replace(struct lp_kernel_io *io, const struct lp_swap_request *request, const struct lp_stack *stack,
			 bool *already, struct lppack_error *err);

/* The transaction: preflight, load from a sealed memfd, watch, prove, remove the superseded, or undo. result is
 * filled as far as it went, also on failure; on every failure the old stack is in force unless the code says
 * otherwise (STALLED_LEFT, UNPROVEN, LEFTOVER, NONE_LEFT). The caller holds the lock.
 *
 * Calling it again after a kill finishes what was begun: a transition to this very build is joined instead of loaded
 * again, and where this build is in force already (outcome ALREADY, returns 0) the modules of patches that it replaced
 * are removed. */
int lp_replace_run(struct lp_kernel_io *io, const struct lp_swap_request *request, struct lp_change_result *result,
		   struct lppack_error *err);

/* Disables every active livepatch and removes its module. result, retries and errors as for lp_replace_run(); 0 with the
 * outcome ALREADY if none is active. */
int lp_disable_all(struct lp_kernel_io *io, const struct lp_swap_request *request, struct lp_change_result *result,
		   struct lppack_error *err);
/* What of it can be refused before anything changes; *already is set if no livepatch is active. */
int lp_preflight_disable(struct lp_kernel_io *io, const struct lp_swap_request *request, const struct lp_stack *stack,
			 bool *already, struct lppack_error *err);

/* Whether a module of that name is loaded. */
bool lp_module_is_loaded(const struct lp_kernel_io *io, const char *name);

/* Waits until the patch of this name is out of force and removes its module, if there are any: what a killed call was
 * undoing. 0, or LPPACK_E_STALLED_LEFT, LEFTOVER. */
int lp_reverse_finish(struct lp_kernel_io *io, const struct lp_swap_request *request, const char *name,
		      struct lp_change_result *result, struct lppack_error *err);

/* Puts the patch of this name, which is being disabled, or enabled again, back into force: for a killed call whose
 * reversal came too late, so that what it replaced is gone. 0, or LPPACK_E_STALLED_LEFT, NONE_LEFT. */
int lp_reverse_take_back(struct lp_kernel_io *io, const struct lp_swap_request *request, const char *name,
			 struct lp_change_result *result, struct lppack_error *err);

/* Waits until the patch of this name, which is being enabled again, is in force, or until somebody has disabled it.
 * 0, or LPPACK_E_STALLED_LEFT. */
int lp_reverse_await(struct lp_kernel_io *io, const struct lp_swap_request *request, const char *name,
		     struct lppack_error *err);

/* Removes the livepatch modules that are loaded but belong to no listed patch and that nothing refers to (their taint
 * flag is K): what an interrupted apply leaves behind. Their names are appended to *names; the error is of memory. */
int lp_unload_stale(struct lp_kernel_io *io, char ***names, size_t *n, struct lppack_error *err);

#endif
