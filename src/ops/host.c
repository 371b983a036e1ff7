/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The running machine, and what lppack status says of it. */
#include "ops/host.h"

#include "base/export.h"
#include "inspect/inspect.h"
#include "ops/describe.h"

#include <string.h>

struct lppack_host *lp_host_new(const char *root, const struct lp_host_ops *ops, void *context,
				struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_host_close) struct lppack_host *host = calloc(1, sizeof(*host));

	if (!host) {
		lp_fail_nomem(err);
		return NULL;
	}
	host->host.rootfd = -1;
	if (lp_host_open(&host->host, root, ops, context, err) < 0 ||
	    lp_host_read_names(&host->host, &host->kernel, err) < 0)
		return NULL;
	return LP_TAKE(host);
}

LP_EXPORT struct lppack_host *lppack_host_open(const char *root, struct lppack_error *err)
{
	return lp_host_new(root, NULL, NULL, err);
}

LP_EXPORT void lppack_host_close(struct lppack_host *host)
{
	if (!host)
		return;
	lp_host_close(&host->host);
	lp_kernel_facts_free(&host->kernel);
	free(host);
}

int lp_host_identify(struct lppack_host *host, struct lppack_error *err)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts = { 0 };
	LP_AUTO_BUF struct lp_buf notes = { 0 };
	int rc;

	if (host->kernel.build_id.len)
		return 0;
	rc = lp_host_read_notes(&host->host, &notes, err);
	if (rc == 0)
		rc = lp_notes_parse(notes.data, notes.len, "/sys/kernel/notes", &facts, err);
	if (rc < 0)
		return rc;
	if (!facts.build_id.len)
		return lp_fail(err, LPPACK_E_NO_KERNEL, "livepatch a kernel that is linked with a build ID",
			       "/sys/kernel/notes: the running kernel has no build ID");
	host->kernel.build_id = facts.build_id;
	lp_build_id_format(&facts.build_id, host->build_id);
	return 0;
}

LP_EXPORT const char *lppack_host_build_id(struct lppack_host *host, struct lppack_error *err)
{
	return lp_host_identify(host, err) < 0 ? NULL : host->build_id;
}

static struct lppack_value *describe_live_object(const struct lp_live_object *live)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *functions = lp_value_list();

	for (size_t i = 0; i < live->object.n_funcs; i++) {
		struct lppack_value *function = lp_value_map();

		lp_value_add_text(&function, "name", live->object.funcs[i].name);
		lp_value_add_int(&function, "sympos", live->object.funcs[i].sympos);
		lp_value_push(&functions, function);
	}
	lp_value_add_text(&map, "name", live->object.name);
	if (live->patched >= 0) {
		lp_value_add_bool(&map, "patched", live->patched);
		lp_value_add_bool(&map, "pending", !live->patched);
	}
	lp_value_add(&map, "functions", functions);
	return map;
}

bool lp_host_is_boot_of(struct lppack_host *host, const struct lp_applied *applied)
{
	LP_AUTO_FREE char *boot_id = lp_host_boot_id(&host->host);

	return !boot_id || !applied->boot_id || !*applied->boot_id || strcmp(boot_id, applied->boot_id) == 0;
}

static struct lppack_value *describe_record(struct lppack_host *host, const struct lp_applied *applied)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "stream", applied->stream);
	lp_value_add_int(&map, "epoch", applied->epoch);
	lp_value_add_int(&map, "serial", applied->serial);
	lp_value_add_text(&map, "version", applied->version);
	lp_describe_digest(&map, "digest", &applied->digest);
	lp_describe_time(&map, "applied_at", applied->applied_at);
	if (!lp_host_is_boot_of(host, applied))
		lp_value_add_bool(&map, "stale", true);
	return map;
}

/* By the module's own build ID, which no other build can have; by name only where neither knows one. */
static bool is_of_record(const struct lp_live_patch *patch, const struct lp_applied *applied)
{
	if (patch->build_id.len || applied->module_build_id.len)
		return lp_build_id_equal(&patch->build_id, &applied->module_build_id);
	return applied->module && strcmp(patch->name, applied->module) == 0;
}

static void add_flag(struct lppack_value **map, const char *key, int flag)
{
	if (flag >= 0)
		lp_value_add_bool(map, key, flag);
}

static struct lppack_value *describe_patch(struct lppack_host *host, const struct lp_live_patch *patch,
					   const struct lp_applied *applied)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *objects = lp_value_list();

	for (size_t i = 0; i < patch->n_objects; i++)
		lp_value_push(&objects, describe_live_object(&patch->objects[i]));
	lp_value_add_text(&map, "name", patch->name);
	lp_describe_build_id(&map, "build_id", &patch->build_id);
	add_flag(&map, "enabled", patch->enabled);
	add_flag(&map, "transition", patch->transition);
	add_flag(&map, "replace", patch->replace);
	if (patch->refcnt >= 0)
		lp_value_add_int(&map, "module_refcount", (uint64_t)patch->refcnt);
	if (applied && is_of_record(patch, applied))
		lp_value_add(&map, "bundle", describe_record(host, applied));
	lp_value_add(&map, "objects", objects);
	return map;
}

static struct lppack_value *describe_running_kernel(const struct lppack_host *host)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "release", host->kernel.release);
	lp_value_add_text(&map, "version", host->kernel.version);
	lp_value_add_text(&map, "arch", host->kernel.arch);
	lp_describe_build_id(&map, "build_id", &host->kernel.build_id);
	return map;
}

static struct lppack_value *describe_stack(struct lppack_host *host, const struct lp_stack *stack,
					   const struct lp_applied *applied, const char *record_error)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *patches = lp_value_list();
	bool transition = false;
	int modules = lp_host_count_livepatch_modules(&host->host);

	for (size_t i = 0; i < stack->n; i++) {
		lp_value_push(&patches, describe_patch(host, &stack->patches[i], applied));
		transition |= stack->patches[i].transition == 1;
	}
	lp_value_add(&map, "kernel", describe_running_kernel(host));
	lp_value_add_bool(&map, "livepatch", true);
	lp_value_add_bool(&map, "transition", transition);
	lp_value_add(&map, "patches", patches);
	if (modules >= 0)
		lp_value_add_int(&map, "livepatch_modules", (uint64_t)modules);
	if (record_error)
		lp_value_add_text(&map, "record_error", record_error);
	return map;
}

LP_EXPORT struct lppack_value *lppack_host_status(struct lppack_host *host, struct lppack_error *err)
{
	LP_AUTO(lp_stack_free) struct lp_stack stack = { 0 };
	LP_AUTO_APPLIED struct lp_applied applied = { 0 };
	struct lppack_error record_error = LPPACK_ERROR_INIT;
	struct lppack_value *map;
	int recorded;

	if (lp_stack_read(&host->host, &stack, err) < 0)
		return NULL;
	/* A kernel without a readable build ID still has a stack to show; so has a machine with a damaged record. */
	lp_host_identify(host, NULL);
	recorded = lp_applied_read(host->host.root, &applied, &record_error);
	map = describe_stack(host, &stack, recorded > 0 ? &applied : NULL, recorded < 0 ? record_error.message : NULL);
	if (!map)
		lp_fail_nomem(err);
	return map;
}
