/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An apply over a fake kernel in which one system call fails, or at which it is killed: for each call that it makes,
 * and each errno that is plausible for it. Whatever happens, one livepatch is in force, the error says something,
 * nothing leaks, and the next call ends with the new one in force and nothing left over.
 *
 * fault_apply [--every N]: with --every only each N-th place.
 */
#include "support/apply_machine.h"
#include "remote_kernel.h"
#include "supervise.h"

#include "machine/journal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>

/* Thousands of forks copy the tables of whatever freed memory is kept aside. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=4";
}
#else
static int __lsan_do_recoverable_leak_check(void)
{
	return 0;
}
#endif

#define CALLS_MAX 4096
#define LEAKED	  99

static const struct fallible {
	int call;
	const char *name;
	int errnos[4]; /* 0 ends */
} fallibles[] = {
	{ SYS_openat, "openat", { EACCES, EMFILE, EIO } },
	{ SYS_openat2, "openat2", { EACCES, EMFILE, EIO, ENOSYS } },
	{ SYS_read, "read", { EIO, EINTR } },
	{ SYS_pread64, "pread64", { EIO, EINTR } },
	{ SYS_write, "write", { ENOSPC, EIO, EINTR } },
	{ SYS_pwrite64, "pwrite64", { ENOSPC, EIO } },
	{ SYS_fsync, "fsync", { EIO, ENOSPC } },
	{ SYS_close, "close", { EIO, EINTR } },
#ifdef SYS_newfstatat
	{ SYS_newfstatat, "newfstatat", { EACCES, EIO } },
#endif
	{ SYS_fstat, "fstat", { EIO, ENOMEM } },
	{ SYS_access, "access", { EACCES, EIO } },
	{ SYS_faccessat, "faccessat", { EACCES, EIO } },
	{ SYS_faccessat2, "faccessat2", { EACCES, EIO } },
	{ SYS_rename, "rename", { EROFS, EIO, ENOSPC } },
	{ SYS_renameat, "renameat", { EROFS, EIO, ENOSPC } },
	{ SYS_renameat2, "renameat2", { EROFS, EIO, ENOSPC } },
	{ SYS_linkat, "linkat", { EROFS, EIO, ENOSPC } },
	{ SYS_unlink, "unlink", { EROFS, EIO } },
	{ SYS_unlinkat, "unlinkat", { EROFS, EIO } },
	{ SYS_mkdir, "mkdir", { EACCES, ENOSPC, EROFS } },
	{ SYS_mkdirat, "mkdirat", { EACCES, ENOSPC, EROFS } },
	{ SYS_flock, "flock", { ENOLCK, EINTR } },
	{ SYS_memfd_create, "memfd_create", { EMFILE, ENOMEM } },
	{ SYS_fcntl, "fcntl", { EBUSY, ENOLCK } },
	{ SYS_ftruncate, "ftruncate", { ENOSPC, EIO } },
	{ SYS_fchmod, "fchmod", { EPERM, EROFS } },
	{ SYS_fchmodat, "fchmodat", { EPERM, EROFS } },
	{ SYS_getdents64, "getdents64", { EIO, ENOENT } },
	{ SYS_lseek, "lseek", { EIO, ESPIPE } },
	{ SYS_ioctl, "ioctl", { ENOTTY } },
	{ SYS_readlink, "readlink", { EACCES } },
	{ SYS_readlinkat, "readlinkat", { EACCES } },
	{ SYS_getrandom, "getrandom", { EINTR } },
	{ SYS_uname, "uname", { EFAULT } },
	{ SYS_geteuid, "geteuid", { 0 } },
	{ SYS_getuid, "getuid", { 0 } },
	{ SYS_sysinfo, "sysinfo", { ENOSYS } },
	{ SYS_prlimit64, "prlimit64", { EPERM } },
	{ SYS_sched_getaffinity, "sched_getaffinity", { ENOSYS } },
};

static const struct fallible *find_fallible(int call)
{
	for (size_t i = 0; i < sizeof(fallibles) / sizeof(fallibles[0]); i++)
		if (fallibles[i].call == call)
			return &fallibles[i];
	return NULL;
}

/* What the calling process tells, in memory that it shares. */
struct outcome {
	bool ended;
	int code; /* 0 or an LPPACK_E_ number */
	char message[1000];
};

/* One run: where the fault is, and what became of it. */
struct run {
	struct fixture *f;
	const char *bundle;
	const char *key;
	struct fake_kernel *kernel;
	struct remote_kernel remote;
	struct outcome *outcome;
	unsigned int at; /* the call that is hit, from 1; 0: none */
	int verdict;     /* what happens to it */
	int calls[CALLS_MAX];
	unsigned int n_calls;
	bool hit;
};

