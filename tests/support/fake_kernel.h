/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A kernel that livepatches in a temporary directory: /sys, /proc and /dev/kmsg as files, module system calls and
 * writes to `enabled` as struct lp_kernel_ops, and a clock that stands still but for what is waited. It follows
 * kernel/livepatch/{core,transition}.c in what is visible when:
 *   - a transition ends: transition reads 0 and the replaced patches' enabled reads 0; vanish_ns later their
 *     directories go, refcnt_ns after that their modules' reference counts drop, and only then they can be removed;
 *   - a reversed or disabled patch: the same, with enabled and transition 0 just before the directory goes.
 * Every function that fails aborts: a test of a broken fake proves nothing.
 */
#ifndef LP_TEST_FAKE_KERNEL_H
#define LP_TEST_FAKE_KERNEL_H

#include "runtime/kernel_io.h"

#define FAKE_MS INT64_C(1000000)
#define FAKE_SECOND (1000 * FAKE_MS)
#define FAKE_NEVER INT64_C(-1)

/* How a livepatch module behaves. The strings are borrowed. */
struct fake_patch {
	const char *name;
	const char *const *functions; /* "OBJECT/FUNCTION,SYMPOS", NULL-terminated; an object alone is "OBJECT" */
	const char *build_id;         /* hex; NULL: /sys does not show one */
	bool replace;
	bool empty;            /* the module comes up without a livepatch */
	int load_errno;        /* finit_module fails with it; 0: it loads */
	const char *log;       /* written to the kernel log while it loads, as by fake_kernel_log() */
	int64_t load_ns;       /* what finit_module takes */
	int64_t transition_ns; /* 0: done before finit_module returns; FAKE_NEVER */
	int64_t reverse_ns;    /* reversing (either way) or disabling; FAKE_NEVER */
	int64_t vanish_ns;     /* replaced or disabled patches' directories go this much later; FAKE_NEVER */
	int64_t refcnt_ns;     /* and this much later their reference counts drop; FAKE_NEVER */
};

struct fake_kernel;

/* Release 6.1.0-test, arch x86_64, no patches, a privileged process, everything allowed. */
struct fake_kernel *fake_kernel_new(void);
void fake_kernel_free(struct fake_kernel *kernel);
const char *fake_kernel_root(const struct fake_kernel *kernel);
extern const struct lp_kernel_ops fake_kernel_ops; /* its context is the struct fake_kernel */
/* lp_kernel_io_open() with all of that. */
void fake_kernel_open(struct fake_kernel *kernel, struct lp_kernel_io *io);

/* /sys/kernel/notes with this build ID alone; there is none until then. */
void fake_kernel_set_build_id(struct fake_kernel *kernel, const char *hex);

/* What sysfs shows beside enabled and transition: the default is that of 6.12 (patched, replace). */
void fake_kernel_show(struct fake_kernel *kernel, bool patched, bool replace, bool stack_order);

/* Files below the root; parents are made, text is written as it is. */
void fake_kernel_write(struct fake_kernel *kernel, const char *path, const char *text);
void fake_kernel_remove(struct fake_kernel *kernel, const char *path);
bool fake_kernel_has(struct fake_kernel *kernel, const char *path);
/* A line at the end of /dev/kmsg, the kernel's own; "<12>text" is one of a process. */
void fake_kernel_log(struct fake_kernel *kernel, const char *text);
/* A task with its patch_state and stack (NULL: unreadable); stat_flags as in /proc/PID/stat. */
void fake_kernel_add_task(struct fake_kernel *kernel, int pid, int tid, const char *comm, int patch_state,
			  unsigned int stat_flags, const char *stack);
/* An ordinary loaded module. */
void fake_kernel_add_module(struct fake_kernel *kernel, const char *name);

/* The facts that a signature would state of the patch: for this machine, replace proved if it replaces. The caller
 * frees them. */
void fake_kernel_facts(const struct fake_patch *patch, struct lp_module_facts *facts);

/* A patch that is in force already. */
void fake_kernel_add_patch(struct fake_kernel *kernel, const struct fake_patch *patch);
/* A patch whose transition was begun by somebody and takes transition_ns from now. */
void fake_kernel_add_transition(struct fake_kernel *kernel, const struct fake_patch *patch);
/* What the next finit_module loads. Several are loaded in this order; without any the bytes are no module: ENOEXEC. */
void fake_kernel_expect_load(struct fake_kernel *kernel, const struct fake_patch *patch);

/* Runs at a time from now, while somebody sleeps. */
void fake_kernel_at(struct fake_kernel *kernel, int64_t from_now_ns,
		    void (*event)(struct fake_kernel *kernel, void *context), void *context);
/* Writes to `enabled` as somebody else's process. 0 or -1 with errno. */
int fake_kernel_enable(struct fake_kernel *kernel, const char *name, bool value);

/* How long reversing or enabling the patch takes from now on. */
void fake_kernel_set_reverse(struct fake_kernel *kernel, const char *name, int64_t ns);

/* The process that is to be killed runs in a child: the kernel, which lives in shared memory, goes on as the child left
 * it. True while a system call of it runs, which no kill interrupts. */
bool fake_kernel_is_busy(const struct fake_kernel *kernel);

/* The n-th system call from now (1 is the next: finit_module, delete_module, write_attribute) fails with sys_errno and
 * does nothing. n 0: none. */
void fake_kernel_fail(struct fake_kernel *kernel, unsigned int n, int sys_errno);
/* How many of these calls were made so far. */
unsigned int fake_kernel_calls(const struct fake_kernel *kernel);

/* Whether the patch is in force: enabled, listed, and not held back by a running transition. */
bool fake_kernel_is_active(const struct fake_kernel *kernel, const char *name);
bool fake_kernel_is_listed(const struct fake_kernel *kernel, const char *name);
bool fake_kernel_is_loaded(const struct fake_kernel *kernel, const char *name);
/* How many livepatch modules are loaded, in force or not. */
unsigned int fake_kernel_count_loaded(const struct fake_kernel *kernel);
/* How many patches are in force. */
unsigned int fake_kernel_count_active(const struct fake_kernel *kernel);
int64_t fake_kernel_now(const struct fake_kernel *kernel);
/* Lets time pass. */
void fake_kernel_pass(struct fake_kernel *kernel, int64_t ns);
/* The bytes and the seals (F_GET_SEALS) of the last finit_module. */
const struct lp_buf *fake_kernel_loaded_bytes(const struct fake_kernel *kernel);
int fake_kernel_loaded_seals(const struct fake_kernel *kernel);

#endif
