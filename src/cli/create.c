/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack create: a spec and modules become a bundle. */
#include "cli/cleanup.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/signers.h"
#include "cli/source.h"
#include "cli/units.h"
#include "cli/verbs.h"

#include <lppack/create.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct create_options {
	const char *output;
	struct text_list keys; /* --key, --sign-module, --cert and --chain, in order */
	const char *module_hash;
	const char *passphrase_file;
	const char *directory;
	struct number threads;
	struct number level;
	bool independent;
	const char *supersedes;
	struct text_list trusted; /* keys that OLD is verified by */
	bool check;
	bool allow_unrecognised;
	bool force;
	bool json;
	bool verbose;
	/* Without a spec: */
	const char *stream;
	struct number serial;
	const char *version;
	const char *expires;
	struct text_list pairs; /* --module and --kernel, in order */
};

/* What JSON readers still take exactly: 2^53 - 1 (format-spec, "manifest.yaml"). */
#define SERIAL_MAX UINT64_C(9007199254740991)

#define FIELD(name) .offset = offsetof(struct create_options, name)

static const struct option_spec options[] = {
	{ .name = "output",
	  .letter = 'o',
	  .kind = OPTION_TEXT,
	  .completion = COMPLETE_FILE,
	  .argument = "FILE",
	  FIELD(output),
	  .required = true,
	  .help = "write the bundle here" },
	{ .name = "key",
	  .kind = OPTION_LIST,
	  .completion = COMPLETE_FILE,
	  .argument = "FILE|URI",
	  FIELD(keys),
	  .required = true,
	  .help = "sign with this private key (repeatable)" },
	SIGNER_ROWS(struct create_options, keys),
	{ .name = "sign-module",
	  .kind = OPTION_LIST,
	  .completion = COMPLETE_FILE,
	  .argument = "FILE|URI",
	  FIELD(keys),
	  .help = "sign the modules too, for the kernel; the key's --cert follows" },
	{ .name = "module-hash",
	  .kind = OPTION_TEXT,
	  .completion = COMPLETE_WORD,
	  .argument = "NAME",
	  FIELD(module_hash),
	  .help = "digest of the modules' signatures: sha256 (default), sha384 or sha512" },
	{ .name = "directory",
	  .letter = 'C',
	  .kind = OPTION_TEXT,
	  .completion = COMPLETE_DIR,
	  .argument = "DIR",
	  FIELD(directory),
	  .help = "what the spec's paths are relative to; default: the spec's directory" },
	{ .name = "threads",
	  .letter = 'T',
	  .kind = OPTION_NUMBER,
	  .completion = COMPLETE_WORD,
	  .argument = "N",
	  FIELD(threads),
	  .min = 1,
	  .max = 1024,
	  .help = "compress with N threads; default: one a processor" },
	{ .name = "level",
	  .kind = OPTION_NUMBER,
	  .completion = COMPLETE_WORD,
	  .argument = "N",
	  FIELD(level),
	  .min = 1,
	  .max = 22,
	  .help = "zstd level; default: 19" },
	{ .name = "independent",
	  .kind = OPTION_FLAG,
	  FIELD(independent),
	  .help = "let every module stand alone: a larger bundle" },
	{ .name = "supersedes",
	  .kind = OPTION_TEXT,
	  .completion = COMPLETE_FILE,
	  .argument = "OLD",
	  FIELD(supersedes),
	  .help = "refuse to lose anything of the bundle OLD" },
	{ .name = "keys",
	  .letter = 'k',
	  .kind = OPTION_LIST,
	  .completion = COMPLETE_FILE,
	  .argument = "FILE|DIR",
	  FIELD(trusted),
	  .help = "verify OLD by these keys instead of the installed ones (repeatable)" },
	{ .name = "check",
	  .kind = OPTION_FLAG,
	  FIELD(check),
	  .help = "refuse modules that will not load into the kernels whose files are named" },
	{ .name = "allow-unrecognised",
	  .kind = OPTION_FLAG,
	  FIELD(allow_unrecognised),
	  .help = "take livepatches of which nothing is recognised" },
	{ .name = "force", .letter = 'f', .kind = OPTION_FLAG, FIELD(force), .help = "replace an existing output" },
	{ .name = "stream",
	  .kind = OPTION_TEXT,
	  .completion = COMPLETE_WORD,
	  .argument = "NAME",
	  FIELD(stream),
	  .help = "without a spec: the stream" },
	{ .name = "serial",
	  .kind = OPTION_NUMBER,
	  .completion = COMPLETE_WORD,
	  .argument = "N",
	  FIELD(serial),
	  .max = SERIAL_MAX,
	  .help = "without a spec: the serial" },
	{ .name = "bundle-version",
	  .kind = OPTION_TEXT,
	  .completion = COMPLETE_WORD,
	  .argument = "TEXT",
	  FIELD(version),
	  .help = "without a spec: the version for people; default: the serial" },
	{ .name = "expires",
	  .kind = OPTION_TEXT,
	  .completion = COMPLETE_WORD,
	  .argument = "TIME",
	  FIELD(expires),
	  .help = "without a spec: when it expires, 2027-01-31T00:00:00Z" },
	{ .name = "module",
	  .kind = OPTION_LIST,
	  .completion = COMPLETE_FILE,
	  .argument = "FILE",
	  FIELD(pairs),
	  .help = "without a spec: a module; its --kernel follows (repeatable)" },
	{ .name = "kernel",
	  .kind = OPTION_LIST,
	  .completion = COMPLETE_FILE,
	  .argument = "FILE|BUILD-ID",
	  FIELD(pairs),
	  .help = "without a spec: the kernel of the --module before" },
	JSON_ROW(struct create_options),
	VERBOSE_ROW(struct create_options),
	OPTION_HELP_ROW,
	{ 0 },
};

