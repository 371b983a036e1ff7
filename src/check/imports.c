/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Imported symbols: resolve_symbol() of kernel/module/main.c, check_version() of kernel/module/version.c. */
#include "check/imports.h"

#include "shared/text.h"
#include "inspect/anatomy.h"
#include "inspect/kconfig.h"
#include "inspect/kernel_exports.h"
#include "check/kernel.h"
#include "check/module_tree.h"

#include <string.h>

#define LAYOUT "module_layout"

/* The exports of the modules that this one depends on, where no Module.symvers tells them. */
struct depends {
	struct lp_kernel_exports *exports;
	size_t n;
};

static void cleanup_depends(struct depends *d)
{
	for (size_t i = 0; i < d->n; i++)
		lp_kernel_exports_free(&d->exports[i]);
	free(d->exports);
}

/* A module that cannot be read exports nothing that is known; the import will be missing then. */
static void read_depends(const struct lp_check *check, struct depends *d)
{
	LP_AUTO_FREE char *list = check->facts.depends ? strdup(check->facts.depends) : NULL;
	char *rest = NULL;

	if (!list || check->kernel->has_symvers)
		return;
	d->exports = calloc(strlen(list) + 1, sizeof(*d->exports));
	for (char *name = strtok_r(list, ",", &rest); name && d->exports; name = strtok_r(NULL, ",", &rest)) {
		const struct lp_tree_module *module = lp_module_tree_find(check->kernel->files.tree, name);
		LP_AUTO_BUF struct lp_buf bytes = { 0 };

		if (module && lp_kernel_read_module(check->kernel, module, &bytes, NULL) == 0 &&
		    lp_kernel_exports_read_module(&d->exports[d->n], bytes.data, bytes.len, name, module->path, NULL) ==
			    0)
			d->n++;
	}
}

/* What the image itself exports decides; Module.symvers stands in for it, and tells of modules. */
static const struct lp_kernel_export *find_export(const struct lp_check *check, const struct depends *d,
						  const char *name)
{
	const struct lp_kernel *k = check->kernel;
	const struct lp_kernel_export *found =
		k->has_image_exports ? lp_kernel_exports_find(&k->image_exports, name) : NULL;

	if (!found && k->has_symvers)
		found = lp_kernel_exports_find(&k->symvers, name);
	if (found && !found->module && k->has_image_exports && !lp_kernel_exports_find(&k->image_exports, name))
		found = NULL;
	for (size_t i = 0; i < d->n && !found; i++)
		found = lp_kernel_exports_find(&d->exports[i], name);
	return found;
}

static bool imports_namespace(const struct lp_check *check, const char *name_space)
{
	for (size_t i = 0; i < check->anatomy.n_modinfo; i++)
		if (strcmp(check->anatomy.modinfo[i].key, "import_ns") == 0 &&
		    strcmp(check->anatomy.modinfo[i].value, name_space) == 0)
			return true;
	return false;
}

/* EXPORT_SYMBOL_FOR_MODULES(): "module:kvm,snd_*" lets modules of these names import a symbol without more
 * (verify_module_namespace() of kernel/module/main.c, since 6.16). */
static bool namespace_names_module(const char *name_space, const char *module)
{
	static const char mark[] = "module:";
	size_t len = strlen(module);

	if (strncmp(name_space, mark, sizeof(mark) - 1) != 0)
		return false;
	for (name_space += sizeof(mark) - 1; *name_space;) {
		size_t n = strcspn(name_space, ",");
		bool is_prefix = n && name_space[n - 1] == '*';
		size_t fixed = n - is_prefix;

		if (strncmp(name_space, module, fixed) == 0 && (is_prefix || fixed == len))
			return true;
		name_space += n + (name_space[n] == ',');
	}
	return false;
}

static void refuse_import(struct lp_check *check, const char *id, const char *name, const char *sys_errno,
			  char *message, const char *hint)
{
	lp_check_refuse(check, LP_STAGE_LINK,
			(struct lp_finding){
				.id = id, .subject = name, .sys_errno = sys_errno, .message = message, .hint = hint });
}

/* verify_module_namespace(), since 6.16: "module:kvm,kvm-*" is for modules of these names. */
static bool is_for_module(const char *name_space, const char *module)
{
	static const char prefix[] = "module:";

	if (strncmp(name_space, prefix, strlen(prefix)) != 0 || !module)
		return false;
	for (const char *at = name_space + strlen(prefix); *at; at += strspn(at, ",")) {
		size_t n = strcspn(at, ",");
		bool is_pattern = n && at[n - 1] == '*';

		if (strncmp(at, module, is_pattern ? n - 1 : n) == 0 && (is_pattern || !module[n]))
			return true;
		at += n;
	}
	return false;
}

