/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a check has found so far: findings, and the first thing that the kernel refuses the module for. */
#include "check/collect.h"

#include "shared/text.h"

#include <string.h>

void lp_check_free(struct lp_check *check)
{
	lp_anatomy_free(&check->anatomy);
	lp_module_facts_free(&check->facts);
	lp_findings_free(&check->findings);
	free(check->reason);
	*check = (struct lp_check){ 0 };
}

void lp_check_add(struct lp_check *check, struct lp_finding finding)
{
	lp_findings_add(&check->findings, &finding);
}

void lp_check_doubt(struct lp_check *check, struct lp_finding finding)
{
	check->is_uncertain = true;
	finding.severity = LP_SEVERITY_UNKNOWN;
	lp_findings_add(&check->findings, &finding);
}

void lp_check_refuse(struct lp_check *check, enum lp_check_stage stage, struct lp_finding finding)
{
	if (!check->sys_errno || stage < check->stage) {
		free(check->reason);
		check->reason = finding.message ? strdup(finding.message) : NULL;
		check->sys_errno = finding.sys_errno;
		check->stage = stage;
	}
	finding.severity = LP_SEVERITY_ERROR;
	if (!finding.code)
		finding.code = LPPACK_E_UNLOADABLE;
	lp_findings_add(&check->findings, &finding);
}

/* What is missing, and what would bring it. */
static const struct {
	const char *missing;
	const char *hint;
} sources[LP_SOURCES] = {
	[LP_SOURCE_IDENTITY] = { "no kernel image", "name the kernel's vmlinuz (--vmlinuz)" },
	[LP_SOURCE_SYMBOLS] = { "no kernel image or System.map with symbols",
				"name the kernel's vmlinuz (--vmlinuz) or System.map (--system-map)" },
	[LP_SOURCE_SITES] = { "no kernel image with ftrace's sites", "name the kernel's vmlinuz (--vmlinuz)" },
	[LP_SOURCE_BLACKLIST] = { "no kernel image with kprobes' blacklist", "name the kernel's vmlinuz (--vmlinuz)" },
	[LP_SOURCE_EXPORTS] = { "no Module.symvers and no kernel image with exports",
				"name the Module.symvers of the kernel's headers (--symvers)" },
	[LP_SOURCE_VERMAGIC] = { "no file tells the kernel's vermagic",
				 "name the kernel's vmlinuz (--vmlinuz) or modules (--modules)" },
	[LP_SOURCE_CONFIG] = { "no configuration", "name the kernel's config (--config)" },
	[LP_SOURCE_MODULES] = { "no module tree", "name the kernel's lib/modules/RELEASE (--modules)" },
	[LP_SOURCE_KEYS] = { "no kernel image with its certificates", "name the kernel's vmlinuz (--vmlinuz)" },
	[LP_SOURCE_BTF] = { "no BTF", "name a file with the kernel's BTF (--btf)" },
};

static struct lp_finding not_checked(const struct lp_check *check, enum lp_kernel_source source, const char *what)
{
	const struct lppack_error *why = &check->kernel->why_unknown[source];
	char *message = why->code ? lp_text_format("not checked: %s (%s)", what, why->message) :
				    lp_text_format("not checked: %s (%s)", what, sources[source].missing);

	return (struct lp_finding){ .id = "not-checked",
				    .severity = LP_SEVERITY_INFO,
				    .subject = what,
				    .message = message,
				    .hint = sources[source].hint };
}

void lp_check_skip(struct lp_check *check, enum lp_kernel_source source, const char *what)
{
	lp_check_add(check, not_checked(check, source, what));
}

void lp_check_miss(struct lp_check *check, enum lp_kernel_source source, const char *what)
{
	lp_check_doubt(check, not_checked(check, source, what));
}
