/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* By what modules are signed for the kernel, and the signing of one. */
#include "pack/sign_module.h"

#include "format/format.h"
#include "crypto/module_sign.h"
#include "bundle/describe.h"

#define DIGEST_DEFAULT "sha256"

int lp_module_signing_settle(struct lp_module_signing *out, const struct lppack_signer *signer, const char *digest,
			     struct lppack_error *err)
{
	*out = (struct lp_module_signing){ .signer = signer, .digest = digest ? digest : DIGEST_DEFAULT };
	if (signer && !signer->key)
		return lp_fail(err, LPPACK_E_KEY, "open its private key", "modules are not signed elsewhere");
	if (signer && !signer->certificate)
		return lp_fail(err, LPPACK_E_KEY, LP_MODULE_KEYS_HINT,
			       "modules are signed by a key that has a certificate");
	if (signer && signer->chain.n)
		return lp_fail(err, LPPACK_E_USAGE, "leave the chain away: the kernel must know the key itself",
			       "the signature of a module holds no certificates");
	if (!signer && digest)
		return lp_fail(err, LPPACK_E_USAGE, "name the key that signs the modules",
			       "a digest for the modules' signatures, and no key");
	return 0;
}

int lp_module_signing_apply(const struct lp_module_signing *signing, const char *path, struct lp_buf *module,
			    struct lp_buf *signature, struct lppack_error *err)
{
	int rc;

	if (!signing->signer)
		return 0;
	rc = lp_module_sign(module->data, module->len, signing->signer->key, signing->signer->certificate,
			    signing->digest, signature, err);
	if (rc == -LPPACK_E_SIGNED)
		lp_hint(err, rc, "name the module as it was before it was signed, or leave --sign-module away");
	if (rc < 0)
		return lp_wrap(err, rc, "%s", path);
	if (module->len + signature->len > LP_MODULE_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, NULL, "%s: with its signature it exceeds %u bytes", path,
			       LP_MODULE_MAX);
	lp_buf_append(module, signature->data, signature->len);
	return lp_buf_ok(module) ? 0 : lp_fail_nomem(err);
}

struct lppack_value *lp_module_signing_describe(const struct lp_module_signing *signing)
{
	const struct lp_certificate_info *info = lp_certificate_get_info(signing->signer->certificate);
	struct lppack_value *map = lp_value_map();

	lp_value_add_text(&map, "subject", info->subject);
	lp_value_add_text(&map, "issuer", info->issuer);
	lp_value_add_text(&map, "serial", info->serial);
	if (*info->key_id)
		lp_value_add_text(&map, "key_id", info->key_id);
	lp_value_add_text(&map, "digest", signing->digest);
	return map;
}