static int apply(struct lppack_host *host, const struct run *run, struct lppack_error *err)
{
	LPPACK_OPTIONS(lppack_apply_options, options, .flags = LPPACK_APPLY_REPLACE | LPPACK_APPLY_TAKE_OVER);
	LP_AUTO_KEYRING struct lppack_keyring *keyring = lppack_keyring_new(err);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *verified = NULL;
	AUTO_PLAN struct lppack_plan *plan = NULL;
	AUTO_RECEIPT struct lppack_receipt *receipt = NULL;
	struct lppack_value *found = lppack_host_recover(host, NULL, err);

	lppack_value_free(found);
	if (found && keyring && lppack_keyring_add(keyring, run->key, err) == 0)
		bundle = lppack_bundle_open(run->bundle, err);
	if (bundle)
		verified = lppack_bundle_verify(bundle, keyring, err);
	if (verified)
		plan = lppack_plan_new(host, verified, &options, err);
	if (plan)
		receipt = lppack_plan_apply(plan, err);
	return receipt && !err->code ? 0 : -1;
}

/* In the calling process; between the two marks faults are injected. */
static int call(void *context)
{
	struct run *run = context;
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lppack_host *host;
	int rc = -1;

	remote_kernel_mark(&run->remote);
	host = lp_host_new(fake_kernel_root(run->kernel), &remote_kernel_ops, &run->remote, &err);
	if (host)
		rc = apply(host, run, &err);
	lppack_host_close(host);
	run->outcome->code = rc == 0 ? 0 : err.code ? err.code : LPPACK_E_INTERNAL;
	strcpy(run->outcome->message, err.message);
	run->outcome->ended = true;
	remote_kernel_mark(&run->remote);
	return __lsan_do_recoverable_leak_check() ? LEAKED : 0;
}

static int judge(void *context, const struct seccomp_data *call)
{
	struct run *run = context;

	if (run->remote.marks != 1)
		return SUPERVISE_PASS;
	assert_true(run->n_calls < CALLS_MAX);
	run->calls[run->n_calls++] = call->nr;
	if (run->n_calls != run->at)
		return SUPERVISE_PASS;
	run->hit = true;
	return run->verdict;
}

/* Serves a child that runs call() until it ends; its status as supervise_wait() has it. */
static int serve(struct run *run, struct supervised *child)
{
	struct pollfd fds[3] = {
		{ .fd = child->listener, .events = POLLIN },
		{ .fd = run->remote.server, .events = POLLIN },
		{ .fd = child->end, .events = POLLIN },
	};

	while (!fds[2].revents) {
		assert_true(poll(fds, 3, 60000) > 0);
		if (fds[1].revents & POLLIN)
			remote_kernel_serve(&run->remote);
		if (fds[0].revents & POLLIN)
			supervise_answer(child, judge, run);
	}
	remote_kernel_close(&run->remote);
	return supervise_wait(child);
}

static void prepare(struct run *run, unsigned int at, int verdict)
{
	run->at = at;
	run->verdict = verdict;
	run->n_calls = 0;
	run->hit = false;
	*run->outcome = (struct outcome){ 0 };
	remote_kernel_open(&run->remote, run->kernel);
}

/* Runs call() in a process of its own, with that verdict on one of its system calls; all of them are noted. */
static int execute(struct run *run, unsigned int at, int verdict)
{
	struct supervise_unseen unseen;
	struct supervised child;

	prepare(run, at, verdict);
	unseen = (struct supervise_unseen){ .fd = run->remote.client };
	supervise_start(&child, &unseen, call, run);
	return serve(run, &child);
}

static int execute_freely(struct run *run)
{
	struct supervised child;

	prepare(run, 0, 0);
	supervise_freely(&child, call, run);
	return serve(run, &child);
}

/* A few polls of everything: more of the same would show no more. */
static void open_kernel(struct run *run)
{
	struct fake_patch old = old_patch;
	struct fake_patch new = new_patch;

	old.vanish_ns = FAKE_MS / 2;
	old.refcnt_ns = FAKE_MS / 2;
	new.transition_ns = FAKE_MS;
	run->kernel = fake_kernel_new();
	fake_kernel_set_build_id(run->kernel, KERNEL_ID);
	fake_kernel_add_patch(run->kernel, &old);
	fake_kernel_expect_load(run->kernel, &new);
	fake_kernel_expect_load(run->kernel, &new);
}

/* Why the machine is not right after a call that failed or was killed; NULL if it is. */
static const char *judge_machine(struct run *run, int status)
{
	bool killed = run->verdict == SUPERVISE_KILL;
	bool is_new;

	if (killed ? status != 256 + SIGKILL : status == LEAKED)
		return killed ? "it was not killed" : "it leaks";
	if (!killed && (status != 0 || !run->outcome->ended))
		return "it crashed";
	fake_kernel_pass(run->kernel, 100 * FAKE_SECOND);
	is_new = fake_kernel_is_active(run->kernel, new_patch.name);
	if (is_new == fake_kernel_is_active(run->kernel, old_patch.name))
		return is_new ? "both livepatches are in force" : "no livepatch is in force";
	if (killed)
		return NULL;
	if (run->outcome->code == 0)
		return is_new ? NULL : "it reports success, but the old livepatch is in force";
	if (!*run->outcome->message)
		return "it fails without a message";
	if (is_new && !strstr(run->outcome->message, "in force"))
		return "it fails and keeps the new livepatch in force silently";
	return NULL;
}