static int add_pairs(struct lppack_spec *spec, const struct text_list *pairs, struct lppack_error *err)
{
	for (size_t i = 0; i < pairs->n; i += 2) {
		LPPACK_OPTIONS(lppack_spec_kernel, pair, .module = pairs->items[i]);
		const char *kernel;
		int rc;

		if (strcmp(pairs->names[i], "module") != 0)
			return cli_fail(err, LPPACK_E_USAGE, "write --module MODULE --kernel KERNEL, pair by pair",
					"create: --kernel %s has no --module before it", pairs->items[i]);
		if (i + 1 == pairs->n || strcmp(pairs->names[i + 1], "kernel") != 0)
			return cli_fail(err, LPPACK_E_USAGE, "write --module MODULE --kernel KERNEL, pair by pair",
					"create: --module %s has no --kernel after it", pairs->items[i]);
		kernel = pairs->items[i + 1];
		if (access(kernel, F_OK) < 0 && text_is_build_id(kernel))
			pair.build_id = kernel;
		else
			pair.kernel = kernel;
		rc = lppack_spec_add_kernel(spec, &pair, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static struct lppack_spec *spec_from_options(const struct create_options *o, struct lppack_error *err)
{
	const char *missing = !o->stream ? "--stream" :
			      !o->serial.is_set ? "--serial" :
			      o->pairs.n == 0 ? "--module" : NULL;
	struct lppack_spec *spec AUTO(spec) = NULL;
	struct lppack_spec *made;
	int rc;

	if (missing) {
		cli_fail(err, LPPACK_E_USAGE, "give a SPEC, or --stream, --serial, --module and --kernel",
			 "create: neither a SPEC nor %s is given", missing);
		return NULL;
	}
	spec = lppack_spec_new(o->stream, o->serial.value, err);
	if (!spec)
		return NULL;
	if (o->version && lppack_spec_set_version(spec, o->version, err) < 0)
		return NULL;
	rc = o->expires ? lppack_spec_set_expires(spec, o->expires, err) : 0;
	if (rc < 0) {
		cli_wrap(err, rc, "create: --expires");
		return NULL;
	}
	if (add_pairs(spec, &o->pairs, err) < 0)
		return NULL;
	made = spec;
	spec = NULL;
	return made;
}

static struct lppack_spec *read_spec(const struct create_options *o, const struct text_list *arguments,
				     struct lppack_error *err)
{
	const char *stray = o->stream ? "stream" : o->serial.is_set ? "serial" : o->version ? "bundle-version" :
			    o->expires ? "expires" : o->pairs.n ? o->pairs.names[0] : NULL;

	if (arguments->n == 1 && !stray)
		return lppack_spec_read(arguments->items[0], o->directory, err);
	if (arguments->n == 1)
		cli_fail(err, LPPACK_E_USAGE, "write it into the spec, or leave the spec away",
			 "create: --%s does not go with a spec (%s)", stray, arguments->items[0]);
	else if (o->directory)
		cli_fail(err, LPPACK_E_USAGE, NULL, "create: --directory goes with a spec only");
	else
		return spec_from_options(o, err);
	return NULL;
}

/* https://reproducible-builds.org/specs/source-date-epoch/ */
static int read_created(int64_t *created, struct lppack_error *err)
{
	const char *text = getenv("SOURCE_DATE_EPOCH");
	uint64_t seconds = 0;

	*created = (int64_t)time(NULL);
	if (!text)
		return 0;
	if (number_parse(text, &seconds) < 0 || seconds > INT64_MAX)
		return cli_fail(err, LPPACK_E_USAGE, "set it to seconds since 1970, or unset it",
				"SOURCE_DATE_EPOCH: '%s' is not a number of seconds", text);
	*created = (int64_t)seconds;
	return 0;
}

static void create_show_progress(void *context, const struct lppack_progress *now)
{
	(void)context;
	progress_print("lppack: packing: %llu of %llu modules", (unsigned long long)now->done,
		       (unsigned long long)now->total);
}

static void print_modules(const struct lppack_value *modules)
{
	struct table table;

	table_begin(&table, 6, "RELEASE", "BUILD ID", "MODULE", "OBJECTS", "FUNCTIONS", "REPLACE");
	for (size_t i = 0; i < lppack_value_count(modules); i++) {
		const struct lppack_value *module = lppack_value_at(modules, i, NULL);

		table_row(&table, value_text_at(module, "release"), value_text_at(module, "build_id"),
			  value_text_at(module, "module"), value_text_at(module, "objects"),
			  value_text_at(module, "functions"), value_text_at(module, "replace"));
	}
	if (lppack_value_count(modules))
		printf("\n");
	table_end(&table);
}

static void warn(const struct lppack_value *warnings, const char *path)
{
	for (size_t i = 0; i < lppack_value_count(warnings); i++) {
		const struct lppack_value *warning = lppack_value_at(warnings, i, NULL);
		const char *module = value_text_at(warning, "module");

		if (module)
			warning_print(value_text_at(warning, "hint"), "%s for %s: %s", module,
				      value_text_at(warning, "release"), value_text_at(warning, "message"));
		else
			warning_print(value_text_at(warning, "hint"), "%s: %s", path,
				      value_text_at(warning, "message"));
	}
}

static void create_print_report(const struct lppack_value *report, const struct create_options *o)
{
	const struct lppack_value *signed_by = lppack_value_get(report, "module_signature");
	const char *path = value_text_at(report, "path");
	char plain[UNITS_TEXT], packed[UNITS_TEXT], size[UNITS_TEXT];

	headline_print(path ? path : o->output, "created");
	describe_print_identity(report);
	subfield_print("kernels", value_text_at(report, "kernels"));
	subfield_printf("size", "%s (modules: %s, packed into %s)",
			size_format(lppack_value_int(lppack_value_get(report, "size"), 0), size),
			size_format(lppack_value_int(lppack_value_get(report, "modules_plain"), 0), plain),
			size_format(lppack_value_int(lppack_value_get(report, "modules_packed"), 0), packed));
	if (signed_by)
		subfield_printf("modules", "signed by %s, serial %s (%s)", value_text_at(signed_by, "subject"),
				value_text_at(signed_by, "serial"), value_text_at(signed_by, "digest"));
	subfield_print("supersedes", o->supersedes);
	if (o->check)
		subfield_printf("checked", "%s of %s modules against their kernels' files",
				value_text_at(report, "checked"), value_text_at(report, "kernels"));
	print_modules(lppack_value_get(report, "modules"));
}

static int open_older(struct source *older, const struct create_options *o, struct lppack_error *err)
{
	if (o->supersedes)
		return source_open(older, o->supersedes, &o->trusted, NULL, err);
	if (o->trusted.n)
		return cli_fail(err, LPPACK_E_USAGE, "--key signs, --keys are the keys that OLD is verified by",
				"create: --keys goes with --supersedes only");
	return 0;
}

/* What the keys are opened with, and where they go. */
struct opening {
	const struct create_options *o;
	struct signers signers;
};

static void opening_end(struct opening *opening)
{
	signers_close(&opening->signers);
}

static bool has_option(const struct text_list *list, const char *name)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->names[i], name) == 0)
			return true;
	return false;
}

