/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "runtime/private.h"

#include "base/text.h"
#include "runtime/keyring.h"

#include <string.h>

#define HINT_SIGN "the vendor must sign the module itself with a key this kernel trusts"

#define CAP_SYS_MODULE 16 /* include/uapi/linux/capability.h */

const struct lp_live_patch *lp_stack_find_build(const struct lp_stack *stack, const struct lp_module_facts *facts,
						const char *name)
{
	const struct lp_live_patch *patch = lp_stack_find(stack, name);

	if (!patch || !patch->build_id.len || !lp_build_id_equal(&patch->build_id, &facts->build_id))
		return NULL;
	return patch;
}

static int check_module(struct lp_kernel_io *io, const struct lp_module_facts *facts, struct lppack_error *err)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts kernel = { 0 };
	int rc;

	if (!facts->is_livepatch)
		return lp_fail(err, LPPACK_E_NOT_LIVEPATCH, "apply livepatch modules only",
			       "%s: the module is not a livepatch", facts->name);
	if (facts->replace == LP_REPLACE_REFUTED)
		return lp_fail(err, LPPACK_E_NOT_REPLACE, "the vendor must set .replace in the module's klp_patch",
			       "%s: the livepatch is not in replace mode", facts->name);
	rc = lp_host_read_names(io, &kernel, err);
	if (rc < 0)
		return rc;
	if (facts->arch && !lp_text_equal(facts->arch, kernel.arch))
		return lp_fail(err, LPPACK_E_ARCH, "use a bundle for this architecture",
			       "%s: the module is for %s, this kernel for %s", facts->name, facts->arch, kernel.arch);
	if (facts->release && !lp_text_equal(facts->release, kernel.release))
		return lp_fail(err, LPPACK_E_VERMAGIC, "use a bundle with a module for the running kernel",
			       "%s: the module is for kernel %s, but %s is running", facts->name, facts->release,
			       kernel.release);
	return 0;
}

/* The value behind "key:" at the start of a line of /proc/self/status, or NULL. */
static const char *find_status(const char *text, const char *key)
{
	const char *hit = strstr(text, key);

	return hit && (hit == text || hit[-1] == '\n') ? hit + strlen(key) : NULL;
}

/* Options of the mount that covers /sys/kernel/livepatch: the last one in the list that is at or above it (proc(5),
 * "mountinfo": the 5th word is the place, the 6th its options, the one after the type and source the file system's). */
static bool is_sysfs_read_only(const char *mounts)
{
	bool read_only = false;

	for (const char *line = mounts; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		char place[64];
		char options[128];

		if (sscanf(line, "%*s %*s %*s %*s %63s %127s", place, options) != 2)
			continue;
		if (strcmp(place, "/sys") == 0 || strcmp(place, "/sys/kernel") == 0 ||
		    strcmp(place, "/" LP_LIVEPATCH_DIR) == 0)
			read_only = strcmp(options, "ro") == 0 || strncmp(options, "ro,", 3) == 0;
	}
	return read_only;
}

static int check_sysfs(struct lp_kernel_io *io, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf mounts = { 0 };

	if (lp_file_read(io->rootfd, "proc/self/mountinfo", 4 << 20, &mounts, NULL) < 0)
		return 0;
	if (!is_sysfs_read_only((const char *)mounts.data))
		return 0;
	return lp_fail(err, LPPACK_E_PRIVILEGE, "run this on the host, or remount it: mount -o remount,rw /sys",
		       "%s/sys is mounted read-only, as in containers: livepatches could not be disabled again",
		       io->root);
}

bool lp_host_has_capability(struct lp_kernel_io *io, unsigned int number)
{
	char text[8192];
	const char *effective;

	if (lp_attr_read(io->rootfd, "proc/self/status", text, sizeof(text)) <= 0)
		return true;
	effective = find_status(text, "CapEff:");
	return !effective || (strtoull(effective, NULL, 16) >> number & 1);
}

static int check_process(struct lp_kernel_io *io, struct lppack_error *err)
{
	char text[8192];
	unsigned long first;
	unsigned long mapped;

	if (!lp_host_has_capability(io, CAP_SYS_MODULE))
		return lp_fail(err, LPPACK_E_PRIVILEGE, "run this as root, on the host",
			       "this process lacks CAP_SYS_MODULE");
	/* In a user namespace the capability is held and worth nothing (user_namespaces(7)). */
	if (lp_attr_read(io->rootfd, "proc/self/uid_map", text, sizeof(text)) > 0 &&
	    sscanf(text, " %lu %*u %lu", &first, &mapped) == 2 && (first != 0 || mapped != 4294967295))
		return lp_fail(err, LPPACK_E_PRIVILEGE, "run this as root, on the host",
			       "this process is in a user namespace, where CAP_SYS_MODULE does not reach the kernel");
	return 0;
}

