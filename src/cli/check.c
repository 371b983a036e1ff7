/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack check: whether a module, or a bundle's, fits a kernel's files. */
#include "cli/cleanup.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/source.h"
#include "cli/verbs.h"

#include <lppack/check.h>

#include <string.h>

struct check_options {
	const char *kernel_dir;
	const char *release;
	const char *vmlinuz;
	const char *system_map;
	const char *symvers;
	const char *config;
	const char *modules;
	const char *btf;
	bool sig_enforce;
	bool strict;
	struct text_list keys;
	const char *root;
	bool json;
	bool verbose;
};

#define FIELD(name) .offset = offsetof(struct check_options, name)

static const struct option_spec options[] = {
	{ .name = "kernel-dir",
	  .kind = OPTION_TEXT,
	  .completion = COMPLETE_DIR,
	  .argument = "DIR",
	  FIELD(kernel_dir),
	  .help = "find the kernel's files here: a root, /boot, lib/modules/RELEASE, a build tree" },
	{ .name = "release",
	  .kind = OPTION_TEXT,
	  .completion = COMPLETE_WORD,
	  .argument = "RELEASE",
	  FIELD(release),
	  .help = "which kernel, if the directory holds several" },
	{ .name = "vmlinuz",
	  .kind = OPTION_TEXT,
	  .completion = COMPLETE_FILE,
	  .argument = "FILE",
	  FIELD(vmlinuz),
	  .help = "the kernel: a vmlinuz or vmlinux" },
	{ .name = "system-map",
	  .kind = OPTION_TEXT,
	  .completion = COMPLETE_FILE,
	  .argument = "FILE",
	  FIELD(system_map),
	  .help = "its System.map" },
	{ .name = "symvers",
	  .kind = OPTION_TEXT,
	  .completion = COMPLETE_FILE,
	  .argument = "FILE",
	  FIELD(symvers),
	  .help = "its Module.symvers" },
	{ .name = "config",
	  .kind = OPTION_TEXT,
	  .completion = COMPLETE_FILE,
	  .argument = "FILE",
	  FIELD(config),
	  .help = "its configuration" },
	{ .name = "modules",
	  .kind = OPTION_TEXT,
	  .completion = COMPLETE_DIR,
	  .argument = "DIR",
	  FIELD(modules),
	  .help = "its modules: lib/modules/RELEASE" },
	{ .name = "btf",
	  .kind = OPTION_TEXT,
	  .completion = COMPLETE_FILE,
	  .argument = "FILE",
	  FIELD(btf),
	  .help = "its BTF, raw or in an ELF file" },
	{ .name = "sig-enforce",
	  .kind = OPTION_FLAG,
	  FIELD(sig_enforce),
	  .help = "it is booted with module.sig_enforce=1 or in lockdown" },
	{ .name = "strict", .kind = OPTION_FLAG, FIELD(strict), .help = "fail with warnings and unknowns too" },
	KEYS_ROW(struct check_options),
	ROOT_ROW(struct check_options),
	JSON_ROW(struct check_options),
	VERBOSE_ROW(struct check_options),
	OPTION_HELP_ROW,
	{ 0 },
};

static struct lppack_kernel *open_kernel(const struct check_options *o, struct lppack_error *err)
{
	LPPACK_OPTIONS(lppack_kernel_files, files, .directory = o->kernel_dir, .release = o->release,
		       .vmlinuz = o->vmlinuz, .system_map = o->system_map, .symvers = o->symvers, .config = o->config,
		       .modules = o->modules, .btf = o->btf, .flags = o->sig_enforce ? LPPACK_KERNEL_SIG_ENFORCE : 0);
	struct lppack_kernel *kernel = lppack_kernel_open(&files, err);

	if (!kernel && err->code == LPPACK_E_USAGE) {
		cli_wrap(err, 0, "check");
		if (!o->kernel_dir)
			cli_hint(err, 0, "give --kernel-dir, or files of the kernel: --vmlinuz, --symvers, ...");
	}
	return kernel;
}

