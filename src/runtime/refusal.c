/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's lines about a module that it refuses, and what remains to be said where there is none. */
#include "runtime/refusal.h"

#include "runtime/kmsg.h"
#include "runtime/stack.h"

#include <errno.h>
#include <string.h>

/* Who writes a line, by how it begins. Only what begins so counts: names of processes and of devices stand in the
 * kernel's lines too, and whoever chooses such a name would otherwise choose the reason. A process's is at most 15
 * characters long, which is too short for any of the texts below. */
enum speaker {
	SPEAKER_KERNEL,
	SPEAKER_LIVEPATCH, /* "livepatch: " */
	SPEAKER_LOADER,    /* "MODULE: " */
};

/* What a line means. The texts are those of kernel/livepatch/{core,patch,state}.c, kernel/module/{main,version,signing,
 * kmod}.c, security/{lockdown,loadpin} and fs/sysfs of 5.10 to 6.12; the first match in this order is the most telling
 * one. */
struct cause {
	enum speaker speaker;
	const char *begin;
	const char *has;
	int sys_errno; /* the one that goes with it, for a line that may be about another module; 0: any */
	enum lppack_code code;
	const char *what;
	const char *hint;
};

#define HINT_BUILD "ask the vendor for a module built for exactly this kernel build"
#define HINT_KEY "enroll the vendor's module signing key (MOK), or ask for a module signed with a key of this kernel"
#define HINT_LOG "read what the module itself logged: lppack history prints it"
#define FTRACE_OFF "the kernel cannot patch functions while kernel.ftrace_enabled is 0"
#define HINT_FTRACE "sysctl kernel.ftrace_enabled=1"
#define HINT_NO_FTRACE "the function has no ftrace entry in this kernel: the vendor must patch its callers instead"

