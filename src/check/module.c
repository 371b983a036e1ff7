/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The check as a whole: the order of its parts, the verdict, the report. */
#include "check/module.h"

#include "shared/text.h"
#include "base/export.h"
#include "base/options.h"
#include "base/value_add.h"
#include "inspect/anatomy.h"
#include "inspect/kconfig.h"
#include "check/build.h"
#include "check/decides.h"
#include "check/form.h"
#include "check/hardening.h"
#include "check/identity.h"
#include "check/imports.h"
#include "check/kernel_paths.h"
#include "check/symbols.h"

#include <string.h>

/* klp_enable_patch() refuses a module without the mark; one that does not call it loads as any other does. */
static bool enables_patch(const struct lp_check *check)
{
	for (size_t i = 0; i < check->anatomy.n_imports; i++)
		if (check->anatomy.imports[i].is_undefined &&
		    strcmp(check->anatomy.imports[i].name, "klp_enable_patch") == 0)
			return true;
	return false;
}

static bool has_versions(const struct lp_check *check)
{
	for (size_t i = 0; i < check->anatomy.n_imports; i++)
		if (check->anatomy.imports[i].has_crc)
			return true;
	return false;
}

/* What is wrong with the module wherever it is loaded. What its signature is worth depends on the kernel. */
static void add_own_findings(struct lp_check *check)
{
	LP_AUTO_FINDINGS struct lp_findings own = { 0 };

	lp_findings_add_module(&own, &check->facts, &check->anatomy);
	check->findings.failed |= own.failed;
	for (size_t i = 0; i < own.n; i++) {
		struct lp_finding finding = own.items[i];
		/* To the kernel any value is a mark. */
		bool livepatch = finding.kind == LP_FINDING_NOT_LIVEPATCH && enables_patch(check) &&
				 !lp_anatomy_modinfo(&check->anatomy, "livepatch");
		/* With it the kernel only taints itself (try_to_force_load()). */
		bool vermagic = finding.kind == LP_FINDING_NO_VERMAGIC &&
				!lp_kconfig_is_on(&check->kernel->config, "CONFIG_MODULE_FORCE_LOAD");

		if (finding.kind == LP_FINDING_NO_SIGNATURE)
			continue;
		finding.message = finding.message ? strdup(finding.message) : NULL;
		finding.sys_errno = livepatch ? "EINVAL" : vermagic ? "ENOEXEC" : NULL;
		if (livepatch || vermagic)
			lp_check_refuse(check, livepatch ? LP_STAGE_PATCH : LP_STAGE_MODINFO, finding);
		else
			lp_check_add(check, finding);
	}
}

static struct lppack_value *report_module(const struct lp_check *check)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "name", check->facts.name);
	lp_value_add_text(&map, "release", check->facts.release);
	lp_value_add_build_id(&map, "build_id", &check->facts.build_id);
	return map;
}

static struct lppack_value *report_kernel(const struct lp_kernel *k)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *files = lp_value_map();

	lp_value_add_text(&map, "release", k->facts.release ? k->facts.release : k->files.paths->release);
	lp_value_add_build_id(&map, "build_id", &k->facts.build_id);
	lp_value_add_text(&map, "arch", k->facts.arch);
	for (size_t i = 0; i < LP_PATHS; i++)
		lp_value_add_text(&files, lp_kernel_path_names[i], k->files.paths->at[i]);
	lp_value_add(&map, "files", files);
	return map;
}

/* What a check ends with, by the worst of its findings, which comes first. */
static enum lppack_code verdict_code(const struct lp_check *check, bool strict)
{
	const struct lp_finding *first = check->findings.n ? &check->findings.items[0] : NULL;

	if (first && (first->severity == LP_SEVERITY_ERROR || (strict && first->severity != LP_SEVERITY_INFO)))
		return LPPACK_E_UNLOADABLE;
	return check->is_uncertain || check->decides_when_run ? LPPACK_E_UNDECIDED : 0;
}