int lp_host_check_privilege(struct lp_kernel_io *io, struct lppack_error *err)
{
	int rc = check_process(io, err);

	return rc < 0 ? rc : check_sysfs(io, err);
}

static int check_signature_policy(struct lp_kernel_io *io, const struct lp_module_facts *facts,
				  struct lppack_error *err)
{
	char text[128] = "";

	if (facts->has_signature)
		return 0;
	switch (lp_host_signature_policy(io)) {
	case LP_SIGNATURE_LOCKDOWN:
		lp_attr_read(io->rootfd, "sys/kernel/security/lockdown", text, sizeof(text));
		return lp_fail(err, LPPACK_E_LOCKED, HINT_SIGN,
			       "%s: kernel lockdown (%s) forbids modules without a signature", facts->name, text);
	case LP_SIGNATURE_ENFORCED:
		return lp_fail(err, LPPACK_E_LOCKED, HINT_SIGN,
			       "%s: the kernel requires module signatures (module.sig_enforce), and the module has "
			       "none", facts->name);
	case LP_SIGNATURE_OPTIONAL:
		break;
	}
	return 0;
}

static int check_policy(struct lp_kernel_io *io, const struct lp_module_facts *facts, struct lppack_error *err)
{
	int rc;

	if (lp_attr_int(io->rootfd, "proc/sys/kernel/modules_disabled") == 1)
		return lp_fail(err, LPPACK_E_LOCKED, "reboot, and apply before kernel.modules_disabled is set",
			       "kernel.modules_disabled is 1: no module can be loaded until the next boot");
	rc = check_signature_policy(io, facts, err);
	if (rc < 0)
		return rc;
	if (lp_attr_int(io->rootfd, "proc/sys/kernel/ftrace_enabled") == 0)
		return lp_fail(err, LPPACK_E_FTRACE, "sysctl kernel.ftrace_enabled=1",
			       "kernel.ftrace_enabled is 0: the kernel cannot patch functions");
	return 0;
}

int lp_stack_check_transition(const struct lp_stack *stack, const struct lp_live_patch *own,
			      struct lppack_error *err)
{
	for (size_t i = 0; i < stack->n; i++) {
		const struct lp_live_patch *patch = &stack->patches[i];

		if (patch->transition != 1 || (patch == own && patch->enabled == 1))
			continue;
		return lp_fail(err, LPPACK_E_BUSY, LP_HINT_TRANSITION, "the livepatch %s is in transition",
			       patch->name);
	}
	return 0;
}

static int fail_name(const char *name, const struct lp_live_patch *patch, const struct lp_module_facts *facts,
		     struct lppack_error *err)
{
	char active[LP_BUILD_ID_TEXT];
	char wanted[LP_BUILD_ID_TEXT];

	if (patch->enabled == 0)
		return lp_fail(err, LPPACK_E_NAME_IN_USE, "try again in a moment, or rmmod it",
			       "%s: a livepatch of that name is disabled, but still listed", name);
	if (!patch->build_id.len)
		return lp_fail(err, LPPACK_E_NAME_IN_USE, "disable and remove it first if it is not this module",
			       "%s: a livepatch of that name is active, and its build ID cannot be read", name);
	return lp_fail(err, LPPACK_E_NAME_IN_USE,
		       "the vendor must name each module by its serial, so that two can be loaded at once",
		       "%s: another build of that name is active (build ID %s, not %s)", name,
		       lp_build_id_format(&patch->build_id, active), lp_build_id_format(&facts->build_id, wanted));
}

static int check_name(struct lp_kernel_io *io, const char *name, const struct lp_live_patch *patch,
		      const struct lp_module_facts *facts, struct lppack_error *err)
{
	char path[LP_PATH_ROOM];
	char state[16];

	if (patch)
		return fail_name(name, patch, facts, err);
	snprintf(path, sizeof(path), LP_MODULE_DIR "/%s", name);
	if (!lp_host_has(io, path))
		return 0;
	snprintf(path, sizeof(path), LP_MODULE_DIR "/%s/initstate", name);
	if (lp_attr_read(io->rootfd, path, state, sizeof(state)) > 0 && strcmp(state, "live") != 0)
		return lp_fail(err, LPPACK_E_NAME_IN_USE, "try again in a moment",
			       "%s: a module of that name is being loaded or removed (%s)", name, state);
	/* An earlier call's; it is removed before the load. */
	if (lp_module_remnant(io, name) == LP_REMNANT_STALE)
		return 0;
	return lp_fail(err, LPPACK_E_NAME_IN_USE, "rmmod it: it is left over",
		       "%s: a module of that name is loaded, but is no active livepatch", name);
}

