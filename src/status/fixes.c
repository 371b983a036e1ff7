/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which fixes are in force, which are not, and whether a reboot would change that. */
#include "status/fixes.h"

#include "shared/text.h"
#include "format/release.h"
#include "runtime/unload.h"
#include "bundle/describe.h"
#include "machine/boot_count.h"
#include "status/status.h"

#include <string.h>
#include <time.h>

/* lppack remove leaves boots nothing to begin with, until something is installed, applied or gone back to. */
static bool is_removed(const struct lp_snapshot *snapshot)
{
	return !snapshot->ours && snapshot->store.n && !lp_snapshot_target(snapshot);
}

/* Two parts may stand on the same file. */
static bool is_reported(const struct lppack_value *problems, const char *message)
{
	for (size_t i = 0; i < lppack_value_count(problems); i++)
		if (lp_text_equal(lppack_value_text(lppack_value_get(lppack_value_at(problems, i, NULL), "message")),
				  message))
			return true;
	return false;
}

void lp_status_add_problem(struct lppack_value **problems, const struct lppack_error *err)
{
	struct lppack_value *map;

	if (is_reported(*problems, err->message))
		return;
	map = lp_value_map();
	lp_value_add_text(&map, "name", lppack_error_name(err->code));
	lp_value_add_text(&map, "message", err->message);
	if (err->hint[0])
		lp_value_add_text(&map, "hint", err->hint);
	lp_value_push(problems, map);
}

static const char *id_of(const struct lppack_value *item)
{
	const char *id = lppack_value_text(lppack_value_get(item, "id"));

	return id ? id : "?";
}

static bool has_text(const struct lppack_value *list, const char *text)
{
	for (size_t i = 0; i < lppack_value_count(list); i++)
		if (lp_text_equal(lppack_value_text(lppack_value_at(list, i, NULL)), text))
			return true;
	return false;
}

static bool has_id(const struct lppack_value *list, const char *id)
{
	for (size_t i = 0; i < lppack_value_count(list); i++)
		if (strcmp(id_of(lppack_value_at(list, i, NULL)), id) == 0)
			return true;
	return false;
}

static struct lppack_value *describe_fix(const struct lppack_value *fix)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "id", id_of(fix));
	lp_value_add_text(&map, "severity", lppack_value_text(lppack_value_get(fix, "severity")));
	return map;
}

/* A fix that names no function may be in any object. */
static bool is_touched(const struct lp_object *object, const struct lppack_value *functions)
{
	if (lppack_value_count(functions) == 0)
		return true;
	for (size_t i = 0; i < object->n_funcs; i++)
		if (has_text(functions, object->funcs[i].name))
			return true;
	return false;
}

/* The objects whose modules are not loaded and that the fix changes. */
static struct lppack_value *find_pending(const struct lp_live_patch *patch, const struct lppack_value *functions)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < patch->n_objects; i++)
		if (patch->objects[i].patched == 0 && is_touched(&patch->objects[i].object, functions))
			lp_value_push(&list, lp_value_string(patch->objects[i].object.name));
	return list;
}

struct sorted {
	struct lppack_value *in_force;
	struct lppack_value *pending;
	struct lppack_value *not_applicable;
};

static void sort_fix(const struct lp_live_patch *patch, const struct lppack_value *level,
		     const struct lppack_value *fix, struct sorted *out)
{
	struct lppack_value *map = describe_fix(fix);
	struct lppack_value *objects;

	if (has_text(lppack_value_get(level, "not_applicable"), id_of(fix))) {
		lp_value_push(&out->not_applicable, map);
		return;
	}
	objects = find_pending(patch, lppack_value_get(fix, "functions"));
	if (patch->enabled != 0 && patch->transition != 1 && objects && lppack_value_count(objects) == 0) {
		lppack_value_free(objects);
		lp_value_push(&out->in_force, map);
		return;
	}
	lp_value_add_text(&map, "why",
			  patch->enabled == 0    ? "disabled" :
			  patch->transition == 1 ? "transition" :
						   "not loaded");
	lp_value_add(&map, "objects", objects);
	lp_value_push(&out->pending, map);
}

/* What the level in force says of the running kernel: from the record, or where that is silent from the store. */
static struct lppack_value *read_level(const struct lp_snapshot *snapshot, struct lppack_value **problems)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct lppack_value *level = NULL;
	const struct lp_installed *kept;

	if (!snapshot->ours)
		return NULL;
	if (snapshot->state.applied.level)
		return lp_value_copy(snapshot->state.applied.level);
	kept = lp_store_find(&snapshot->store, &snapshot->state.applied.id.digest);
	if (kept && lp_snapshot_level(snapshot, kept, &level, &why) < 0)
		lp_status_add_problem(problems, &why);
	return level;
}

/* The newest kept level, and what it has for the running kernel. */
struct newest {
	const struct lp_installed *level; /* NULL: there is none */
	struct lppack_value *facts;       /* NULL: nothing for this kernel, or unreadable */
	bool is_covered;                  /* it has something for this kernel, as far as can be told */
	const struct lp_hold *hold;       /* that keeps it away */
};

static struct newest read_newest(const struct lp_snapshot *snapshot, struct lppack_value **problems)
{
	struct newest newest = { .level = lp_snapshot_newest(snapshot), .is_covered = true };
	struct lp_hold_subject subject;
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc;

	if (!newest.level)
		return newest;
	rc = lp_snapshot_level(snapshot, newest.level, &newest.facts, &why);
	if (rc < 0)
		lp_status_add_problem(problems, &why);
	newest.is_covered = rc != 0;
	subject = (struct lp_hold_subject){ .id = newest.level->id, .installed = true };
	newest.hold = lp_holds_find(&snapshot->holds, &subject, time(NULL));
	return newest;
}

