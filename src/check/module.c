/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The check as a whole: the order of its parts, the verdict, the report. */
#include "base/export.h"
#include "base/text.h"
#include "format/format.h"
#include "format/stream.h"
#include "inspect/anatomy.h"
#include "inspect/kconfig.h"
#include "bundle/bundle.h"
#include "bundle/describe.h"
#include "check/collect.h"
#include "check/kernel.h"
#include "check/kernel_paths.h"

#include <string.h>

void lp_check_free(struct lp_check *check)
{
	lp_anatomy_free(&check->anatomy);
	lp_module_facts_free(&check->facts);
	lppack_value_free(check->findings);
	free(check->reason);
	*check = (struct lp_check){ 0 };
}

void lp_check_tell(struct lp_check *check, struct lp_finding finding)
{
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
	finding.severity = "error";
	if (!finding.code)
		finding.code = LPPACK_E_UNLOADABLE;
	lp_findings_add(&check->findings, &finding);
}

/* What is missing, and what would bring it. */
static const struct {
	const char *missing;
	const char *hint;
} gaps[LP_SOURCES] = {
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

void lp_check_gap(struct lp_check *check, enum lp_kernel_source source, const char *what)
{
	const struct lppack_error *why = &check->kernel->gaps[source];
	char *message = why->code ? lp_text_format("not checked: %s (%s)", what, why->message) :
				    lp_text_format("not checked: %s (%s)", what, gaps[source].missing);

	lp_findings_add(&check->findings, &(struct lp_finding){ .id = "not-checked", .severity = "info",
								.subject = what, .message = message,
								.hint = gaps[source].hint });
}

static bool is_finding(const struct lppack_value *finding, const char *key, const char *text)
{
	return lp_text_equal(lppack_value_text(lppack_value_get(finding, key)), text);
}

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
static void tell_own(struct lp_check *check)
{
	LP_AUTO_VALUE struct lppack_value *own = lp_findings_list(&check->facts, &check->anatomy);

	for (size_t i = 0; i < lppack_value_count(own); i++) {
		const struct lppack_value *from = lppack_value_at(own, i, NULL);
		const char *message = lppack_value_text(lppack_value_get(from, "message"));
		bool livepatch = is_finding(from, "id", "not-livepatch") && enables_patch(check);
		/* With it the kernel only taints itself (try_to_force_load()). */
		bool vermagic = is_finding(from, "id", "no-vermagic") &&
				!lp_kconfig_is_on(&check->kernel->config, "CONFIG_MODULE_FORCE_LOAD");
		struct lp_finding finding = {
			.id = lppack_value_text(lppack_value_get(from, "id")),
			.severity = lppack_value_text(lppack_value_get(from, "severity")),
			.code = (enum lppack_code)lppack_value_int(lppack_value_get(from, "code"), 0),
			.message = message ? strdup(message) : NULL,
			.hint = lppack_value_text(lppack_value_get(from, "hint")),
		};

		if (is_finding(from, "id", "no-signature")) {
			free(finding.message);
			continue;
		}
		finding.sys_errno = livepatch ? "EINVAL" : vermagic ? "ENOEXEC" : NULL;
		if (livepatch || vermagic)
			lp_check_refuse(check, livepatch ? LP_STAGE_PATCH : LP_STAGE_MODINFO, finding);
		else
			lp_check_tell(check, finding);
	}
	if (!own)
		lp_value_push(&check->findings, NULL);
}

/* Errors, then warnings, then the rest, each in the order in which they came. */
static struct lppack_value *sort_findings(const struct lppack_value *findings, size_t *errors)
{
	static const char *const order[] = { "error", "warning", "info" };
	struct lppack_value *sorted = findings ? lp_value_list() : NULL;

	*errors = 0;
	for (size_t rank = 0; rank < sizeof(order) / sizeof(order[0]); rank++)
		for (size_t i = 0; i < lppack_value_count(findings); i++) {
			const struct lppack_value *finding = lppack_value_at(findings, i, NULL);

			if (!is_finding(finding, "severity", order[rank]))
				continue;
			*errors += rank == 0;
			lp_value_push(&sorted, lp_value_copy(finding));
		}
	return sorted;
}

static struct lppack_value *describe_module(const struct lp_check *check)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "name", check->facts.name);
	lp_value_add_text(&map, "release", check->facts.release);
	lp_describe_build_id(&map, "build_id", &check->facts.build_id);
	return map;
}