static bool has_journal(struct run *run)
{
	LP_AUTO_JOURNAL struct lp_journal unfinished = { 0 };

	return lp_journal_read(fake_kernel_root(run->kernel), &unfinished, NULL) != 0;
}

/* Why the next call does not put everything right. */
static const char *judge_next(struct run *run)
{
	int status = execute_freely(run);

	if (status != 0 || !run->outcome->ended)
		return "the next call crashed";
	if (run->outcome->code)
		return "the next call fails";
	fake_kernel_pass(run->kernel, 100 * FAKE_SECOND);
	if (!fake_kernel_is_active(run->kernel, new_patch.name))
		return "the next call does not put the new livepatch in force";
	if (fake_kernel_is_loaded(run->kernel, old_patch.name))
		return "the old module is left";
	return has_journal(run) ? "the journal still tells of an unfinished call" : NULL;
}

/* One fault; true if all is well. */
static bool try(struct run *run, unsigned int at, int verdict, const char *name)
{
	const char *why;
	char first[sizeof(run->outcome->message)];
	int status;

	open_kernel(run);
	status = execute(run, at, verdict);
	strcpy(first, run->outcome->message);
	why = run->hit ? judge_machine(run, status) : "the call was not made again";
	if (!why)
		why = judge_next(run);
	if (why)
		printf("# call %u, %s, %s: %s\n#   %s\n#   next: %s\n", at, name,
		       verdict == SUPERVISE_KILL ? "killed" : strerror(verdict), why, first, run->outcome->message);
	fake_kernel_free(run->kernel);
	return !why;
}

/* The calls of an undisturbed apply. */
static unsigned int learn(struct run *run, int calls[CALLS_MAX])
{
	open_kernel(run);
	assert_int_equal(execute(run, 0, 0), 0);
	if (run->outcome->code)
		fail_msg("%s", run->outcome->message);
	assert_true(fake_kernel_is_active(run->kernel, new_patch.name));
	memcpy(calls, run->calls, sizeof(run->calls));
	fake_kernel_free(run->kernel);
	return run->n_calls;
}

static unsigned int every = 1;
static unsigned int tests;
static unsigned int failures;

static void report(bool ok, const char *name, const char *what, unsigned int n)
{
	tests++;
	failures += !ok;
	printf("%sok %u - apply: %s %s (%u)\n", ok ? "" : "not ", tests, name, what, n);
	fflush(stdout);
}

static void kill_everywhere(struct run *run, const int *calls, unsigned int n)
{
	unsigned int bad = 0;
	unsigned int tried = 0;

	for (unsigned int at = 1; at <= n; at += every, tried++)
		bad += !try(run, at, SUPERVISE_KILL, find_fallible(calls[at - 1])->name);
	report(!bad, "killed at", "each system call", tried);
}

static void fail_everywhere(struct run *run, const int *calls, unsigned int n, const struct fallible *f)
{
	for (const int *number = f->errnos; *number; number++) {
		unsigned int bad = 0;
		unsigned int tried = 0;
		unsigned int seen = 0;

		for (unsigned int at = 1; at <= n; at++) {
			if (calls[at - 1] != f->call || seen++ % every)
				continue;
			bad += !try(run, at, *number, f->name);
			tried++;
		}
		if (tried)
			report(!bad, f->name, strerrorname_np(*number), tried);
	}
}

int main(int argc, char **argv)
{
	struct run run = { 0 };
	int calls[CALLS_MAX];
	void *fixture = NULL;
	unsigned int n;

	if (argc == 3 && strcmp(argv[1], "--every") == 0)
		every = (unsigned int)strtoul(argv[2], NULL, 10);
	assert_true(every > 0);
	fixture_setup(&fixture);
	run.f = fixture;
	/* So that whatever a kill leaves to the next call has everything in it that a proof looks at. */
	run.bundle = machine_bundle_with_callbacks(run.f, "new.lpb");
	run.key = fixture_path(run.f, "keys/a.pub");
	run.outcome = mmap(NULL, sizeof(*run.outcome), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(run.outcome != MAP_FAILED);
	n = learn(&run, calls);
	printf("# %u system calls\n", n);
	for (unsigned int i = 0; i < n; i++)
		if (!find_fallible(calls[i]))
			fail_msg("system call %d: how it can fail is not in the table", calls[i]);
	kill_everywhere(&run, calls, n);
	for (size_t i = 0; i < sizeof(fallibles) / sizeof(fallibles[0]); i++)
		fail_everywhere(&run, calls, n, &fallibles[i]);
	munmap(run.outcome, sizeof(*run.outcome));
	fixture_teardown(&fixture);
	printf("1..%u\n", tests);
	return failures != 0;
}
