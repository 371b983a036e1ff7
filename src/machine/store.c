/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/store.h"

#include "base/value_add.h"
#include "shared/array.h"
#include "base/export.h"
#include "base/root.h"
#include "shared/text.h"
#include "format/yaml.h"
#include "machine/boot_choice.h"
#include "machine/state.h"

#include <fcntl.h>
#include <string.h>

#define STORE_FORMAT 1
#define STORE_HINT "install the bundle again"

void lp_installed_free(struct lp_installed *level)
{
	lp_release_free(&level->id);
	*level = (struct lp_installed){ 0 };
}

void lp_store_free(struct lp_store *store)
{
	for (size_t i = 0; i < store->n; i++)
		lp_installed_free(&store->levels[i]);
	free(store->levels);
	*store = (struct lp_store){ 0 };
}

/* Negative if a is newer than b; streams by name. */
static int compare_levels(const void *a, const void *b)
{
	const struct lp_installed *x = a;
	const struct lp_installed *y = b;
	int order = strcmp(x->id.stream, y->id.stream);

	if (order)
		return order;
	order = lp_release_compare(&y->id, &x->id);
	if (order)
		return order;
	return (x->installed_at < y->installed_at) - (x->installed_at > y->installed_at);
}

void lp_store_sort(struct lp_store *store)
{
	if (store->n)
		qsort(store->levels, store->n, sizeof(*store->levels), compare_levels);
}

static int store_add(struct lp_store *store, const struct lp_contents *c, int64_t installed_at, struct lppack_error *err)
{
	struct lp_installed *level;

	if (lp_store_find(store, &c->manifest.id.digest))
		return 0;
	level = lp_array_add(&store->levels, &store->n, sizeof(*level));
	if (!level)
		return lp_fail_nomem(err);
	*level = (struct lp_installed){ .installed_at = installed_at, .size = c->bundle->in.size };
	if (lp_release_copy(&level->id, &c->manifest.id, err) < 0) {
		store->n--;
		return -LPPACK_E_NO_MEMORY;
	}
	lp_store_sort(store);
	return 0;
}

int lp_store_add(struct lp_store *store, const struct lppack_verified *bundle, int64_t installed_at,
		 struct lppack_error *err)
{
	const struct lp_contents *c = lp_verified_contents(bundle);

	if (!lp_verified_is_checked(bundle))
		return lp_fail(err, LPPACK_E_INTERNAL, NULL, "%s: was not verified as a whole", c->bundle->in.name);
	return store_add(store, c, installed_at, err);
}

int lp_store_add_unsigned(struct lp_store *store, const struct lp_unsigned_contents *found, int64_t installed_at,
			  struct lppack_error *err)
{
	return store_add(store, found->contents, installed_at, err);
}

static void decode_level(struct lp_doc *item, struct lp_installed *level)
{
	static const char *const keys[] = { LP_RELEASE_KEYS, "installed_at", "size", NULL };

	lp_doc_keys(item, keys);
	lp_release_decode(item, &level->id);
	lp_doc_time(item, "installed_at", true, &level->installed_at);
	lp_doc_int(item, "size", true, LP_NUMBER_MAX, &level->size);
}

static int decode(const struct lppack_value *tree, const char *path, struct lp_store *out, struct lppack_error *err)
{
	static const char *const keys[] = { "format", "target", "levels", NULL };
	struct lp_doc doc = { .map = tree, .name = path, .code = LPPACK_E_STATE, .err = err };
	const struct lppack_value *list;
	uint64_t format = 0;

	lp_doc_keys(&doc, keys);
	lp_doc_int(&doc, "format", true, STORE_FORMAT, &format);
	out->has_target = lppack_value_get(tree, "target");
	if (out->has_target)
		lp_doc_digest(&doc, "target", &out->target);
	list = lp_doc_list(&doc, "levels", true);
	for (size_t i = 0; doc.rc == 0 && i < lppack_value_count(list); i++) {
		struct lp_doc item = lp_doc_item(&doc, list, i);
		struct lp_installed *level = lp_array_add(&out->levels, &out->n, sizeof(*level));

		if (!level)
			return lp_fail_nomem(err);
		decode_level(&item, level);
		lp_doc_join(&doc, &item);
	}
	if (doc.rc == 0)
		lp_store_sort(out);
	return doc.rc;
}

