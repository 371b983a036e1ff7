/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What whoever packs a module should know or do about it. */
#include "bundle/findings.h"

#include "shared/array.h"
#include "shared/text.h"

#include <string.h>

static const char *const severity_names[] = {
	[LP_SEVERITY_ERROR] = "error",
	[LP_SEVERITY_UNKNOWN] = "unknown",
	[LP_SEVERITY_WARNING] = "warning",
	[LP_SEVERITY_INFO] = "info",
};

static void free_texts(struct lp_finding *finding)
{
	free((char *)finding->id);
	free((char *)finding->subject);
	free((char *)finding->hint);
	free(finding->message);
}

void lp_findings_free(struct lp_findings *list)
{
	for (size_t i = 0; i < list->n; i++)
		free_texts(&list->items[i]);
	free(list->items);
	*list = (struct lp_findings){ 0 };
}

void lp_findings_add(struct lp_findings *list, const struct lp_finding *finding)
{
	struct lp_finding *item = lp_array_add(&list->items, &list->n, sizeof(*item));
	struct lp_finding copy = *finding;
	bool ok = finding->message != NULL;

	copy.id = lp_text_dup(finding->id, &ok);
	copy.subject = lp_text_dup(finding->subject, &ok);
	copy.hint = lp_text_dup(finding->hint, &ok);
	if (item)
		*item = copy;
	else
		free_texts(&copy);
	list->failed |= !item || !ok;
}

const struct lp_finding *lp_findings_find(const struct lp_findings *list, const char *id, const char *subject)
{
	for (size_t i = 0; i < list->n; i++)
		if (lp_text_equal(list->items[i].id, id) &&
		    (!subject || lp_text_equal(list->items[i].subject, subject)))
			return &list->items[i];
	return NULL;
}

void lp_findings_sort(struct lp_findings *list)
{
	struct lp_finding *sorted = calloc(list->n + 1, sizeof(*sorted));
	size_t n = 0;

	list->failed |= !sorted;
	if (!sorted)
		return;
	for (int severity = LP_SEVERITY_ERROR; severity <= LP_SEVERITY_INFO; severity++)
		for (size_t i = 0; i < list->n; i++)
			if ((int)list->items[i].severity == severity)
				sorted[n++] = list->items[i];
	free(list->items);
	list->items = sorted;
}

static struct lppack_value *describe_finding(const struct lp_finding *finding)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "id", finding->id);
	lp_value_add_text(&map, "severity", severity_names[finding->severity]);
	lp_value_add_text(&map, "subject", finding->subject);
	lp_value_add_text(&map, "message", finding->message);
	lp_value_add_text(&map, "hint", finding->hint);
	if (finding->code) {
		lp_value_add_int(&map, "code", finding->code);
		lp_value_add_text(&map, "error", lppack_error_name((int)finding->code));
	}
	lp_value_add_text(&map, "errno", finding->sys_errno);
	return map;
}

struct lppack_value *lp_findings_describe(const struct lp_findings *list)
{
	struct lppack_value *tree = list->failed ? NULL : lp_value_list();

	for (size_t i = 0; i < list->n && tree; i++)
		lp_value_push(&tree, describe_finding(&list->items[i]));
	return tree;
}

/* Of a module itself. */
static void add(struct lp_findings *list, const char *id, enum lp_severity severity, enum lppack_code code,
		char *message, const char *hint)
{
	lp_findings_add(list, &(struct lp_finding){
				      .id = id, .severity = severity, .code = code, .message = message, .hint = hint });
}

static void add_errors(struct lp_findings *list, const struct lp_module_facts *facts, const struct lp_anatomy *anatomy)
{
	if (!facts->is_livepatch)
		lp_findings_add(
			list, &(struct lp_finding){ .id = "not-livepatch",
						    .kind = LP_FINDING_NOT_LIVEPATCH,
						    .code = LPPACK_E_NOT_LIVEPATCH,
						    .message = strdup("not a livepatch: no livepatch=Y in its modinfo"),
						    .hint = "build it as a livepatch: MODULE_INFO(livepatch, \"Y\")" });
	if (facts->is_livepatch && anatomy->verdict == LP_VERDICT_REFUTED)
		add(list, "replace-refuted", LP_SEVERITY_ERROR, LPPACK_E_NOT_REPLACE,
		    lp_text_format("not in replace mode: %s", anatomy->reason),
		    "set .replace = true in its struct klp_patch");
	if (facts->is_livepatch && anatomy->verdict == LP_VERDICT_CONTRADICTED)
		add(list, "replace-contradicted", LP_SEVERITY_ERROR, LPPACK_E_NOT_REPLACE,
		    lp_text_format("not in replace mode: %s", anatomy->reason),
		    "build it so that replace is true (kpatch-build and klp-build: without their no-replace option)");
	if (!facts->vermagic)
		lp_findings_add(list, &(struct lp_finding){ .id = "no-vermagic",
							    .kind = LP_FINDING_NO_VERMAGIC,
							    .code = LPPACK_E_MODULE,
							    .message = strdup("has no vermagic"),
							    .hint = "build it with the kernel's own build system" });
	if (!facts->name)
		add(list, "no-name", LP_SEVERITY_ERROR, LPPACK_E_MODULE, strdup("has no module name"),
		    "build it with the kernel's own build system");
	else if (!lp_module_name_is_good(facts->name))
		add(list, "name", LP_SEVERITY_ERROR, LPPACK_E_MODULE_NAME,
		    lp_text_format("its name, of %zu characters, is not up to %d letters, digits and '_'",
				   strlen(facts->name), LP_MODULE_NAME_MAX),
		    "rename it and build it again");
}

