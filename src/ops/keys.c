/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ops/keys.h"

#include "base/array.h"
#include "base/export.h"
#include "base/file.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define PEM_MAX 65536

LP_DEFINE_CLEANUP(struct lppack_signer, lppack_signer_free)

/* A last part of nothing or dots would make hidden files. */
static int check_name(const char *name, struct lppack_error *err)
{
	const char *slash = name ? strrchr(name, '/') : NULL;
	const char *last = slash ? slash + 1 : name;

	if (last && last[strspn(last, ".")])
		return 0;
	return lp_fail(err, LPPACK_E_USAGE, "name the pair: NAME.key and NAME.pub are made",
		       "'%s' is no name for a key pair", name ? name : "");
}

static int write_pair(const char *name, const struct lp_buf *secret, const struct lp_buf *public_pem,
		      struct lppack_error *err)
{
	LP_AUTO_OUTPUT struct lp_output key = { .fd = -1, .dirfd = -1 };
	LP_AUTO_OUTPUT struct lp_output pub = { .fd = -1, .dirfd = -1 };
	LP_AUTO_FREE char *key_path = lp_text_format("%s.key", name);
	LP_AUTO_FREE char *pub_path = lp_text_format("%s.pub", name);
	int rc;

	if (!key_path || !pub_path)
		return lp_fail_nomem(err);
	rc = lp_output_open(&key, key_path, 0600, err);
	if (rc == 0)
		rc = lp_output_open(&pub, pub_path, 0644, err);
	if (rc == 0)
		rc = lp_output_write(&key, secret->data, secret->len, err);
	if (rc == 0)
		rc = lp_output_write(&pub, public_pem->data, public_pem->len, err);
	if (rc == 0)
		rc = lp_output_commit(&pub, true, err);
	if (rc < 0)
		return rc;
	rc = lp_output_commit(&key, true, err);
	if (rc < 0)
		unlink(pub_path); /* both or none */
	return rc;
}

LP_EXPORT int lppack_key_generate(const char *name, char id[LPPACK_KEY_ID_SIZE], struct lppack_error *err)
{
	LP_AUTO(cleanup_lp_private_key_free) struct lp_private_key *key = NULL;
	LP_AUTO_BUF struct lp_buf secret = { 0 };
	LP_AUTO_BUF struct lp_buf public_pem = { 0 };
	int rc = check_name(name, err);

	if (rc == 0)
		rc = lp_private_key_generate(&key, err);
	if (rc == 0)
		rc = lp_private_key_format(key, &secret, err);
	if (rc == 0)
		rc = lp_public_key_format(lp_private_key_public(key), &public_pem, err);
	if (rc == 0)
		rc = write_pair(name, &secret, &public_pem, err);
	if (rc == 0)
		lp_hex_encode(lp_private_key_public(key)->id.bytes, LP_DIGEST_SIZE, id);
	if (secret.data)
		explicit_bzero(secret.data, secret.room);
	return rc;
}

LP_EXPORT struct lppack_signer *lppack_signer_open(const char *path, struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_signer_free) struct lppack_signer *signer = calloc(1, sizeof(*signer));
	LP_AUTO_BUF struct lp_buf pem = { 0 };
	int rc;

	if (!signer) {
		lp_fail_nomem(err);
		return NULL;
	}
	rc = lp_file_read(AT_FDCWD, path, PEM_MAX, &pem, err);
	if (rc == 0)
		rc = lp_private_key_parse(pem.data, pem.len, path, &signer->key, err);
	if (pem.data)
		explicit_bzero(pem.data, pem.room);
	if (rc < 0)
		return NULL;
	lp_hex_encode(lp_private_key_public(signer->key)->id.bytes, LP_DIGEST_SIZE, signer->id);
	return LP_TAKE(signer);
}

LP_EXPORT const char *lppack_signer_id(const struct lppack_signer *signer)
{
	return signer->id;
}

LP_EXPORT void lppack_signer_free(struct lppack_signer *signer)
{
	if (signer)
		lp_private_key_free(signer->key);
	free(signer);
}

LP_EXPORT struct lppack_keyring *lppack_keyring_new(struct lppack_error *err)
{
	struct lppack_keyring *keyring = calloc(1, sizeof(*keyring));

	if (!keyring)
		lp_fail_nomem(err);
	return keyring;
}

LP_EXPORT void lppack_keyring_free(struct lppack_keyring *keyring)
{
	if (keyring)
		free(keyring->keys);
	free(keyring);
}

bool lp_keyring_has(const struct lppack_keyring *keyring, const struct lp_public_key *key)
{
	for (size_t i = 0; i < keyring->n; i++)
		if (memcmp(keyring->keys[i].key.spki, key->spki, sizeof(key->spki)) == 0)
			return true;
	return false;
}

static int add_key(struct lppack_keyring *keyring, const struct lp_public_key *key, struct lppack_error *err)
{
	struct trusted_key *added;

	if (lp_keyring_has(keyring, key))
		return 0;
	added = lp_array_add(&keyring->keys, &keyring->n, sizeof(*added));
	if (!added)
		return lp_fail_nomem(err);
	added->key = *key;
	lp_hex_encode(key->id.bytes, LP_DIGEST_SIZE, added->id);
	return 0;
}

