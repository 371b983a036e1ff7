/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the module's code has what the kernel's configuration wants of it against attacks. The kernel takes a module
 * that lacks it, and warns, or dies when the code is reached. */
#include "check/hardening.h"

#include "shared/text.h"
#include "inspect/kconfig.h"

#include <string.h>

#define HINT "build it with the compiler and the configuration of this very kernel"

static void add(struct lp_check *check, const char *id, char *message)
{
	lp_check_add(check, (struct lp_finding){ .id = id,
						 .severity = LP_SEVERITY_ERROR,
						 .code = LPPACK_E_UNLOADABLE,
						 .message = message,
						 .hint = HINT });
}

/* The older name of an option first. */
static bool is_on(const struct lp_check *check, const char *older, const char *newer)
{
	const struct lp_kconfig *config = &check->kernel->config;

	return lp_kconfig_is_on(config, older) || lp_kconfig_is_on(config, newer);
}

/* Read in the kernel's source only: nothing in a module says how far before a function the padding begins. */
static void name_unknown(struct lp_check *check, enum lp_severity severity, const char *option, const char *what)
{
	lp_check_add(check, (struct lp_finding){ .id = "not-checked",
						 .severity = severity,
						 .subject = option,
						 .message = lp_text_format("not checked: %s (%s)", what, option),
						 .hint = HINT });
}

void lp_check_hardening(struct lp_check *check)
{
	const struct lp_kconfig *config = &check->kernel->config;
	const struct lp_hardening *h = &check->anatomy.hardening;
	uint64_t sites = h->return_sites > 0 ? (uint64_t)h->return_sites : 0;

	if (!check->kernel->known[LP_SOURCE_CONFIG] || !lp_text_equal(check->facts.arch, "x86_64"))
		return;
	if (lp_kconfig_is_on(config, "CONFIG_X86_KERNEL_IBT") && check->anatomy.no_endbr)
		add(check, "endbr",
		    lp_text_format("%s is called by a pointer but does not begin with ENDBR: with indirect "
				   "branch tracking the kernel dies there",
				   check->anatomy.no_endbr));
	if (is_on(check, "CONFIG_RETPOLINE", "CONFIG_MITIGATION_RETPOLINE") && !h->retpoline)
		add(check, "retpoline",
		    strdup("is not marked retpoline=Y: the kernel warns of it, and shows the machine as "
			   "vulnerable from then on"));
	if (is_on(check, "CONFIG_RETHUNK", "CONFIG_MITIGATION_RETHUNK") && h->return_thunks > sites)
		add(check, "return-thunks",
		    lp_text_format(
			    "returns through %llu thunks but lists %llu in .return_sites: the kernel warns when an "
			    "unlisted one is reached",
			    (unsigned long long)h->return_thunks, (unsigned long long)sites));
	if (lp_kconfig_is_on(config, "CONFIG_CALL_PADDING"))
		name_unknown(check, LP_SEVERITY_INFO, "CONFIG_CALL_PADDING",
			     "whether its functions are padded as the kernel's are");
	if (is_on(check, "CONFIG_CFI_CLANG", "CONFIG_CFI")) {
		name_unknown(check, LP_SEVERITY_UNKNOWN, "CONFIG_CFI",
			     "whether the types of its functions are marked as the kernel's are");
		check->is_uncertain = true;
	}
}