static int check_others(const struct lp_swap_request *request, const struct lp_stack *stack, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf names = { 0 };
	size_t n = 0;

	if (request->replace)
		return 0;
	for (size_t i = 0; i < stack->n; i++)
		if (stack->patches[i].enabled != 0)
			lp_buf_printf(&names, "%s%s", n++ ? ", " : "", stack->patches[i].name);
	if (!n)
		return 0;
	if (!lp_buf_ok(&names))
		return lp_fail_nomem(err);
	return lp_fail(err, LPPACK_E_ACTIVE, "give --replace to supersede them", "active already: %s",
		       (const char *)names.data);
}

bool lp_patch_is_known(const struct lp_swap_request *request, const struct lp_live_patch *patch)
{
	for (size_t i = 0; i < request->n_known; i++)
		if (patch->build_id.len && lp_build_id_equal(&request->known[i], &patch->build_id))
			return true;
	return false;
}

int lp_stack_check_foreign(const struct lp_swap_request *request, const struct lp_stack *stack,
			   const struct lp_live_patch *own, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf names = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < stack->n && !request->take_over; i++) {
		const struct lp_live_patch *patch = &stack->patches[i];

		if (patch != own && patch->enabled != 0 && !lp_patch_is_known(request, patch))
			lp_buf_printf(&names, "%s%s", n++ ? ", " : "", patch->name);
	}
	if (!n)
		return 0;
	if (!lp_buf_ok(&names))
		return lp_fail_nomem(err);
	return lp_fail(err, LPPACK_E_FOREIGN,
		       "find out who loads it and stop that; --take-over supersedes it and records what it was",
		       "not loaded by lppack: %s", (const char *)names.data);
}

static int check_machine(struct lp_kernel_io *io, const struct lp_swap_request *request, const struct lp_stack *stack,
			 const char *name, struct lppack_error *err)
{
	const struct lp_live_patch *own = lp_stack_find_build(stack, request->facts, name);
	int rc = check_module(io, request->facts, err);

	if (rc == 0)
		rc = lp_host_check_privilege(io, err);
	if (rc == 0)
		rc = lp_stack_check_transition(stack, own, err);
	/* A transition to this very build that an interrupted call began: it is joined, nothing is loaded. */
	if (rc < 0 || (own && own->enabled == 1 && own->transition == 1))
		return rc;
	rc = lp_preflight_forced(io, request, err);
	if (rc == 0)
		rc = check_policy(io, request->facts, err);
	if (rc == 0)
		rc = check_name(io, name, lp_stack_find(stack, name), request->facts, err);
	if (rc == 0)
		rc = check_others(request, stack, err);
	return rc < 0 ? rc : lp_stack_check_foreign(request, stack, own, err);
}

/* The very build beside others is not done: an apply was killed before it could undo a module that replaces nothing, or
 * somebody stacked another patch. Which of them must go is not ours to guess. */
static int check_alone(const struct lp_stack *stack, const struct lp_live_patch *own, struct lppack_error *err)
{
	for (size_t i = 0; i < stack->n; i++)
		if (&stack->patches[i] != own && stack->patches[i].enabled != 0)
			return lp_fail(err, LPPACK_E_ACTIVE,
				       "disable the one that does not belong there (0 into enabled), then apply again",
				       "%s is in force already, but so is %s", own->name, stack->patches[i].name);
	return 0;
}

static bool was_before(const struct lp_swap_request *request, const char *name)
{
	for (size_t i = 0; i < request->n_from; i++)
		if (strcmp(request->from[i], name) == 0)
			return true;
	return false;
}

/* Whether a killed call's patch has replaced nothing: it is in force beside others that were there before, and beside
 * no more. Then it is undone. */
static bool is_survived(const struct lp_swap_request *request, const struct lp_stack *stack,
			const struct lp_live_patch *own)
{
	bool others = false;

	for (size_t i = 0; i < stack->n && request->recovering; i++) {
		const struct lp_live_patch *patch = &stack->patches[i];

		if (patch == own || patch->enabled == 0)
			continue;
		if (!was_before(request, patch->name))
			return false;
		others = true;
	}
	return others;
}

int lp_preflight_replace(struct lp_kernel_io *io, const struct lp_swap_request *request, const struct lp_stack *stack,
			 bool *already, struct lppack_error *err)
{
	LP_AUTO_FREE char *name = NULL;
	const struct lp_live_patch *own;
	int rc = lp_host_check_livepatch(io, err);

	*already = false;
	if (rc < 0)
		return rc;
	if (!request->facts->name || !lp_name_is_part(request->facts->name))
		return lp_fail(err, LPPACK_E_MODULE_NAME, NULL, "the module has no usable name");
	name = lp_name_as_module(request->facts->name);
	if (!name)
		return lp_fail_nomem(err);
	own = lp_stack_find_build(stack, request->facts, name);
	if (own && own->enabled == 1 && own->transition <= 0) {
		if (is_survived(request, stack, own))
			return 0;
		rc = check_alone(stack, own, err);
		*already = rc == 0;
		return rc;
	}
	return check_machine(io, request, stack, name, err);
}
