/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Patched functions and livepatch symbols: klp_find_object_symbol() and klp_init_object_loaded() of
 * kernel/livepatch/core.c. */
#include "check/symbols.h"

#include "shared/text.h"
#include "inspect/anatomy.h"
#include "inspect/ftrace_sites.h"
#include "inspect/symbol_set.h"
#include "check/kernel.h"

#include <string.h>

/* What an object's names are looked up in. */
struct scope {
	const char *object;
	const struct lp_symbol_set *symbols; /* NULL: they are not looked up */
	const struct lp_address_list *sites; /* NULL: not known */
	bool is_core;                        /* vmlinux */
};

/* A name to look up: of a function, or of a livepatch symbol. */
struct wanted {
	const char *id;   /* prefix of the findings' */
	const char *verb; /* "patches" */
	const char *name;
	uint64_t sympos;
	enum lp_check_stage stage;
};

static void skip_once(struct lp_check *check, enum lp_kernel_source source, const char *what)
{
	if (!lp_findings_find(&check->findings, "not-checked", what))
		lp_check_skip(check, source, what);
}

static void miss_once(struct lp_check *check, enum lp_kernel_source source, const char *what)
{
	if (!lp_findings_find(&check->findings, "not-checked", what))
		lp_check_miss(check, source, what);
}

/* An object that is no module of the kernel: patched never, and no error. */
static void add_absent(struct lp_check *check, const char *object)
{
	bool builtin = lp_kernel_has_builtin(check->kernel, object);
	const char *id = builtin ? "object-builtin" : "object-absent";

	if (lp_findings_find(&check->findings, id, object))
		return;
	lp_check_add(
		check,
		(struct lp_finding){
			.id = id,
			.severity = builtin ? LP_SEVERITY_WARNING : LP_SEVERITY_INFO,
			.subject = object,
			.message =
				builtin ?
					lp_text_format("%s is built into this kernel: its functions are never patched",
						       object) :
					lp_text_format("%s is no module of this kernel: never patched here", object),
			.hint = builtin ?
					"patch them as functions of vmlinux" :
					"nothing to do, unless the module comes from elsewhere (then it is not checked)" });
}

static void add_unreadable(struct lp_check *check, const struct lp_target *target)
{
	if (!lp_findings_find(&check->findings, "not-checked", target->name))
		lp_check_doubt(check, (struct lp_finding){
					      .id = "not-checked",
					      .subject = target->name,
					      .message = lp_text_format("not checked: what the patch does in %s (%s)",
									target->name, target->error.message),
					      .hint = target->error.hint });
}

static int open_scope(struct lp_check *check, const char *object, struct scope *scope, struct lppack_error *err)
{
	struct lp_kernel *k = check->kernel;
	const struct lp_target *target;
	struct lppack_error failed = LPPACK_ERROR_INIT;

	*scope = (struct scope){ .object = object, .is_core = strcmp(object, "vmlinux") == 0 };
	if (scope->is_core) {
		scope->symbols = k->known[LP_SOURCE_SYMBOLS] ? &k->symbols : NULL;
		scope->sites = k->known[LP_SOURCE_SITES] && k->symbols.has_addresses ? &k->sites : NULL;
		if (!scope->symbols)
			miss_once(check, LP_SOURCE_SYMBOLS, "functions and livepatch symbols of the kernel");
		return 0;
	}
	if (!k->known[LP_SOURCE_MODULES]) {
		miss_once(check, LP_SOURCE_MODULES, "functions and livepatch symbols of modules");
		return 0;
	}
	target = lp_kernel_target(k, object, &failed);
	if (failed.code)
		return lp_fail_nomem(err);
	if (!target)
		add_absent(check, object);
	else if (target->error.code)
		add_unreadable(check, target);
	else
		*scope = (struct scope){ object, &target->symbols, &target->sites, false };
	return 0;
}

/* The kernel refuses a patch of itself. If the object is a module, it does so only if that is loaded; else it refuses
 * the module when it comes (klp_module_coming()). */
static void symbols_refuse(struct lp_check *check, const struct scope *scope, const struct wanted *w, const char *what,
			   char *message, const char *hint)
{
	LP_AUTO_FREE char *id = lp_text_format("%s-%s", w->id, what);
	LP_AUTO_FREE char *owned = message;
	struct lp_finding finding = { .id = id ? id : w->id, .subject = w->name, .hint = hint };

	if (scope->is_core) {
		finding.message = LP_TAKE(owned);
		finding.sys_errno = "EINVAL";
		lp_check_refuse(check, w->stage, finding);
		return;
	}
	finding.severity = LP_SEVERITY_ERROR;
	finding.code = LPPACK_E_UNLOADABLE;
	if (owned)
		finding.message = lp_text_format("%s: the kernel refuses the patch if %s is loaded, else %s itself",
						 owned, scope->object, scope->object);
	lp_check_add(check, finding);
	check->is_uncertain = true;
}

static const char *object_text(const struct scope *scope)
{
	return scope->is_core ? "the kernel" : scope->object;
}

