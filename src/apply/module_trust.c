/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a kernel that insists on signed modules will say of a module, and why. */
#include "apply/module_trust.h"

#include "shared/text.h"
#include "format/format.h"
#include "inspect/module_elf.h"
#include "crypto/module_signature.h"
#include "crypto/module_signer.h"
#include "runtime/keyring.h"

/* The range of a module's signature, and what it says of the first signer. */
struct signature {
	const uint8_t *der;
	size_t size;
	struct lp_module_signature facts;
};

static const char *const policy_names[] = {
	[LP_SIGNATURE_OPTIONAL] = NULL,
	[LP_SIGNATURE_ENFORCED] = "module.sig_enforce",
	[LP_SIGNATURE_LOCKDOWN] = "lockdown",
};

static const char *const verdict_names[] = {
	[LP_KEY_KNOWN] = "known",
	[LP_KEY_NOT_FOUND] = "not-found",
	[LP_KEY_PLATFORM] = "platform",
	[LP_KEY_UNKNOWN] = "unknown",
};

/* The kernel is content with one signer that it knows. */
static enum lp_key_verdict find_key(struct lp_kernel_io *io, const struct signature *s)
{
	enum lp_key_verdict best = LP_KEY_UNKNOWN;

	for (size_t i = 0; i < s->facts.n_signers; i++) {
		LP_AUTO_BUF struct lp_buf id = { 0 };
		enum lp_key_verdict verdict = LP_KEY_UNKNOWN;

		if (lp_module_signature_id(s->der, s->size, i, &id) && lp_buf_ok(&id))
			verdict = lp_keyring_find_key(io, id.data, id.len);
		if (verdict == LP_KEY_KNOWN)
			return verdict;
		/* What is certain of one signer is certain of the module only if it is so of all. */
		if (i == 0 || best == LP_KEY_NOT_FOUND)
			best = verdict;
	}
	return best;
}

static struct lppack_value *module_trust_describe(const struct signature *s, const char *enforced, const char *key)
{
	const struct lp_module_signature *facts = &s->facts;
	struct lppack_value *map = lp_value_map();
	struct lppack_value *signer;

	if (enforced)
		lp_value_add_text(&map, "enforced", enforced);
	lp_value_add_bool(&map, "signed", s->size > 0);
	if (key)
		lp_value_add_text(&map, "key", key);
	if (!facts->n_signers)
		return map;
	signer = lp_value_map();
	if (*facts->issuer)
		lp_value_add_text(&signer, "issuer", facts->issuer);
	if (*facts->serial)
		lp_value_add_text(&signer, "serial", facts->serial);
	if (*facts->key_id)
		lp_value_add_text(&signer, "key_id", facts->key_id);
	lp_value_add_text(&signer, "digest", facts->digest);
	lp_value_add_text(&signer, "algorithm", facts->algorithm);
	lp_value_add(&map, "signer", signer);
	return map;
}

/* What the operator should know of a key that is not certainly known. */
static int warn(enum lp_key_verdict verdict, const char *enforced, const char *signer, struct lppack_value **warnings,
		struct lppack_error *err)
{
	LP_AUTO_FREE char *text = NULL;

	if (verdict == LP_KEY_NOT_FOUND)
		text = lp_text_format("the kernel does not know the key of the module's signature (%s): it loads the "
				      "module, and is tainted by it",
				      signer);
	else if (enforced && verdict == LP_KEY_PLATFORM)
		text = lp_text_format("the key of the module's signature (%s) is in the firmware's keyring alone, "
				      "which not every kernel asks for modules: it may refuse the module",
				      signer);
	else if (enforced)
		text = lp_text_format("it cannot be told whether the kernel knows the key of the module's "
				      "signature (%s): it may refuse the module",
				      signer);
	else
		return 0;
	if (!text)
		return lp_fail_nomem(err);
	lp_value_push(warnings, lp_value_string(text));
	return *warnings ? 0 : lp_fail_nomem(err);
}

static int module_trust_judge(enum lp_key_verdict verdict, const struct signature *s, const char *enforced,
			      const char *name, struct lppack_value **warnings, struct lppack_error *err)
{
	const struct lp_module_signature *facts = &s->facts;
	LP_AUTO_FREE char *signer = NULL;

	if (verdict == LP_KEY_KNOWN)
		return 0;
	signer = *facts->key_id ? lp_text_format("key %s", facts->key_id) :
				  lp_text_format("serial %s, issued by %s", facts->serial,
						 *facts->issuer ? facts->issuer : "nobody named");
	if (!signer)
		return lp_fail_nomem(err);
	if (enforced && verdict == LP_KEY_NOT_FOUND)
		return lp_fail(err, LPPACK_E_LOCKED,
			       "enrol the key (mokutil --import CERTIFICATE, then reboot), or ask for a module that is "
			       "signed by a key of this kernel",
			       "%s: the kernel insists on module signatures (%s) and does not know the key of this "
			       "one: %s",
			       name, enforced, signer);
	return warn(verdict, enforced, signer, warnings, err);
}

int lp_module_trust_check(struct lp_kernel_io *io, const void *bytes, size_t n, const char *name,
			  struct lppack_value **out, struct lppack_value **warnings, struct lppack_error *err)
{
	const char *enforced = policy_names[lp_keyring_signature_policy(io)];
	struct signature s = { 0 };
	bool has_signature = false;
	size_t at = n;
	enum lp_key_verdict verdict;
	int rc = lp_signature_split(bytes, &at, name, &has_signature, err);

	if (rc < 0)
		return rc;
	if (has_signature) {
		s.der = (const uint8_t *)bytes + at;
		s.size = n - at - LP_SIGNATURE_TRAILER_SIZE;
		rc = lp_module_signature_parse(s.der, s.size, name, &s.facts, err);
	}
	if (rc < 0)
		return rc;
	verdict = has_signature ? find_key(io, &s) : LP_KEY_UNKNOWN;
	if (has_signature)
		rc = module_trust_judge(verdict, &s, enforced, name, warnings, err);
	if (rc < 0)
		return rc;
	*out = module_trust_describe(&s, enforced, has_signature ? verdict_names[verdict] : NULL);
	return *out ? 0 : lp_fail_nomem(err);
}
