/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trust policies: parsed, strictly, and looked up. */
#include "trust/policy.h"

#include "shared/array.h"
#include "shared/text.h"
#include "format/doc.h"
#include "format/format.h"
#include "format/manifest.h"
#include "format/release.h"
#include "format/text_list.h"
#include "format/yaml.h"
#include "crypto/digest.h"

#include <string.h>

#define POLICY_FORMAT 1
#define KEYS_MAX 256u
#define REVOKED_MAX 65536u
#define NAME_MAX_BYTES 256u

static const char *const scheme_names[] = { "ed25519", "cms", NULL };

void lp_policy_init(struct lp_policy *policy)
{
	*policy = (struct lp_policy){ .threshold = 1, .update_threshold = 1 };
}

static void free_revoked(struct lp_policy_revoked *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(list[i].reason);
	free(list);
}

void lp_policy_free(struct lp_policy *policy)
{
	for (size_t i = 0; i < policy->n_keys; i++) {
		free(policy->keys[i].name);
		free(policy->keys[i].public_key);
		lp_text_list_free(&policy->keys[i].streams);
		lp_text_list_free(&policy->keys[i].schemes);
	}
	for (size_t i = 0; i < policy->n_minimum; i++)
		lp_release_free(&policy->minimum[i]);
	free(policy->keys);
	free(policy->minimum);
	free_revoked(policy->revoked_keys, policy->n_revoked_keys);
	free_revoked(policy->revoked_bundles, policy->n_revoked_bundles);
	lp_text_list_free(&policy->required_schemes);
	lp_text_list_free(&policy->update_keys);
	free(policy->crl_directory);
	free(policy->name);
	lp_policy_init(policy);
}

static void read_hex(struct lp_doc *doc, const char *key, bool required, char out[LPPACK_KEY_ID_SIZE])
{
	uint8_t bytes[LP_DIGEST_SIZE];
	const char *text = NULL;

	lp_doc_text(doc, key, required, &text);
	if (!text)
		return;
	if (lp_hex_decode(text, bytes, sizeof(bytes)) != LP_DIGEST_SIZE)
		lp_doc_fail(doc, key, NULL, "'%s' must be 64 lower-case hex digits", key);
	else
		memcpy(out, text, LPPACK_KEY_ID_SIZE);
}

static void add_text(struct lp_doc *doc, struct lp_text_list *out, const char *text)
{
	if (doc->rc == 0 && lp_text_list_add(out, text) < 0)
		doc->rc = lp_fail_nomem(doc->err);
}

/* A list that is there but empty would mean "all" where its author meant "none". */
static const struct lppack_value *read_filled_list(struct lp_doc *doc, const char *key, size_t max)
{
	const struct lppack_value *list = lp_doc_list(doc, key, false);

	if (list && lppack_value_count(list) == 0)
		lp_doc_fail(doc, key, "leave the key out, or name at least one", "'%s' is empty", key);
	if (lppack_value_count(list) > max)
		lp_doc_fail(doc, key, NULL, "'%s' has more than %zu elements", key, max);
	return list;
}

static void read_streams(struct lp_doc *doc, struct lp_text_list *out)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789._-*?";
	const struct lppack_value *list = read_filled_list(doc, "streams", KEYS_MAX);

	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(list); i++) {
		const char *text = lp_doc_text_item(doc, list, i);

		if (text && (!*text || strlen(text) > LP_STREAM_MAX || text[strspn(text, allowed)]))
			lp_doc_fail(doc, "streams", NULL,
				    "'%s' fits no stream: use a-z, 0-9, '.', '_', '-', '*' and '?'", text);
		else if (text)
			add_text(doc, out, text);
	}
}

static void read_schemes(struct lp_doc *doc, const char *key, struct lp_text_list *out)
{
	const struct lppack_value *list = read_filled_list(doc, key, KEYS_MAX);

	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(list); i++) {
		const char *text = lp_doc_text_item(doc, list, i);

		if (text && !lp_text_is_one_of(text, scheme_names))
			lp_doc_fail(doc, key, NULL, "'%s' is no scheme: use ed25519 or cms", text);
		else if (text)
			add_text(doc, out, text);
	}
}

static void read_name(struct lp_doc *doc, const char *key, char **out)
{
	lp_doc_text_dup(doc, key, false, out);
	if (doc->rc == 0 && *out && (!**out || strlen(*out) > NAME_MAX_BYTES))
		lp_doc_fail(doc, key, NULL, "'%s' must have 1 to %u bytes", key, NAME_MAX_BYTES);
}

static void read_window(struct lp_doc *doc, struct lp_policy_key *key)
{
	lp_doc_time(doc, "not_before", false, &key->not_before);
	lp_doc_time(doc, "not_after", false, &key->not_after);
	/* 0 stands for an open end from here on. */
	for (size_t i = 0; doc->rc == 0 && i < 2; i++) {
		const char *name = i ? "not_after" : "not_before";

		if (lppack_value_get(doc->map, name) && (i ? key->not_after : key->not_before) == 0)
			lp_doc_fail(doc, name, NULL, "'%s' is not after 1970-01-01", name);
	}
	if (doc->rc == 0 && key->not_after && key->not_after < key->not_before)
		lp_doc_fail(doc, "not_after", NULL, "'not_after' is before 'not_before'");
}

