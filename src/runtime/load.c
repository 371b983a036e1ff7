/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loading a module from a sealed copy, and telling from the kernel's log why it was refused. */
#include "runtime/load.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

int lp_load_seal(const void *bytes, size_t size, struct lppack_error *err)
{
	LP_AUTO_CLOSE int fd = memfd_create("lppack-module", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int sealed;

	if (fd < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "an anonymous file for the module cannot be created");
	if (lp_write_all(fd, bytes, size) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, "free some memory", "the module cannot be copied to memory");
	/* From here on nobody, we included, can change what was verified. */
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "the copy of the module cannot be sealed");
	sealed = fd;
	fd = -1;
	return sealed;
}

/* What a line of the kernel log means. The texts are those of kernel/livepatch/{core,patch}.c and
 * kernel/module/{main,version,signing}.c of 5.10 to 6.12; the first match in this order is the most telling one. */
struct load_cause {
	const char *text;
	enum lppack_code code;
	const char *what;
	const char *hint;
};

#define HINT_BUILD "ask the vendor for a module built for exactly this kernel build"
#define HINT_KEY "enroll the vendor's module signing key (MOK), or ask for a module signed with a key of this kernel"

static const struct load_cause causes[] = {
	{ "is not compatible with the already installed", LPPACK_E_INCOMPATIBLE,
	  "the module's states do not fit those of the active livepatches",
	  "states only go forward: apply a bundle whose module supports all active states, or reboot" },
	{ "livepatch support is disabled", LPPACK_E_NO_LIVEPATCH, "the kernel cannot livepatch",
	  "boot a kernel built with CONFIG_LIVEPATCH=y" },
	{ "version magic", LPPACK_E_VERMAGIC, "the module's vermagic does not belong to the running kernel",
	  HINT_BUILD },
	{ "disagrees about version of symbol", LPPACK_E_REFUSED,
	  "an imported symbol has another version in the running kernel", HINT_BUILD },
	{ "no symbol version for", LPPACK_E_REFUSED, "an imported symbol has no version in the module", HINT_BUILD },
	{ "Unknown symbol", LPPACK_E_REFUSED, "the running kernel lacks a symbol that the module imports",
	  "load the modules it depends on first, or ask the vendor for a module built for this kernel" },
	{ "not found in symbol table", LPPACK_E_REFUSED, "a function or symbol to patch is not in the running kernel",
	  HINT_BUILD },
	{ "unresolvable ambiguity for symbol", LPPACK_E_REFUSED, "a symbol exists more than once in the running kernel",
	  "the vendor must give the symbol's position (sympos)" },
	{ "symbol position", LPPACK_E_REFUSED, "a symbol does not exist at the position that the module gives",
	  HINT_BUILD },
	{ "failed to find location for function", LPPACK_E_REFUSED, "a function of the module cannot be patched",
	  "the function has no ftrace entry in this kernel: the vendor must patch its callers instead" },
	{ "failed to set ftrace filter for function", LPPACK_E_REFUSED, "a function of the module cannot be patched",
	  "the function has no ftrace entry in this kernel: the vendor must patch its callers instead" },
	{ "failed to register ftrace handler for function", LPPACK_E_REFUSED,
	  "a function to patch is held by another tracer",
	  "stop kprobes, kretprobes and BPF programs on that function" },
	{ "is not marked as a livepatch", LPPACK_E_REFUSED, "the module is not marked as a livepatch",
	  "the vendor must build it with MODULE_INFO(livepatch, \"Y\")" },
	{ "pre-patch callback failed", LPPACK_E_REFUSED, "the module's pre_patch callback failed",
	  "see the kernel log for what the module itself says" },
	{ "incorrectly formatted name", LPPACK_E_REFUSED, "the module has a malformed livepatch symbol or section",
	  "ask the vendor for a module built anew" },
	{ "Lockdown: ", LPPACK_E_LOCKED, "kernel lockdown forbids modules without a valid signature",
	  "the vendor must sign the module itself with a key that this kernel trusts" },
	{ "module with unsupported crypto", LPPACK_E_LOCKED,
	  "the kernel lacks the digest or the kind of key of the module's signature",
	  "ask for a module that is signed by what this kernel has built in, most likely RSA with SHA-256" },
	{ "is rejected", LPPACK_E_LOCKED, "the kernel requires a module signature that it knows", HINT_KEY },
	{ "failed to patch object", LPPACK_E_REFUSED, "an object could not be patched", "see the kernel log" },
	{ "failed to enable patch", LPPACK_E_REFUSED, "the livepatch could not be enabled", "see the kernel log" },
};

