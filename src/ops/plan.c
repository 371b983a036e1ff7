/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a verified bundle and the running kernel to a plan. */
#include "ops/plan.h"

#include "base/export.h"
#include "base/text.h"
#include "ops/describe.h"

#include <string.h>
#include <time.h>

LP_EXPORT void lppack_plan_free(struct lppack_plan *plan)
{
	if (!plan)
		return;
	lppack_entry_free(plan->entry);
	lp_stack_free(&plan->stack);
	free(plan);
}

static struct lppack_apply_options settle_options(const struct lppack_apply_options *given)
{
	struct lppack_apply_options options = { 0 };

	if (given)
		memcpy(&options, given, given->size < sizeof(options) ? given->size : sizeof(options));
	return options;
}

static int select_module(struct lppack_plan *plan, struct lppack_error *err)
{
	const char *build_id = lppack_host_build_id(plan->host, err);
	struct lppack_error cause = LPPACK_ERROR_INIT;

	if (!build_id)
		return -LPPACK_E_NO_KERNEL;
	plan->entry = lppack_verified_select(plan->verified, build_id, &cause);
	if (!plan->entry && cause.code == LPPACK_E_NO_KERNEL)
		return lp_fail(err, LPPACK_E_NO_KERNEL, cause.hint,
			       "%s: has nothing for the running kernel %s (build ID %s)",
			       plan->verified->contents.bundle->in.name, plan->host->kernel.release, build_id);
	if (!plan->entry)
		return lp_fail(err, (enum lppack_code)cause.code, cause.hint, "%s", cause.message);
	return lppack_entry_load_module(plan->entry, &plan->request.module, &plan->request.module_size, err);
}

/* The stack first: a machine that cannot livepatch is told so before anything is read of the bundle. */
static int make_plan(struct lppack_plan *plan, const struct lppack_apply_options *options, struct lppack_error *err)
{
	int rc = lp_stack_read(&plan->host->host, &plan->stack, err);

	if (rc == 0)
		rc = select_module(plan, err);
	if (rc < 0)
		return rc;
	plan->request.facts = &plan->entry->metadata.facts;
	plan->request.replace = options->replace;
	plan->request.timeout_ns = options->timeout_ns;
	plan->request.progress = options->progress;
	plan->request.cancelled = options->cancelled;
	plan->request.context = options->context;
	return lp_swap_preflight(&plan->host->host, &plan->request, &plan->stack, &plan->already, err);
}

LP_EXPORT struct lppack_plan *lppack_plan_new(struct lppack_host *host, struct lppack_verified *verified,
					      const struct lppack_apply_options *given, struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_plan_free) struct lppack_plan *plan = calloc(1, sizeof(*plan));
	struct lppack_apply_options options = settle_options(given);

	if (!plan) {
		lp_fail_nomem(err);
		return NULL;
	}
	plan->host = host;
	plan->verified = verified;
	return make_plan(plan, &options, err) < 0 ? NULL : LP_TAKE(plan);
}

LP_EXPORT int lppack_plan_is_noop(const struct lppack_plan *plan)
{
	return plan->already;
}

static struct lppack_value *describe_bundle(const struct lp_contents *c)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "file", c->bundle->in.name);
	lp_value_add_text(&map, "stream", c->manifest.stream);
	lp_value_add_int(&map, "epoch", c->manifest.epoch);
	lp_value_add_int(&map, "serial", c->manifest.serial);
	lp_value_add_text(&map, "version", c->manifest.version);
	lp_value_add_text(&map, "digest", c->digest_text);
	return map;
}

void lp_plan_describe_subject(const struct lppack_plan *plan, struct lppack_value **map)
{
	const struct lp_metadata *metadata = &plan->entry->metadata;
	struct lppack_value *kernel = lp_value_map();
	struct lppack_value *module = lp_value_map();

	lp_value_add_text(&kernel, "release", plan->host->kernel.release);
	lp_value_add_text(&kernel, "build_id", plan->host->build_id);
	lp_value_add_text(&module, "name", metadata->facts.name);
	lp_describe_build_id(&module, "build_id", &metadata->facts.build_id);
	lp_value_add_int(&module, "size", metadata->module_size);
	lp_value_add(map, "kernel", kernel);
	lp_value_add(map, "bundle", describe_bundle(&plan->verified->contents));
	lp_value_add(map, "module", module);
}

static struct lppack_value *describe_replaced(const struct lppack_plan *plan)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; !plan->already && i < plan->stack.n; i++) {
		struct lppack_value *patch = lp_value_map();

		lp_value_add_text(&patch, "name", plan->stack.patches[i].name);
		lp_describe_build_id(&patch, "build_id", &plan->stack.patches[i].build_id);
		lp_value_push(&list, patch);
	}
	return list;
}

static struct lppack_value *describe_warnings(const struct lppack_plan *plan)
{
	const struct lp_manifest *m = &plan->verified->contents.manifest;
	struct lppack_value *list = lp_value_list();
	char text[LP_TIME_TEXT];

	if (m->expires && m->expires < time(NULL)) {
		LP_AUTO_FREE char *warning = NULL;

		lp_time_format(m->expires, text);
		warning = lp_text_format("the bundle expired on %s", text);
		lp_value_push(&list, warning ? lp_value_string(warning) : NULL);
	}
	return list;
}

LP_EXPORT struct lppack_value *lppack_plan_describe(const struct lppack_plan *plan, struct lppack_error *err)
{
	struct lppack_value *map = lp_value_map();

	lp_plan_describe_subject(plan, &map);
	lp_value_add(&map, "objects", lp_objects_tree(&plan->entry->metadata.facts));
	lp_value_add(&map, "replaces", describe_replaced(plan));
	lp_value_add_bool(&map, "already", plan->already);
	lp_value_add(&map, "warnings", describe_warnings(plan));
	if (!map)
		lp_fail_nomem(err);
	return map;
}