int lp_store_read(const char *root, struct lp_store *out, struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_text_format("%s" LP_STATE_DIRECTORY "/" LP_STORE_FILE, root);
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	int rc;

	*out = (struct lp_store){ 0 };
	if (!path)
		return lp_fail_nomem(err);
	rc = lp_state_file_read(root, LP_STORE_FILE, &tree, err);
	if (rc > 0)
		rc = decode(tree, path, out, err);
	if (rc < 0)
		lp_store_free(out);
	return rc == -LPPACK_E_STATE ? lp_hint(err, rc, STORE_HINT) : rc;
}

static struct lppack_value *encode_level(const struct lp_installed *level)
{
	struct lppack_value *map = lp_value_map();

	lp_release_encode(&map, &level->id);
	lp_value_add_time(&map, "installed_at", level->installed_at);
	lp_value_add_int(&map, "size", level->size);
	return map;
}

int lp_store_write(const char *root, const struct lp_store *store, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();
	struct lppack_value *levels = lp_value_list();

	for (size_t i = 0; i < store->n; i++)
		lp_value_push(&levels, encode_level(&store->levels[i]));
	lp_value_add_int(&map, "format", STORE_FORMAT);
	if (store->has_target)
		lp_value_add_digest(&map, "target", &store->target);
	lp_value_add(&map, "levels", levels);
	return map ? lp_state_file_write(root, LP_STORE_FILE, map, err) : lp_fail_nomem(err);
}

const struct lp_installed *lp_store_find(const struct lp_store *store, const struct lp_digest *digest)
{
	for (size_t i = 0; i < store->n; i++)
		if (lp_digest_equal(&store->levels[i].id.digest, digest))
			return &store->levels[i];
	return NULL;
}

const struct lp_installed *lp_store_target(const struct lp_store *store)
{
	return store->has_target ? lp_store_find(store, &store->target) : NULL;
}

const struct lp_installed *lp_store_below(const struct lp_store *store, const struct lp_release_id *id)
{
	for (size_t i = 0; i < store->n; i++) {
		const struct lp_installed *level = &store->levels[i];

		if (strcmp(level->id.stream, id->stream) == 0 && lp_release_compare(&level->id, id) < 0)
			return level;
	}
	return NULL;
}

const struct lp_installed *lp_store_newest(const struct lp_store *store, const char *stream)
{
	for (size_t i = 0; i < store->n; i++)
		if (strcmp(store->levels[i].id.stream, stream) == 0)
			return &store->levels[i];
	return NULL;
}

const struct lp_installed *lp_store_find_serial(const struct lp_store *store, const char *stream, uint64_t serial)
{
	for (size_t i = 0; i < store->n; i++)
		if (strcmp(store->levels[i].id.stream, stream) == 0 && store->levels[i].id.serial == serial)
			return &store->levels[i];
	return NULL;
}

char *lp_store_path(const char *root, const struct lp_digest *digest)
{
	char hex[LP_DIGEST_TEXT];

	lp_hex_encode(digest->bytes, LP_DIGEST_SIZE, hex);
	return lp_text_format("%s" LP_STORE_BUNDLES "/%s" LP_STORE_SUFFIX, root, hex);
}

