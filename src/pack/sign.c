/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack_bundle_sign() and its like: which signatures a bundle is to have. */
#include "shared/text.h"
#include "base/export.h"
#include "base/options.h"
#include "base/output.h"
#include "format/format.h"
#include "crypto/cms_verify.h"
#include "crypto/ed25519.h"
#include "bundle/describe.h"
#include "trust/signer.h"
#include "trust/source.h"
#include "pack/sign_set.h"
#include "pack/sign_write.h"

#include <lppack/sign.h>

#include <fcntl.h>
#include <string.h>

#define PEM_MAX 65536

static struct lppack_value *list_set(const struct lp_sign_set *s)
{
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < s->n; i++) {
		const struct lp_signature_report *report = &s->reports[i];
		struct lppack_value *map = lp_value_map();

		lp_value_add_text(&map, "id", report->id);
		lp_value_add_text(&map, "scheme", report->scheme);
		lp_value_add_int(&map, "size", s->set[i].size);
		lp_value_add_text(&map, "status", lp_signature_status_names[report->status]);
		lp_value_add_text(&map, "reason", report->reason[0] ? report->reason : NULL);
		lp_value_push(&list, map);
	}
	return list;
}

static int sign_report(struct lp_sign_set *s, struct lppack_value **out, struct lppack_error *err)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "path", s->bundle->in.name);
	lp_value_add_text(&map, "digest", s->contents->digest_text);
	lp_describe_release(&map, &s->contents->manifest);
	lp_value_add(&map, "signatures", list_set(s));
	lp_value_add(&map, "added", LP_TAKE(s->added));
	lp_value_add(&map, "removed", LP_TAKE(s->removed));
	lp_value_add_text(&map, "method", s->stored.method);
	lp_value_add_int(&map, "bytes_read", s->bundle->in.bytes);
	lp_value_add_int(&map, "bytes_written", s->stored.written);
	lp_value_add_int(&map, "bytes_copied", s->stored.copied);
	*out = map;
	return map ? 0 : lp_fail_nomem(err);
}

/* The new set is proved as a reader would prove it before a byte is written. */
static int sign_finish(struct lp_sign_set *s, struct lppack_value **report, struct lppack_error *err)
{
	int rc = lp_sign_set_check(s, err);

	if (rc < 0)
		return rc;
	rc = lp_sign_write(s, err);
	return rc < 0 || !report ? rc : sign_report(s, report, err);
}

LP_EXPORT int lppack_bundle_sign(const char *path, const struct lppack_signer *const *signers, size_t n_signers,
				 struct lppack_value **report, struct lppack_error *err)
{
	LP_AUTO_SIGN_SET struct lp_sign_set s = { 0 };
	int rc;

	if (report)
		*report = NULL;
	if (n_signers == 0)
		return lp_fail(err, LPPACK_E_USAGE, "make one with lppack keygen and name it with --key",
			       "%s: no key to sign with", path);
	for (size_t i = 0; i < n_signers; i++)
		for (size_t other = 0; other < i; other++)
			if (strcmp(signers[i]->id, signers[other]->id) == 0)
				return lp_fail(err, LPPACK_E_USAGE, "name each key once", "key %s is named twice",
					       signers[i]->id);
	rc = lp_sign_set_open_locked(&s, path, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n_signers; i++) {
		struct lp_signature signature = { 0 };

		rc = lp_signer_sign(signers[i], &s.message, &signature, err);
		if (rc < 0)
			return rc;
		rc = lp_sign_set_add(&s, &signature, err);
		if (rc < 0)
			return rc;
	}
	return sign_finish(&s, report, err);
}

