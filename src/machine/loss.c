/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Comparing what a release has for a kernel with what is there, and remembering what was lost on purpose. */
#include "machine/loss.h"

#include "shared/array.h"
#include "shared/buf.h"
#include "shared/text.h"
#include "base/value_add.h"

#include <stdlib.h>
#include <string.h>

#define LOSSES_MAX 4096u
/* More do not fit into one line for people. */
#define LOSSES_TOLD 8u

const char *const lp_loss_kind_names[] = {
	[LP_LOSS_FIX] = "fix",
	[LP_LOSS_STATE] = "state",
	[LP_LOSS_KERNEL] = "kernel",
	NULL,
};

static void loss_free(struct lp_loss *loss)
{
	free(loss->id);
	free(loss->release);
}

void lp_losses_free(struct lp_losses *losses)
{
	for (size_t i = 0; i < losses->n; i++)
		loss_free(&losses->items[i]);
	free(losses->items);
	*losses = (struct lp_losses){ 0 };
}

static bool is_same(const struct lp_loss *a, const struct lp_loss *b)
{
	return a->kind == b->kind && strcmp(a->id, b->id) == 0 && lp_build_id_equal(&a->build_id, &b->build_id) &&
	       lp_digest_equal(&a->digest, &b->digest);
}

bool lp_losses_have(const struct lp_losses *losses, const struct lp_loss *loss)
{
	for (size_t i = 0; i < losses->n; i++)
		if (is_same(&losses->items[i], loss))
			return true;
	return false;
}

int lp_losses_add_all(struct lp_losses *to, const struct lp_losses *from, struct lppack_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < from->n; i++)
		rc = lp_losses_add(to, &from->items[i], err);
	return rc;
}

int lp_losses_add(struct lp_losses *to, const struct lp_loss *loss, struct lppack_error *err)
{
	struct lp_loss *item;
	bool ok = true;

	if (lp_losses_have(to, loss))
		return 0;
	item = lp_array_add(&to->items, &to->n, sizeof(*item));
	if (!item)
		return lp_fail_nomem(err);
	*item = *loss;
	item->id = lp_text_dup(loss->id, &ok);
	item->release = lp_text_dup(loss->release, &ok);
	return ok ? 0 : lp_fail_nomem(err);
}

static bool is_replaced(const char *function, const struct lp_module_facts *module)
{
	for (size_t i = 0; i < module->n_objects; i++)
		for (size_t j = 0; j < module->objects[i].n_funcs; j++)
			if (strcmp(module->objects[i].funcs[j].name, function) == 0)
				return true;
	return false;
}

bool lp_fix_is_proved(const struct lp_fix *fix, const struct lp_module_facts *module)
{
	for (size_t i = 0; i < fix->functions.n; i++)
		if (!is_replaced(fix->functions.items[i], module))
			return false;
	return fix->functions.n > 0;
}

static bool is_withdrawn(const struct lp_fixes *fixes, enum lp_loss_kind kind, const char *id)
{
	for (size_t i = 0; i < fixes->n_withdrawn; i++)
		if (strcmp(fixes->withdrawn[i].kind, lp_loss_kind_names[kind]) == 0 &&
		    strcmp(fixes->withdrawn[i].id, id) == 0)
			return true;
	return false;
}

/* Whether the fix, which holds now, does no longer. */
static bool is_fix_lost(const struct lp_fix *fix, const struct lp_module_facts *now, const struct lp_coverage_facts *next)
{
	const struct lp_fix *then = lp_claims_find(next->claims, fix->id);

	if (!then)
		return true;
	return !lp_claims_excludes(next->claims, fix->id) && lp_fix_is_proved(fix, now) &&
	       !lp_fix_is_proved(then, next->module);
}

static bool has_state(const struct lp_module_facts *module, const struct lp_klp_state *state)
{
	const struct lp_klp_state *has = lp_module_facts_find_state(module, state->id);

	return has && has->version >= state->version;
}

/* One comparison's results. */
struct comparison {
	const struct lp_coverage_facts *now;
	const struct lp_fixes *withdrawn;
	const struct lp_digest *digest;
	struct lp_losses *out;
	struct lppack_error *err;
};

static int add_loss(const struct comparison *c, enum lp_loss_kind kind, char *id)
{
	const struct lp_loss loss = { .kind = kind,
				      .id = id,
				      .release = (char *)c->now->release,
				      .build_id = *c->now->build_id,
				      .digest = *c->digest };

	return is_withdrawn(c->withdrawn, kind, id) ? 0 : lp_losses_add(c->out, &loss, c->err);
}

int lp_losses_compare(const struct lp_coverage_facts *now, const struct lp_coverage_facts *next,
		      const struct lp_fixes *withdrawn, const struct lp_digest *digest, struct lp_losses *out,
		      struct lppack_error *err)
{
	const struct comparison c = { now, withdrawn, digest, out, err };
	const struct lp_fixes *fixes = &now->claims->fixes;
	char text[LP_BUILD_ID_TEXT];
	int rc = 0;

