/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a release of a stream has for each kernel, read from bundles or about to be written, and how two compare. */
#include "pack/release_facts.h"

#include "shared/array.h"
#include "shared/text.h"
#include "format/fixes.h"
#include "format/manifest.h"
#include "format/metadata.h"
#include "format/release.h"

#include <string.h>

/* What every comparison needs. rc: the first failure, after which nothing is added. */
struct comparison {
	const struct lp_release_facts *older;
	const struct lp_release_facts *newer;
	struct lp_changes *out;
	struct lppack_error *err;
	int rc;
};

void lp_changes_free(struct lp_changes *changes)
{
	for (size_t i = 0; i < changes->n; i++)
		free(changes->items[i].id);
	free(changes->items);
	*changes = (struct lp_changes){ 0 };
}

void lp_release_facts_free(struct lp_bundle_release_facts *bundle)
{
	for (size_t i = 0; i < bundle->facts.n_kernels; i++)
		lp_metadata_free(&bundle->metadata[i]);
	free(bundle->metadata);
	free(bundle->facts.kernels);
	lp_fixes_free(&bundle->fixes);
	*bundle = (struct lp_bundle_release_facts){ 0 };
}

/* Equal bytes of another length are another build ID. */
static int compare_build_ids(const struct lp_metadata *a, const struct lp_metadata *b)
{
	int order = memcmp(a->build_id.bytes, b->build_id.bytes, LP_BUILD_ID_MAX);

	return order ? order : a->build_id.len - b->build_id.len;
}

static int read_page(struct lp_contents *c, uint64_t page, struct lp_bundle_release_facts *out,
		     struct lppack_error *err)
{
	struct lp_record records[LP_INDEX_PER_PAGE];
	int n = lp_contents_page(c, page, records, err);

	for (int i = 0; i < n; i++) {
		struct lp_metadata *metadata = &out->metadata[out->facts.n_kernels];
		int rc = lp_contents_metadata(c, &records[i], metadata, err);

		if (rc < 0)
			return rc;
		/* Only a look at the module proves their order (format-spec K4). */
		lp_module_facts_sort(&metadata->facts);
		out->facts.kernels[out->facts.n_kernels++] = metadata;
		/* Pages are proved to ascend within and by their first build IDs only. */
		if (out->facts.n_kernels > 1 && compare_build_ids(metadata - 1, metadata) >= 0)
			return lp_fail(err, LPPACK_E_STRUCTURE, "the bundle was not made by a conforming writer",
				       "%s: index: build IDs do not ascend", out->facts.name);
	}
	return n < 0 ? n : 0;
}

bool lp_release_walk_is_name_taken(const struct lp_release_walk *walk)
{
	return walk->old && walk->new &&lp_text_equal(walk->old->facts.name, walk->new->facts.name) &&
	       !lp_digest_equal(&walk->old->module_sha256, &walk->new->module_sha256);
}

int lp_release_facts_read(const struct lppack_verified *bundle, struct lp_bundle_release_facts *out,
			  struct lppack_error *err)
{
	struct lp_contents *c = lp_verified_contents(bundle);
	const struct lp_manifest *m = &c->manifest;
	int rc;

	*out = (struct lp_bundle_release_facts){ .metadata = calloc(m->kernels, sizeof(*out->metadata)) };
	out->facts = (struct lp_release_facts){ .name = c->bundle->in.name,
						.size = c->bundle->in.size,
						.id = m->id,
						.rollback_floor = m->rollback_floor,
						.fixes = &out->fixes,
						.kernels = calloc(m->kernels, sizeof(*out->facts.kernels)) };
	if (!out->metadata || !out->facts.kernels)
		return lp_fail_nomem(err);
	rc = lp_contents_fixes(c, &out->fixes, err);
	for (uint64_t page = 0; rc == 0 && page < lp_index_page_count(m->kernels); page++)
		rc = read_page(c, page, out, err);
	return rc;
}

bool lp_release_walk_next(struct lp_release_walk *walk)
{
	const struct lp_metadata *old = walk->i < walk->older->n_kernels ? walk->older->kernels[walk->i] : NULL;
	const struct lp_metadata *new = walk->j < walk->newer->n_kernels ? walk->newer->kernels[walk->j] : NULL;
	int order = !old ? 1 : !new ? -1 : compare_build_ids(old, new);

	walk->old = order <= 0 ? old : NULL;
	walk->new = order >= 0 ? new : NULL;
	walk->i += walk->old != NULL;
	walk->j += walk->new != NULL;
	return old || new;
}

