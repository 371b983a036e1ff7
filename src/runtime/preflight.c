/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be refused before anything is changed, in the order in which it is asked. */
#include "runtime/preflight.h"

#include "shared/text.h"
#include "runtime/keyring.h"
#include "runtime/privilege.h"
#include "runtime/unload.h"

#include <string.h>

#define HINT_REBOOT "reboot: after a forced transition no task is known to be in a consistent state"

#define HINT_PINNED "end what uses it (lsmod, bpftool link), and try again; if there is nothing, " HINT_REBOOT

#define HINT_SIGN "the vendor must sign the module itself with a key this kernel trusts"

static int preflight_module(struct lp_kernel_io *io, const struct lp_module_facts *facts, struct lppack_error *err)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts kernel = { 0 };
	int rc;

	if (!facts->is_livepatch)
		return lp_fail(err, LPPACK_E_NOT_LIVEPATCH, "apply livepatch modules only",
			       "%s: the module is not a livepatch", facts->name);
	if (facts->replace == LP_REPLACE_REFUTED)
		return lp_fail(err, LPPACK_E_NOT_REPLACE, "the vendor must set .replace in the module's klp_patch",
			       "%s: the livepatch is not in replace mode", facts->name);
	rc = lp_kernel_io_read_names(io, &kernel, err);
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

static int check_signature_policy(struct lp_kernel_io *io, const struct lp_module_facts *facts,
				  struct lppack_error *err)
{
	char text[128] = "";

	if (facts->has_signature)
		return 0;
	switch (lp_keyring_signature_policy(io)) {
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

static int preflight_policy(struct lp_kernel_io *io, const struct lp_module_facts *facts, struct lppack_error *err)
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

static int check_transition(const struct lp_stack *stack, const struct lp_live_patch *own, struct lppack_error *err)
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

static int preflight_name(struct lp_kernel_io *io, const struct lp_terms *terms, const char *name,
			  const struct lp_live_patch *patch, const struct lp_module_facts *facts,
			  struct lppack_error *err)
{
	char path[LP_PATH_ROOM];
	char state[16];

	if (patch)
		return fail_name(name, patch, facts, err);
	snprintf(path, sizeof(path), LP_MODULE_DIR "/%s", name);
	if (!lp_kernel_io_has(io, path))
		return 0;
	snprintf(path, sizeof(path), LP_MODULE_DIR "/%s/initstate", name);
	if (lp_attr_read(io->rootfd, path, state, sizeof(state)) > 0 && strcmp(state, "live") != 0)
		return lp_fail(err, LPPACK_E_NAME_IN_USE, "try again in a moment",
			       "%s: a module of that name is being loaded or removed (%s)", name, state);
	/* An earlier call's; it is removed before the load. */
	if (lp_unload_is_own_remnant(io, terms, name))
		return 0;
	return lp_fail(err, LPPACK_E_NAME_IN_USE, "find out who loaded it; if nothing needs it, rmmod it",
		       "%s: a module of that name is loaded, but is no active livepatch", name);
}

static int preflight_others(const struct lp_terms *terms, const struct lp_stack *stack, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf names = { 0 };
	size_t n = 0;

	if (terms->replace)
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

/* own (may be NULL) is not foreign. */
static int check_foreign(const struct lp_terms *terms, const struct lp_stack *stack, const struct lp_live_patch *own,
			 struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf names = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < stack->n && !terms->take_over; i++) {
		const struct lp_live_patch *patch = &stack->patches[i];

		if (patch != own && patch->enabled != 0 && !lp_terms_know(terms, &patch->build_id))
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

/* LPPACK_E_FORCED if a transition was forced in this boot: by the record, or by modules that stay pinned. */
static int check_forced(struct lp_kernel_io *io, const struct lp_terms *terms, struct lppack_error *err)
{
	char name[256];

	if (terms->forced)
		return lp_fail(err, LPPACK_E_FORCED, HINT_REBOOT, "a transition was forced in this boot: %s",
			       terms->forced);
	if (lp_unload_find_pinned(io, name, sizeof(name)))
		return lp_fail(err, LPPACK_E_FORCED, HINT_PINNED, LP_PINNED_TEXT, name);
	return 0;
}

static int preflight_machine(struct lp_kernel_io *io, const struct lp_terms *terms, const struct lp_module_facts *facts,
			     const struct lp_stack *stack, const char *name, struct lppack_error *err)
{
	const struct lp_live_patch *own = lp_stack_find_build(stack, facts, name);
	int rc = preflight_module(io, facts, err);

	if (rc < 0)
		return rc;
	rc = lp_privilege_check(io, err);
	if (rc < 0)
		return rc;
	rc = check_transition(stack, own, err);
	/* A transition to this very build that an interrupted call began: it is joined, nothing is loaded. */
	if (rc < 0 || (own && own->enabled == 1 && own->transition == 1))
		return rc;
	rc = check_forced(io, terms, err);
	if (rc < 0)
		return rc;
	rc = preflight_policy(io, facts, err);
	if (rc < 0)
		return rc;
	rc = preflight_name(io, terms, name, lp_stack_find(stack, name), facts, err);
	if (rc < 0)
		return rc;
	rc = preflight_others(terms, stack, err);
	if (rc < 0)
		return rc;
	return check_foreign(terms, stack, own, err);
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

int lp_preflight_replace(struct lp_kernel_io *io, const struct lp_terms *terms, const struct lp_module_facts *facts,
			 const struct lp_stack *stack, bool *already, struct lppack_error *err)
{
	LP_AUTO_FREE char *name = NULL;
	const struct lp_live_patch *own;
	int rc = lp_stack_check_livepatch(io, err);

	*already = false;
	if (rc < 0)
		return rc;
	if (!facts->name || !lp_name_is_part(facts->name))
		return lp_fail(err, LPPACK_E_MODULE_NAME, NULL, "the module has no usable name");
	name = lp_name_as_module(facts->name);
	if (!name)
		return lp_fail_nomem(err);
	own = lp_stack_find_build(stack, facts, name);
	if (!own || own->enabled != 1 || own->transition > 0)
		return preflight_machine(io, terms, facts, stack, name, err);
	rc = check_alone(stack, own, err);
	*already = rc == 0;
	return rc;
}

int lp_preflight_disable(struct lp_kernel_io *io, const struct lp_terms *terms, const struct lp_stack *stack,
			 bool *already, struct lppack_error *err)
{
	int rc = lp_stack_check_livepatch(io, err);

	*already = rc == 0;
	for (size_t i = 0; i < stack->n; i++)
		*already = *already && stack->patches[i].enabled == 0;
	if (rc < 0 || *already)
		return rc;
	rc = lp_privilege_check(io, err);
	if (rc < 0)
		return rc;
	rc = check_transition(stack, NULL, err);
	if (rc < 0)
		return rc;
	rc = check_forced(io, terms, err);
	if (rc < 0)
		return rc;
	return check_foreign(terms, stack, NULL, err);
}