/* What makes it a key; NULL on failure. */
static struct lp_policy_key *add_key(struct lp_doc *doc, struct lp_policy *policy)
{
	struct lp_policy_key *key = lp_array_add(&policy->keys, &policy->n_keys, sizeof(*key));

	if (!key) {
		doc->rc = lp_fail_nomem(doc->err);
		return NULL;
	}
	key->signer = policy->n_keys - 1;
	read_hex(doc, "id", true, key->id);
	lp_doc_text_dup(doc, "public_key", false, &key->public_key);
	for (size_t i = 0; doc->rc == 0 && i + 1 < policy->n_keys; i++)
		if (strcmp(policy->keys[i].id, key->id) == 0)
			lp_doc_fail(doc, "id", "keep one of them", "the key %s stands twice", key->id);
	if (doc->rc == 0 && policy->n_keys > KEYS_MAX)
		lp_doc_fail(doc, "id", NULL, "the policy has more than %u keys", KEYS_MAX);
	return key;
}

/* The signer's other keys, each as a key of its own with the same bounds. */
static void read_also(struct lp_doc *doc, struct lp_policy *policy)
{
	static const char *const keys[] = { "id", "public_key", NULL };
	const struct lppack_value *list = read_filled_list(doc, "also", KEYS_MAX);
	size_t signer = policy->n_keys - 1;

	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(list); i++) {
		struct lp_doc item = lp_doc_item(doc, list, i);
		struct lp_policy_key *key = add_key(&item, policy);

		lp_doc_keys(&item, keys);
		if (key && item.rc == 0) {
			key->signer = signer;
			if (policy->keys[signer].name)
				key->name = strdup(policy->keys[signer].name);
			read_streams(doc, &key->streams);
			read_schemes(doc, "schemes", &key->schemes);
			read_window(doc, key);
		}
		lp_doc_join(doc, &item);
	}
}

static void read_key(struct lp_doc *doc, struct lp_policy *policy)
{
	static const char *const keys[] = { "id",      "name",       "public_key", "streams", "also",
					    "schemes", "not_before", "not_after",  NULL };
	struct lp_policy_key *key = add_key(doc, policy);

	lp_doc_keys(doc, keys);
	if (!key)
		return;
	read_name(doc, "name", &key->name);
	read_streams(doc, &key->streams);
	read_schemes(doc, "schemes", &key->schemes);
	read_window(doc, key);
	read_also(doc, policy);
}

/* Maps of an id (or digest) and a reason. */
static void read_revoked(struct lp_doc *doc, const char *key, const char *id_key, struct lp_policy_revoked **out,
			 size_t *n)
{
	const char *const keys[] = { id_key, "reason", NULL };
	const struct lppack_value *list = lp_doc_list(doc, key, false);

	if (lppack_value_count(list) > REVOKED_MAX)
		lp_doc_fail(doc, key, NULL, "'%s' has more than %u elements", key, REVOKED_MAX);
	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(list); i++) {
		struct lp_doc item = lp_doc_item(doc, list, i);
		struct lp_policy_revoked *revoked = lp_array_add(out, n, sizeof(*revoked));

		if (!revoked) {
			doc->rc = lp_fail_nomem(doc->err);
			return;
		}
		lp_doc_keys(&item, keys);
		read_hex(&item, id_key, true, revoked->id);
		read_name(&item, "reason", &revoked->reason);
		lp_doc_join(doc, &item);
	}
}

static void read_minimum(struct lp_doc *doc, struct lp_policy *policy)
{
	static const char *const keys[] = { "stream", "epoch", "serial", NULL };
	const struct lppack_value *list = lp_doc_list(doc, "minimum", false);

	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(list); i++) {
		struct lp_doc item = lp_doc_item(doc, list, i);
		struct lp_release_id *minimum = lp_array_add(&policy->minimum, &policy->n_minimum, sizeof(*minimum));

		if (!minimum) {
			doc->rc = lp_fail_nomem(doc->err);
			return;
		}
		lp_doc_keys(&item, keys);
		lp_doc_text_dup(&item, "stream", true, &minimum->stream);
		lp_release_decode_number(&item, false, minimum);
		if (item.rc == 0 && !lp_stream_name_is_valid(minimum->stream))
			lp_doc_fail(&item, "stream", NULL, "'%s' is no name of a stream", minimum->stream);
		lp_doc_join(doc, &item);
	}
}

static void read_threshold(struct lp_doc *doc, uint64_t *out)
{
	lp_doc_int(doc, "threshold", false, LP_SIGNATURES_MAX, out);
	if (doc->rc == 0 && *out == 0)
		lp_doc_fail(doc, "threshold", NULL, "'threshold' must be at least 1");
}