static struct lppack_value *check_bundle(const struct check_options *o, struct lppack_kernel *kernel,
					 const char *path, struct lppack_error *err)
{
	struct source source AUTO_SOURCE = { 0 };
	struct lppack_entry *entry AUTO(entry) = NULL;
	const char *build_id = lppack_kernel_build_id(kernel);

	if (!build_id) {
		cli_fail(err, LPPACK_E_USAGE, "name the kernel's vmlinuz (--vmlinuz)",
			 "check: no file tells the kernel's build ID, by which %s is searched", path);
		return NULL;
	}
	if (source_open(&source, path, &o->keys, o->root, err) < 0)
		return NULL;
	source_warn_expired(&source, path);
	entry = lppack_verified_select(source.verified, build_id, err);
	return entry ? lppack_kernel_check_entry(kernel, entry, err) : NULL;
}

static void check_print_verdict(const struct lppack_value *report)
{
	const struct lppack_value *verdict = lppack_value_get(report, "verdict");
	const char *loads = value_text_at(verdict, "loads");
	const char *sys_errno = value_text_at(verdict, "errno");

	if (sys_errno)
		subfield_printf("loads", "no: the kernel refuses it with %s", sys_errno);
	else if (loads && strcmp(loads, "yes") == 0 && !lppack_value_bool(lppack_value_get(verdict, "accepted")))
		subfield_print("loads", "yes, the kernel would take it, but lppack refuses it");
	else if (loads && strcmp(loads, "unknown") == 0)
		subfield_print("loads", "unknown: see the findings for what is missing");
	else
		subfield_print("loads", loads);
}

static void check_print_report(const struct lppack_value *report, const char *path)
{
	const struct lppack_value *kernel = lppack_value_get(report, "kernel");
	const struct lppack_value *files = lppack_value_get(kernel, "files");
	const struct lppack_value *module = lppack_value_get(report, "module");
	const struct lppack_value *checked = lppack_value_get(report, "checked");
	const char *release = value_text_at(kernel, "release");
	const char *name = value_text_at(module, "name");

	headline_print(path, "checked, nothing loaded");
	subfield_print("module", name ? name : "?");
	subfield_print("kernel", release ? release : "of unknown release");
	subfield_print("", value_text_at(kernel, "build_id"));
	for (size_t i = 0; i < lppack_value_count(files); i++) {
		const char *kind = NULL;
		const char *file = lppack_value_text(lppack_value_at(files, i, &kind));

		subfield_print(i == 0 ? "files" : "", file);
	}
	subfield_printf("looked up", "imports: %s, functions: %s, livepatch symbols: %s",
			value_text_at(checked, "imports"), value_text_at(checked, "functions"),
			value_text_at(checked, "symbols"));
	check_print_verdict(report);
	describe_print_findings(lppack_value_get(report, "findings"));
}

static int check_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct check_options *o = values;
	const char *path = arguments->items[0];
	struct lppack_kernel *kernel AUTO(kernel) = NULL;
	struct lppack_value *report AUTO(value) = NULL;
	struct lp_json json = LP_JSON_TO(stdout);
	bool is_bundle = false;

	if (o->verbose)
		confinement_print();
	if (source_detect_bundle(path, &is_bundle, err) < 0)
		return -err->code;
	kernel = open_kernel(o, err);
	if (!kernel)
		return -err->code;
	report = is_bundle ? check_bundle(o, kernel, path, err) : lppack_kernel_check_file(kernel, path, err);
	if (!report)
		return -err->code;
	if (o->json)
		json_value(&json, NULL, report);
	else
		check_print_report(report, path);
	if (lppack_check_report_judge(report, o->strict ? LPPACK_CHECK_STRICT : 0, err) == 0)
		return LPPACK_OK;
	/* The document stands already: no second one for the error. */
	error_print(err);
	return err->code;
}

const struct verb verb_check = {
	.name = "check",
	.arguments = "MODULE|BUNDLE",
	.summary = "tell whether a module will load into a kernel, by its files",
	.details = "Nothing is loaded, and the kernel need not run here. Of a bundle, verified first, the module for\n"
		   "that kernel is checked. What the files do not tell is named as not checked.\n",
	.options = options,
	.values_size = sizeof(struct check_options),
	.min_arguments = 1,
	.max_arguments = 1,
	.completion = COMPLETE_FILE,
	.run = check_run,
};
