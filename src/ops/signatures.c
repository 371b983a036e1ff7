/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ops/bundle.h"

#include "base/text.h"
#include "ops/keys.h"

#include <string.h>

static const char bad_hint[] = "fetch the bundle again from a source you trust";

/* signatures/<64 hex digits>.<scheme> */
static int split_name(const struct lp_signature *signature, const char *file, struct lp_signer_report *report,
		      struct lppack_error *err)
{
	const size_t id_len = LPPACK_KEY_ID_SIZE - 1;
	const char *id = signature->name + strlen(LP_MEMBER_SIGNATURES);
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	const char *dot = strchr(id, '.');
	uint8_t bytes[LP_DIGEST_SIZE];

	/* The name is not signed, but printed. */
	if (!dot || (size_t)(dot - id) != id_len || !dot[1] || strlen(dot + 1) >= sizeof(report->scheme) ||
	    dot[1 + strspn(dot + 1, allowed)])
		return lp_fail(err, LPPACK_E_STRUCTURE, bad_hint, "%s: %s: not the name of a signature", file,
			       signature->name);
	memcpy(report->id, id, id_len);
	report->id[id_len] = '\0';
	strcpy(report->scheme, dot + 1);
	if (lp_hex_decode(report->id, bytes, sizeof(bytes)) < 0)
		return lp_fail(err, LPPACK_E_STRUCTURE, bad_hint, "%s: %s: not the name of a signature", file,
			       signature->name);
	return 0;
}

/* The member is the signer's SubjectPublicKeyInfo and the signature: so a signature by a stranger can be told from a
 * damaged one, and no byte of the bundle is unchecked (format-spec, "Signatures"). */
static int check_ed25519(const struct lp_signature *signature, const struct lp_buf *message, const char *file,
			 const struct lppack_keyring *keyring, struct lp_signer_report *report,
			 struct lppack_error *err)
{
	struct lp_public_key key;
	char id[LPPACK_KEY_ID_SIZE];
	int rc;

	if (signature->size != LP_ED25519_SPKI_SIZE + LP_ED25519_SIGNATURE_SIZE)
		return lp_fail(err, LPPACK_E_BAD_SIGNATURE, bad_hint, "%s: %s: has %zu bytes instead of %d", file,
			       signature->name, signature->size, LP_ED25519_SPKI_SIZE + LP_ED25519_SIGNATURE_SIZE);
	if (lp_public_key_set(signature->bytes, signature->name, &key, NULL) < 0)
		return lp_fail(err, LPPACK_E_BAD_SIGNATURE, bad_hint, "%s: %s: does not begin with an Ed25519 key",
			       file, signature->name);
	lp_hex_encode(key.id.bytes, LP_DIGEST_SIZE, id);
	if (strcmp(id, report->id) != 0)
		return lp_fail(err, LPPACK_E_BAD_SIGNATURE, bad_hint, "%s: %s: is not by the key of that id", file,
			       signature->name);
	rc = lp_ed25519_verify(&key, message->data, message->len, signature->bytes + LP_ED25519_SPKI_SIZE,
			       signature->name, err);
	if (rc < 0)
		return lp_wrap(err, rc, "%s", file);
	report->trusted = lp_keyring_has(keyring, &key);
	return 0;
}

static int untrusted(const char *file, const struct lp_signer_report *reports, size_t n, struct lppack_error *err)
{
	if (n == 0)
		return lp_fail(err, LPPACK_E_UNTRUSTED, "have it signed, or build it with: lppack create --key",
			       "%s: not signed", file);
	return lp_hint(err,
		       lp_fail(err, LPPACK_E_UNTRUSTED, "", "%s: %s by a trusted key", file,
			       n == 1 ? "the signature is not" : "none of the signatures is"),
		       "if you trust key %s, put its .pub file into " LPPACK_KEYS_DIR_ADMIN "/ or name it with --keys",
		       reports[0].id);
}

int lp_signatures_check(const struct lppack_bundle *bundle, const struct lppack_keyring *keyring,
			struct lp_signer_report reports[LP_SIGNATURES_MAX], size_t *n, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf message = { 0 };
	const char *file = bundle->in.name;
	size_t trusted = 0;

	lp_pre_authentication(bundle->head.manifest.data, bundle->head.manifest.len, &message);
	if (!lp_buf_ok(&message))
		return lp_fail_nomem(err);
	for (*n = 0; *n < bundle->head.n_signatures; (*n)++) {
		const struct lp_signature *signature = &bundle->head.signatures[*n];
		struct lp_signer_report *report = &reports[*n];
		int rc;

		*report = (struct lp_signer_report){ 0 };
		rc = split_name(signature, file, report, err);

		report->supported = strcmp(report->scheme, "ed25519") == 0;
		if (rc == 0 && report->supported)
			rc = check_ed25519(signature, &message, file, keyring, report, err);
		if (rc < 0)
			return rc;
		trusted += report->trusted;
	}
	return trusted > 0 ? 0 : untrusted(file, reports, *n, err);
}
