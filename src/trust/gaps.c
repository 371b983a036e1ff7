/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding masks, revocations and policies that have no effect. */
#include "trust/gaps.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/directory.h"
#include "base/root.h"
#include "base/value_add.h"
#include "format/manifest.h"
#include "crypto/cms_verify.h"
#include "trust/key_dir.h"

#include <lppack/trust.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

struct lp_gap {
	const char *kind; /* a literal, as lppack-trust(1) lists them */
	char *file;
	char *text;
	char *hint;
	const struct lp_crl *crl; /* of the ring, where a bundle may embed its authority; NULL */
};

void lp_gaps_free(struct lppack_keyring *ring)
{
	for (size_t i = 0; i < ring->n_gaps; i++) {
		free(ring->gaps[i].file);
		free(ring->gaps[i].text);
		free(ring->gaps[i].hint);
	}
	free(ring->gaps);
	ring->gaps = NULL;
	ring->n_gaps = 0;
}

/* Takes text and hint over. */
static int add_gap(struct lppack_keyring *ring, const char *kind, const char *file, char *text, char *hint,
		   struct lppack_error *err)
{
	struct lp_gap *gap = lp_array_add(&ring->gaps, &ring->n_gaps, sizeof(*gap));

	if (!gap) {
		free(text);
		free(hint);
		return lp_fail_nomem(err);
	}
	*gap = (struct lp_gap){ .kind = kind, .file = strdup(file), .text = text, .hint = hint };
	return gap->file && text && hint ? 0 : lp_fail_nomem(err);
}

static char *format_command(const char *command, const char *path)
{
	LP_AUTO_FREE char *quoted = lp_text_quote(path);

	return quoted ? lp_text_format("%s %s", command, quoted) : NULL;
}

static bool is_of_ring(const struct lppack_keyring *ring, const struct lp_crl *crl)
{
	for (size_t i = 0; i < ring->n; i++)
		if (ring->keys[i].is_anchor && lp_crl_is_of(crl, ring->keys[i].certificate))
			return true;
	return false;
}

static int find_unbound_crls(struct lppack_keyring *ring, struct lppack_error *err)
{
	for (size_t i = 0; i < ring->n_crls; i++) {
		const char *name = lp_crl_name(ring->crls[i]);
		int rc;

		if (is_of_ring(ring, ring->crls[i]))
			continue;
		rc = add_gap(
			ring, "crl-of-nobody", name,
			lp_text_format("%s: no authority that is trusted here has issued it, by its name and key: it "
				       "revokes nothing but what a signature's own authority has issued",
				       name),
			strdup("look whether it is the right list and whole, or remove it"), err);
		if (rc < 0)
			return rc;
		ring->gaps[ring->n_gaps - 1].crl = ring->crls[i];
	}
	return 0;
}

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && entry->d_type != DT_DIR;
}

static int find_ignored_crls(struct lppack_keyring *ring, const char *root, struct lppack_error *err)
{
	const char *path = ring->policy.crl_directory ? ring->policy.crl_directory : LP_CRL_DIRECTORY;
	bool missing = false;
	LP_AUTO_CLOSE int fd = lp_directory_open_safe(root, path, &missing, err);
	LP_AUTO_NAMES struct lp_directory_names names = { 0 };
	int rc = 0;

	if (fd < 0)
		return missing ? 0 : fd;
	if (lp_directory_list(fd, is_shown, &names) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, "check its permissions", "%s%s: cannot be listed", root, path);
	for (int i = 0; rc == 0 && i < names.n; i++) {
		LP_AUTO_FREE char *file = lp_text_format("%s%s/%s", root, path, names.items[i]->d_name);

		if (!file)
			return lp_fail_nomem(err);
		if (!lp_crl_file_is_named(names.items[i]->d_name))
			rc = add_gap(
				ring, "crl-ignored", file,
				lp_text_format("%s: is ignored: the name of a revocation list ends in .crl or .pem",
					       file),
				strdup("rename it"), err);
	}
	return rc;
}

