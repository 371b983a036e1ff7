/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a machine trusts, and changing it key by key. */
#include "shared/array.h"
#include "shared/text.h"
#include "base/directory.h"
#include "base/export.h"
#include "base/file.h"
#include "base/output.h"
#include "base/root.h"
#include "base/value_add.h"
#include "format/release.h"
#include "crypto/chain.h"
#include "trust/gaps.h"
#include "trust/key_dir.h"
#include "trust/keyring.h"
#include "trust/policy_memory.h"

#include <lppack/trust.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

LP_DEFINE_CLEANUP(struct lppack_keyring, lppack_keyring_free)
#define LP_AUTO_RING LP_AUTO(cleanup_lppack_keyring_free)

/* A file in one of the directories of keys. */
struct key_file {
	char *name;
	char *path;
	bool is_vendors;
	bool is_mask;   /* a link to /dev/null */
	bool is_masked; /* a vendor's, and the administrator has one of that name */
	char id[LPPACK_KEY_ID_SIZE];
	struct lp_public_key key;
	struct lp_certificate *certificate; /* NULL: a bare key */
};

struct key_files {
	struct key_file *items; /* the administrator's first */
	size_t n;
};

static void key_files_free(struct key_files *files)
{
	for (size_t i = 0; i < files->n; i++) {
		free(files->items[i].name);
		free(files->items[i].path);
		lp_certificate_free(files->items[i].certificate);
	}
	free(files->items);
}

static int is_key_entry(const struct dirent *entry)
{
	return lp_key_file_is_named(entry->d_name);
}

static bool has_file(const struct key_files *files, const char *name, bool is_vendors)
{
	for (size_t i = 0; i < files->n; i++)
		if (files->items[i].is_vendors == is_vendors && strcmp(files->items[i].name, name) == 0)
			return true;
	return false;
}

static int read_key(const char *root, struct key_file *file, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf pem = { 0 };
	int rc = lp_key_file_read(root, file->path + strlen(root), &pem, &file->is_mask, err);

	if (rc < 0 || file->is_mask)
		return rc;
	rc = lp_trusted_parse(pem.data, pem.len, file->path, &file->key, &file->certificate, err);
	if (rc < 0)
		return rc;
	lp_hex_encode(file->key.id.bytes, LP_DIGEST_SIZE, file->id);
	return 0;
}

/* parse: read the keys too, and fail for what is none. */
static int add_file(struct key_files *files, const char *root, const char *directory, const char *name, bool is_vendors,
		    bool parse, struct lppack_error *err)
{
	bool is_masked = is_vendors && has_file(files, name, false);
	struct key_file *file = lp_array_add(&files->items, &files->n, sizeof(*file));

	if (!file)
		return lp_fail_nomem(err);
	file->name = strdup(name);
	file->path = lp_text_format("%s%s/%s", root, directory, name);
	file->is_vendors = is_vendors;
	file->is_masked = is_masked;
	if (!file->name || !file->path)
		return lp_fail_nomem(err);
	/* What is masked need not be readable. */
	return parse && !is_masked ? read_key(root, file, err) : 0;
}

