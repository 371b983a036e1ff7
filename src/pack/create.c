/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack_bundle_create(): options, the order of the steps, the report. */
#include "shared/text.h"
#include "base/export.h"
#include "base/options.h"
#include "base/output.h"
#include "base/value_add.h"
#include "format/fixes.h"
#include "format/format.h"
#include "format/manifest.h"
#include "format/metadata.h"
#include "format/release.h"
#include "format/zstd.h"
#include "bundle/describe.h"
#include "trust/signer.h"
#include "trust/verify.h"
#include "pack/bases.h"
#include "pack/draft.h"
#include "pack/gather.h"
#include "pack/release_facts.h"

/* The spec's fixes as the format's, borrowing their strings; *room is freed by the caller. */
static int borrow_fixes(const struct lppack_spec *spec, struct lp_fixes *out, struct lp_fix **room,
			struct lppack_error *err)
{
	*room = calloc(spec->n_fixes + 1, sizeof(**room));
	if (!*room)
		return lp_fail_nomem(err);
	for (size_t i = 0; i < spec->n_fixes; i++)
		(*room)[i] = spec->fixes[i].fix;
	*out = (struct lp_fixes){ .fixes = *room,
				  .n_fixes = spec->n_fixes,
				  .unfixable = spec->unfixable,
				  .n_unfixable = spec->n_unfixable,
				  .withdrawn = spec->withdrawn,
				  .n_withdrawn = spec->n_withdrawn };
	return 0;
}

static struct lppack_value *report_modules(const struct lp_pack *pack)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < pack->n; i++) {
		const struct lp_pack_item *item = &pack->items[i];
		const struct lp_module_facts *facts = &item->metadata.facts;
		struct lppack_value *map = lp_value_map();

		lp_value_add_text(&map, "release", facts->release);
		lp_value_add_build_id(&map, "build_id", &item->record.build_id);
		lp_value_add_text(&map, "module", facts->name);
		lp_value_add_int(&map, "objects", facts->n_objects);
		lp_value_add_int(&map, "functions", lp_module_facts_count_functions(facts));
		lp_value_add_text(&map, "builder", lp_builder_names[facts->builder]);
		lp_value_add_text(&map, "replace", lp_replace_names[facts->replace]);
		lp_value_push(&list, map);
	}
	return list;
}

static struct lppack_value *create_report(const struct lp_draft *draft, const char *output,
					  const struct lppack_signer *const *signers, size_t n)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *signatures = lp_value_list();
	uint64_t plain = 0;
	uint64_t packed = 0;

	for (size_t i = 0; i < n; i++) {
		struct lppack_value *one = lp_value_map();

		lp_value_add_text(&one, "id", signers[i]->id);
		lp_value_add_text(&one, "scheme", lppack_signer_scheme(signers[i]));
		lp_value_push(&signatures, one);
	}
	for (size_t i = 0; i < draft->pack.n; i++) {
		plain += draft->pack.items[i].record.plain_size;
		packed += draft->pack.items[i].record.packed_size;
	}
	lp_value_add_text(&map, "path", output);
	lp_describe_release(&map, &draft->manifest);
	lp_value_add_digest(&map, "digest", &draft->digest);
	lp_value_add_int(&map, "kernels", draft->pack.n);
	lp_value_add_int(&map, "size", draft->head.len + draft->manifest.payload_size);
	lp_value_add_int(&map, "modules_plain", plain);
	lp_value_add_int(&map, "modules_packed", packed);
	lp_value_add(&map, "signatures", signatures);
	if (draft->pack.signing.signer)
		lp_value_add(&map, "module_signature", lp_module_signing_describe(&draft->pack.signing));
	lp_value_add(&map, "modules", report_modules(&draft->pack));
	return map;
}

/* Whoever signs: given, or opened when the inputs were read. */
struct signers {
	const struct lppack_signer *const *at;
	size_t n;
};

static int check_signers(const struct signers *signers, struct lppack_error *err)
{
	if (signers->n > 0 && signers->n <= LP_SIGNATURES_MAX)
		return 0;
	return lp_fail(err, LPPACK_E_NO_KEYS, "make one with lppack keygen and name it with --key",
		       "a bundle is signed by 1 to %u keys", LP_SIGNATURES_MAX);
}

static int open_signers(struct signers *signers, const struct lppack_create_options *options, struct lppack_error *err)
{
	struct lppack_error own = LPPACK_ERROR_INIT;
	int rc = options->open_signers ?
			 options->open_signers(options->signers_context, &signers->at, &signers->n, &own) :
			 0;

	if (rc < 0 && own.code)
		return lp_error_move(err, &own);
	if (rc < 0)
		return lp_fail(err, (enum lppack_code) - rc, NULL, "the signers cannot be opened");
	return check_signers(signers, err);
}