static const struct cause causes[] = {
	{ SPEAKER_LIVEPATCH, "Livepatch patch (", " is not compatible with the already installed", EINVAL,
	  LPPACK_E_INCOMPATIBLE, "the module's states do not fit those of the active livepatches",
	  "states only go forward: apply a bundle whose module supports all active states, or reboot" },
	{ SPEAKER_LOADER, "module is marked as livepatch module, but livepatch support is disabled", "", 0,
	  LPPACK_E_NO_LIVEPATCH, "the kernel cannot livepatch", "boot a kernel built with CONFIG_LIVEPATCH=y" },
	{ SPEAKER_LOADER, "version magic '", "", 0, LPPACK_E_VERMAGIC,
	  "the module's vermagic does not belong to the running kernel", HINT_BUILD },
	{ SPEAKER_LOADER, "disagrees about version of symbol ", "", 0, LPPACK_E_REFUSED,
	  "an imported symbol has another version in the running kernel", HINT_BUILD },
	{ SPEAKER_LOADER, "Unknown symbol ", "", 0, LPPACK_E_REFUSED,
	  "the running kernel lacks a symbol that the module imports",
	  "load the modules it depends on first, or ask the vendor for a module built for this kernel" },
	{ SPEAKER_LOADER, "exports duplicate symbol ", "", 0, LPPACK_E_REFUSED,
	  "the module exports a symbol that the kernel or another module exports", "ask the vendor to rename it" },
	{ SPEAKER_LOADER, "module is already loaded", "", 0, LPPACK_E_NAME_IN_USE,
	  "the kernel has a module of that name, maybe built in", "ask the vendor for a module of another name" },
	{ SPEAKER_KERNEL, "sysfs: cannot create duplicate filename '/kernel/livepatch/", "", 0, LPPACK_E_REFUSED,
	  "two entries of the livepatch have one name in sysfs",
	  "ask the vendor for a module that lists each object and function once: lppack check names them" },
	{ SPEAKER_LIVEPATCH, "symbol '", "' not found in symbol table", EINVAL, LPPACK_E_REFUSED,
	  "a function or symbol to patch is not in the running kernel", HINT_BUILD },
	{ SPEAKER_LIVEPATCH, "unresolvable ambiguity for symbol ", "", EINVAL, LPPACK_E_REFUSED,
	  "a symbol exists more than once in the running kernel",
	  "the vendor must give the symbol's position (sympos)" },
	{ SPEAKER_LIVEPATCH, "symbol position ", "", EINVAL, LPPACK_E_REFUSED,
	  "a symbol does not exist at the position that the module gives", HINT_BUILD },
	{ SPEAKER_LIVEPATCH, "failed to find location for function ", "", EINVAL, LPPACK_E_REFUSED,
	  "a function of the module cannot be patched", HINT_NO_FTRACE },
	{ SPEAKER_LIVEPATCH, "failed to set ftrace filter for function ", "", 0, LPPACK_E_REFUSED,
	  "a function of the module cannot be patched", HINT_NO_FTRACE },
	{ SPEAKER_LIVEPATCH, "failed to register ftrace handler for function ", "", 0, LPPACK_E_FTRACE, FTRACE_OFF,
	  HINT_FTRACE },
	{ SPEAKER_LIVEPATCH, "failed to register ftrace handler for function ", "", 0, LPPACK_E_REFUSED,
	  "a function to patch is held by another tracer",
	  "stop kprobes, kretprobes and BPF programs on that function" },
	{ SPEAKER_LIVEPATCH, "module ", " is not marked as a livepatch module", 0, LPPACK_E_REFUSED,
	  "the module is not marked as a livepatch", "the vendor must build it with MODULE_INFO(livepatch, \"Y\")" },
	{ SPEAKER_LIVEPATCH, "pre-patch callback failed for object ", "", 0, LPPACK_E_REFUSED,
	  "the module's pre_patch callback failed", HINT_LOG },
	{ SPEAKER_LIVEPATCH, "s", " has an incorrectly formatted name", EINVAL, LPPACK_E_REFUSED,
	  "the module has a malformed livepatch symbol or section", "ask the vendor for a module built anew" },
	{ SPEAKER_LIVEPATCH, "symbol ", " is not marked as a livepatch symbol", EINVAL, LPPACK_E_REFUSED,
	  "the module has lost its livepatch symbols: a linker, strip or objcopy was let near it",
	  "ask the vendor for a module built anew" },
	{ SPEAKER_KERNEL, "Lockdown: ", ": unsigned module loading is restricted", EPERM, LPPACK_E_LOCKED,
	  "kernel lockdown forbids modules without a valid signature",
	  "the vendor must sign the module itself with a key that this kernel trusts" },
	{ SPEAKER_KERNEL, "LoadPin: kernel-module ", "", EPERM, LPPACK_E_LOCKED,
	  "LoadPin allows modules from one file system only", "boot with loadpin.exclude=kernel-module" },
	{ SPEAKER_KERNEL, "audit: type=1400 ", " { module_load } ", EACCES, LPPACK_E_LOCKED,
	  "SELinux does not allow this process to load modules",
	  "allow its domain system:module_load for the type that the line names" },
	{ SPEAKER_KERNEL, "audit: type=1420 ", " op=KMODULE ", EACCES, LPPACK_E_LOCKED,
	  "the policy of IPE does not allow this module", "add a rule for op=KMODULE to the policy" },
	{ SPEAKER_KERNEL, "Loading of module with unsupported crypto is rejected", "", EKEYREJECTED, LPPACK_E_LOCKED,
	  "the kernel lacks the digest or the kind of key of the module's signature",
	  "ask for a module that is signed by what this kernel has built in, most likely RSA with SHA-256" },
	{ SPEAKER_KERNEL, "Loading of ", " is rejected", EKEYREJECTED, LPPACK_E_LOCKED,
	  "the kernel requires a module signature that it knows", HINT_KEY },
	{ SPEAKER_KERNEL, "Invalid ELF ", "", ENOEXEC, LPPACK_E_REFUSED, "the kernel cannot read the module's ELF",
	  HINT_BUILD },
	{ SPEAKER_LIVEPATCH, "failed to patch object ", "", 0, LPPACK_E_REFUSED, "an object could not be patched",
	  HINT_LOG },
	{ SPEAKER_LIVEPATCH, "failed to enable patch '", "", 0, LPPACK_E_REFUSED, "the livepatch could not be enabled",
	  HINT_LOG },
};

static const char *find_cause(const struct lp_refusal *refusal, const struct cause *cause)
{
	char begin[LP_PATH_ROOM];

	if (cause->sys_errno && cause->sys_errno != refusal->sys_errno)
		return NULL;
	snprintf(begin, sizeof(begin), "%s%s%s",
		 cause->speaker == SPEAKER_LIVEPATCH ? "livepatch" :
		 cause->speaker == SPEAKER_LOADER    ? refusal->name :
						       "",
		 cause->speaker == SPEAKER_KERNEL ? "" : ": ", cause->begin);
	return lp_kmsg_find(refusal->log, begin, cause->has);
}

static bool is_ftrace_off(struct lp_kernel_io *io)
{
	return lp_attr_int(io->rootfd, "proc/sys/kernel/ftrace_enabled") == 0;
}