static void add_warnings(struct lp_findings *list, const struct lp_module_facts *facts,
			 const struct lp_anatomy *anatomy)
{
	if (facts->is_livepatch && anatomy->verdict == LP_VERDICT_NOT_DECODED)
		add(list, "replace-unknown", LP_SEVERITY_WARNING, 0,
		    lp_text_format("replace mode is not known: %s", anatomy->reason),
		    "lppack apply proves it after loading, and undoes a patch that does not replace");
	if (facts->is_livepatch && facts->builder == LP_BUILDER_UNKNOWN)
		add(list, "unrecognised", LP_SEVERITY_WARNING, 0, strdup("nothing of its livepatch is recognised"),
		    "build it with kpatch-build, klp-build or a static struct klp_patch, and keep its symbol table");
	if (anatomy->n_unreadable_imports)
		add(list, "import-unreadable", LP_SEVERITY_WARNING, 0,
		    lp_text_format("imports %zu symbol%s whose names are over 511 characters or not printable",
				   anatomy->n_unreadable_imports, anatomy->n_unreadable_imports == 1 ? "" : "s"),
		    "they are not looked up: see that its kernel exports them");
	if (anatomy->unknown_versions)
		add(list, "versions-unknown", LP_SEVERITY_WARNING, 0,
		    lp_text_format("has %s, which no kernel is known to read", anatomy->unknown_versions),
		    "its build may be for a newer kernel than this program knows");
	if (facts->depends)
		add(list, "depends", LP_SEVERITY_WARNING, 0, lp_text_format("depends on %s", facts->depends),
		    "livepatches must load without other modules: reach their symbols through .klp.rela relocations");
	if (anatomy->jump_tables.n)
		add(list, "jump-table", LP_SEVERITY_WARNING, 0,
		    lp_text_format("has %zu livepatch jump table%s: static keys of modules that load later",
				   anatomy->jump_tables.n, anatomy->jump_tables.n == 1 ? "" : "s"),
		    "use static_key_enabled() in the new code instead of static branches");
	if (anatomy->memory.debug)
		add(list, "debug", LP_SEVERITY_WARNING, 0,
		    lp_text_format("has %llu bytes of debug sections", (unsigned long long)anatomy->memory.debug),
		    "strip it before signing (strip --strip-debug), and see that its livepatch relocations remain");
	if (!facts->build_id.len)
		add(list, "no-build-id", LP_SEVERITY_WARNING, 0,
		    strdup("has no build ID: once loaded, it can only be told by its name"),
		    "link it with --build-id=sha1, as the kernel's build system does");
}

static void add_faults(struct lp_findings *list, const struct lp_faults *faults)
{
	for (size_t i = 0; i < faults->n; i++) {
		const struct lp_fault *fault = &faults->items[i];

		lp_findings_add(list, &(struct lp_finding){ .id = fault->id,
							    .severity = LP_SEVERITY_ERROR,
							    .code = fault->code,
							    .subject = fault->subject,
							    .message = strdup(fault->message),
							    .hint = fault->hint,
							    .sys_errno = fault->sys_errno });
	}
}

void lp_findings_add_module(struct lp_findings *list, const struct lp_module_facts *facts,
			    const struct lp_anatomy *anatomy)
{
	add_errors(list, facts, anatomy);
	add_warnings(list, facts, anatomy);
	if (!facts->has_signature)
		lp_findings_add(list,
				&(struct lp_finding){ .id = "no-signature",
						      .severity = LP_SEVERITY_INFO,
						      .kind = LP_FINDING_NO_SIGNATURE,
						      .message = strdup("has no appended signature"),
						      .hint = "kernels that insist on module signatures (lockdown, "
							      "module.sig_enforce) want one: use sign-file" });
}

struct lppack_value *lp_findings_list(const struct lp_module_facts *facts, const struct lp_anatomy *anatomy)
{
	LP_AUTO_FINDINGS struct lp_findings list = { 0 };

	lp_findings_add_module(&list, facts, anatomy);
	add_faults(&list, &anatomy->faults);
	lp_findings_sort(&list);
	return lp_findings_describe(&list);
}