static struct lppack_value *report_verdict(const struct lp_check *check)
{
	struct lppack_value *map = lp_value_map();
	enum lppack_code code = verdict_code(check, false);

	bool is_unknown = check->is_uncertain || check->decides_when_run;

	lp_value_add_text(&map, "loads", check->sys_errno ? "no" : is_unknown ? "unknown" : "yes");
	lp_value_add_text(&map, "by_files", check->sys_errno ? "no" : check->is_uncertain ? "unknown" : "yes");
	lp_value_add_text(&map, "errno", check->sys_errno);
	lp_value_add_text(&map, "reason", check->reason);
	lp_value_add_bool(&map, "accepted", code != LPPACK_E_UNLOADABLE);
	lp_value_add_int(&map, "code", code);
	lp_value_add_int(&map, "strict_code", verdict_code(check, true));
	return map;
}

struct lppack_value *lp_check_report(const struct lp_check *check, struct lppack_error *err)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *checked = lp_value_map();

	lp_value_add_int(&checked, "imports", check->imports);
	lp_value_add_int(&checked, "functions", check->functions);
	lp_value_add_int(&checked, "symbols", check->symbols);
	lp_value_add_int(&checked, "relocations", check->relocations);
	lp_value_add_text(&map, "file", check->name);
	lp_value_add(&map, "module", report_module(check));
	lp_value_add(&map, "kernel", report_kernel(check->kernel));
	lp_value_add(&map, "verdict", report_verdict(check));
	lp_value_add(&map, "checked", checked);
	lp_value_add(&map, "findings", lp_findings_describe(&check->findings));
	if (!map)
		lp_fail_nomem(err);
	return map;
}

int lp_check_run(struct lp_check *check, struct lppack_error *err)
{
	int rc = lp_module_anatomize(check->bytes, check->n, check->name, &check->facts, &check->anatomy, err);

	if (rc < 0)
		return rc;
	check->stage = LP_STAGE_NONE;
	check->has_versions = has_versions(check);
	add_own_findings(check);
	rc = lp_check_form(check, err);
	if (rc < 0)
		return rc;
	lp_check_identity(check);
	lp_check_config(check);
	lp_check_signature(check);
	lp_check_imports(check);
	rc = lp_check_symbols(check, err);
	if (rc < 0)
		return rc;
	rc = lp_check_decides(check, err);
	if (rc < 0)
		return rc;
	lp_check_hardening(check);
	lp_check_build(check);
	lp_findings_sort(&check->findings);
	return check->findings.failed ? lp_fail_nomem(err) : 0;
}

LP_EXPORT int lppack_check_report_judge(const struct lppack_value *report, uint32_t flags, struct lppack_error *err)
{
	const struct lppack_value *first = lppack_value_at(lppack_value_get(report, "findings"), 0, NULL);
	const struct lppack_value *kernel = lppack_value_get(report, "kernel");
	const char *name = lppack_value_text(lppack_value_get(lppack_value_get(report, "module"), "name"));
	const char *release = lppack_value_text(lppack_value_get(kernel, "release"));
	const char *message = lppack_value_text(lppack_value_get(first, "message"));
	const char *key = flags & LPPACK_CHECK_STRICT ? "strict_code" : "code";
	uint64_t code = lppack_value_int(lppack_value_get(lppack_value_get(report, "verdict"), key), 0);

	if (lp_flags_check("lppack_check_report_judge()", flags, LPPACK_CHECK_STRICT, err) < 0)
		return -LPPACK_E_USAGE;
	if (!code)
		return 0;
	if (code > 255 || !lppack_error_name((int)code))
		return lp_fail(err, LPPACK_E_INTERNAL, NULL, "a report with a code that is none");
	return lp_fail(err, (enum lppack_code)code, lppack_value_text(lppack_value_get(first, "hint")),
		       "%s: module %s for kernel %s: %s%s", lppack_value_text(lppack_value_get(report, "file")),
		       name ? name : "?", release ? release : "of these files",
		       code == LPPACK_E_UNDECIDED ? "whether it loads is unknown: " : "", message ? message : "?");
}
