/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading, changing and writing the one record of what is applied and what boots begin with. */
#include "machine/state.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/value_add.h"
#include "format/doc.h"
#include "format/manifest.h"
#include "format/state_file.h"
#include "runtime/stack.h"

#include <string.h>

#define MODULES_MAX 4096u

void lp_state_free(struct lp_state *state)
{
	free(state->stream);
	lp_losses_free(&state->allowed);
	free(state->boot_id);
	free(state->modules);
	lp_applied_free(&state->applied);
	*state = (struct lp_state){ 0 };
}

bool lp_boot_ids_match(const char *a, const char *b)
{
	return !a || !b || !*a || !*b || strcmp(a, b) == 0;
}

int lp_build_ids_add(struct lp_build_id **ids, size_t *n, const struct lp_build_id *id, struct lppack_error *err)
{
	struct lp_build_id *item = lp_array_add(ids, n, sizeof(*item));

	if (!item)
		return lp_fail_nomem(err);
	*item = *id;
	return 0;
}

const struct lp_applied *lp_state_active(const struct lp_state *state, const char *boot_id)
{
	return state->has_applied && lp_boot_ids_match(state->boot_id, boot_id) ? &state->applied : NULL;
}

int lp_state_enter_boot(struct lp_state *state, const char *boot_id, struct lppack_error *err)
{
	char *copy = strdup(boot_id ? boot_id : "");

	if (!copy)
		return lp_fail_nomem(err);
	if (!lp_boot_ids_match(state->boot_id, boot_id)) {
		lp_applied_free(&state->applied);
		state->has_applied = false;
		state->forced = false;
		state->n_modules = 0;
		free(LP_TAKE(state->modules));
	}
	free(state->boot_id);
	state->boot_id = copy;
	return 0;
}

int lp_state_add_module(struct lp_state *state, const struct lp_build_id *id, struct lppack_error *err)
{
	for (size_t i = 0; i < state->n_modules; i++)
		if (lp_build_id_equal(&state->modules[i], id))
			return 0;
	return id->len ? lp_build_ids_add(&state->modules, &state->n_modules, id, err) : 0;
}

void lp_state_forget_gone(struct lp_state *state, const struct lp_build_id *loaded, size_t n)
{
	size_t left = 0;

	for (size_t i = 0; i < state->n_modules; i++) {
		bool stays =
			state->has_applied && lp_build_id_equal(&state->modules[i], &state->applied.module.build_id);

		for (size_t j = 0; j < n && !stays; j++)
			stays = lp_build_id_equal(&state->modules[i], &loaded[j]);
		if (stays)
			state->modules[left++] = state->modules[i];
	}
	state->n_modules = left;
}

static void decode_modules(struct lp_doc *doc, struct lp_state *out)
{
	const struct lppack_value *list = lp_doc_list(doc, "modules", true);

	if (lppack_value_count(list) > MODULES_MAX)
		lp_doc_fail(doc, "modules", NULL, "'modules' has more than %u elements", MODULES_MAX);
	for (size_t i = 0; i < lppack_value_count(list) && doc->rc == 0; i++) {
		const char *text = lp_doc_text_item(doc, list, i);
		struct lp_build_id id = { .len = 0 };

		if (doc->rc == 0 && lp_build_id_parse(text, &id) < 0)
			lp_doc_fail(doc, "modules", NULL, "'%s' is no build ID", text);
		if (doc->rc == 0)
			doc->rc = lp_build_ids_add(&out->modules, &out->n_modules, &id, doc->err);
	}
}

static int decode_state(const struct lppack_value *tree, const char *path, struct lp_state *out,
			struct lppack_error *err)
{
	static const char *const keys[] = { "format", "stream",  "allowed_losses", "target", "boot_id",
					    "forced", "modules", "applied",        NULL };
	struct lp_doc doc = { .map = tree, .name = path, .code = LPPACK_E_STATE, .err = err };
	struct lp_doc applied;

	lp_doc_keys(&doc, keys);
	lp_state_file_format(&doc);
	lp_doc_text_dup(&doc, "stream", false, &out->stream);
	if (doc.rc == 0 && out->stream && !lp_stream_name_is_valid(out->stream))
		lp_doc_fail(&doc, "stream", NULL, "'stream' is no stream's name");
	lp_losses_decode(&doc, "allowed_losses", &out->allowed);
	out->has_target = lppack_value_get(tree, "target");
	if (out->has_target)
		lp_doc_digest(&doc, "target", &out->target);
	lp_doc_text_dup(&doc, "boot_id", true, &out->boot_id);
	lp_doc_bool(&doc, "forced", true, &out->forced);
	decode_modules(&doc, out);
	applied = lp_doc_map(&doc, "applied", false);
	if (doc.rc == 0 && applied.map) {
		lp_applied_decode(&applied, &out->applied);
		lp_doc_join(&doc, &applied);
		out->has_applied = doc.rc == 0;
	}
	return doc.rc < 0 ? doc.rc : 1;
}

int lp_state_read(const char *root, struct lp_state *out, struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_text_format("%s" LP_STATE_DIRECTORY "/" LP_STATE_FILE, root);
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	int rc;

	*out = (struct lp_state){ 0 };
	if (!path)
		return lp_fail_nomem(err);
	rc = lp_state_file_read(root, LP_STATE_FILE, &tree, err);
	if (rc > 0)
		rc = decode_state(tree, path, out, err);
	if (rc < 0)
		lp_state_free(out);
	return rc == -LPPACK_E_STATE ? lp_hint(err, rc, LP_STATE_HINT) : rc;
}

int lp_state_write(const char *root, const struct lp_state *state, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();
	struct lppack_value *modules = lp_value_list();
	char text[LP_BUILD_ID_TEXT];

	for (size_t i = 0; i < state->n_modules; i++)
		lp_value_push(&modules, lp_value_string(lp_build_id_format(&state->modules[i], text)));
	lp_value_add_int(&map, "format", LP_STATE_FORMAT);
	lp_value_add_text(&map, "stream", state->stream);
	if (state->allowed.n)
		lp_value_add(&map, "allowed_losses", lp_losses_encode(&state->allowed));
	if (state->has_target)
		lp_value_add_digest(&map, "target", &state->target);
	lp_value_add_text(&map, "boot_id", state->boot_id ? state->boot_id : "");
	lp_value_add_bool(&map, "forced", state->forced);
	lp_value_add(&map, "modules", modules);
	if (state->has_applied)
		lp_value_add(&map, "applied", lp_applied_encode(&state->applied));
	return map ? lp_state_file_write(root, LP_STATE_FILE, map, err) : lp_fail_nomem(err);
}