static struct lppack_value *describe_kernel(const struct lppack_kernel *k)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *files = lp_value_map();

	lp_value_add_text(&map, "release", k->facts.release ? k->facts.release : k->paths.release);
	lp_describe_build_id(&map, "build_id", &k->facts.build_id);
	lp_value_add_text(&map, "arch", k->facts.arch);
	for (size_t i = 0; i < LP_PATHS; i++)
		lp_value_add_text(&files, lp_kernel_path_names[i], k->paths.at[i]);
	lp_value_add(&map, "files", files);
	return map;
}

static struct lppack_value *describe_verdict(const struct lp_check *check, size_t errors)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "loads", check->sys_errno ? "no" : check->is_uncertain ? "unknown" : "yes");
	lp_value_add_text(&map, "errno", check->sys_errno);
	lp_value_add_text(&map, "reason", check->reason);
	lp_value_add_bool(&map, "accepted", errors == 0);
	return map;
}

static struct lppack_value *make_report(const struct lp_check *check)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *checked = lp_value_map();
	size_t errors = 0;
	struct lppack_value *findings = sort_findings(check->findings, &errors);

	lp_value_add_int(&checked, "imports", check->imports);
	lp_value_add_int(&checked, "functions", check->functions);
	lp_value_add_int(&checked, "symbols", check->symbols);
	lp_value_add_int(&checked, "relocations", check->relocations);
	lp_value_add_text(&map, "file", check->name);
	lp_value_add(&map, "module", describe_module(check));
	lp_value_add(&map, "kernel", describe_kernel(check->kernel));
	lp_value_add(&map, "verdict", describe_verdict(check, errors));
	lp_value_add(&map, "checked", checked);
	lp_value_add(&map, "findings", findings);
	return map;
}

struct lppack_value *lp_check_run(struct lp_check *check, struct lppack_error *err)
{
	struct lppack_value *report = NULL;

	if (lp_module_anatomize(check->bytes, check->n, check->name, &check->facts, &check->anatomy, err) < 0)
		return NULL;
	check->findings = lp_value_list();
	check->stage = LP_STAGE_NONE;
	check->has_versions = has_versions(check);
	tell_own(check);
	if (lp_check_form(check, err) < 0)
		return NULL;
	lp_check_identity(check);
	lp_check_config(check);
	lp_check_signature(check);
	lp_check_imports(check);
	if (lp_check_symbols(check, err) < 0)
		return NULL;
	lp_check_build(check);
	report = make_report(check);
	if (!report)
		lp_fail_nomem(err);
	return report;
}

LP_EXPORT struct lppack_value *lppack_kernel_check_file(struct lppack_kernel *kernel, const char *path,
							struct lppack_error *err)
{
	LP_AUTO_CHECK struct lp_check check = { .kernel = kernel, .name = path };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	if (lp_file_read_decompressed(path, LP_MODULE_MAX, &bytes, err) < 0)
		return NULL;
	check.bytes = bytes.data;
	check.n = bytes.len;
	return lp_check_run(&check, err);
}

LP_EXPORT struct lppack_value *lppack_kernel_check_entry(struct lppack_kernel *kernel, struct lppack_entry *entry,
							 struct lppack_error *err)
{
	LP_AUTO_CHECK struct lp_check check = { .kernel = kernel, .name = entry->verified->bundle->in.name };
	const void *bytes = NULL;

	if (lppack_entry_load_module(entry, &bytes, &check.n, err) < 0)
		return NULL;
	check.bytes = bytes;
	return lp_check_run(&check, err);
}

LP_EXPORT int lppack_check_report_judge(const struct lppack_value *report, int strict, struct lppack_error *err)
{
	const struct lppack_value *findings = lppack_value_get(report, "findings");
	const struct lppack_value *first = lppack_value_at(findings, 0, NULL);
	const struct lppack_value *kernel = lppack_value_get(report, "kernel");
	const char *name = lppack_value_text(lppack_value_get(lppack_value_get(report, "module"), "name"));
	const char *release = lppack_value_text(lppack_value_get(kernel, "release"));
	const char *message = lppack_value_text(lppack_value_get(first, "message"));

	if (!first || !(is_finding(first, "severity", "error") || (strict && is_finding(first, "severity", "warning"))))
		return 0;
	return lp_fail(err, LPPACK_E_UNLOADABLE, lppack_value_text(lppack_value_get(first, "hint")),
		       "%s: module %s for kernel %s: %s", lppack_value_text(lppack_value_get(report, "file")),
		       name ? name : "?", release ? release : "of these files", message ? message : "?");
}