static int compare_withdrawn(const void *a, const void *b)
{
	const struct lp_withdrawn *left = a;
	const struct lp_withdrawn *right = b;
	int order = strcmp(left->kind, right->kind);

	return order ? order : strcmp(left->id, right->id);
}

/* The reason that the newer release gives for having withdrawn something, or NULL. */
static const char *withdrawn_reason(const struct comparison *c, const char *kind, char *id)
{
	const struct lp_fixes *fixes = c->newer->fixes;
	const struct lp_withdrawn key = { .kind = (char *)kind, .id = id };
	const struct lp_withdrawn *found = NULL;

	if (id && fixes && fixes->n_withdrawn)
		found = bsearch(&key, fixes->withdrawn, fixes->n_withdrawn, sizeof(key), compare_withdrawn);
	return found ? found->reason : NULL;
}

/* Takes id over. reason: why it was withdrawn, or NULL. */
static void add_change_because(struct comparison *c, const char *kind, char *id, const char *kernel,
			       enum lp_change_type type, const char *reason)
{
	bool loses = type == LP_CHANGE_LOST || type == LP_CHANGE_LOWERED || type == LP_CHANGE_OTHER;
	struct lp_change *change = NULL;

	if (c->rc == 0 && id)
		change = lp_array_add(&c->out->items, &c->out->n, sizeof(*change));
	if (!change) {
		free(id);
		if (c->rc == 0)
			c->rc = lp_fail_nomem(c->err);
		return;
	}
	*change = (struct lp_change){ .kind = kind, .id = id, .kernel = kernel, .type = type };
	if (loses)
		change->withdrawn = reason;
	change->violation = loses && !reason;
}

static void add_change(struct comparison *c, const char *kind, char *id, const char *kernel, enum lp_change_type type)
{
	add_change_because(c, kind, id, kernel, type, withdrawn_reason(c, kind, id));
}

static void add_numbers(struct comparison *c, const char *kind, uint64_t old, uint64_t new)
{
	add_change(c, kind, lp_text_format("%llu -> %llu", (unsigned long long)old, (unsigned long long)new), NULL,
		   new > old ? LP_CHANGE_RAISED :
		   new < old ? LP_CHANGE_LOWERED :
			       LP_CHANGE_OTHER);
}

static void compare_numbers(struct comparison *c)
{
	const struct lp_release_facts *old = c->older;
	const struct lp_release_facts *new = c->newer;

	if (strcmp(old->id.stream, new->id.stream) != 0)
		add_change(c, "stream", lp_text_format("%s -> %s", old->id.stream, new->id.stream), NULL,
			   LP_CHANGE_OTHER);
	/* Another epoch leaves the serials behind; within one they only rise. */
	if (old->id.epoch != new->id.epoch)
		add_numbers(c, "epoch", old->id.epoch, new->id.epoch);
	else
		add_numbers(c, "serial", old->id.serial, new->id.serial);
}

static void compare_fixes(struct comparison *c)
{
	const struct lp_fixes *old = c->older->fixes;
	const struct lp_fixes *new = c->newer->fixes;
	size_t i = 0;
	size_t j = 0;

	while (i < old->n_fixes || j < new->n_fixes) {
		int order = i == old->n_fixes ? 1 : j == new->n_fixes ? -1 : strcmp(old->fixes[i].id, new->fixes[j].id);

		if (order < 0)
			add_change(c, "fix", strdup(old->fixes[i].id), NULL, LP_CHANGE_LOST);
		else if (order > 0)
			add_change(c, "fix", strdup(new->fixes[j].id), NULL, LP_CHANGE_GAINED);
		i += order <= 0;
		j += order >= 0;
	}
}

static const struct lp_object *find_object(const struct lp_module_facts *facts, const char *name)
{
	for (size_t i = 0; i < facts->n_objects; i++)
		if (strcmp(facts->objects[i].name, name) == 0)
			return &facts->objects[i];
	return NULL;
}

/* kernel: sympos 0 and 1 both mean the first (include/linux/livepatch.h). */
static uint64_t position(const struct lp_func *func)
{
	return func->sympos ? func->sympos : 1;
}