static void read_update(struct lp_doc *doc, struct lp_policy *policy)
{
	static const char *const keys[] = { "threshold", "keys", NULL };
	struct lp_doc part = lp_doc_map(doc, "update", false);
	const struct lppack_value *list;

	policy->update_threshold = policy->threshold;
	if (!part.map)
		return;
	lp_doc_keys(&part, keys);
	read_threshold(&part, &policy->update_threshold);
	list = read_filled_list(&part, "keys", KEYS_MAX);
	for (size_t i = 0; part.rc == 0 && i < lppack_value_count(list); i++) {
		const char *text = lp_doc_text_item(&part, list, i);

		if (text && !lp_policy_find_key(policy, text))
			lp_doc_fail(&part, "keys", "list it there, with its id",
				    "'%s' is not under the policy's own 'keys'", text);
		else if (text)
			add_text(&part, &policy->update_keys, text);
	}
	lp_doc_join(doc, &part);
}

static int read_policy(struct lp_doc *doc, struct lp_policy *policy)
{
	static const char *const keys[] = { "format",          "version", "created",          "expires",
					    "threshold",       "keys",    "required_schemes", "revoked_keys",
					    "revoked_bundles", "minimum", "update",           "crls",
					    "require_crls",    NULL };
	const struct lppack_value *list;
	uint64_t format = 0;

	lp_doc_keys(doc, keys);
	lp_doc_int(doc, "format", true, LP_NUMBER_MAX, &format);
	if (doc->rc == 0 && format != POLICY_FORMAT)
		lp_doc_fail(doc, "format", "install a newer lppack", "this lppack knows format %u of policies only",
			    POLICY_FORMAT);
	lp_doc_int(doc, "version", true, LP_NUMBER_MAX, &policy->version);
	if (doc->rc == 0 && policy->version == 0)
		lp_doc_fail(doc, "version", NULL, "'version' must be at least 1");
	lp_doc_time(doc, "created", true, &policy->created);
	lp_doc_time(doc, "expires", false, &policy->expires);
	if (doc->rc == 0 && lppack_value_get(doc->map, "expires") && policy->expires <= policy->created)
		lp_doc_fail(doc, "expires", NULL, "'expires' is not after 'created'");
	read_threshold(doc, &policy->threshold);
	list = read_filled_list(doc, "keys", KEYS_MAX);
	policy->has_keys = list != NULL;
	for (size_t i = 0; doc->rc == 0 && i < lppack_value_count(list); i++) {
		struct lp_doc item = lp_doc_item(doc, list, i);

		read_key(&item, policy);
		lp_doc_join(doc, &item);
	}
	read_schemes(doc, "required_schemes", &policy->required_schemes);
	read_revoked(doc, "revoked_keys", "id", &policy->revoked_keys, &policy->n_revoked_keys);
	read_revoked(doc, "revoked_bundles", "digest", &policy->revoked_bundles, &policy->n_revoked_bundles);
	read_minimum(doc, policy);
	read_update(doc, policy);
	lp_doc_text_dup(doc, "crls", false, &policy->crl_directory);
	lp_doc_bool(doc, "require_crls", false, &policy->crl_required);
	if (doc->rc == 0 && policy->crl_directory && policy->crl_directory[0] != '/')
		lp_doc_fail(doc, "crls", NULL, "'crls' must be the path of a directory from the root on");
	return doc->rc;
}

int lp_policy_parse(const void *bytes, size_t n, const char *name, struct lp_policy *out, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	struct lp_doc doc = { .name = name, .code = LPPACK_E_POLICY, .err = err };
	int rc = lp_yaml_parse(bytes, n, name, LPPACK_E_POLICY, &tree, err);

	lp_policy_init(out);
	doc.map = tree;
	if (rc == 0)
		rc = lp_sha256(bytes, n, &out->digest, err);
	if (rc < 0 || read_policy(&doc, out) < 0) {
		rc = rc < 0 ? rc : doc.rc;
		lp_policy_free(out);
		if (rc == -LPPACK_E_POLICY && err && !err->hint[0])
			lp_hint(err, rc, "lppack-policy(5) tells what each key takes");
		return rc;
	}
	out->name = strdup(name);
	return out->name ? 0 : lp_fail_nomem(err);
}

const struct lp_policy_key *lp_policy_find_key(const struct lp_policy *policy, const char *id)
{
	for (size_t i = 0; i < policy->n_keys; i++)
		if (strcmp(policy->keys[i].id, id) == 0)
			return &policy->keys[i];
	return NULL;
}

bool lp_policy_same_signer(const struct lp_policy *policy, const char *a, const char *b)
{
	const struct lp_policy_key *x = lp_policy_find_key(policy, a);
	const struct lp_policy_key *y = lp_policy_find_key(policy, b);

	return strcmp(a, b) == 0 || (x && y && x->signer == y->signer);
}

const struct lp_policy_revoked *lp_policy_find_revoked(const struct lp_policy_revoked *list, size_t n, const char *id)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i].id, id) == 0)
			return &list[i];
	return NULL;
}
