/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading, looking up, opening and writing the installed releases, and finding them again by their files. */
#include "machine/store.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/export.h"
#include "base/root.h"
#include "base/value_add.h"
#include "format/doc.h"
#include "format/format.h"
#include "format/release.h"
#include "format/state_file.h"
#include "format/yaml.h"
#include "bundle/describe.h"
#include "machine/boot_choice.h"
#include "machine/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define STORE_HINT "install the bundle again"

void lp_installed_free(struct lp_installed *release)
{
	lp_release_free(&release->id);
	if (release->opened)
		lp_unsigned_contents_close(release->opened);
	free(release->opened);
	free(release->damage);
	*release = (struct lp_installed){ 0 };
}

void lp_store_free(struct lp_store *store)
{
	for (size_t i = 0; i < store->n; i++)
		lp_installed_free(&store->releases[i]);
	free(store->releases);
	*store = (struct lp_store){ 0 };
}

/* Negative if a is newer than b; streams by name. */
static int compare_releases(const void *a, const void *b)
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
		qsort(store->releases, store->n, sizeof(*store->releases), compare_releases);
}

static int store_add(struct lp_store *store, const struct lp_contents *c, int64_t installed_at,
		     struct lppack_error *err)
{
	struct lp_installed *release;

	if (lp_store_find(store, &c->manifest.id.digest))
		return 0;
	release = lp_array_add(&store->releases, &store->n, sizeof(*release));
	if (!release)
		return lp_fail_nomem(err);
	*release = (struct lp_installed){ .installed_at = installed_at, .size = c->bundle->in.size };
	if (lp_release_copy(&release->id, &c->manifest.id, err) < 0) {
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

static void decode_release(struct lp_doc *item, struct lp_installed *release)
{
	static const char *const keys[] = { LP_RELEASE_KEYS, "installed_at", "size", NULL };

	lp_doc_keys(item, keys);
	lp_release_decode(item, &release->id);
	lp_doc_time(item, "installed_at", true, &release->installed_at);
	lp_doc_int(item, "size", true, LP_NUMBER_MAX, &release->size);
}

static int store_decode(const struct lppack_value *tree, const char *path, struct lp_store *out,
			struct lppack_error *err)
{
	static const char *const keys[] = { "format", "levels", NULL };
	struct lp_doc doc = { .map = tree, .name = path, .code = LPPACK_E_STATE, .err = err };
	const struct lppack_value *list;

	lp_doc_keys(&doc, keys);
	lp_state_file_format(&doc);
	list = lp_doc_list(&doc, "levels", true);
	for (size_t i = 0; doc.rc == 0 && i < lppack_value_count(list); i++) {
		struct lp_doc item = lp_doc_item(&doc, list, i);
		struct lp_installed *release = lp_array_add(&out->releases, &out->n, sizeof(*release));

		if (!release)
			return lp_fail_nomem(err);
		decode_release(&item, release);
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
		rc = store_decode(tree, path, out, err);
	if (rc < 0)
		lp_store_free(out);
	return rc == -LPPACK_E_STATE ? lp_hint(err, rc, STORE_HINT) : rc;
}

struct lppack_value *lp_installed_encode(const struct lp_installed *release)
{
	struct lppack_value *map = lp_value_map();

	lp_release_encode(&map, &release->id);
	lp_value_add_time(&map, "installed_at", release->installed_at);
	lp_value_add_int(&map, "size", release->size);
	return map;
}

int lp_store_write(const char *root, const struct lp_store *store, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();
	struct lppack_value *releases = lp_value_list();

	for (size_t i = 0; i < store->n; i++)
		lp_value_push(&releases, lp_installed_encode(&store->releases[i]));
	lp_value_add_int(&map, "format", LP_STATE_FORMAT);
	lp_value_add(&map, "levels", releases);
	return map ? lp_state_file_write(root, LP_STORE_FILE, map, err) : lp_fail_nomem(err);
}

const struct lp_installed *lp_store_find(const struct lp_store *store, const struct lp_digest *digest)
{
	for (size_t i = 0; i < store->n; i++)
		if (lp_digest_equal(&store->releases[i].id.digest, digest))
			return &store->releases[i];
	return NULL;
}

const struct lp_installed *lp_store_below(const struct lp_store *store, const struct lp_release_id *id)
{
	for (size_t i = 0; i < store->n; i++) {
		const struct lp_installed *release = &store->releases[i];

		if (strcmp(release->id.stream, id->stream) == 0 && lp_release_compare(&release->id, id) < 0)
			return release;
	}
	return NULL;
}

const struct lp_installed *lp_store_newest(const struct lp_store *store, const char *stream)
{
	for (size_t i = 0; i < store->n; i++)
		if (strcmp(store->releases[i].id.stream, stream) == 0)
			return &store->releases[i];
	return NULL;
}

const struct lp_installed *lp_store_find_serial(const struct lp_store *store, const char *stream, uint64_t serial)
{
	for (size_t i = 0; i < store->n; i++)
		if (strcmp(store->releases[i].id.stream, stream) == 0 && store->releases[i].id.serial == serial)
			return &store->releases[i];
	return NULL;
}

char *lp_store_path(const char *root, const struct lp_digest *digest)
{
	char hex[LP_DIGEST_TEXT];

	lp_hex_encode(digest->bytes, LP_DIGEST_SIZE, hex);
	return lp_text_format("%s" LP_STORE_BUNDLES "/%s" LP_STORE_SUFFIX, root, hex);
}

struct lppack_bundle *lp_store_open_release(const char *root, const struct lp_installed *release,
					    struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_store_path(root, &release->id.digest);
	LP_AUTO_FREE char *inner = lp_store_path("", &release->id.digest);
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
		lp_fail(err, LPPACK_E_STATE, STORE_HINT, "the installed level %s, serial %llu: %s", release->id.stream,
			(unsigned long long)release->id.serial, cause.message);
	else
		lp_error_move(err, &cause);
	return NULL;
}

static int fail_other(const char *name, struct lppack_error *err)
{
	return lp_fail(err, LPPACK_E_STATE, STORE_HINT, "%s: is not the bundle that was installed under this name",
		       name);
}

struct lppack_verified *lp_store_verify_release(struct lppack_bundle *bundle, const struct lp_installed *release,
						const struct lppack_keyring *keyring, struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_verified_free)
	struct lppack_verified *verified = lp_bundle_verify_accepted(bundle, keyring, err);

	if (!verified)
		return NULL;
	if (!lp_digest_equal(&lp_verified_contents(verified)->manifest.id.digest, &release->id.digest)) {
		fail_other(bundle->in.name, err);
		return NULL;
	}
	return LP_TAKE(verified);
}

void lp_unsigned_contents_close(struct lp_unsigned_contents *opened)
{
	lp_contents_unref(opened->contents);
	*opened = (struct lp_unsigned_contents){ 0 };
}

int lp_unsigned_contents_open(struct lp_unsigned_contents *opened, const char *root, const struct lp_installed *release,
			      struct lppack_error *err)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	LP_AUTO(cleanup_lppack_bundle_close) struct lppack_bundle *bundle = NULL;
	LP_AUTO_CONTENTS struct lp_contents *contents = NULL;
	int rc;

	*opened = (struct lp_unsigned_contents){ 0 };
	bundle = lp_store_open_release(root, release, &why);
	if (!bundle)
		return lp_error_move(err, &why);
	rc = lp_contents_open(bundle, &contents, err);
	if (rc < 0)
		return rc;
	if (!lp_digest_equal(&contents->manifest.id.digest, &release->id.digest))
		return fail_other(bundle->in.name, err);
	rc = lp_contents_open_index(contents, false, err);
	if (rc == 0)
		opened->contents = LP_TAKE(contents);
	return rc;
}

static int open_release(const char *root, struct lp_installed *release, struct lppack_error *err)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct lp_unsigned_contents *opened = calloc(1, sizeof(*opened));