	if (!next->module) {
		lp_build_id_format(now->build_id, text);
		return add_loss(&c, LP_LOSS_KERNEL, text);
	}
	for (size_t i = 0; rc == 0 && i < fixes->n_fixes; i++)
		if (!lp_claims_excludes(now->claims, fixes->fixes[i].id) &&
		    is_fix_lost(&fixes->fixes[i], now->module, next))
			rc = add_loss(&c, LP_LOSS_FIX, fixes->fixes[i].id);
	for (size_t i = 0; rc == 0 && i < now->module->n_states; i++) {
		if (has_state(next->module, &now->module->states[i]))
			continue;
		snprintf(text, sizeof(text), "%llu", (unsigned long long)now->module->states[i].id);
		rc = add_loss(&c, LP_LOSS_STATE, text);
	}
	return rc;
}

static bool is_back(const struct lp_loss *loss, const struct lp_coverage_facts *has)
{
	const struct lp_fix *fix = loss->kind == LP_LOSS_FIX ? lp_claims_find(has->claims, loss->id) : NULL;

	if (loss->kind == LP_LOSS_STATE)
		return lp_module_facts_find_state(has->module, strtoull(loss->id, NULL, 10));
	if (!fix)
		return loss->kind == LP_LOSS_KERNEL;
	return fix->functions.n == 0 || lp_claims_excludes(has->claims, fix->id) || lp_fix_is_proved(fix, has->module);
}

void lp_losses_settle(struct lp_losses *losses, const struct lp_coverage_facts *has)
{
	for (size_t i = losses->n; i-- > 0;) {
		struct lp_loss *loss = &losses->items[i];

		if (!lp_build_id_equal(&loss->build_id, has->build_id) || !is_back(loss, has))
			continue;
		loss_free(loss);
		losses->n--;
		memmove(loss, loss + 1, (losses->n - i) * sizeof(*loss));
	}
}

struct lppack_value *lp_losses_encode(const struct lp_losses *losses)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < losses->n; i++) {
		const struct lp_loss *loss = &losses->items[i];
		struct lppack_value *map = lp_value_map();

		lp_value_add_text(&map, "kind", lp_loss_kind_names[loss->kind]);
		lp_value_add_text(&map, "id", loss->id);
		lp_value_add_text(&map, "release", loss->release);
		lp_value_add_build_id(&map, "build_id", &loss->build_id);
		lp_value_add_digest(&map, "digest", &loss->digest);
		lp_value_push(&list, map);
	}
	return list;
}

static void decode_loss(struct lp_doc *item, struct lp_loss *loss)
{
	static const char *const keys[] = { "kind", "id", "release", "build_id", "digest", NULL };
	unsigned int kind = LP_LOSS_FIX;

	lp_doc_keys(item, keys);
	lp_doc_word(item, "kind", true, lp_loss_kind_names, &kind);
	loss->kind = (enum lp_loss_kind)kind;
	lp_doc_text_dup(item, "id", true, &loss->id);
	lp_doc_text_dup(item, "release", true, &loss->release);
	lp_doc_build_id(item, "build_id", true, &loss->build_id);
	lp_doc_digest(item, "digest", &loss->digest);
}

void lp_losses_decode(struct lp_doc *doc, const char *key, struct lp_losses *out)
{
	const struct lppack_value *list = lp_doc_list(doc, key, false);

	if (lppack_value_count(list) > LOSSES_MAX)
		lp_doc_fail(doc, key, NULL, "'%s' has more than %u elements", key, LOSSES_MAX);
	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(list); i++) {
		struct lp_doc item = lp_doc_item(doc, list, i);
		struct lp_loss *loss = lp_array_add(&out->items, &out->n, sizeof(*loss));

		if (loss)
			decode_loss(&item, loss);
		lp_doc_join(doc, &item);
		if (!loss)
			doc->rc = lp_fail_nomem(doc->err);
	}
}

char *lp_losses_format(const struct lp_losses *losses)
{
	LP_AUTO_BUF struct lp_buf text = { 0 };

	for (size_t i = 0; i < losses->n && i < LOSSES_TOLD; i++) {
		const struct lp_loss *loss = &losses->items[i];

		lp_buf_printf(&text, "%s", i ? ", " : "");
		if (loss->kind == LP_LOSS_KERNEL)
			lp_buf_printf(&text, "all of kernel %s", loss->release);
		else
			lp_buf_printf(&text, "%s%s for %s", loss->kind == LP_LOSS_STATE ? "state " : "", loss->id,
				      loss->release);
	}
	if (losses->n > LOSSES_TOLD)
		lp_buf_printf(&text, ", and %zu more", losses->n - LOSSES_TOLD);
	return strdup(lp_buf_ok(&text) && text.len ? (const char *)text.data : "");
}

int lp_losses_check(const struct lp_losses *losses, const struct lp_losses *allowed, const char *name,
		    struct lppack_error *err)
{
	LP_AUTO_LOSSES struct lp_losses asked = { 0 };
	LP_AUTO_FREE char *what = NULL;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < losses->n; i++)
		if (!lp_losses_have(allowed, &losses->items[i]))
			rc = lp_losses_add(&asked, &losses->items[i], err);
	if (rc < 0 || asked.n == 0)
		return rc;
	what = lp_losses_format(&asked);
	if (!what)
		return lp_fail_nomem(err);
	return lp_fail(err, LPPACK_E_LOSS,
		       "ask the vendor for a release that has it, or that withdraws it with a reason; to lose just this: "
		       "--allow-loss",
		       "%s: loses what this machine has: %s", name, what);
}