/* Once the inputs were read by copies of this process, which had no key. */
static int create_open_signers(void *context, const struct lppack_signer *const **signers, size_t *n,
			       struct lppack_error *err)
{
	struct opening *opening = context;
	int rc = 0;

	progress_clear();
	if (!opening->signers.n)
		rc = signers_open(&opening->signers, &opening->o->keys, opening->o->passphrase_file, err);
	*signers = (const struct lppack_signer *const *)opening->signers.at;
	*n = opening->signers.n;
	return rc;
}

static int create_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct create_options *o = values;
	LPPACK_OPTIONS(lppack_create_options, how, .threads = (unsigned int)o->threads.value,
		       .compression_level = (int)o->level.value,
		       .flags = (o->force ? LPPACK_CREATE_OVERWRITE : 0) |
				(o->independent ? LPPACK_CREATE_INDEPENDENT : 0) |
				(o->check ? LPPACK_CREATE_CHECK : 0) |
				(o->allow_unrecognised ? LPPACK_CREATE_ALLOW_UNRECOGNISED : 0),
		       .progress = create_show_progress);
	struct opening opening __attribute__((cleanup(opening_end))) = { .o = o };
	struct source older AUTO_SOURCE = { 0 };
	struct lppack_spec *spec AUTO(spec) = NULL;
	struct lppack_value *report AUTO(value) = NULL;
	struct lp_json json = LP_JSON_TO(stdout);
	int rc = read_created(&how.created, err);

	if (o->verbose)
		confinement_print();
	if (rc < 0)
		return rc;
	spec = read_spec(o, arguments, err);
	if (!spec)
		return -err->code;
	rc = open_older(&older, o, err);
	if (rc < 0)
		return rc;
	if (!has_option(&o->keys, "key"))
		return cli_fail(err, LPPACK_E_USAGE, "--sign-module signs modules, --key the bundle",
				"create: --key FILE|URI is missing");
	/* Modules are signed while they are read. */
	if (has_option(&o->keys, "sign-module"))
		rc = signers_open(&opening.signers, &o->keys, o->passphrase_file, err);
	if (rc < 0)
		return rc;
	how.supersedes = older.verified;
	how.module_signer = opening.signers.module;
	how.module_digest = o->module_hash;
	how.open_signers = create_open_signers;
	how.signers_context = &opening;
	rc = lppack_bundle_create(spec, NULL, 0, o->output, &how, &report, err);
	progress_clear();
	if (rc == -LPPACK_E_EXISTS)
		cli_hint(err, rc, "choose another name, or replace it with --force");
	if (rc < 0)
		return rc;
	warn(lppack_value_get(report, "warnings"), o->output);
	if (o->json)
		json_value(&json, NULL, report);
	else
		create_print_report(report, o);
	return LPPACK_OK;
}

const struct verb verb_create = {
	.name = "create",
	.arguments = "[SPEC]",
	.summary = "pack livepatch modules into a signed bundle",
	.details = "SPEC is a file as lppack-spec(5) tells. Without one, --stream, --serial and pairs of --module and\n"
		   "--kernel describe the bundle. SOURCE_DATE_EPOCH sets the time of creation.\n",
	.options = options,
	.values_size = sizeof(struct create_options),
	.max_arguments = 1,
	.completion = COMPLETE_FILE,
	.run = create_run,
};