static int add_file(struct lppack_keyring *keyring, int dirfd, const char *name, const char *path,
		    struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf pem = { 0 };
	struct lp_public_key key;
	int rc = lp_file_read(dirfd, name, PEM_MAX, &pem, err);

	/* The error names the file below dirfd only. */
	if (rc < 0 && dirfd != AT_FDCWD)
		return lp_wrap(err, rc, "%.*s", (int)(strlen(path) - strlen(name) - 1), path);
	if (rc == 0)
		rc = lp_public_key_parse(pem.data, pem.len, path, &key, err);
	return rc < 0 ? rc : add_key(keyring, &key, err);
}

static int is_key_file(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return entry->d_name[0] != '.' && dot && (strcmp(dot, ".pem") == 0 || strcmp(dot, ".pub") == 0);
}

static void free_names(struct dirent **names, int n)
{
	for (int i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

/* masked: a directory whose files of the same name count instead (-1: none). */
static int add_directory(struct lppack_keyring *keyring, int dirfd, const char *path, int masked,
			 struct lppack_error *err)
{
	struct dirent **names = NULL;
	int n = scandirat(dirfd, ".", &names, is_key_file, alphasort);
	int rc = 0;

	if (n < 0)
		return lp_fail_sys(err, LPPACK_E_IO, "check its permissions", "%s: cannot be listed", path);
	for (int i = 0; rc == 0 && i < n; i++) {
		LP_AUTO_FREE char *file = lp_text_format("%s/%s", path, names[i]->d_name);

		if (!file)
			rc = lp_fail_nomem(err);
		else if (masked < 0 || faccessat(masked, names[i]->d_name, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
			rc = add_file(keyring, dirfd, names[i]->d_name, file, err);
	}
	free_names(names, n);
	return rc;
}

LP_EXPORT int lppack_keyring_add(struct lppack_keyring *keyring, const char *path, struct lppack_error *err)
{
	LP_AUTO_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	size_t before = keyring->n;
	int rc;

	if (fd < 0 && errno == ENOTDIR)
		return add_file(keyring, AT_FDCWD, path, path, err);
	if (fd < 0)
		return lp_fail_sys(err, LPPACK_E_IO, "name a public key file or a directory of them",
				   "%s: cannot be opened", path);
	rc = add_directory(keyring, fd, path, -1, err);
	if (rc == 0 && keyring->n == before && before == 0)
		return lp_fail(err, LPPACK_E_NO_KEYS, "put the vendor's .pem or .pub file there",
			       "%s: no *.pem or *.pub file in it", path);
	return rc;
}

/* The descriptor of a directory below root, or -1 with *missing set if it is not there. */
static int open_default(const char *root, const char *dir, char **path, bool *missing)
{
	int fd;

	*path = lp_text_format("%s%s", root && strcmp(root, "/") != 0 ? root : "", dir);
	fd = *path ? open(*path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	*missing = fd < 0 && *path && errno == ENOENT;
	return fd;
}

static int add_default_directory(struct lppack_keyring *keyring, int fd, bool missing, const char *path, int masked,
				 struct lppack_error *err)
{
	if (!path)
		return lp_fail_nomem(err);
	if (missing)
		return 0;
	if (fd < 0)
		return lp_fail_sys(err, LPPACK_E_IO, "make it a readable directory of *.pem and *.pub files",
				   "%s: cannot be opened", path);
	return add_directory(keyring, fd, path, masked, err);
}

LP_EXPORT int lppack_keyring_add_default(struct lppack_keyring *keyring, const char *root, struct lppack_error *err)
{
	LP_AUTO_FREE char *admin_path = NULL;
	LP_AUTO_FREE char *vendor_path = NULL;
	bool admin_missing = false;
	bool vendor_missing = false;
	LP_AUTO_CLOSE int admin = open_default(root, LPPACK_KEYS_DIR_ADMIN, &admin_path, &admin_missing);
	LP_AUTO_CLOSE int vendor = -1;
	int rc = add_default_directory(keyring, admin, admin_missing, admin_path, -1, err);

	if (rc < 0)
		return rc;
	vendor = open_default(root, LPPACK_KEYS_DIR_VENDOR, &vendor_path, &vendor_missing);
	rc = add_default_directory(keyring, vendor, vendor_missing, vendor_path, admin, err);
	if (rc < 0)
		return rc;
	if (keyring->n == 0)
		return lp_hint(err,
			       lp_fail(err, LPPACK_E_NO_KEYS, NULL, "no trusted key in %s or %s", admin_path,
				       vendor_path),
			       "put the vendor's public key (.pub) into %s/, or name it with --keys", admin_path);
	return 0;
}

LP_EXPORT size_t lppack_keyring_count(const struct lppack_keyring *keyring)
{
	return keyring->n;
}

LP_EXPORT const char *lppack_keyring_id(const struct lppack_keyring *keyring, size_t i)
{
	return i < keyring->n ? keyring->keys[i].id : NULL;
}