static int add_files(struct key_files *files, const char *root, bool is_vendors, bool parse, struct lppack_error *err)
{
	const char *path = is_vendors ? LPPACK_KEYS_DIR_VENDOR : LPPACK_KEYS_DIR_ADMIN;
	bool missing = false;
	LP_AUTO_CLOSE int fd = lp_directory_open_safe(root, path, &missing, err);
	LP_AUTO_NAMES struct lp_directory_names names = { 0 };

	if (fd < 0)
		return missing ? 0 : fd;
	if (lp_directory_list(fd, is_key_entry, &names) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, "check its permissions", "%s%s: cannot be listed", root, path);
	for (int i = 0; i < names.n; i++) {
		int rc = add_file(files, root, path, names.items[i]->d_name, is_vendors, parse, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static int list_files(struct key_files *files, const char *root, bool parse, struct lppack_error *err)
{
	int rc = add_files(files, root, false, parse, err);

	return rc < 0 ? rc : add_files(files, root, true, parse, err);
}

static void describe_rules(struct lppack_value **map, const struct lp_policy *policy, const char *id)
{
	const struct lp_policy_key *key = lp_policy_find_key(policy, id);
	const struct lp_policy_revoked *revoked =
		lp_policy_find_revoked(policy->revoked_keys, policy->n_revoked_keys, id);

	if (policy->has_keys)
		lp_value_add_bool(map, "listed", key != NULL);
	if (key) {
		lp_value_add_text(map, "name", key->name);
		if (key->streams.n)
			lp_value_add_texts(map, "streams", key->streams.items, key->streams.n);
		if (key->schemes.n)
			lp_value_add_texts(map, "schemes", key->schemes.items, key->schemes.n);
		if (key->not_before)
			lp_value_add_time(map, "not_before", key->not_before);
		if (key->not_after)
			lp_value_add_time(map, "not_after", key->not_after);
	}
	lp_value_add_bool(map, "revoked", revoked != NULL);
	lp_value_add_text(map, "revoked_why", revoked ? revoked->reason : NULL);
}

static struct lppack_value *describe_key(const struct lp_public_key *key, const char *id,
					 const struct lp_certificate *certificate)
{
	struct lppack_value *map = lp_value_map();
	const struct lp_certificate_info *info = certificate ? lp_certificate_get_info(certificate) : NULL;

	lp_value_add_text(&map, "id", id);
	lp_value_add_text(&map, "kind", !info ? "key" : info->is_ca ? "authority" : "certificate");
	lp_value_add_text(&map, "algorithm", lp_key_algorithm_names[key->algorithm]);
	if (info) {
		lp_value_add_text(&map, "subject", info->subject);
		lp_value_add_time(&map, "valid_from", info->not_before);
		lp_value_add_time(&map, "valid_until", info->not_after);
	}
	return map;
}

static struct lppack_value *describe_file(const struct key_file *file, const struct lp_policy *policy)
{
	struct lppack_value *map;

	if (file->is_mask || file->is_masked) {
		map = lp_value_map();
		lp_value_add_text(&map, "kind", file->is_mask ? "mask" : "masked");
		lp_value_add_text(&map, "file", file->path);
		return map;
	}
	map = describe_key(&file->key, file->id, file->certificate);
	lp_value_add_text(&map, "file", file->path);
	describe_rules(&map, policy, file->id);
	return map;
}

/* Those that the policy brings itself. */
static void describe_policy_keys(struct lppack_value **list, const struct lppack_keyring *ring)
{
	for (size_t i = 0; i < ring->n; i++) {
		struct lppack_value *map;

		if (ring->keys[i].file)
			continue;
		map = describe_key(&ring->keys[i].key, ring->keys[i].id, NULL);
		lp_value_add_text(&map, "file", ring->policy.name);
		describe_rules(&map, &ring->policy, ring->keys[i].id);
		lp_value_push(list, map);
	}
}

static struct lppack_value *describe_revoked(const struct lp_policy_revoked *list, size_t n, const char *id_key)
{
	struct lppack_value *described = lp_value_list();

	for (size_t i = 0; i < n; i++) {
		struct lppack_value *map = lp_value_map();

		lp_value_add_text(&map, id_key, list[i].id);
		lp_value_add_text(&map, "reason", list[i].reason);
		lp_value_push(&described, map);
	}
	return described;
}

static struct lppack_value *describe_policy(const struct lp_policy *policy)
{
	struct lppack_value *map = lp_value_map();
	struct lppack_value *minimum = lp_value_list();

	lp_value_add_text(&map, "file", policy->name);
	lp_value_add_int(&map, "version", policy->version);
	if (policy->created)
		lp_value_add_time(&map, "created", policy->created);
	if (policy->expires)
		lp_value_add_time(&map, "expires", policy->expires);
	lp_value_add_int(&map, "threshold", policy->threshold);
	lp_value_add_int(&map, "update_threshold", policy->update_threshold);
	lp_value_add_texts(&map, "required_schemes", policy->required_schemes.items, policy->required_schemes.n);
	lp_value_add(&map, "revoked_keys", describe_revoked(policy->revoked_keys, policy->n_revoked_keys, "id"));
	lp_value_add(&map, "revoked_bundles",
		     describe_revoked(policy->revoked_bundles, policy->n_revoked_bundles, "digest"));
	for (size_t i = 0; i < policy->n_minimum; i++) {
		struct lppack_value *one = lp_value_map();

		lp_release_describe(&one, &policy->minimum[i]);
		lp_value_push(&minimum, one);
	}
	lp_value_add(&map, "minimum", minimum);
	return map;
}

/* That no bundle is accepted by the policy, or for want of one, is told beside it. */
static void describe_memory(const char *root, const struct lp_policy *policy, struct lppack_value **warnings)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct lp_policy_memory memory;
	struct lppack_value *map;

	if (lp_policy_memory_read(root, &memory, &why) >= 0 && lp_policy_memory_check(&memory, root, policy, &why) >= 0)
		return;
	map = lp_value_map();
	lp_value_add_text(&map, "kind", "policy-memory");
	lp_value_add_text(&map, "text", why.message);
	lp_value_add_text(&map, "hint", why.hint[0] ? why.hint : NULL);
	lp_value_push(warnings, map);
}

LP_EXPORT struct lppack_value *lppack_trust_describe(const char *root, struct lppack_error *err)
{
	const char *prefix = lp_root_prefix(root);
	LP_AUTO(key_files_free) struct key_files files = { 0 };
	LP_AUTO_RING struct lppack_keyring *ring = lppack_keyring_new(err);
	LP_AUTO_POLICY struct lp_policy policy = { 0 };
	struct lppack_value *warnings;
	struct lppack_value *map;
	struct lppack_value *keys;

	if (!ring || lp_keyring_add_directories(ring, prefix, err) < 0 ||
	    lp_policy_read_default(prefix, &policy, err) < 0 ||
	    lp_keyring_take_policy(ring, &policy, prefix, err) < 0 || list_files(&files, prefix, true, err) < 0 ||
	    lp_gaps_find(ring, prefix, err) < 0)
		return NULL;
	map = lp_value_map();
	keys = lp_value_list();
	for (size_t i = 0; i < files.n; i++)
		lp_value_push(&keys, describe_file(&files.items[i], &ring->policy));
	describe_policy_keys(&keys, ring);
	lp_value_add(&map, "keys", keys);
	lp_value_add(&map, "policy", describe_policy(&ring->policy));
	lp_value_add_int(&map, "crls", ring->n_crls);
	warnings = lp_value_list();
	describe_memory(prefix, &ring->policy, &warnings);
	lp_gaps_describe(ring, NULL, 0, &warnings);
	lp_value_add(&map, "warnings", warnings);
	if (!map)
		lp_fail_nomem(err);
	return map;
}

static int check_name(const char *name, struct lppack_error *err)
{
	if (!strchr(name, '/') && lp_key_file_is_named(name))
		return 0;
	return lp_fail(err, LPPACK_E_USAGE, "other files are no keys: rename it, or give the name with --name",
		       "'%s': the name of a key's file ends in .pub or .pem", name);
}

/* The mode counts whatever the caller's umask is: verifying does not need root. */
static int write_public(const char *root, const char *path, const struct lp_buf *bytes, struct lppack_error *err)
{
	LP_AUTO_OUTPUT struct lp_output out = { .fd = -1, .dirfd = -1 };
	int rc = lp_output_open_below(&out, root, path, 0644, err);

	if (rc < 0)
		return rc;
	if (fchmod(out.fd, 0644) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: its mode cannot be set", out.path);
	rc = lp_output_write(&out, bytes->data, bytes->len, err);
	return rc < 0 ? rc : lp_output_commit(&out, true, err);
}

/* The descriptor of the administrator's directory, or a negative code. */
static int make_admin_directory(const char *root, struct lppack_error *err)
{
	int rc = lp_directory_make(root, LPPACK_KEYS_DIR_ADMIN, err);

	return rc < 0 ? rc : lp_directory_open_safe(root, LPPACK_KEYS_DIR_ADMIN, NULL, err);
}

/* Adds "revoked_by" where the key that was added will not count, or only since it was added. */
static void describe_revocation(struct lppack_value **map, const char *root, const char *id,
				const struct lp_certificate *certificate)
{
	LP_AUTO_RING struct lppack_keyring *ring = lppack_keyring_new(NULL);
	LP_AUTO_POLICY struct lp_policy policy = { 0 };
	const char *by = NULL;

	/* What cannot be read is another call's error: the key is there. */
	if (!ring || lp_keyring_add_directories(ring, root, NULL) < 0 ||
	    lp_policy_read_default(root, &policy, NULL) < 0 || lp_keyring_take_policy(ring, &policy, root, NULL) < 0)
		return;
	if (lp_gaps_is_revoked(ring, id, certificate, &by))
		lp_value_add_text(map, "revoked_by", by);
}

LP_EXPORT struct lppack_value *lppack_trust_add(const char *root, const char *path, const char *name,
						struct lppack_error *err)
{
	const char *prefix = lp_root_prefix(root);
	const char *slash = strrchr(path, '/');
	const char *last = name ? name : slash ? slash + 1 : path;
	LP_AUTO(cleanup_lp_certificate_free) struct lp_certificate *certificate = NULL;
	LP_AUTO_CLOSE int directory = -1;
	LP_AUTO_FREE char *target = NULL;
	LP_AUTO_BUF struct lp_buf pem = { 0 };
	struct lp_public_key key;
	struct lppack_value *map;
	char id[LPPACK_KEY_ID_SIZE];

	if (check_name(last, err) < 0 || lp_file_read(AT_FDCWD, path, LP_CERTIFICATE_MAX, &pem, err) < 0 ||
	    lp_trusted_parse(pem.data, pem.len, path, &key, &certificate, err) < 0)
		return NULL;
	directory = make_admin_directory(prefix, err);
	if (directory < 0)
		return NULL;
	target = lp_text_format("%s" LPPACK_KEYS_DIR_ADMIN "/%s", prefix, last);
	if (!target) {
		lp_fail_nomem(err);
		return NULL;
	}
	if (write_public(prefix, target + strlen(prefix), &pem, err) < 0)
		return NULL;
	lp_hex_encode(key.id.bytes, LP_DIGEST_SIZE, id);
	map = describe_key(&key, id, certificate);
	lp_value_add_text(&map, "file", target);
	describe_revocation(&map, prefix, id, certificate);
	if (!map)
		lp_fail_nomem(err);
	return map;
}

/* Puts a link to /dev/null in place of the name, whole or not at all. */
static int put_mask(int directory, const char *name, struct lppack_error *err)
{
	LP_AUTO_FREE char *temp = lp_text_format(".%s.%ld.tmp", name, (long)getpid());

	if (!temp)
		return lp_fail_nomem(err);
	if (symlinkat("/dev/null", directory, temp) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, LPPACK_KEYS_DIR_ADMIN "/%s: cannot be made", temp);
	if (renameat(directory, temp, directory, name) < 0) {
		int rc = lp_fail_sys(err, LPPACK_E_IO, NULL, LPPACK_KEYS_DIR_ADMIN "/%s: cannot be put in place", name);

		unlinkat(directory, temp, 0);
		return rc;
	}
	if (fsync(directory) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, LPPACK_KEYS_DIR_ADMIN ": cannot be synced");
	return 0;
}

/* Removing the administrator's file alone would bring back the vendor's of that name. */
static int distrust(const struct key_files *files, const struct key_file *file, const char *root,
		    struct lppack_value **removed, struct lppack_value **masked, struct lppack_error *err)
{
	LP_AUTO_CLOSE int directory = -1;
	int rc;

	if (!file->is_vendors && !has_file(files, file->name, true)) {
		rc = lp_root_unlink(root, file->path + strlen(root), err);
		if (rc < 0)
			return rc;
		lp_value_push(removed, lp_value_string(file->path));
		return 0;
	}
	directory = make_admin_directory(root, err);
	if (directory < 0)
		return directory;
	rc = put_mask(directory, file->name, err);
	if (rc < 0)
		return rc;
	lp_value_push(masked, lp_value_string(file->name));
	return 0;
}

static bool is_key_id(const char *text)
{
	uint8_t bytes[LP_DIGEST_SIZE];

	return lp_hex_decode(text, bytes, sizeof(bytes)) == LP_DIGEST_SIZE;
}

static bool is_meant(const struct key_file *file, const char *what, bool by_id)
{
	if (file->is_masked || file->is_mask)
		return false;
	return strcmp(by_id ? file->id : file->name, what) == 0;
}

/* 0, or why it cannot be: NULL files are told apart by name. */
static int remove_meant(const struct key_files *files, const char *what, const char *root,
			struct lppack_value **removed, struct lppack_value **masked, struct lppack_error *err)
{
	bool by_id = is_key_id(what);
	size_t n = 0;

	for (size_t i = 0; i < files->n; i++) {
		const struct key_file *file = &files->items[i];
		int rc;

		if (!is_meant(file, what, by_id))
			continue;
		n++;
		rc = distrust(files, file, root, removed, masked, err);
		if (rc < 0)
			return rc;
	}
	if (n > 0)
		return 0;
	return lp_fail(err, LPPACK_E_NO_KEYS,
		       "'lppack trust list' lists them; a key that the policy brings is ended by its revoked_keys",
		       "'%s': no such key is in %s" LPPACK_KEYS_DIR_ADMIN " or %s" LPPACK_KEYS_DIR_VENDOR, what, root,
		       root);
}

/* Why a key still counts, and the command or change that ends it. */
static void add_reason(struct lppack_value **list, const char *id, const char *by, const char *file, char *end)
{
	LP_AUTO_FREE char *owned = end;
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "id", id);
	lp_value_add_text(&map, "by", by);
	lp_value_add_text(&map, "file", file);
	lp_value_add(&map, "end", owned ? lp_value_string(owned) : NULL);
	lp_value_push(list, map);
}

/* Revoked keys never count, and of a policy that lists keys only those that it lists. An authority may vouch for a key
 * that is not listed. */
static bool is_out(const struct lp_policy *policy, const char *id, bool is_vouched_for)
{
	if (lp_policy_find_revoked(policy->revoked_keys, policy->n_revoked_keys, id))
		return true;
	return policy->has_keys && !is_vouched_for && !lp_policy_find_key(policy, id);
}

static char *format_revocation(const struct lp_policy *policy, const char *id)
{
	return lp_text_format("add %s to revoked_keys of %s", id,
			      policy->name ? policy->name : LPPACK_POLICY_ADMIN " (lppack-policy(5))");
}

/* A certificate that was removed may still lead to an authority. */
static int add_authority(struct lppack_value **list, const struct lppack_keyring *ring, const struct key_file *file,
			 struct lppack_error *err)
{
	LP_AUTO_FREE const struct lp_certificate **anchors = calloc(ring->n + 1, sizeof(*anchors));
	LP_AUTO_FREE const char **names = calloc(ring->n + 1, sizeof(*names));
	struct lp_chain_rules rules = { .anchors = anchors,
					.at = lp_certificate_get_info(file->certificate)->not_before,
					.now = (int64_t)time(NULL),
					.crls = (const struct lp_crl *const *)ring->crls,
					.n_crls = ring->n_crls };
	struct lp_chain_report report;
	int rc;

	if (!anchors || !names)
		return lp_fail_nomem(err);
	for (size_t i = 0; i < ring->n; i++)
		if (ring->keys[i].is_anchor) {
			names[rules.n_anchors] = ring->keys[i].file;
			anchors[rules.n_anchors++] = ring->keys[i].certificate;
		}
	if (rules.n_anchors == 0)
		return 0;
	rc = lp_chain_check(file->certificate, NULL, &rules, &report, err);
	if (rc < 0 || report.verdict != LP_CHAIN_TRUSTED || is_out(&ring->policy, file->id, true))
		return rc;
	add_reason(list, file->id, "authority", names[report.anchor], format_revocation(&ring->policy, file->id));
	return 0;
}

/* By the machine as it is now. */
static int add_reasons(struct lppack_value **list, const struct lppack_keyring *ring, const struct key_file *file,
		       struct lppack_error *err)
{
	for (size_t i = 0; i < ring->n; i++) {
		const struct lp_trusted *trusted = &ring->keys[i];

		if (strcmp(trusted->id, file->id) != 0 || is_out(&ring->policy, file->id, trusted->is_anchor))
			continue;
		add_reason(list, file->id, trusted->file ? "file" : "policy",
			   trusted->file ? trusted->file : ring->policy.name,
			   trusted->file ? lp_text_format("lppack trust remove %s", file->id) :
					   format_revocation(&ring->policy, file->id));
	}
	return file->certificate ? add_authority(list, ring, file, err) : 0;
}

/* A file that is no key at all has no id to be judged by. */
static void read_meant(struct key_files *files, const char *root, const char *what, bool by_id)
{
	for (size_t i = 0; !by_id && i < files->n; i++)
		if (is_meant(&files->items[i], what, by_id) && read_key(root, &files->items[i], NULL) < 0)
			files->items[i].id[0] = '\0';
}

/* Adds "still" and "left" for the machine as it is after the change, or "unjudged": why it cannot be said. */
static void describe_what_is_left(struct lppack_value **map, const char *root, const struct key_files *files,
				  const char *what, bool by_id)
{
	LP_AUTO_RING struct lppack_keyring *ring = lppack_keyring_new(NULL);
	LP_AUTO_POLICY struct lp_policy policy = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lppack_value *still = lp_value_list();
	int rc = ring ? lp_keyring_add_directories(ring, root, &err) : lp_fail_nomem(&err);

	if (rc == 0)
		rc = lp_policy_read_default(root, &policy, &err);
	if (rc >= 0)
		rc = lp_keyring_take_policy(ring, &policy, root, &err);
	for (size_t i = 0; rc == 0 && i < files->n; i++)
		if (is_meant(&files->items[i], what, by_id) && files->items[i].id[0])
			rc = add_reasons(&still, ring, &files->items[i], &err);
	lp_value_add(map, "still", still);
	if (rc < 0)
		lp_value_add_text(map, "unjudged", err.message);
	else
		lp_value_add_int(map, "left", lppack_keyring_count(ring));
}

LP_EXPORT struct lppack_value *lppack_trust_remove(const char *root, const char *what, struct lppack_error *err)
{
	const char *prefix = lp_root_prefix(root);
	LP_AUTO(key_files_free) struct key_files files = { 0 };
	struct lppack_value *removed = NULL;
	struct lppack_value *masked = NULL;
	struct lppack_value *map;
	bool by_id = is_key_id(what);
	int rc;

	/* By its name a file can be removed that is no key at all. */
	if ((!by_id && check_name(what, err) < 0) || list_files(&files, prefix, by_id, err) < 0)
		return NULL;
	read_meant(&files, prefix, what, is_key_id(what));
	map = lp_value_map();
	removed = lp_value_list();
	masked = lp_value_list();
	rc = remove_meant(&files, what, prefix, &removed, &masked, err);
	lp_value_add(&map, "removed", removed);
	lp_value_add(&map, "masked", masked);
	if (rc < 0) {
		lppack_value_free(map);
		return NULL;
	}
	describe_what_is_left(&map, prefix, &files, what, is_key_id(what));
	if (!map)
		lp_fail_nomem(err);
	return map;
}