/* Checks the arguments, and fills in what is not given. */
static int settle_options(const struct lppack_spec *spec, const struct signers *signers,
			  const struct lppack_create_options *given, struct lppack_create_options *options,
			  struct lppack_error *err)
{
	int64_t created;
	int rc = LP_OPTIONS_TAKE(lppack_create_options, flags, options, given, err);

	if (rc < 0)
		return rc;
	if (options->flags & ~(LPPACK_CREATE_OVERWRITE | LPPACK_CREATE_INDEPENDENT | LPPACK_CREATE_CHECK |
			       LPPACK_CREATE_ALLOW_UNRECOGNISED))
		return lp_fail(err, LPPACK_E_USAGE, LP_FLAGS_HINT, "flags of creating that are unknown: %#x",
			       options->flags);
	if (options->compression_level == 0)
		options->compression_level = LP_ZSTD_LEVEL_DEFAULT;
	created = spec->id.created ? spec->id.created : options->created;
	if (options->open_signers && signers->n)
		return lp_fail(err, LPPACK_E_USAGE, "give them, or what opens them", "there are signers already");
	rc = options->open_signers ? 0 : check_signers(signers, err);
	if (rc < 0)
		return rc;
	if (options->compression_level < 1 || options->compression_level > lp_zstd_level_max())
		return lp_fail(err, LPPACK_E_USAGE, NULL, "compression level %d is not 1 to %d",
			       options->compression_level, lp_zstd_level_max());
	if (created < 0 || created > LP_TIME_MAX)
		return lp_fail(err, LPPACK_E_USAGE, "check SOURCE_DATE_EPOCH", "the creation time is not 1970 to 2242");
	if (spec->expires && spec->expires <= created)
		return lp_fail(err, LPPACK_E_SPEC, "choose a later time", "%s: expires before it is created",
			       spec->name);
	return 0;
}

static int check_names(const struct lp_release_facts *older, const struct lp_release_facts *newer,
		       struct lppack_error *err)
{
	struct lp_release_walk walk = { .older = older, .newer = newer };

	while (lp_release_walk_next(&walk))
		if (lp_release_walk_is_name_taken(&walk))
			return lp_fail(err, LPPACK_E_MODULE_NAME, LP_SAME_NAME_HINT,
				       "%s: for kernel %s its module has the name of the one in %s, %s: it cannot be "
				       "loaded over that",
				       newer->name, walk.new->facts.release, older->name, walk.new->facts.name);
	return 0;
}

/* The release that is about to be written is made of the pack's kernels. */
static int check_supersedes(const struct lp_pack *pack, const struct lppack_spec *spec, const struct lp_fixes *fixes,
			    const struct lppack_verified *older, const char *output, struct lppack_error *err)
{
	LP_AUTO(lp_release_facts_free) struct lp_bundle_release_facts old = { 0 };
	LP_AUTO(lp_changes_free) struct lp_changes changes = { 0 };
	LP_AUTO_FREE const struct lp_metadata **kernels = calloc(pack->n, sizeof(*kernels));
	struct lp_release_facts new = { .name = output,
					.id = spec->id,
					.rollback_floor = spec->rollback_floor,
					.fixes = fixes,
					.kernels = kernels,
					.n_kernels = pack->n };
	int rc;

	if (!kernels)
		return lp_fail_nomem(err);
	for (size_t i = 0; i < pack->n; i++)
		kernels[i] = &pack->items[i].metadata;
	rc = lp_release_facts_read(older, &old, err);
	if (rc < 0)
		return rc;
	rc = lp_release_facts_compare(&old.facts, &new, &changes, err);
	if (rc < 0)
		return rc;
	rc = lp_changes_check(&changes, &old.facts, &new, err);
	return rc < 0 ? rc : check_names(&old.facts, &new, err);
}

static void add_warning(struct lppack_value **list, char *message, const char *hint)
{
	LP_AUTO_FREE char *owned = message;
	struct lppack_value *map = lp_value_map();

	lp_value_add(&map, "message", owned ? lp_value_string(owned) : NULL);
	lp_value_add_text(&map, "hint", hint);
	lp_value_push(list, map);
}

/* What machines that have OLD will say of the new one (src/machine/freshness.c). */
static int warn_of_order(const struct lppack_verified *older, const struct lp_manifest *newer,
			 struct lppack_value **warnings, struct lppack_error *err)
{
	const struct lp_release_id *old = &lp_verified_contents(older)->manifest.id;
	char new_text[LP_TIME_TEXT];
	char old_text[LP_TIME_TEXT];

	if (!*warnings)
		*warnings = lp_value_list();
	if (newer->id.created < old->created) {
		lp_time_format(newer->id.created, new_text);
		lp_time_format(old->created, old_text);
		add_warning(warnings,
			    lp_text_format("created on %s, before the bundle that it supersedes (%s): machines warn of "
					   "it, and refuse it once the windows of its keys have ended",
					   new_text, old_text),
			    "leave 'created' out, or set it to a later time");
	}
	if (newer->id.epoch > old->epoch + LP_EPOCH_STEP)
		add_warning(warnings,
			    lp_text_format("epoch %llu is more than %u above that of the bundle that it supersedes: "
					   "machines refuse it",
					   (unsigned long long)newer->id.epoch, LP_EPOCH_STEP),
			    "raise the epoch by one");
	return *warnings ? 0 : lp_fail_nomem(err);
}

