/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The set of keys that are trusted: from files, directories, a policy and memory. */
#include "trust/keyring.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/directory.h"
#include "base/export.h"
#include "base/file.h"
#include "base/root.h"
#include "trust/gaps.h"
#include "trust/key_dir.h"
#include "trust/meetable.h"
#include "trust/policy_memory.h"

#include <lppack/trust.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

LP_EXPORT struct lppack_keyring *lppack_keyring_new(struct lppack_error *err)
{
	struct lppack_keyring *keyring = calloc(1, sizeof(*keyring));

	if (!keyring)
		lp_fail_nomem(err);
	else
		lp_policy_init(&keyring->policy);
	return keyring;
}

LP_EXPORT void lppack_keyring_free(struct lppack_keyring *keyring)
{
	if (!keyring)
		return;
	for (size_t i = 0; i < keyring->n; i++) {
		lp_certificate_free(keyring->keys[i].certificate);
		free(keyring->keys[i].file);
	}
	for (size_t i = 0; i < keyring->n_crls; i++)
		lp_crl_free(keyring->crls[i]);
	lp_policy_free(&keyring->policy);
	lp_gaps_free(keyring);
	free(keyring->policy_root);
	free(keyring->crls);
	free(keyring->keys);
	free(keyring);
}

const char *lp_root_prefix(const char *root)
{
	return root && strcmp(root, "/") != 0 ? root : "";
}

static bool has_key(const struct lppack_keyring *keyring, const struct lp_public_key *key)
{
	for (size_t i = 0; i < keyring->n; i++)
		if (lp_public_key_equal(&keyring->keys[i].key, key))
			return true;
	return false;
}

/* Takes the certificate over. path: NULL for a key of the policy's. */
static int add_key(struct lppack_keyring *keyring, const struct lp_public_key *key, struct lp_certificate *certificate,
		   const char *path, struct lppack_error *err)
{
	LP_AUTO(cleanup_lp_certificate_free) struct lp_certificate *owned = certificate;
	bool is_first = !has_key(keyring, key);
	struct lp_trusted *added = lp_array_add(&keyring->keys, &keyring->n, sizeof(*added));

	if (!added)
		return lp_fail_nomem(err);
	added->key = *key;
	added->is_first = is_first;
	added->is_anchor = owned && lp_certificate_get_info(owned)->is_ca;
	added->certificate = LP_TAKE(owned);
	lp_hex_encode(key->id.bytes, LP_DIGEST_SIZE, added->id);
	if (path)
		added->file = strdup(path);
	return path && !added->file ? lp_fail_nomem(err) : 0;
}

static int take_key(struct lppack_keyring *keyring, const char *root, const char *path, struct lppack_error *err)
{
	LP_AUTO(cleanup_lp_certificate_free) struct lp_certificate *certificate = NULL;
	LP_AUTO_FREE char *name = lp_text_format("%s%s", root, path);
	LP_AUTO_BUF struct lp_buf pem = { 0 };
	struct lp_public_key key;
	bool masked;
	int rc = name ? lp_key_file_read(root, path, &pem, &masked, err) : lp_fail_nomem(err);

	if (rc < 0 || masked)
		return rc;
	rc = lp_trusted_parse(pem.data, pem.len, name, &key, &certificate, err);
	return rc < 0 ? rc : add_key(keyring, &key, LP_TAKE(certificate), name, err);
}

static int take_crl(struct lppack_keyring *keyring, const char *root, const char *path, struct lppack_error *err)
{
	LP_AUTO(cleanup_lp_crl_free) struct lp_crl *crl = NULL;
	LP_AUTO_FREE char *name = lp_text_format("%s%s", root, path);
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	struct lp_crl **added;
	int rc = name ? lp_root_read_safe(root, path, LP_CRL_MAX, &bytes, err) : lp_fail_nomem(err);

	if (rc < 0)
		return rc;
	rc = lp_crl_parse(bytes.data, bytes.len, name, &crl, err);
	if (rc < 0)
		return rc;
	added = lp_array_add(&keyring->crls, &keyring->n_crls, sizeof(*added));
	if (!added)
		return lp_fail_nomem(err);
	*added = LP_TAKE(crl);
	return 0;
}

static int is_key_file(const struct dirent *entry)
{
	return lp_key_file_is_named(entry->d_name);
}

static int is_crl_file(const struct dirent *entry)
{
	return lp_crl_file_is_named(entry->d_name);
}

/* Whether the directory (-1: none) has a file of that name: 1 or 0. No answer is an error, as a mask must not fail. */
static int has_name(int dirfd, const char *name, const char *path, struct lppack_error *err)
{
	struct stat st;

	if (dirfd < 0)
		return 0;
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return errno == ENOENT ?
		       0 :
		       lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: whether it is masked cannot be examined", path);
}

/* dirfd: what root and path are open as. masked: a directory whose files of the same name count instead (-1: none). */
static int add_directory(struct lppack_keyring *keyring, int dirfd, const char *root, const char *path, int masked,
			 int (*is_file)(const struct dirent *entry),
			 int (*take)(struct lppack_keyring *keyring, const char *root, const char *path,
				     struct lppack_error *err),
			 struct lppack_error *err)
{
	LP_AUTO_NAMES struct lp_directory_names names = { 0 };