static void refuse_missing(struct lp_check *check, const struct scope *scope, const struct wanted *w)
{
	const struct lp_kernel_symbol *variant = lp_symbol_set_find_variant(scope->symbols, scope->object, w->name);
	LP_AUTO_FREE char *hint =
		variant ? lp_text_format("it has %s: the compiler made a variant of the function; patch its callers, "
					 "or build the module for this kernel",
					 variant->name) :
			  NULL;

	symbols_refuse(check, scope, w, "missing",
		       lp_text_format("%s %s, which %s does not have", w->verb, w->name, object_text(scope)),
		       hint ? hint :
			      "it may be inlined, or have another name or object, in this kernel: patch its callers");
}

static void refuse_position(struct lp_check *check, const struct scope *scope, const struct wanted *w,
			    enum lp_resolution resolution, size_t count)
{
	LP_AUTO_FREE char *hint =
		lp_text_format("say which, from 1 to %zu in the order of addresses (old_sympos)", count);

	if (resolution == LP_RESOLVE_AMBIGUOUS)
		symbols_refuse(
			check, scope, w, "ambiguous",
			lp_text_format("%s %s, of which %s has %zu", w->verb, w->name, object_text(scope), count),
			hint);
	else
		symbols_refuse(check, scope, w, "position",
			       lp_text_format("%s %s number %llu, but %s has %zu", w->verb, w->name,
					      (unsigned long long)w->sympos, object_text(scope), count),
			       hint);
}

/* The symbol, or NULL with a finding. */
static const struct lp_kernel_symbol *symbols_resolve(struct lp_check *check, const struct scope *scope,
						      const struct wanted *w)
{
	const struct lp_kernel_symbol *symbol = NULL;
	size_t count = 0;
	enum lp_resolution resolution =
		lp_symbol_set_resolve(scope->symbols, scope->object, w->name, w->sympos, &symbol, &count);

	if (resolution == LP_RESOLVED)
		return symbol;
	if (resolution == LP_RESOLVE_MISSING || count == 0)
		refuse_missing(check, scope, w);
	else
		refuse_position(check, scope, w, resolution, count);
	return NULL;
}

static void check_function(struct lp_check *check, const struct scope *scope, const struct lp_func *func)
{
	const struct lp_kernel *k = check->kernel;
	const struct wanted w = { "function", "patches", func->name, func->sympos, LP_STAGE_PATCH };
	const struct lp_kernel_symbol *symbol = symbols_resolve(check, scope, &w);

	check->functions++;
	if (!symbol)
		return;
	if (scope->sites && check->facts.arch && !lp_ftrace_sites_cover(scope->sites, check->facts.arch, symbol))
		symbols_refuse(
			check, scope, &w, "untraceable",
			lp_text_format("patches %s, which cannot be traced: ftrace has no site in it", func->name),
			"it is notrace, or assembly, or was built without tracing: patch its callers");
	if (scope->is_core && k->known[LP_SOURCE_BLACKLIST] && k->symbols.has_addresses &&
	    lp_address_list_touches(&k->blacklist, symbol->address, 1))
		lp_check_add(
			check,
			(struct lp_finding){
				.id = "function-blacklisted",
				.severity = LP_SEVERITY_WARNING,
				.subject = func->name,
				.message = lp_text_format("patches %s, where the kernel allows no kprobe", func->name),
				.hint = "code that runs with tracing or in exceptions may recurse: test it well" });
}

static int symbols_check_object(struct lp_check *check, const struct lp_object *object, struct lppack_error *err)
{
	struct scope scope;
	int rc = object->n_funcs ? open_scope(check, object->name, &scope, err) : 0;

	if (rc < 0 || !object->n_funcs || !scope.symbols)
		return rc;
	if (!scope.sites)
		skip_once(check, LP_SOURCE_SITES, "whether the functions can be traced");
	for (size_t i = 0; i < object->n_funcs; i++)
		check_function(check, &scope, &object->funcs[i]);
	return 0;
}

static int check_klp_symbol(struct lp_check *check, const struct lp_klp_item *item, struct lppack_error *err)
{
	const struct wanted w = { "symbol", "refers to", item->name, item->number, LP_STAGE_RELOCATE };
	struct scope scope;
	int rc = open_scope(check, item->object, &scope, err);

	if (rc < 0 || !scope.symbols)
		return rc;
	check->symbols++;
	symbols_resolve(check, &scope, &w);
	return 0;
}

int lp_check_symbols(struct lp_check *check, struct lppack_error *err)
{
	const struct lp_anatomy *a = &check->anatomy;
	int rc = 0;

	if (check->facts.is_livepatch && check->facts.builder == LP_BUILDER_UNKNOWN) {
		lp_check_doubt(check,
			       (struct lp_finding){
				       .id = "not-checked",
				       .subject = "functions",
				       .message = strdup(
					       "not checked: which functions it patches (no builder's structures were "
					       "recognised)"),
				       .hint = "build it with kpatch-build, klp-build or a static struct klp_patch" });
	}
	for (size_t i = 0; i < check->facts.n_objects && rc == 0; i++)
		rc = symbols_check_object(check, &check->facts.objects[i], err);
	for (size_t i = 0; i < a->symbols.n && rc == 0; i++)
		rc = check_klp_symbol(check, &a->symbols.items[i], err);
	for (size_t i = 0; i < a->relocations.n && rc == 0; i++)
		check->relocations += a->relocations.items[i].number;
	return rc;
}