/* -1: there is no such directory. */
static int find_idle_mask(struct lppack_keyring *ring, const char *root, const char *name, int vendor,
			  struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_text_format(LPPACK_KEYS_DIR_ADMIN "/%s", name);
	LP_AUTO_FREE char *file = path ? lp_text_format("%s%s", root, path) : NULL;
	LP_AUTO_BUF struct lp_buf pem = { 0 };
	bool masked = false;
	struct stat st;
	int rc = file ? lp_key_file_read(root, path, &pem, &masked, err) : lp_fail_nomem(err);

	if (rc < 0 || !masked)
		return rc;
	if (vendor >= 0 && (fstatat(vendor, name, &st, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT))
		return 0;
	return add_gap(
		ring, "mask-of-nothing", file,
		lp_text_format("%s: masks nothing: there is no %s%s/%s", file, root, LPPACK_KEYS_DIR_VENDOR, name),
		format_command("name it as the vendor's file is named, or: rm", file), err);
}

static int is_key_entry(const struct dirent *entry)
{
	return lp_key_file_is_named(entry->d_name);
}

static int find_idle_masks(struct lppack_keyring *ring, const char *root, struct lppack_error *err)
{
	bool missing = false;
	LP_AUTO_CLOSE int admin = lp_directory_open_safe(root, LPPACK_KEYS_DIR_ADMIN, &missing, err);
	LP_AUTO_CLOSE int vendor = -1;
	LP_AUTO_NAMES struct lp_directory_names names = { 0 };
	int rc = 0;

	if (admin < 0)
		return missing ? 0 : admin;
	vendor = lp_directory_open_safe(root, LPPACK_KEYS_DIR_VENDOR, &missing, err);
	if (vendor < 0 && !missing)
		return vendor;
	if (lp_directory_list(admin, is_key_entry, &names) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, "check its permissions", "%s%s: cannot be listed", root,
				   LPPACK_KEYS_DIR_ADMIN);
	for (int i = 0; rc == 0 && i < names.n; i++)
		rc = find_idle_mask(ring, root, names.items[i]->d_name, vendor, err);
	return rc;
}

/* The package's policy is only looked at where the administrator's counts. */
static int find_hidden_policy(struct lppack_keyring *ring, const char *root, struct lppack_error *err)
{
	LP_AUTO_FREE char *admin = lp_text_format("%s" LP_POLICY_ADMIN, root);
	LP_AUTO_FREE char *vendor = lp_text_format("%s" LP_POLICY_VENDOR, root);
	LP_AUTO_POLICY struct lp_policy hidden = { 0 };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc = 0;

	if (!admin || !vendor)
		return lp_fail_nomem(err);
	if (!ring->policy.name || strcmp(ring->policy.name, admin) != 0 || lp_root_is_absent(root, LP_POLICY_VENDOR))
		return 0;
	rc = lp_root_read_safe(root, LP_POLICY_VENDOR, LP_POLICY_MAX, &bytes, &why);
	if (rc == 0)
		rc = lp_policy_parse(bytes.data, bytes.len, vendor, &hidden, &why);
	if (rc < 0)
		return add_gap(ring, "policy-hidden", vendor,
			       lp_text_format("%s hides a policy that cannot be read: %s", admin, why.message),
			       strdup("have the package mended"), err);
	if (hidden.version <= ring->policy.version)
		return 0;
	return add_gap(ring, "policy-hidden", vendor,
		       lp_text_format("%s hides the newer %s: version %llu counts, and not %llu with what it revokes",
				      admin, vendor, (unsigned long long)ring->policy.version,
				      (unsigned long long)hidden.version),
		       format_command("take over what it revokes, or let it count: rm", admin), err);
}

bool lp_gaps_is_revoked(const struct lppack_keyring *ring, const char *id, const struct lp_certificate *certificate,
			const char **by)
{
	const struct lp_policy *policy = &ring->policy;

	*by = policy->name;
	if (lp_policy_find_revoked(policy->revoked_keys, policy->n_revoked_keys, id))
		return true;
	for (size_t i = 0; certificate && i < ring->n_crls; i++) {
		*by = lp_crl_name(ring->crls[i]);
		if (lp_crl_revokes(ring->crls[i], certificate) && is_of_ring(ring, ring->crls[i]))
			return true;
	}
	return false;
}

/* By the policy it does not count, and somebody thinks that it does; by a list it does, as it is trusted itself. */
static int find_revoked_keys(struct lppack_keyring *ring, struct lppack_error *err)
{
	for (size_t i = 0; i < ring->n; i++) {
		const struct lp_trusted *key = &ring->keys[i];
		const char *by = NULL;
		bool counts;
		int rc;

		if (!key->file || !lp_gaps_is_revoked(ring, key->id, key->certificate, &by))
			continue;
		counts = !ring->policy.name || strcmp(by, ring->policy.name) != 0;
		rc = add_gap(ring, "key-revoked", key->file,
			     lp_text_format("%s: is revoked by %s, %s", key->file, by,
					    counts ? "but counts all the same, as the file makes it trusted itself" :
						     "and counts for nothing"),
			     lp_text_format("lppack trust remove %s", key->id), err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

int lp_gaps_find(struct lppack_keyring *ring, const char *root, struct lppack_error *err)
{
	int rc;

	lp_gaps_free(ring);
	rc = find_unbound_crls(ring, err);
	if (rc == 0)
		rc = find_ignored_crls(ring, root, err);
	if (rc == 0)
		rc = find_idle_masks(ring, root, err);
	if (rc == 0)
		rc = find_hidden_policy(ring, root, err);
	return rc < 0 ? rc : find_revoked_keys(ring, err);
}

static bool is_cms(const struct lp_signature *signature)
{
	const char *dot = strrchr(signature->name, '.');

	return dot && strcmp(dot, ".cms") == 0;
}

/* Whether an authority that the signature embeds has issued the list. */
static bool embeds_issuer(const struct lp_signature *signature, const struct lp_buf *message, const struct lp_crl *crl)
{
	LP_AUTO_CMS struct lp_cms cms = { 0 };

	if (!is_cms(signature) || lp_cms_verify(signature->bytes, signature->size, message->data, message->len,
						signature->name, &cms, NULL) < 0)
		return false;
	for (size_t i = 0; i < cms.issuers.n; i++)
		if (lp_crl_is_of(crl, cms.issuers.items[i]))
			return true;
	return false;
}

static bool is_embedded(struct lppack_bundle *const *bundles, size_t n, const struct lp_crl *crl)
{
	for (size_t i = 0; i < n; i++) {
		const struct lp_head *head = &bundles[i]->head;
		LP_AUTO_BUF struct lp_buf message = { 0 };

		lp_pre_authentication(head->manifest.data, head->manifest.len, &message);
		for (size_t j = 0; lp_buf_ok(&message) && j < head->n_signatures; j++)
			if (embeds_issuer(&head->signatures[j], &message, crl))
				return true;
	}
	return false;
}

void lp_gaps_describe(const struct lppack_keyring *ring, struct lppack_bundle *const *bundles, size_t n_bundles,
		      struct lppack_value **list)
{
	for (size_t i = 0; i < ring->n_gaps; i++) {
		const struct lp_gap *gap = &ring->gaps[i];
		struct lppack_value *map;

		if (gap->crl && is_embedded(bundles, n_bundles, gap->crl))
			continue;
		map = lp_value_map();
		lp_value_add_text(&map, "kind", gap->kind);
		lp_value_add_text(&map, "file", gap->file);
		lp_value_add_text(&map, "text", gap->text);
		lp_value_add_text(&map, "hint", gap->hint);
		lp_value_push(list, map);
	}
}