static int compare_funcs(const void *a, const void *b)
{
	const struct lp_func *left = a;
	const struct lp_func *right = b;
	int order = strcmp(left->name, right->name);

	if (order)
		return order;
	return position(left) < position(right) ? -1 : position(left) > position(right);
}

static bool has_function(const struct lp_object *object, const struct lp_func *func)
{
	return object && object->n_funcs && bsearch(func, object->funcs, object->n_funcs, sizeof(*func), compare_funcs);
}

/* As sysfs shows it, but for the position of the first: "vmlinux:foo", "vmlinux:foo,2". */
static char *format_function(const struct lp_object *object, const struct lp_func *func)
{
	if (position(func) == 1)
		return lp_text_format("%s:%s", object->name, func->name);
	return lp_text_format("%s:%s,%llu", object->name, func->name, (unsigned long long)func->sympos);
}

/* `withdrawn` has no kind for objects: one is withdrawn when all its functions are, for the reason of its first. */
static const char *object_reason(struct comparison *c, const struct lp_object *object)
{
	const char *first = NULL;

	for (size_t i = 0; i < object->n_funcs; i++) {
		LP_AUTO_FREE char *id = format_function(object, &object->funcs[i]);
		const char *reason = withdrawn_reason(c, "function", id);

		if (!reason)
			return NULL;
		if (!first)
			first = reason;
	}
	return first;
}

/* What `a` has and `b` has not. */
static void compare_objects(struct comparison *c, const struct lp_module_facts *a, const struct lp_module_facts *b,
			    enum lp_change_type type)
{
	for (size_t i = 0; i < a->n_objects; i++) {
		const struct lp_object *object = &a->objects[i];
		const struct lp_object *other = find_object(b, object->name);

		if (!other)
			add_change_because(c, "object", strdup(object->name), a->release, type,
					   object_reason(c, object));
		for (size_t j = 0; j < object->n_funcs; j++)
			if (!has_function(other, &object->funcs[j]))
				add_change(c, "function", format_function(object, &object->funcs[j]), a->release, type);
	}
}

static void compare_states(struct comparison *c, const struct lp_module_facts *old, const struct lp_module_facts *new)
{
	for (size_t i = 0; i < old->n_states; i++) {
		const struct lp_klp_state *was = &old->states[i];
		const struct lp_klp_state *is = lp_module_facts_find_state(new, was->id);
		char *id = lp_text_format("%llu", (unsigned long long)was->id);

		if (!is)
			add_change(c, "state", id, old->release, LP_CHANGE_LOST);
		else if (is->version != was->version)
			add_change(c, "state", id, old->release,
				   is->version > was->version ? LP_CHANGE_RAISED : LP_CHANGE_LOWERED);
		else
			free(id);
	}
	for (size_t i = 0; i < new->n_states; i++)
		if (!lp_module_facts_find_state(old, new->states[i].id))
			add_change(c, "state", lp_text_format("%llu", (unsigned long long)new->states[i].id),
				   new->release, LP_CHANGE_GAINED);
}

/* A kernel's id is its build ID; withdrawn by build ID. */
static void add_kernel(struct comparison *c, const struct lp_metadata *metadata, enum lp_change_type type)
{
	char hex[LP_BUILD_ID_TEXT];

	add_change(c, "kernel", strdup(lp_build_id_format(&metadata->build_id, hex)), metadata->facts.release, type);
}

static void compare_kernels(struct comparison *c)
{
	struct lp_release_walk walk = { .older = c->older, .newer = c->newer };

	while (lp_release_walk_next(&walk))
		if (!walk.new) {
			add_kernel(c, walk.old, LP_CHANGE_LOST);
		} else if (!walk.old) {
			add_kernel(c, walk.new, LP_CHANGE_GAINED);
		} else {
			compare_objects(c, &walk.old->facts, &walk.new->facts, LP_CHANGE_LOST);
			compare_objects(c, &walk.new->facts, &walk.old->facts, LP_CHANGE_GAINED);
			compare_states(c, &walk.old->facts, &walk.new->facts);
		}
}

int lp_release_facts_compare(const struct lp_release_facts *older, const struct lp_release_facts *newer,
			     struct lp_changes *out, struct lppack_error *err)
{
	struct comparison c = { .older = older, .newer = newer, .out = out, .err = err };