/* Negative, or 0 where no line is a known reason. */
static int fail_by_log(struct lp_kernel_io *io, const struct lp_refusal *refusal, struct lppack_error *err)
{
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		const struct cause *cause = &causes[i];
		const char *line = find_cause(refusal, cause);

		if (!line)
			continue;
		if (cause->code == LPPACK_E_FTRACE && !is_ftrace_off(io))
			continue;
		errno = refusal->sys_errno;
		return lp_fail_sys(err, cause->code, cause->hint, "%s: %s; the kernel says \"%.*s\"", refusal->name,
				   cause->what, (int)strcspn(line, "\n"), line);
	}
	return 0;
}

/* What is left to say where no line is a known reason: that it is a guess, or what the last line was, which may be the
 * module's own reason. */
static void describe_log(const struct lp_refusal *refusal, char *out, size_t room)
{
	const char *log = refusal->log->data ? (const char *)refusal->log->data : "";
	size_t end = strlen(log);
	size_t start;

	while (end && log[end - 1] == '\n')
		end--;
	start = end;
	while (start && log[start - 1] != '\n')
		start--;
	if (!refusal->log_complete)
		snprintf(out, room, "; this is a guess, because the kernel log cannot be read");
	else if (end == start)
		snprintf(out, room, "; the kernel logged nothing meanwhile");
	else
		snprintf(out, room, "; the last line of the kernel log is \"%.*s\"", (int)(end - start), log + start);
}

/* Whether the kernel has let the module in, so that what refused is its own code, or livepatching. Each of these lines
 * but the first comes once in a boot, so that nothing follows from their absence. */
static bool was_let_in(const struct lp_refusal *refusal)
{
	static const char *const lines[] = { "livepatch: enabling patch '%s'", "%s: loading out-of-tree module taints",
					     "%s: tainting kernel with TAINT_LIVEPATCH",
					     "%s: module verification failed: signature and/or required key missing" };

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char begin[LP_PATH_ROOM];
		const char *at = strstr(lines[i], "%s");

		snprintf(begin, sizeof(begin), "%.*s%s%s", (int)(at - lines[i]), lines[i], refusal->name, at + 2);
		if (lp_kmsg_find(refusal->log, begin, ""))
			return true;
	}
	return false;
}

static int fail_own_code(const struct lp_refusal *refusal, const char *log, struct lppack_error *err)
{
	errno = refusal->sys_errno;
	return lp_fail_sys(err, LPPACK_E_REFUSED, HINT_LOG, "%s: the module's own code refused, or what it called%s",
			   refusal->name, log);
}

static bool has_module(struct lp_kernel_io *io, const char *name)
{
	char path[LP_PATH_ROOM];

	snprintf(path, sizeof(path), LP_MODULE_DIR "/%s", name);
	return lp_kernel_io_has(io, path);
}

static int explain_exists(struct lp_kernel_io *io, const struct lp_refusal *refusal, const char *log,
			  struct lppack_error *err)
{
	if (was_let_in(refusal))
		return fail_own_code(refusal, log, err);
	if (has_module(io, refusal->name))
		return lp_fail(err, LPPACK_E_NAME_IN_USE, "find it with lsmod; if it is unused, rmmod it",
			       "%s: a module of that name is loaded already", refusal->name);
	errno = refusal->sys_errno;
	return lp_fail_sys(err, LPPACK_E_REFUSED, HINT_LOG,
			   "%s: no module of that name is loaded: the module's own code refused, or one of that name "
			   "has gone meanwhile%s",
			   refusal->name, log);
}

static int explain_busy(struct lp_kernel_io *io, const struct lp_refusal *refusal, const char *log,
			struct lppack_error *err)
{
	LP_AUTO_STACK struct lp_stack stack = { 0 };

	/* kernel/livepatch/core.c, __klp_enable_patch(): not before it has seen that no transition runs. */
	if (was_let_in(refusal) && lp_kmsg_find(refusal->log, "livepatch: enabling patch '", refusal->name))
		return fail_own_code(refusal, log, err);
	if (is_ftrace_off(io))
		return lp_fail(err, LPPACK_E_FTRACE, HINT_FTRACE, "%s: " FTRACE_OFF, refusal->name);
	(void)lp_stack_read(io, &stack, NULL);
	for (size_t i = 0; i < stack.n; i++)
		if (stack.patches[i].transition == 1)
			return lp_fail(err, LPPACK_E_BUSY, "wait for it to end, then try again",
				       "%s: the kernel is busy with the transition of %s", refusal->name,
				       stack.patches[i].name);
	if (has_module(io, refusal->name))
		return lp_fail(err, LPPACK_E_BUSY, "try again in a moment",
			       "%s: a module of that name is being loaded or removed", refusal->name);
	return lp_fail(err, LPPACK_E_BUSY, "try again; if it stays so, the module's own code refuses",
		       "%s: the kernel was busy with a transition or load that has ended, or the module's own code "
		       "refused%s",
		       refusal->name, log);
}