	if (!opened)
		return lp_fail_nomem(err);
	if (lp_unsigned_contents_open(opened, root, release, &why) == 0) {
		release->opened = opened;
		return 0;
	}
	free(opened);
	release->damage = malloc(sizeof(*release->damage));
	if (!release->damage)
		return lp_fail_nomem(err);
	*release->damage = why;
	return 0;
}

int lp_store_open_all(const char *root, struct lp_store *store, struct lppack_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < store->n; i++)
		if (!store->releases[i].opened && !store->releases[i].damage)
			rc = open_release(root, &store->releases[i], err);
	return rc;
}

bool lp_store_parse_name(const char *name, struct lp_digest *out)
{
	char hex[LP_DIGEST_TEXT] = "";

	if (strlen(name) != 2 * LP_DIGEST_SIZE + strlen(LP_STORE_SUFFIX) ||
	    strcmp(name + 2 * LP_DIGEST_SIZE, LP_STORE_SUFFIX) != 0)
		return false;
	memcpy(hex, name, 2 * LP_DIGEST_SIZE);
	return lp_hex_decode(hex, out->bytes, LP_DIGEST_SIZE) == LP_DIGEST_SIZE;
}

/* A file that is not what its name says is none of the levels. */
static int add_file(const char *root, const char *name, struct lp_store *store, struct lppack_error *err)
{
	LP_AUTO_UNSIGNED_CONTENTS struct lp_unsigned_contents opened = { 0 };
	struct lp_installed release = { .id.stream = (char *)"unknown" };
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct stat st;
	int rc;

	if (!lp_store_parse_name(name, &release.id.digest))
		return 0;
	rc = lp_unsigned_contents_open(&opened, root, &release, &why);
	if (rc < 0 || fstat(opened.contents->bundle->in.fd, &st) < 0)
		return rc == -LPPACK_E_NO_MEMORY ? lp_fail_nomem(err) : 0;
	return lp_store_add_unsigned(store, &opened, st.st_mtime, err);
}

int lp_store_rebuild(const char *root, struct lp_store *store, struct lppack_error *err)
{
	LP_AUTO_CLOSE int fd = lp_root_open(root, LP_STORE_BUNDLES, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	struct dirent **names = NULL;
	int rc = 0;
	int n;

	if (fd < 0 && errno == ENOENT && lp_root_is_absent(root, LP_STORE_BUNDLES))
		return 0;
	n = fd < 0 ? -1 : scandirat(fd, ".", &names, NULL, alphasort);
	if (n < 0)
		return lp_fail_sys(err, LPPACK_E_IO, "make it a readable directory",
				   "%s" LP_STORE_BUNDLES ": cannot be listed", root);
	for (int i = 0; i < n; i++) {
		if (rc == 0)
			rc = add_file(root, names[i]->d_name, store, err);
		free(names[i]);
	}
	free(names);
	return rc;
}
