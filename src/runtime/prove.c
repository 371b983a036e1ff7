/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Comparing the live stack with what a module's facts say of it. */
#include "runtime/prove.h"

#include "runtime/patch.h"

#include <string.h>

/* Directories of replaced patches go some milliseconds after the transition has ended. */
#define PROOF_PATIENCE_NS (2 * LP_SECOND_NS)

static uint64_t shown_sympos(uint64_t sympos)
{
	return sympos ? sympos : 1;
}

static int compare_to_live(const void *key, const void *element)
{
	const struct lp_func *wanted = key;
	const struct lp_func *live = element;
	int order = strcmp(wanted->name, live->name);
	uint64_t sympos = shown_sympos(wanted->sympos);

	if (order)
		return order;
	return sympos < live->sympos ? -1 : sympos > live->sympos;
}

static bool has_func(const struct lp_object *live, const struct lp_func *func)
{
	return live->n_funcs && bsearch(func, live->funcs, live->n_funcs, sizeof(*func), compare_to_live);
}

static const struct lp_live_object *find_live_object(const struct lp_live_patch *patch, const char *name)
{
	for (size_t i = 0; i < patch->n_objects; i++)
		if (strcmp(patch->objects[i].object.name, name) == 0)
			return &patch->objects[i];
	return NULL;
}

/* A built-in module has a directory too, but no initstate: its code can never be pending. */
static bool is_object_loaded(struct lp_kernel_io *io, const char *object)
{
	char path[LP_PATH_ROOM];

	if (strcmp(object, "vmlinux") == 0)
		return true;
	snprintf(path, sizeof(path), LP_MODULE_DIR "/%s/initstate", object);
	return lp_kernel_io_has(io, path);
}

static bool prove_object(struct lp_attempt *attempt, const struct lp_object *object, const struct lp_live_object *live,
			 struct lp_buf *why)
{
	if (!live) {
		lp_buf_printf(why, "object %s is missing", object->name);
		return false;
	}
	for (size_t i = 0; i < object->n_funcs; i++)
		if (!has_func(&live->object, &object->funcs[i])) {
			lp_buf_printf(why, "function %s of %s is missing", object->funcs[i].name, object->name);
			return false;
		}
	if (live->object.n_funcs > object->n_funcs) {
		lp_buf_printf(why, "%zu functions of %s are patched, but the bundle names %zu", live->object.n_funcs,
			      object->name, object->n_funcs);
		return false;
	}
	if (live->patched == 0 && is_object_loaded(attempt->io, object->name)) {
		lp_buf_printf(why, "%s is loaded, but not patched", object->name);
		return false;
	}
	return true;
}

static bool prove_objects(struct lp_attempt *attempt, const struct lp_live_patch *own, struct lp_buf *why)
{
	const struct lp_module_facts *facts = attempt->job.facts;

	/* Nobody could read what it patches (format-spec/module-facts-1.md): there is nothing to compare with. */
	if (facts->builder == LP_BUILDER_UNKNOWN && facts->n_objects == 0)
		return true;
	for (size_t i = 0; i < facts->n_objects; i++) {
		const struct lp_object *object = &facts->objects[i];

		if (!prove_object(attempt, object, find_live_object(own, object->name), why))
			return false;
	}
	if (own->n_objects > facts->n_objects) {
		lp_buf_printf(why, "%zu objects are patched, but the bundle names %zu", own->n_objects,
			      facts->n_objects);
		return false;
	}
	return true;
}

/* A disabled patch that is still listed is on its way out; unload.c waits for its module. */
static enum lp_proof prove_others(struct lp_attempt *attempt, const struct lp_stack *now, struct lp_buf *why)
{
	for (size_t i = 0; i < now->n; i++) {
		const struct lp_live_patch *patch = &now->patches[i];

		if (patch->enabled == 0 || strcmp(patch->name, attempt->name) == 0)
			continue;
		if (lp_stack_find(&attempt->before, patch->name)) {
			lp_buf_printf(why, "%s is still in force", patch->name);
			return LP_PROOF_SURVIVED;
		}
		lp_buf_printf(why, "%s was loaded by somebody else meanwhile", patch->name);
		return LP_PROOF_FAILS;
	}
	return LP_PROOF_HOLDS;
}

static bool is_anything_listed(struct lp_attempt *attempt, const struct lp_stack *now)
{
	for (size_t i = 0; i < attempt->n_old; i++)
		if (lp_stack_find(now, attempt->old[i]))
			return true;
	return false;
}

static enum lp_proof prove_stack(struct lp_attempt *attempt, const struct lp_stack *now, struct lp_buf *why)
{
	const struct lp_live_patch *own = lp_stack_find(now, attempt->name);
	struct lp_patch_status status;
	enum lp_proof proof;

	lp_patch_status_read(attempt->io, attempt->name, &status);
	if (!own || !lp_patch_status_is_done(&status)) {
		lp_buf_printf(why, "it is no longer in force");
		return LP_PROOF_FAILS;
	}
	proof = prove_others(attempt, now, why);
	if (proof != LP_PROOF_HOLDS)
		return proof;
	if (own->replace == 0) {
		lp_buf_printf(why, "the kernel shows its replace as 0");
		return LP_PROOF_NO_REPLACE;
	}
	return prove_objects(attempt, own, why) ? LP_PROOF_HOLDS : LP_PROOF_FAILS;
}

static bool note_pending(struct lp_attempt *attempt)
{
	const struct lp_module_facts *facts = attempt->job.facts;
	struct lp_attempt_result *result = attempt->result;

	for (size_t i = 0; i < facts->n_objects; i++)
		if (!is_object_loaded(attempt->io, facts->objects[i].name) &&
		    lp_names_add(&result->pending, &result->n_pending, facts->objects[i].name) < 0)
			return false;
	return true;
}

static enum lp_proof prove_once(struct lp_attempt *attempt, struct lp_buf *why, bool *settled)
{
	LP_AUTO_STACK struct lp_stack now = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	enum lp_proof proof;

	*settled = false;
	if (lp_stack_read(attempt->io, &now, &err) < 0) {
		lp_buf_text(why, err.message);
		return LP_PROOF_FAILS;
	}
	proof = prove_stack(attempt, &now, why);
	*settled = proof == LP_PROOF_HOLDS && !is_anything_listed(attempt, &now);
	return proof;
}

enum lp_proof lp_prove_replaced(struct lp_attempt *attempt, struct lp_buf *why)
{
	int64_t since_ns = lp_kernel_io_now(attempt->io);
	enum lp_proof proof;
	bool settled;

	for (;;) {
		int64_t elapsed = lp_kernel_io_now(attempt->io) - since_ns;

		lp_caller_progress(&attempt->terms->caller, "proof", elapsed);
		lp_buf_free(why);
		proof = prove_once(attempt, why, &settled);
		if (settled || elapsed >= PROOF_PATIENCE_NS)
			break;
		lp_kernel_io_poll_sleep(attempt->io, since_ns);
	}
	if (proof == LP_PROOF_HOLDS && !note_pending(attempt))
		return LP_PROOF_FAILS;
	return proof;
}