static const char *state_of(const struct lp_snapshot *snapshot, const struct newest *newest)
{
	struct lppack_error why = LPPACK_ERROR_INIT;

	if (snapshot->ours && lp_digest_equal(&snapshot->state.applied.id.digest, &newest->level->id.digest))
		return "in force";
	if (!newest->is_covered)
		return "not for this kernel";
	if (is_removed(snapshot))
		return "removed";
	if (newest->hold)
		return "held";
	if (lp_boot_check(&snapshot->trials, lp_host_boot(snapshot->host), &newest->level->id, &why) ==
	    -LPPACK_E_BOOT_LOOP)
		return "skipped";
	return "available";
}

static struct lppack_value *describe_newest(const struct lp_snapshot *snapshot, const struct newest *newest)
{
	struct lppack_value *map = lp_value_map();

	lp_release_describe(&map, &newest->level->id);
	lp_value_add_text(&map, "version", newest->level->id.version);
	lp_value_add_text(&map, "state", state_of(snapshot, newest));
	return map;
}

/* What the newest level would bring, and what keeps it away. */
static void add_to_come(const struct newest *newest, const struct lppack_value *level, struct lppack_value **map)
{
	struct lppack_value *available = lp_value_list();
	struct lppack_value *held = lp_value_list();
	const struct lppack_value *fixes = lppack_value_get(newest->facts, "fixes");

	for (size_t i = 0; i < lppack_value_count(fixes); i++) {
		const struct lppack_value *fix = lppack_value_at(fixes, i, NULL);
		struct lppack_value *item;

		if (has_id(lppack_value_get(level, "fixes"), id_of(fix)) ||
		    has_text(lppack_value_get(newest->facts, "not_applicable"), id_of(fix)))
			continue;
		item = describe_fix(fix);
		lp_value_add_int(&item, "serial", newest->level->id.serial);
		lp_value_push(newest->hold ? &held : &available, item);
	}
	lp_value_add(map, "held", held);
	lp_value_add(map, "available", available);
}

static struct lppack_value *describe_reason(const char *reason, const char *text)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "reason", reason);
	lp_value_add_text(&map, "text", text);
	return map;
}

static bool is_forced(const struct lp_snapshot *snapshot)
{
	return snapshot->state.forced && lp_boot_ids_match(snapshot->state.boot_id, lp_host_boot(snapshot->host));
}

/* What every later apply is refused for. */
static void push_forced(const struct lp_snapshot *snapshot, struct lppack_value **why)
{
	struct lp_kernel_io *host = &snapshot->host->io;
	LP_AUTO_FREE char *text = NULL;
	char module[256];

	if (is_forced(snapshot) || lp_kmsg_shows_force(host))
		text = strdup("a transition was forced in this boot");
	else if (lp_unload_find_pinned(host, module, sizeof(module)))
		text = lp_text_format(LP_PINNED_TEXT, module);
	else
		return;
	lp_value_push(why, text ? describe_reason("forced", text) : NULL);
}

/* What a livepatch cannot do, and so only a boot into a mended kernel can. */
static struct lppack_value *describe_reboot(const struct lp_snapshot *snapshot, const struct lppack_value *unfixable,
					    bool is_covered)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *why = lp_value_list();

	for (size_t i = 0; i < lppack_value_count(unfixable); i++) {
		const struct lppack_value *item = lppack_value_at(unfixable, i, NULL);
		const char *reason = lppack_value_text(lppack_value_get(item, "reason"));
		LP_AUTO_FREE char *text = lp_text_format("%s cannot be fixed by a livepatch: %s", id_of(item),
							 reason ? reason : "no reason is given");

		lp_value_push(&why, text ? describe_reason("unfixable", text) : NULL);
	}
	if (!is_covered)
		lp_value_push(&why, describe_reason("not_covered",
						    "the newest installed level has nothing for the running kernel"));
	push_forced(snapshot, &why);
	lp_value_add_bool(&map, "needed", why && lppack_value_count(why) > 0);
	lp_value_add(&map, "why", why);
	return map;
}

void lp_status_add_fixes(const struct lp_snapshot *snapshot, struct lppack_value **problems, struct lppack_value **map)
{
	LP_AUTO_VALUE struct lppack_value *level = read_level(snapshot, problems);
	struct newest newest = read_newest(snapshot, problems);
	const struct lppack_value *fixes = lppack_value_get(level, "fixes");
	const struct lppack_value *unfixable = lppack_value_get(newest.facts ? newest.facts : level, "unfixable");
	struct sorted sorted = { lp_value_list(), lp_value_list(), lp_value_list() };
	struct lppack_value *answer = lp_value_map();

	for (size_t i = 0; i < lppack_value_count(fixes); i++)
		sort_fix(snapshot->ours, level, lppack_value_at(fixes, i, NULL), &sorted);
	lp_value_add_bool(&answer, "known", level || snapshot->stack.n == 0);
	lp_value_add(&answer, "in_force", sorted.in_force);
	lp_value_add(&answer, "pending", sorted.pending);
	lp_value_add(&answer, "not_applicable", sorted.not_applicable);
	lp_value_add(&answer, "unfixable", unfixable ? lp_value_copy(unfixable) : lp_value_list());
	add_to_come(&newest, level, &answer);
	lp_value_add(map, "fixes", answer);
	if (newest.level)
		lp_value_add(map, "latest", describe_newest(snapshot, &newest));
	lp_value_add(map, "reboot", describe_reboot(snapshot, unfixable, newest.is_covered));
	lppack_value_free(newest.facts);
}