	if (older->id.stream) {
		compare_numbers(&c);
		compare_fixes(&c);
	}
	compare_kernels(&c);
	return c.rc;
}

static const char *advice(const struct lp_change *change)
{
	if (change->type != LP_CHANGE_LOST)
		return strcmp(change->kind, "serial") == 0 ? "choose a higher serial" :
		       strcmp(change->kind, "state") == 0  ? "give the state a version that is not lower" :
							     "name an older bundle of the same stream";
	if (strcmp(change->kind, "object") == 0)
		return "put it back, or name its functions under 'withdrawn' in the spec, with the reason";
	return "put it back, or name it under 'withdrawn' in the spec, with the reason";
}

/* "kernel 6.1.0-9 (BUILD-ID) is lost", "function vmlinux:foo is lost for kernel 6.1.0-9", "serial 8 -> 7 is lower" */
static char *format_change(const struct lp_change *change)
{
	if (strcmp(change->kind, "kernel") == 0)
		return lp_text_format("kernel %s (%s) is lost", change->kernel, change->id);
	return lp_text_format("%s %s %s%s%s", change->kind, change->id,
			      change->type == LP_CHANGE_LOST    ? "is lost" :
			      change->type == LP_CHANGE_LOWERED ? "is lower" :
								  "does not follow",
			      change->kernel ? " for kernel " : "", change->kernel ? change->kernel : "");
}

int lp_changes_check(const struct lp_changes *changes, const struct lp_release_facts *older,
		     const struct lp_release_facts *newer, struct lppack_error *err)
{
	LP_AUTO_FREE char *what = NULL;
	const struct lp_change *first = NULL;
	char more[64] = "";
	size_t n = 0;

	for (size_t i = 0; i < changes->n; i++) {
		n += changes->items[i].violation;
		if (!first && changes->items[i].violation)
			first = &changes->items[i];
	}
	if (!first)
		return 0;
	what = format_change(first);
	if (!what)
		return lp_fail_nomem(err);
	if (n > 1)
		snprintf(more, sizeof(more), ", and %zu more", n - 1);
	return lp_fail(err, LPPACK_E_NOT_CUMULATIVE, advice(first), "%s: does not supersede %s: %s%s", newer->name,
		       older->name, what, more);
}

/* A state that the older module does not support, or NULL. */
static const struct lp_klp_state *find_new_state(const struct lp_module_facts *from, const struct lp_module_facts *to)
{
	for (size_t i = 0; i < from->n_states; i++) {
		const struct lp_klp_state *state = lp_module_facts_find_state(to, from->states[i].id);

		if (!state || state->version < from->states[i].version)
			return &from->states[i];
	}
	return NULL;
}

/* A floor is of its own epoch: whatever an earlier one has lies below. */
static bool is_below_floor(const struct lp_release_facts *older, const struct lp_release_facts *newer)
{
	if (!newer->rollback_floor || older->id.epoch > newer->id.epoch)
		return false;
	return older->id.epoch < newer->id.epoch || older->id.serial < newer->rollback_floor;
}

static bool has_other_callbacks(const struct lp_module_facts *from, const struct lp_module_facts *to)
{
	for (size_t i = 0; i < from->n_objects; i++) {
		const struct lp_object *other = find_object(to, from->objects[i].name);

		if (from->objects[i].callbacks & ~(other ? other->callbacks : 0u))
			return true;
	}
	return false;
}

int lp_rollback_obstacle(const struct lp_release_facts *older, const struct lp_release_facts *newer,
			 const struct lp_module_facts *from, const struct lp_module_facts *to, char **why,
			 struct lppack_error *err)
{
	const struct lp_klp_state *state = find_new_state(from, to);

	*why = NULL;
	if (state)
		*why = lp_text_format("state %llu version %u is not supported by the older module",
				      (unsigned long long)state->id, state->version);
	else if (is_below_floor(older, newer))
		*why = lp_text_format("the bundle's rollback floor is serial %llu",
				      (unsigned long long)newer->rollback_floor);
	else if (has_other_callbacks(from, to))
		*why = strdup("callbacks of the newer module do not run when it is replaced");
	else if (from->builder == LP_BUILDER_UNKNOWN && from->n_objects == 0)
		*why = strdup("what the newer module changes cannot be read");
	else
		return 0;
	return *why ? 0 : lp_fail_nomem(err);
}