/* The first line that holds text, malloc'd; NULL for none. */
static char *find_line(const struct lp_buf *log, const char *text)
{
	const char *start = log->data ? (const char *)log->data : "";
	const char *hit = strstr(start, text);

	while (hit && hit > start && hit[-1] != '\n')
		hit--;
	return hit ? strndup(hit, strcspn(hit, "\n")) : NULL;
}

static int fail_by_log(const char *name, int sys_errno, const struct lp_buf *log, struct lppack_error *err)
{
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		const struct load_cause *cause = &causes[i];
		LP_AUTO_FREE char *line = find_line(log, cause->text);

		if (!line)
			continue;
		errno = sys_errno;
		return lp_fail_sys(err, cause->code, cause->hint, "%s: %s; the kernel says \"%s\"", name, cause->what,
				   line);
	}
	return 0;
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

static int fail_locked(struct lp_kernel_io *io, const char *name, int sys_errno, struct lppack_error *err)
{
	const char *what = explain_signature(sys_errno);
	const char *hint = HINT_KEY;

	if (!what && lp_attr_int(io->rootfd, "proc/sys/kernel/modules_disabled") == 1)
		hint = "modules_disabled cannot be reset: reboot";
	else if (!what)
		hint = "check kernel lockdown, the security module (SELinux, LoadPin) and the container's rights";
	errno = sys_errno;
	return lp_fail_sys(err, LPPACK_E_LOCKED, hint, "%s: %s", name,
			   what ? what : "the kernel does not let modules be loaded");
}

/* EBUSY is a running transition, or ftrace switched off: the latter leaves a line about its handler. */
static int fail_busy(struct lp_kernel_io *io, const char *name, const struct lp_buf *log, struct lppack_error *err)
{
	int rc;

	if (lp_attr_int(io->rootfd, "proc/sys/kernel/ftrace_enabled") == 0)
		return lp_fail(err, LPPACK_E_FTRACE, "sysctl kernel.ftrace_enabled=1",
			       "%s: the kernel cannot patch functions while kernel.ftrace_enabled is 0", name);
	rc = fail_by_log(name, EBUSY, log, err);
	if (rc < 0)
		return rc;
	return lp_fail(err, LPPACK_E_BUSY, "wait for it to end, then try again",
		       "%s: the kernel is busy with another livepatch transition or load", name);
}

int lp_load_explain(struct lp_kernel_io *io, const char *name, int sys_errno, const struct lp_buf *log,
		    struct lppack_error *err)
{
	int rc;

	if (sys_errno == EEXIST)
		return lp_fail(err, LPPACK_E_NAME_IN_USE, "find it with lsmod; if it is unused, rmmod it",
			       "%s: a module of that name is loaded already", name);
	if (sys_errno == EBUSY)
		return fail_busy(io, name, log, err);
	rc = fail_by_log(name, sys_errno, log, err);
	if (rc < 0)
		return rc;
	if (sys_errno == EPERM || sys_errno == EACCES || sys_errno == EKEYREJECTED || sys_errno == ENOKEY ||
	    sys_errno == EBADMSG || sys_errno == ENOPKG)
		return fail_locked(io, name, sys_errno, err);
	errno = sys_errno;
	return lp_fail_sys(err, LPPACK_E_REFUSED,
			   "lppack check tells what of a module does not fit a kernel; ask the vendor with its output",
			   "%s: the kernel refused the module, and its log gives no reason that is known", name);
}

int lp_load_module(struct lp_attempt *attempt, struct lppack_error *err)
{
	struct lp_kernel_io *io = attempt->io;
	LP_AUTO_CLOSE int fd = lp_load_seal(attempt->job.module, attempt->job.module_size, err);
	int64_t started;
	int sys_errno;
	int rc;

	if (fd < 0)
		return fd;
	lp_caller_progress(&attempt->terms->caller, "loading", 0);
	started = lp_kernel_io_now(io);
	rc = io->ops->finit_module(io->context, fd, "", 0);
	sys_errno = errno;
	attempt->loaded_ns = lp_kernel_io_now(io);
	attempt->result->load_ns = attempt->loaded_ns - started;
	if (rc == 0)
		return 0;
	lp_kmsg_collect(&attempt->kmsg, attempt->name, &attempt->result->kernel_log);
	return lp_load_explain(io, attempt->name, sys_errno, &attempt->result->kernel_log, err);
}