/* Which security modules of this kernel may refuse a module; "" for none, and where that cannot be read. */
static void find_guards(struct lp_kernel_io *io, char *out, size_t room)
{
	static const char *const guards[] = { "selinux", "loadpin", "ipe", "ima", "bpf" };
	char active[256] = ",";
	size_t len = 0;

	*out = '\0';
	lp_attr_read(io->rootfd, "sys/kernel/security/lsm", active + 1, sizeof(active) - 1);
	for (char *word = strtok(active, ","); word; word = strtok(NULL, ","))
		for (size_t i = 0; i < sizeof(guards) / sizeof(guards[0]); i++)
			if (strcmp(word, guards[i]) == 0 && len < room)
				len += (size_t)snprintf(out + len, room - len, "%s%s", len ? ", " : "", word);
}

/* EPERM and EACCES: a lock of the kernel's, or the module's own init or pre_patch callback. */
static int explain_forbidden(struct lp_kernel_io *io, const struct lp_refusal *refusal, const char *log,
			     struct lppack_error *err)
{
	char guards[64];
	char hint[256];

	errno = refusal->sys_errno;
	if (was_let_in(refusal))
		return fail_own_code(refusal, log, err);
	if (lp_attr_int(io->rootfd, "proc/sys/kernel/modules_disabled") == 1)
		return lp_fail(err, LPPACK_E_LOCKED, "modules_disabled cannot be reset: reboot",
			       "%s: kernel.modules_disabled is 1: no module can be loaded", refusal->name);
	find_guards(io, guards, sizeof(guards));
	snprintf(hint, sizeof(hint), "check kernel lockdown, %s%s and the container's rights (capabilities, seccomp)",
		 *guards ? "the security modules of this kernel: " : "the security module (SELinux, LoadPin, IPE)",
		 guards);
	errno = refusal->sys_errno;
	return lp_fail_sys(err, LPPACK_E_LOCKED, hint,
			   "%s: the kernel does not let modules be loaded, or the module's own code refused%s",
			   refusal->name, log);
}

static const char *explain_signature(int sys_errno)
{
	switch (sys_errno) {
	case ENOKEY:
		return "the kernel does not know the key of the module's signature";
	case EKEYREJECTED:
		return "the kernel requires a valid module signature";
	case EBADMSG:
		return "the module's signature is malformed";
	case ENOPKG:
		return "the kernel lacks the algorithm of the module's signature";
	default:
		return NULL;
	}
}

int lp_refusal_explain(struct lp_kernel_io *io, const struct lp_refusal *refusal, struct lppack_error *err)
{
	const char *signature = explain_signature(refusal->sys_errno);
	int rc = fail_by_log(io, refusal, err);
	char log[256];

	if (rc < 0)
		return rc;
	describe_log(refusal, log, sizeof(log));
	if (refusal->sys_errno == EEXIST)
		return explain_exists(io, refusal, log, err);
	if (refusal->sys_errno == EBUSY)
		return explain_busy(io, refusal, log, err);
	if (refusal->sys_errno == EPERM || refusal->sys_errno == EACCES)
		return explain_forbidden(io, refusal, log, err);
	if (was_let_in(refusal))
		return fail_own_code(refusal, log, err);
	errno = refusal->sys_errno;
	if (signature)
		return lp_fail_sys(err, LPPACK_E_LOCKED, HINT_KEY, "%s: %s%s", refusal->name, signature, log);
	if (!refusal->log_complete)
		return lp_fail_sys(
			err, LPPACK_E_REFUSED, "run this where /dev/kmsg can be read: the reason stands there",
			"%s: the kernel refused the module, and its log, where the reason stands, cannot be read",
			refusal->name);
	return lp_fail_sys(err, LPPACK_E_REFUSED,
			   "lppack check shows what of a module does not fit a kernel; ask the vendor with its output",
			   "%s: the kernel refused the module, and its log gives no reason that is known%s",
			   refusal->name, log);
}