static int make_draft(struct lp_draft *draft, const struct lppack_spec *spec, struct signers *signers,
		      const struct lppack_create_options *options, const struct lp_output *out,
		      struct lppack_error *err)
{
	const struct lp_pack_job job = { .threads = options->threads,
					 .compression_level = options->compression_level,
					 .output = out->path,
					 .progress = options->progress,
					 .context = options->context };
	LP_AUTO_FREE struct lp_fix *room = NULL;
	struct lp_fixes fixes = { 0 };
	int rc = borrow_fixes(spec, &fixes, &room, err);

	if (rc < 0)
		return rc;
	draft->pack.allow_unrecognised = options->flags & LPPACK_CREATE_ALLOW_UNRECOGNISED;
	rc = lp_module_signing_settle(&draft->pack.signing, options->module_signer, options->module_digest, err);
	if (rc < 0)
		return rc;
	rc = lp_pack_gather(spec, &draft->pack, err);
	if (rc < 0)
		return rc;
	if (options->flags & LPPACK_CREATE_CHECK)
		rc = lp_pack_check(spec, &draft->pack, &draft->checked, err);
	if (rc < 0)
		return rc;
	if (options->supersedes)
		rc = check_supersedes(&draft->pack, spec, &fixes, options->supersedes, out->path, err);
	if (rc == 0 && options->supersedes)
		rc = warn_of_order(options->supersedes, &draft->manifest, &draft->checked.warnings, err);
	if (rc < 0)
		return rc;
	rc = open_signers(signers, options, err);
	if (rc < 0)
		return rc;
	if (!(options->flags & LPPACK_CREATE_INDEPENDENT))
		lp_pack_choose_bases(&draft->pack);
	rc = lp_draft_open_spool(draft, out, err);
	if (rc < 0)
		return rc;
	rc = lp_pack_compress(&draft->pack, &job, err);
	if (rc < 0)
		return rc;
	rc = lp_draft_payload(draft, &fixes, err);
	return rc < 0 ? rc : lp_draft_head(draft, signers->at, signers->n, err);
}

LP_EXPORT int lppack_bundle_create(const struct lppack_spec *spec, const struct lppack_signer *const *given_signers,
				   size_t n_signers, const char *output, const struct lppack_create_options *given,
				   struct lppack_value **report, struct lppack_error *err)
{
	LP_AUTO(lp_draft_free) struct lp_draft draft = { .pack.spool = -1 };
	LP_AUTO_OUTPUT struct lp_output out = { .fd = -1, .dirfd = -1 };
	LP_AUTO_FREE char *serial = lp_text_format("%llu", (unsigned long long)spec->id.serial);
	struct signers signers = { given_signers, n_signers };
	struct lppack_create_options options;
	int rc = settle_options(spec, &signers, given, &options, err);

	if (report)
		*report = NULL;
	if (rc < 0)
		return rc;
	if (!serial)
		return lp_fail_nomem(err);
	draft.manifest = (struct lp_manifest){ .id.stream = spec->id.stream,
					       .id.epoch = spec->id.epoch,
					       .id.serial = spec->id.serial,
					       .id.version = spec->id.version ? spec->id.version : serial,
					       .id.created = spec->id.created ? spec->id.created : options.created,
					       .expires = spec->expires,
					       .rollback_floor = spec->rollback_floor,
					       .signature_area = LP_SIGNATURE_AREA_DEFAULT };
	rc = lp_output_open(&out, output, 0644, err);
	if (rc < 0)
		return rc;
	if (!(options.flags & LPPACK_CREATE_OVERWRITE) && access(output, F_OK) == 0)
		return lp_fail(err, LPPACK_E_EXISTS, "choose another name, or pass --force", "%s: exists already",
			       output);
	rc = make_draft(&draft, spec, &signers, &options, &out, err);
	if (rc < 0)
		return rc;
	rc = lp_draft_write(&draft, &out, err);
	if (rc < 0)
		return rc;
	rc = lp_output_commit(&out, !(options.flags & LPPACK_CREATE_OVERWRITE), err);
	if (rc < 0 || !report)
		return rc;
	*report = create_report(&draft, output, signers.at, signers.n);
	if (options.flags & LPPACK_CREATE_CHECK)
		lp_value_add_int(report, "checked", draft.checked.n);
	if (draft.checked.warnings)
		lp_value_add(report, "warnings", LP_TAKE(draft.checked.warnings));
	return *report ? 0 : lp_fail_nomem(err);
}