/* The one key id of the set that begins so. */
static int find_id(const struct lp_sign_set *s, const char *begin, char id[LPPACK_KEY_ID_SIZE],
		   struct lppack_error *err)
{
	id[0] = '\0';
	for (size_t i = 0; i < s->n; i++) {
		const char *here = s->set[i].name + strlen(LP_MEMBER_SIGNATURES);

		if (!*begin || strncmp(here, begin, strlen(begin)) != 0 || strncmp(here, id, strlen(id) + !*id) == 0)
			continue;
		if (*id)
			return lp_fail(err, LPPACK_E_USAGE, "write more of the key id; lppack sign --list shows them",
				       "%s: more than one key id begins with '%s'", s->bundle->in.name, begin);
		snprintf(id, LPPACK_KEY_ID_SIZE, "%.*s", (int)strcspn(here, "."), here);
	}
	if (*id)
		return 0;
	return lp_fail(err, LPPACK_E_USAGE, "lppack sign --list shows who has signed it",
		       "%s: no signature by a key whose id begins with '%s'", s->bundle->in.name, begin);
}

static void remove_id(struct lp_sign_set *s, const char *id)
{
	size_t left = 0;

	for (size_t i = 0; i < s->n; i++) {
		const char *here = s->set[i].name + strlen(LP_MEMBER_SIGNATURES);

		if (strncmp(here, id, strlen(id)) == 0)
			free(s->set[i].bytes);
		else
			s->set[left++] = s->set[i];
	}
	s->n = left;
}

LP_EXPORT int lppack_signature_remove(const char *path, const char *key_id, struct lppack_value **report,
				      struct lppack_error *err)
{
	LP_AUTO_SIGN_SET struct lp_sign_set s = { 0 };
	char id[LPPACK_KEY_ID_SIZE];
	int rc = lp_sign_set_open_locked(&s, path, err);

	if (report)
		*report = NULL;
	if (rc < 0)
		return rc;
	rc = find_id(&s, key_id, id, err);
	if (rc < 0)
		return rc;
	remove_id(&s, id);
	lp_value_push(&s.removed, lp_value_string(id));
	return sign_finish(&s, report, err);
}

LP_EXPORT int lppack_signature_message(const char *path, void **message, size_t *n, struct lppack_error *err)
{
	LP_AUTO_SIGN_SET struct lp_sign_set s = { 0 };
	int rc = lp_sign_set_open(&s, path, err);

	*message = NULL;
	*n = 0;
	if (rc < 0)
		return rc;
	*n = s.message.len;
	*message = LP_TAKE(s.message.data);
	return 0;
}

LP_EXPORT int lppack_signature_emit(const char *path, const char *output, struct lppack_error *err)
{
	LP_AUTO_OUTPUT struct lp_output out = { .fd = -1, .dirfd = -1 };
	LP_AUTO_SIGN_SET struct lp_sign_set s = { 0 };
	int rc = lp_sign_set_open(&s, path, err);

	if (rc < 0)
		return rc;
	rc = lp_output_open(&out, output, 0644, err);
	if (rc < 0)
		return rc;
	rc = lp_output_write(&out, s.message.data, s.message.len, err);
	return rc < 0 ? rc : lp_output_commit(&out, true, err);
}

static int take_raw(const void *signature, const struct lppack_bytes *pem, const char *name, struct lp_signature *out,
		    struct lppack_error *err)
{
	uint8_t bytes[LP_ED25519_SPKI_SIZE + LP_ED25519_SIGNATURE_SIZE];
	struct lp_public_key key;
	char id[LPPACK_KEY_ID_SIZE];
	int rc = lp_public_key_parse(pem->data, pem->size, name, &key, err);

	if (rc < 0)
		return rc;
	if (key.algorithm != LP_KEY_ED25519)
		return lp_fail(err, LPPACK_E_KEY, "let this key make a CMS instead (lppack-sign(1))",
			       "%s: not an Ed25519 key, whose signatures have 64 bytes", name);
	memcpy(bytes, key.spki, LP_ED25519_SPKI_SIZE);
	memcpy(bytes + LP_ED25519_SPKI_SIZE, signature, LP_ED25519_SIGNATURE_SIZE);
	lp_hex_encode(key.id.bytes, LP_DIGEST_SIZE, id);
	return lp_signature_set(out, id, "ed25519", bytes, sizeof(bytes), err);
}