struct lppack_bundle *lp_store_open_release(const char *root, const struct lp_installed *level, struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_store_path(root, &level->id.digest);
	LP_AUTO_FREE char *inner = lp_store_path("", &level->id.digest);
	struct lppack_error cause = LPPACK_ERROR_INIT;
	struct lppack_bundle *bundle = NULL;
	int fd;

	if (!path || !inner) {
		lp_fail_nomem(err);
		return NULL;
	}
	fd = lp_root_open(root, inner, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
	if (fd < 0)
		lp_fail_sys(&cause, LPPACK_E_IO, "check the path and its permissions", "%s: cannot be opened", path);
	else
		bundle = lppack_bundle_open_fd(fd, path, &cause);
	if (bundle)
		return bundle;
	if (cause.code == LPPACK_E_IO || cause.code == LPPACK_E_TRUNCATED || cause.code == LPPACK_E_NOT_BUNDLE)
		lp_fail(err, LPPACK_E_STATE, STORE_HINT, "the installed level %s, serial %llu: %s", level->id.stream,
			(unsigned long long)level->id.serial, cause.message);
	else
		lp_error_move(err, &cause);
	return NULL;
}

static int fail_other(const char *name, struct lppack_error *err)
{
	return lp_fail(err, LPPACK_E_STATE, STORE_HINT, "%s: is not the bundle that was installed under this name",
		       name);
}

struct lppack_verified *lp_store_verify_release(struct lppack_bundle *bundle, const struct lp_installed *level,
					      const struct lppack_keyring *keyring, struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_verified_free) struct lppack_verified *verified =
		lppack_bundle_verify(bundle, keyring, err);

	if (!verified)
		return NULL;
	if (!lp_digest_equal(&lp_verified_contents(verified)->manifest.id.digest, &level->id.digest)) {
		fail_other(bundle->in.name, err);
		return NULL;
	}
	return LP_TAKE(verified);
}

void lp_unsigned_contents_close(struct lp_unsigned_contents *kept)
{
	lp_contents_unref(kept->contents);
	*kept = (struct lp_unsigned_contents){ 0 };
}

int lp_unsigned_contents_open(struct lp_unsigned_contents *kept, const char *root, const struct lp_installed *level,
			      struct lppack_error *err)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	LP_AUTO(cleanup_lppack_bundle_close) struct lppack_bundle *bundle = NULL;
	LP_AUTO_CONTENTS struct lp_contents *contents = NULL;
	int rc;

	*kept = (struct lp_unsigned_contents){ 0 };
	bundle = lp_store_open_release(root, level, &why);
	if (!bundle)
		return lp_error_move(err, &why);
	rc = lp_contents_open(bundle, &contents, err);
	if (rc < 0)
		return rc;
	if (!lp_digest_equal(&contents->manifest.id.digest, &level->id.digest))
		return fail_other(bundle->in.name, err);
	rc = lp_contents_open_index(contents, false, err);
	if (rc == 0)
		kept->contents = LP_TAKE(contents);
	return rc;
}

int lp_store_set_target(const char *root, const struct lp_digest *digest, struct lppack_error *err)
{
	LP_AUTO_STORE struct lp_store store = { 0 };
	int rc = lp_store_read(root, &store, err);

	if (rc < 0 || (digest && !lp_store_find(&store, digest)))
		return rc;
	if (digest ? store.has_target && lp_digest_equal(&store.target, digest) : !store.has_target)
		return 0;
	store.has_target = digest;
	if (digest)
		store.target = *digest;
	return lp_store_write(root, &store, err);
}

static struct lppack_value *describe_level(const char *root, const struct lp_store *store,
					   const struct lp_boot_candidate *candidate)
{
	LP_AUTO_FREE char *path = lp_store_path(root, &candidate->level->id.digest);
	struct lppack_value *map = encode_level(candidate->level);

	lp_value_add(&map, "path", path ? lp_value_string(path) : NULL);
	lp_value_add_bool(&map, "chosen", candidate->level == lp_store_target(store));
	lp_value_add_bool(&map, "target", candidate->at_boot == LP_BOOT_CHOICE_APPLIED);
	lp_value_add_text(&map, "at_boot", lp_boot_choice_names[candidate->at_boot]);
	return map;
}

struct lppack_value *lp_store_describe(struct lppack_host *host, const struct lp_store *store)
{
	LP_AUTO_BOOT_CANDIDATES struct lp_boot_candidates candidates = { 0 };
	struct lppack_value *list;

	if (lp_boot_candidates_read(host, store, &candidates, NULL) < 0)
		return NULL;
	list = lp_value_list();
	for (size_t i = 0; i < candidates.n; i++)
		lp_value_push(&list, describe_level(host->io.root, store, &candidates.items[i]));
	return list;
}