static void check_namespace(struct lp_check *check, const struct lp_kernel_export *found)
{
	if (!found->name_space || !*found->name_space || imports_namespace(check, found->name_space) ||
	    is_for_module(found->name_space, check->facts.name))
		return;
	if (check->facts.name && namespace_names_module(found->name_space, check->facts.name))
		return;
	if (lp_kconfig_is_on(&check->kernel->config, "CONFIG_MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS"))
		return;
	if (strncmp(found->name_space, "module:", 7) == 0) {
		refuse_import(check, "import-namespace", found->name, "EINVAL",
			      lp_text_format("imports %s, which is exported for certain modules only (%s)", found->name,
					     found->name_space + 7),
			      "reach it by a .klp.rela relocation, as if it were not exported");
		return;
	}
	refuse_import(check, "import-namespace", found->name, "EINVAL",
		      lp_text_format("imports %s of the namespace %s without MODULE_IMPORT_NS", found->name,
				     found->name_space),
		      "add MODULE_IMPORT_NS() to the module's source");
}

static void check_crc(struct lp_check *check, const struct lp_import *import, const struct lp_kernel_export *found)
{
	/* check_version(): with a section of versions, every import needs one. */
	if (found->has_crc && !import->has_crc && check->has_versions) {
		refuse_import(check, "import-crc", import->name, "EINVAL",
			      lp_text_format("imports %s without a CRC", import->name),
			      "build the module with the Module.symvers of this very kernel");
		return;
	}
	if (!found->has_crc || !import->has_crc || found->crc == import->crc)
		return;
	refuse_import(check, "import-crc", import->name, "EINVAL",
		      lp_text_format("imports %s with the CRC %08x, but that of %s has %08x", import->name, import->crc,
				     found->module ? found->module : "the kernel", found->crc),
		      "build the module with the Module.symvers of this very kernel");
}

static void check_import(struct lp_check *check, const struct depends *d, const struct lp_import *import)
{
	const struct lp_kernel_export *found = find_export(check, d, import->name);

	check->imports++;
	if (!found && import->is_weak)
		return;
	if (!found && check->facts.depends && !check->kernel->has_symvers && !check->kernel->known[LP_SOURCE_MODULES]) {
		lp_check_miss(check, LP_SOURCE_MODULES, import->name);
		return;
	}
	if (!found || (found->gpl_only && !lp_anatomy_is_gpl(&check->anatomy))) {
		refuse_import(
			check, found ? "import-gpl" : "import-missing", import->name, "ENOENT",
			found ? lp_text_format("imports %s, which is for modules under the GPL only", import->name) :
				lp_text_format("imports %s, which neither the kernel nor a module that is known "
					       "exports",
					       import->name),
			found ? "declare MODULE_LICENSE(\"GPL\") if that is its license" :
				"reach it by a .klp.rela relocation, or build the module for this kernel");
		return;
	}
	check_crc(check, import, found);
	check_namespace(check, found);
	if (found->module)
		lp_check_add(check,
			     (struct lp_finding){ .id = "import-module",
						  .severity = LP_SEVERITY_WARNING,
						  .subject = import->name,
						  .message = lp_text_format(
							  "imports %s of the module %s, which must be loaded before it",
							  import->name, found->module),
						  .hint = "reach symbols of modules by .klp.rela relocations" });
}

/* check_modstruct_version(): the layout of struct module itself. */
static void check_layout(struct lp_check *check, const struct depends *d, const struct lp_import *import)
{
	const struct lp_kernel_export *found = find_export(check, d, LAYOUT);

	if (!found || !found->has_crc || !import->has_crc || found->crc == import->crc)
		return;
	lp_check_refuse(
		check, LP_STAGE_LAYOUT,
		(struct lp_finding){
			.id = "module-layout",
			.subject = LAYOUT,
			.sys_errno = "ENOEXEC",
			.message = lp_text_format("built with the CRC %08x of module_layout, but the kernel's is %08x",
						  import->crc, found->crc),
			.hint = "build it with the headers of this very kernel: struct module differs" });
}

void lp_check_imports(struct lp_check *check)
{
	LP_AUTO(cleanup_depends) struct depends d = { 0 };

	if (!check->kernel->known[LP_SOURCE_EXPORTS]) {
		lp_check_miss(check, LP_SOURCE_EXPORTS, "imported symbols and their CRCs");
		return;
	}
	read_depends(check, &d);
	for (size_t i = 0; i < check->anatomy.n_imports; i++) {
		const struct lp_import *import = &check->anatomy.imports[i];

		if (strcmp(import->name, LAYOUT) == 0)
			check_layout(check, &d, import);
		else if (import->is_undefined)
			check_import(check, &d, import);
	}
}