	if (lp_directory_list(dirfd, is_file, &names) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, "check its permissions", "%s%s: cannot be listed", root, path);
	for (int i = 0; i < names.n; i++) {
		LP_AUTO_FREE char *file = lp_text_format("%s/%s", path, names.items[i]->d_name);
		int rc;

		rc = file ? has_name(masked, names.items[i]->d_name, file, err) : lp_fail_nomem(err);
		if (rc == 0)
			rc = take(keyring, root, file, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

LP_EXPORT int lppack_keyring_add(struct lppack_keyring *keyring, const char *path, struct lppack_error *err)
{
	LP_AUTO_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t before = keyring->n;
	int rc;

	if (fd < 0 && errno == ENOTDIR)
		return take_key(keyring, "", path, err);
	if (fd < 0)
		return lp_fail_sys(err, LPPACK_E_IO, "name a public key file or a directory of them",
				   "%s: cannot be opened", path);
	rc = lp_fd_check_safe(fd, path, err);
	if (rc < 0)
		return rc;
	rc = add_directory(keyring, fd, "", path, -1, is_key_file, take_key, err);
	if (rc < 0)
		return rc;
	if (keyring->n == before && before == 0)
		return lp_fail(err, LPPACK_E_NO_KEYS, "put the vendor's .pem or .pub file there",
			       "%s: no *.pem or *.pub file in it", path);
	return 0;
}

LP_EXPORT int lppack_keyring_add_memory(struct lppack_keyring *keyring, const void *pem, size_t n, const char *name,
					struct lppack_error *err)
{
	LP_AUTO(cleanup_lp_certificate_free) struct lp_certificate *certificate = NULL;
	struct lp_public_key key;
	int rc = lp_trusted_parse(pem, n, name, &key, &certificate, err);

	return rc < 0 ? rc : add_key(keyring, &key, LP_TAKE(certificate), name, err);
}

/* A descriptor, -1 where there is none, or a negative code below that. */
static int open_default(const char *root, const char *path, struct lppack_error *err)
{
	bool missing = false;
	int fd = lp_directory_open_safe(root, path, &missing, err);

	return missing ? -1 : fd;
}

#define IS_FAILED(fd) ((fd) < -1)

int lp_keyring_add_directories(struct lppack_keyring *keyring, const char *root, struct lppack_error *err)
{
	LP_AUTO_CLOSE int admin = open_default(root, LPPACK_KEYS_DIR_ADMIN, err);
	LP_AUTO_CLOSE int vendor = IS_FAILED(admin) ? -1 : open_default(root, LPPACK_KEYS_DIR_VENDOR, err);
	int rc = 0;

	if (IS_FAILED(admin) || IS_FAILED(vendor))
		return IS_FAILED(admin) ? admin : vendor;
	if (admin >= 0)
		rc = add_directory(keyring, admin, root, LPPACK_KEYS_DIR_ADMIN, -1, is_key_file, take_key, err);
	if (rc < 0 || vendor < 0)
		return rc;
	return add_directory(keyring, vendor, root, LPPACK_KEYS_DIR_VENDOR, admin, is_key_file, take_key, err);
}

static int read_policy(const char *root, const char *path, struct lp_policy *out, struct lppack_error *err)
{
	LP_AUTO_FREE char *name = lp_text_format("%s%s", root, path);
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	int rc = name ? lp_root_read_safe(root, path, LP_POLICY_MAX, &bytes, err) : lp_fail_nomem(err);

	lp_policy_init(out);
	return rc < 0 ? rc : lp_policy_parse(bytes.data, bytes.len, name, out, err);
}

int lp_policy_read(const char *path, struct lp_policy *out, struct lppack_error *err)
{
	return read_policy("", path, out, err);
}

int lp_policy_read_default(const char *root, struct lp_policy *out, struct lppack_error *err)
{
	static const char *const places[][2] = {
		{ "/etc/lppack", LPPACK_POLICY_ADMIN },
		{ "/usr/lib/lppack", LPPACK_POLICY_VENDOR },
	};

	lp_policy_init(out);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		LP_AUTO_CLOSE int fd = open_default(root, places[i][0], err);
		struct stat st;
		int rc;

		if (IS_FAILED(fd))
			return fd;
		/* A link to nothing is a policy that cannot be read, not one that is absent. */
		if (fd < 0 || (fstatat(fd, LP_POLICY_NAME, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT))
			continue;
		rc = read_policy(root, places[i][1], out, err);
		return rc < 0 ? rc : 1;
	}
	return 0;
}

/* The key that a policy brings, in its PEM form. */
static int parse_policy_key(const struct lp_policy *policy, const struct lp_policy_key *listed,
			    struct lp_public_key *key, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf pem = { 0 };
	struct lppack_error cause = LPPACK_ERROR_INIT;
	char id[LPPACK_KEY_ID_SIZE] = "";

	lp_buf_text(&pem, "-----BEGIN PUBLIC KEY-----\n");
	for (const char *text = listed->public_key; *text; text += strnlen(text, 64))
		lp_buf_printf(&pem, "%.64s\n", text);
	lp_buf_text(&pem, "-----END PUBLIC KEY-----\n");
	if (!lp_buf_ok(&pem))
		return lp_fail_nomem(err);
	if (lp_public_key_parse(pem.data, pem.len, listed->id, key, &cause) == 0)
		lp_hex_encode(key->id.bytes, LP_DIGEST_SIZE, id);
	if (!cause.code && strcmp(id, listed->id) == 0)
		return 0;
	return lp_fail(err, LPPACK_E_POLICY,
		       "'public_key' is the PEM file's text between its BEGIN and END lines, in one line",
		       "%s: key %s: its 'public_key' %s", policy->name, listed->id,
		       cause.code ? "is no public key that can sign bundles" : "has another id");
}

static int add_policy_keys(struct lppack_keyring *keyring, struct lppack_error *err)
{
	const struct lp_policy *policy = &keyring->policy;

	for (size_t i = 0; i < policy->n_keys; i++) {
		struct lp_public_key key;
		int rc;

		if (!policy->keys[i].public_key)
			continue;
		rc = parse_policy_key(policy, &policy->keys[i], &key, err);
		if (rc < 0)
			return rc;
		rc = add_key(keyring, &key, NULL, NULL, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* A directory that the policy names has to be there; the default one need not. */
static int add_crls(struct lppack_keyring *keyring, const char *root, struct lppack_error *err)
{
	const char *named = keyring->policy.crl_directory;
	const char *path = named ? named : LP_CRL_DIRECTORY;
	bool missing = false;
	LP_AUTO_CLOSE int fd = lp_directory_open_safe(root, path, named ? NULL : &missing, err);

	if (missing)
		return 0;
	return fd < 0 ? fd : add_directory(keyring, fd, root, path, -1, is_crl_file, take_crl, err);
}

int lp_keyring_take_policy(struct lppack_keyring *keyring, struct lp_policy *policy, const char *root,
			   struct lppack_error *err)
{
	int rc;

	lp_policy_free(&keyring->policy);
	keyring->policy = *policy;
	lp_policy_init(policy);
	rc = add_policy_keys(keyring, err);
	if (rc < 0)
		return rc;
	rc = lp_policy_check_meetable(&keyring->policy, keyring->keys, keyring->n, err);
	return rc < 0 ? rc : add_crls(keyring, root, err);
}

LP_EXPORT int lppack_keyring_set_policy(struct lppack_keyring *keyring, const char *path, struct lppack_error *err)
{
	LP_AUTO_POLICY struct lp_policy policy = { 0 };
	int rc = lp_policy_read(path, &policy, err);

	if (rc < 0)
		return rc;
	free(LP_TAKE(keyring->policy_root));
	return lp_keyring_take_policy(keyring, &policy, "", err);
}

/* The installed policy, if it may be that by what the machine remembers. */
static int take_installed_policy(struct lppack_keyring *keyring, const char *root, struct lppack_error *err)
{
	LP_AUTO_POLICY struct lp_policy policy = { 0 };
	struct lp_policy_memory memory;
	int rc = lp_policy_memory_read(root, &memory, err);

	if (rc < 0)
		return rc;
	rc = lp_policy_read_default(root, &policy, err);
	if (rc < 0)
		return rc;
	rc = lp_policy_memory_check(&memory, root, &policy, err);
	if (rc < 0)
		return rc;
	if (policy.version) {
		keyring->policy_root = strdup(root);
		if (!keyring->policy_root)
			return lp_fail_nomem(err);
	}
	return lp_keyring_take_policy(keyring, &policy, root, err);
}

LP_EXPORT int lppack_keyring_add_default(struct lppack_keyring *keyring, const char *root, struct lppack_error *err)
{
	const char *prefix = lp_root_prefix(root);
	int rc = lp_keyring_add_directories(keyring, prefix, err);

	if (rc < 0)
		return rc;
	rc = take_installed_policy(keyring, prefix, err);
	if (rc == 0)
		rc = lp_gaps_find(keyring, prefix, err);
	if (rc < 0)
		return rc;
	if (keyring->n == 0)
		return lp_hint(err,
			       lp_fail(err, LPPACK_E_NO_KEYS, NULL,
				       "no trusted key in %s" LPPACK_KEYS_DIR_ADMIN " or %s" LPPACK_KEYS_DIR_VENDOR,
				       prefix, prefix),
			       "put the vendor's public key (.pub) into %s" LPPACK_KEYS_DIR_ADMIN
			       "/, or name it with --keys",
			       prefix);
	return 0;
}

LP_EXPORT size_t lppack_keyring_count(const struct lppack_keyring *keyring)
{
	size_t n = 0;

	for (size_t i = 0; i < keyring->n; i++)
		n += keyring->keys[i].is_first;
	return n;
}

LP_EXPORT const char *lppack_keyring_id(const struct lppack_keyring *keyring, size_t i)
{
	for (size_t j = 0; j < keyring->n; j++)
		if (keyring->keys[j].is_first && i-- == 0)
			return keyring->keys[j].id;
	return NULL;
}
