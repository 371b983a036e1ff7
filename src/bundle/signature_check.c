/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signature members, checked against the keys that they name. */
#include "bundle/signature_check.h"

#include "shared/text.h"
#include "format/format.h"
#include "format/manifest.h"
#include "crypto/cms_verify.h"
#include "crypto/ed25519.h"

#include <string.h>

static const char bad_hint[] = "fetch the bundle again from a source you trust";

const char *const lp_signature_status_names[] = {
	[LP_SIGNATURE_VALID] = "valid",
	[LP_SIGNATURE_GOOD] = "good",
	[LP_SIGNATURE_UNKNOWN_KEY] = "unknown-key",
	[LP_SIGNATURE_REVOKED] = "revoked",
	[LP_SIGNATURE_OUTSIDE_WINDOW] = "outside-window",
	[LP_SIGNATURE_NOT_ALLOWED] = "not-allowed",
	[LP_SIGNATURE_CHAIN] = "wrong-chain",
	[LP_SIGNATURE_MALFORMED] = "malformed",
	[LP_SIGNATURE_UNSUPPORTED] = "unsupported",
	NULL,
};

/* signatures/<64 hex digits>.<scheme> */
static int split_name(const struct lp_signature *signature, const char *file, struct lp_signature_report *report,
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

static int expect_id(const struct lp_digest *id, const struct lp_signature *signature, const char *file,
		     const struct lp_signature_report *report, struct lppack_error *err)
{
	char hex[LPPACK_KEY_ID_SIZE];

	lp_hex_encode(id->bytes, LP_DIGEST_SIZE, hex);
	if (strcmp(hex, report->id) != 0)
		return lp_fail(err, LPPACK_E_BAD_SIGNATURE, bad_hint, "%s: %s: is not by the key of that id", file,
			       signature->name);
	return 0;
}

/* The member is the signer's SubjectPublicKeyInfo and the signature: so a signature by a stranger can be told from a
 * damaged one, and no byte of the bundle is unchecked (format-spec, [S2]). */
static int check_ed25519(const struct lp_signature *signature, const struct lp_buf *message, const char *file,
			 const struct lp_signature_report *report, struct lppack_error *err)
{
	struct lp_public_key key;
	int rc;

	if (signature->size != LP_ED25519_SPKI_SIZE + LP_ED25519_SIGNATURE_SIZE)
		return lp_fail(err, LPPACK_E_BAD_SIGNATURE, bad_hint, "%s: %s: has %zu bytes instead of %d", file,
			       signature->name, signature->size, LP_ED25519_SPKI_SIZE + LP_ED25519_SIGNATURE_SIZE);
	if (lp_public_key_set(signature->bytes, signature->name, &key, NULL) < 0)
		return lp_fail(err, LPPACK_E_BAD_SIGNATURE, bad_hint,
			       "%s: %s: does not begin with an Ed25519 key that signs", file, signature->name);
	rc = expect_id(&key.id, signature, file, report, err);
	if (rc < 0)
		return rc;
	rc = lp_ed25519_verify(&key, message->data, message->len, signature->bytes + LP_ED25519_SPKI_SIZE,
			       signature->name, err);
	return rc < 0 ? lp_wrap(err, rc, "%s", file) : 0;
}

/* Which certificates are in it, and whether they lead anywhere, is a matter of trust (trust/judge.h). */
static int check_cms(const struct lp_signature *signature, const struct lp_buf *message, const char *file,
		     const struct lp_signature_report *report, struct lppack_error *err)
{
	LP_AUTO_CMS struct lp_cms cms = { 0 };
	int rc = lp_cms_verify(signature->bytes, signature->size, message->data, message->len, signature->name, &cms,
			       err);

	return rc < 0 ? lp_wrap(err, rc, "%s", file) : expect_id(&cms.key.id, signature, file, report, err);
}

static const struct scheme {
	const char *name;
	int (*check)(const struct lp_signature *signature, const struct lp_buf *message, const char *file,
		     const struct lp_signature_report *report, struct lppack_error *err);
} schemes[] = {
	{ "ed25519", check_ed25519 },
	{ "cms", check_cms },
};

static const struct scheme *find_scheme(const char *name)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strcmp(schemes[i].name, name) == 0)
			return &schemes[i];
	return NULL;
}

static void set_status(struct lp_signature_report *report, enum lp_signature_status status, const char *reason)
{
	report->status = status;
	snprintf(report->reason, sizeof(report->reason), "%.*s", (int)sizeof(report->reason) - 1, reason);
}

int lp_signature_check(const struct lp_signature *signature, const struct lp_buf *message, const char *file,
		       struct lp_signature_report *report, struct lppack_error *err)
{
	struct lppack_error own = LPPACK_ERROR_INIT;
	const struct scheme *scheme;
	int rc;

	*report = (struct lp_signature_report){ .bytes = signature->bytes, .size = signature->size };
	rc = split_name(signature, file, report, &own);
	scheme = rc == 0 ? find_scheme(report->scheme) : NULL;
	if (scheme)
		rc = scheme->check(signature, message, file, report, &own);
	if (rc < 0)
		set_status(report, LP_SIGNATURE_MALFORMED, own.message);
	else if (!scheme)
		set_status(report, LP_SIGNATURE_UNSUPPORTED, "this lppack cannot check signatures of this scheme");
	return rc < 0 ? lp_error_move(err, &own) : 0;
}

int lp_signatures_check(const struct lppack_bundle *bundle, struct lp_signature_report reports[LP_SIGNATURES_MAX],
			size_t *n, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf message = { 0 };
	int first = 0;

	*n = 0;
	lp_pre_authentication(bundle->head.manifest.data, bundle->head.manifest.len, &message);
	if (!lp_buf_ok(&message))
		return lp_fail_nomem(err);
	for (; *n < bundle->head.n_signatures; (*n)++) {
		int rc = lp_signature_check(&bundle->head.signatures[*n], &message, bundle->in.name, &reports[*n], err);

		if (first == 0)
			first = rc;
	}
	return first;
}