static int take_cms(const struct lp_sign_set *s, const void *signature, size_t n, const char *name,
		    struct lp_signature *out, struct lppack_error *err)
{
	LP_AUTO_CMS struct lp_cms cms = { 0 };
	char id[LPPACK_KEY_ID_SIZE];
	int rc = lp_cms_verify(signature, n, s->message.data, s->message.len, name, &cms, err);

	if (rc < 0)
		return rc;
	lp_hex_encode(cms.key.id.bytes, LP_DIGEST_SIZE, id);
	return lp_signature_set(out, id, "cms", signature, n, err);
}

/* A raw signature says nothing of its key, and has a size that no CMS has. */
static int take_foreign(const struct lp_sign_set *s, const struct lppack_bytes *signature, const char *name,
			const struct lppack_attach_options *options, struct lp_signature *out, struct lppack_error *err)
{
	const struct lp_source source = { options->public_key, &options->public_key_bytes, "the public key" };
	bool is_raw = signature->size == LP_ED25519_SIGNATURE_SIZE;
	LP_AUTO_BUF struct lp_buf room = { 0 };
	struct lppack_bytes key;
	int rc;

	if (!options->public_key && !options->public_key_bytes.data && !is_raw)
		return take_cms(s, signature->data, signature->size, name, out, err);
	if (!options->public_key && !options->public_key_bytes.data)
		return lp_fail(err, LPPACK_E_USAGE, "name the signer's public key with --key",
			       "%s: an Ed25519 signature does not tell its key", name);
	if (!is_raw)
		return lp_fail(err, LPPACK_E_BAD_SIGNATURE,
			       "leave --key away for a CMS, or have the very message of --emit signed by Ed25519",
			       "%s: has %zu bytes: not an Ed25519 signature of 64", name, signature->size);
	rc = lp_source_read(&source, PEM_MAX, &room, &key, err);
	if (rc < 0)
		return rc;
	return take_raw(signature->data, &key, lp_source_name(&source), out, err);
}

LP_EXPORT int lppack_signature_attach(const char *path, const struct lppack_attach_options *given,
				      struct lppack_value **report, struct lppack_error *err)
{
	LP_AUTO_SIGN_SET struct lp_sign_set s = { 0 };
	LP_AUTO_BUF struct lp_buf room = { 0 };
	struct lppack_attach_options options;
	struct lp_source source = { .what = "the signature" };
	struct lppack_bytes signature;
	struct lp_signature made = { 0 };
	int rc = LP_OPTIONS_TAKE(lppack_attach_options, signature, &options, given, err);

	if (report)
		*report = NULL;
	if (rc < 0)
		return rc;
	source.path = options.signature;
	source.bytes = &options.signature_bytes;
	rc = lp_source_read(&source, LP_SIGNATURE_MAX, &room, &signature, err);
	if (rc < 0)
		return rc;
	if (!signature.data)
		return lp_fail(err, LPPACK_E_USAGE, "name its file, or give its bytes", "%s: no signature to attach",
			       path);
	rc = lp_sign_set_open_locked(&s, path, err);
	if (rc < 0)
		return rc;
	rc = take_foreign(&s, &signature, lp_source_name(&source), &options, &made, err);
	if (rc < 0)
		return rc;
	rc = lp_sign_set_add(&s, &made, err);
	return rc < 0 ? rc : sign_finish(&s, report, err);
}

LP_EXPORT struct lppack_value *lppack_signature_list(const char *path, struct lppack_error *err)
{
	LP_AUTO_SIGN_SET struct lp_sign_set s = { 0 };
	struct lppack_value *map;

	if (lp_sign_set_open(&s, path, err) < 0)
		return NULL;
	map = lp_value_map();
	lp_value_add_text(&map, "file", s.bundle->in.name);
	lp_value_add_text(&map, "digest", s.contents->digest_text);
	lp_value_add(&map, "signatures", list_set(&s));
	if (!map)
		lp_fail_nomem(err);
	return map;
}
