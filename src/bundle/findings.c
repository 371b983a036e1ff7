/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What whoever packs a module should know or do about it. */
#include "bundle/findings.h"

#include "shared/text.h"

#include <string.h>

void lp_findings_add(struct lppack_value **list, const struct lp_finding *finding)
{
	LP_AUTO_FREE char *owned = finding->message;
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "id", finding->id);
	lp_value_add_text(&map, "severity", finding->severity);
	lp_value_add_text(&map, "subject", finding->subject);
	lp_value_add(&map, "message", owned ? lp_value_string(owned) : NULL);
	lp_value_add_text(&map, "hint", finding->hint);
	if (finding->code) {
		lp_value_add_int(&map, "code", finding->code);
		lp_value_add_text(&map, "error", lppack_error_name((int)finding->code));
	}
	lp_value_add_text(&map, "errno", finding->sys_errno);
	lp_value_push(list, map);
}

/* Of a module itself. */
static void add(struct lppack_value **list, const char *id, const char *severity, enum lppack_code code, char *message,
		const char *hint)
{
	lp_findings_add(list, &(struct lp_finding){
				      .id = id, .severity = severity, .code = code, .message = message, .hint = hint });
}

static void add_errors(struct lppack_value **list, const struct lp_module_facts *facts,
		       const struct lp_anatomy *anatomy)
{
	if (!facts->is_livepatch)
		add(list, "not-livepatch", "error", LPPACK_E_NOT_LIVEPATCH,
		    strdup("not a livepatch: no livepatch=Y in its modinfo"),
		    "build it as a livepatch: MODULE_INFO(livepatch, \"Y\")");
	if (facts->is_livepatch && anatomy->verdict == LP_VERDICT_REFUTED)
		add(list, "replace-refuted", "error", LPPACK_E_NOT_REPLACE,
		    lp_text_format("not in replace mode: %s", anatomy->reason),
		    "set .replace = true in its struct klp_patch");
	if (facts->is_livepatch && anatomy->verdict == LP_VERDICT_CONTRADICTED)
		add(list, "replace-contradicted", "error", LPPACK_E_NOT_REPLACE,
		    lp_text_format("not in replace mode: %s", anatomy->reason),
		    "build it so that replace is true (kpatch-build and klp-build: without their no-replace option)");
	if (!facts->vermagic)
		add(list, "no-vermagic", "error", LPPACK_E_MODULE, strdup("has no vermagic"),
		    "build it with the kernel's own build system");
	if (!facts->name)
		add(list, "no-name", "error", LPPACK_E_MODULE, strdup("has no module name"),
		    "build it with the kernel's own build system");
	else if (!lp_module_name_is_good(facts->name))
		add(list, "name", "error", LPPACK_E_MODULE_NAME,
		    lp_text_format("its name, of %zu characters, is not up to %d letters, digits and '_'",
				   strlen(facts->name), LP_MODULE_NAME_MAX),
		    "rename it and build it again");
}

static void add_warnings(struct lppack_value **list, const struct lp_module_facts *facts,
			 const struct lp_anatomy *anatomy)
{
	if (facts->is_livepatch && anatomy->verdict == LP_VERDICT_NOT_DECODED)
		add(list, "replace-unknown", "warning", 0,
		    lp_text_format("replace mode is not known: %s", anatomy->reason),
		    "lppack apply proves it after loading, and undoes a patch that does not replace");
	if (facts->depends)
		add(list, "depends", "warning", 0, lp_text_format("depends on %s", facts->depends),
		    "livepatches must load without other modules: reach their symbols through .klp.rela relocations");
	if (anatomy->jump_tables.n)
		add(list, "jump-table", "warning", 0,
		    lp_text_format("has %zu livepatch jump table%s: static keys of modules that load later",
				   anatomy->jump_tables.n, anatomy->jump_tables.n == 1 ? "" : "s"),
		    "use static_key_enabled() in the new code instead of static branches");
	if (anatomy->memory.debug)
		add(list, "debug", "warning", 0,
		    lp_text_format("has %llu bytes of debug sections", (unsigned long long)anatomy->memory.debug),
		    "strip it before signing (strip --strip-debug), and see that its livepatch relocations remain");
	if (!facts->build_id.len)
		add(list, "no-build-id", "warning", 0,
		    strdup("has no build ID: once loaded, it can only be told by its name"),
		    "link it with --build-id=sha1, as the kernel's build system does");
}

static void add_faults(struct lppack_value **list, const struct lp_faults *faults)
{
	for (size_t i = 0; i < faults->n; i++) {
		const struct lp_fault *fault = &faults->items[i];

		lp_findings_add(list, &(struct lp_finding){ .id = fault->id,
							    .severity = "error",
							    .code = LPPACK_E_UNLOADABLE,
							    .subject = fault->subject,
							    .message = strdup(fault->message),
							    .hint = fault->hint,
							    .sys_errno = fault->sys_errno });
	}
}

static struct lppack_value *list_findings(const struct lp_module_facts *facts, const struct lp_anatomy *anatomy,
					  const struct lp_faults *faults)
{
	struct lppack_value *list = lp_value_list();

	add_errors(&list, facts, anatomy);
	add_faults(&list, faults);
	add_warnings(&list, facts, anatomy);
	if (!facts->has_signature)
		add(&list, "no-signature", "info", 0, strdup("has no appended signature"),
		    "kernels that insist on module signatures (lockdown, module.sig_enforce) want one: use sign-file");
	return list;
}

struct lppack_value *lp_findings_of_module(const struct lp_module_facts *facts, const struct lp_anatomy *anatomy)
{
	return list_findings(facts, anatomy, &(struct lp_faults){ 0 });
}

struct lppack_value *lp_findings_list(const struct lp_module_facts *facts, const struct lp_anatomy *anatomy)
{
	return list_findings(facts, anatomy, &anatomy->faults);
}
