/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the module is for this kernel at all: architecture, vermagic, configuration, signature. */
#include "check/identity.h"

#include "shared/text.h"
#include "format/format.h"
#include "inspect/certificates.h"
#include "inspect/kconfig.h"
#include "crypto/module_signature.h"
#include "crypto/module_signature_match.h"
#include "check/kernel.h"

#include <string.h>

#define REBUILD_HINT "build the module with the headers of this very kernel"

static void check_arch(struct lp_check *check)
{
	const char *arch = check->kernel->facts.arch;
	const char *own = check->facts.arch;

	if (!arch)
		arch = check->kernel->image.arch;
	if (arch && own && strcmp(arch, own) != 0)
		lp_check_refuse(
			check, LP_STAGE_HEADER,
			(struct lp_finding){ .id = "arch",
					     .code = LPPACK_E_ARCH,
					     .sys_errno = "ENOEXEC",
					     .message = lp_text_format("for %s, but the kernel is for %s", own, arch),
					     .hint = "check it against the kernel it was built for" });
}

/* The release of the kernel; that of a file's notes is a build salt only, which need not be it. */
static char *kernel_release(const struct lp_kernel *k)
{
	if (k->vermagic)
		return strndup(k->vermagic, strcspn(k->vermagic, " "));
	if (k->facts.release)
		return strdup(k->facts.release);
	return k->files.paths->release ? strdup(k->files.paths->release) : NULL;
}

/* kernel: same_magic() of kernel/module/version.c; with CRCs the release is not compared. */
static bool is_same_magic(const char *kernel, const char *module, bool has_crcs)
{
	if (has_crcs) {
		kernel += strcspn(kernel, " ");
		module += strcspn(module, " ");
	}
	return strcmp(kernel, module) == 0;
}

static void refuse_vermagic(struct lp_check *check)
{
	const char *forced = lp_kconfig_get(&check->kernel->config, "CONFIG_MODULE_FORCE_LOAD");

	lp_check_refuse(check, LP_STAGE_MODINFO,
			(struct lp_finding){ .id = "vermagic",
					     .code = LPPACK_E_VERMAGIC,
					     .sys_errno = "ENOEXEC",
					     .subject = check->facts.vermagic,
					     .message = lp_text_format("its vermagic is '%s', the kernel's '%s'",
								       check->facts.vermagic, check->kernel->vermagic),
					     .hint = forced ? REBUILD_HINT
							     " (the kernel could be forced; lppack never does)" :
							      REBUILD_HINT });
}

static void check_release(struct lp_check *check, const char *release, bool kernel_refuses)
{
	if (!release || !check->facts.release || strcmp(release, check->facts.release) == 0 || kernel_refuses)
		return;
	lp_check_add(check, (struct lp_finding){
				    .id = "release",
				    .severity = LP_SEVERITY_ERROR,
				    .code = LPPACK_E_VERMAGIC,
				    .subject = check->facts.release,
				    .message = lp_text_format(
					    "built for kernel %s, but this is %s; the kernel would take it if all CRCs "
					    "agree, for then it does not compare releases; lppack does not, since the "
					    "code may differ where no CRC tells",
					    check->facts.release, release),
				    .hint = REBUILD_HINT });
}

void lp_check_identity(struct lp_check *check)
{
	const struct lp_kernel *k = check->kernel;
	LP_AUTO_FREE char *release = kernel_release(k);
	bool differs = k->vermagic && check->facts.vermagic &&
		       !is_same_magic(k->vermagic, check->facts.vermagic, check->has_versions);

	check_arch(check);
	if (!k->known[LP_SOURCE_IDENTITY])
		lp_check_skip(check, LP_SOURCE_IDENTITY, "which build of the kernel this is");
	if (!k->known[LP_SOURCE_VERMAGIC])
		lp_check_miss(check, LP_SOURCE_VERMAGIC, "the flags of the vermagic");
	if (differs)
		refuse_vermagic(check);
	check_release(check, release, differs);
}

bool lp_check_is_sig_enforced(const struct lp_check *check)
{
	const struct lp_kconfig *config = &check->kernel->config;

	return check->kernel->sig_enforce || lp_kconfig_is_on(config, "CONFIG_MODULE_SIG_FORCE") ||
	       lp_kconfig_is_on(config, "CONFIG_LOCK_DOWN_KERNEL_FORCE_INTEGRITY") ||
	       lp_kconfig_is_on(config, "CONFIG_LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY");
}

/* try_to_force_load(): such a kernel takes it and taints itself. */
static void refuse_no_versions(struct lp_check *check, bool is_forced)
{
	struct lp_finding finding = {
		.id = "no-versions",
		.severity = LP_SEVERITY_ERROR,
		.code = LPPACK_E_UNLOADABLE,
		.subject = "CONFIG_MODVERSIONS",
		.message = strdup("has no symbol versions, which a kernel with CONFIG_MODVERSIONS wants"),
		.hint = "build it with the Module.symvers of the kernel, and do not strip __versions",
	};

	if (is_forced) {
		lp_check_add(check, finding);
		return;
	}
	finding.sys_errno = "ENOEXEC";
	lp_check_refuse(check, LP_STAGE_LAYOUT, finding);
}

void lp_check_config(struct lp_check *check)
{
	const struct lp_kconfig *config = &check->kernel->config;

	if (!check->kernel->known[LP_SOURCE_CONFIG]) {
		lp_check_miss(check, LP_SOURCE_CONFIG, "whether the kernel is configured for livepatches");
		return;
	}
	if (!lp_kconfig_is_on(config, "CONFIG_LIVEPATCH"))
		lp_check_refuse(check, LP_STAGE_MODINFO,
				(struct lp_finding){ .id = "config-livepatch",
						     .code = LPPACK_E_NO_LIVEPATCH,
						     .sys_errno = "ENOEXEC",
						     .subject = "CONFIG_LIVEPATCH",
						     .message = strdup("the kernel is built without CONFIG_LIVEPATCH"),
						     .hint = "this kernel cannot be livepatched: boot another" });
	if (lp_kconfig_is_on(config, "CONFIG_MODVERSIONS") && !check->has_versions)
		refuse_no_versions(check, lp_kconfig_is_on(config, "CONFIG_MODULE_FORCE_LOAD"));
	if (lp_kconfig_is_on(config, "CONFIG_TRIM_UNUSED_KSYMS"))
		lp_check_add(check,
			     (struct lp_finding){ .id = "config-trim",
						  .severity = LP_SEVERITY_INFO,
						  .subject = "CONFIG_TRIM_UNUSED_KSYMS",
						  .message = strdup("the kernel exports only what its own modules use"),
						  .hint = "reach other symbols through .klp.rela relocations" });
}

/* The best match of any built-in certificate. */
static enum lp_signature_match match_signer(const struct lp_check *check)
{
	const struct lp_certificate_list *keys = &check->kernel->keys;
	const uint8_t *signature = check->bytes + check->anatomy.signature_at;
	enum lp_signature_match best = LP_SIGNATURE_OTHER_KEY;

	for (size_t i = 0; i < keys->n && best != LP_SIGNATURE_RIGHT; i++) {
		enum lp_signature_match match =
			lp_module_signature_match(signature, check->anatomy.signature_size, keys->certificates[i].bytes,
						  keys->certificates[i].n, check->bytes, check->anatomy.signature_at);

		if (match > best)
			best = match;
	}
	return best;
}

/* kernel: module_sig_check() of kernel/module/signing.c: EKEYREJECTED, or under lockdown alone EPERM. */
static void add_signature(struct lp_check *check, const char *id, char *message, const char *hint)
{
	struct lp_finding finding = { .id = id, .severity = LP_SEVERITY_INFO, .message = message, .hint = hint };

	if (!lp_check_is_sig_enforced(check)) {
		lp_check_add(check, finding);
		return;
	}
	finding.code = LPPACK_E_LOCKED;
	finding.sys_errno =
		check->kernel->sig_enforce || lp_kconfig_is_on(&check->kernel->config, "CONFIG_MODULE_SIG_FORCE") ?
			"EKEYREJECTED" :
			"EPERM";
	lp_check_refuse(check, LP_STAGE_SIGNATURE, finding);
}

static char *signer_text(const struct lp_check *check)
{
	struct lp_module_signature signature = { 0 };

	if (lp_module_signature_parse(check->bytes + check->anatomy.signature_at, check->anatomy.signature_size,
				      check->name, &signature, NULL) < 0)
		return strdup("its signature is no PKCS#7");
	return lp_text_format("signed by a key that is not built into the kernel: %s %s",
			      *signature.issuer ? signature.issuer : "key",
			      *signature.serial ? signature.serial : signature.key_id);
}

static void check_signed(struct lp_check *check)
{
	if (!check->kernel->known[LP_SOURCE_KEYS]) {
		static const char what[] = "whether the kernel knows the key of the module's signature";

		if (lp_check_is_sig_enforced(check))
			lp_check_miss(check, LP_SOURCE_KEYS, what);
		else
			lp_check_skip(check, LP_SOURCE_KEYS, what);
		return;
	}
	switch (match_signer(check)) {
	case LP_SIGNATURE_RIGHT:
		break;
	case LP_SIGNATURE_WRONG:
		add_signature(check, "signature-wrong",
			      strdup("its signature is by a key of the kernel, but not over these bytes"),
			      "sign it last: stripping or editing a signed module breaks its signature");
		break;
	case LP_SIGNATURE_OTHER_KEY:
		add_signature(check, "signature-key", signer_text(check),
			      "sign it with the kernel's key, or enrol the key on the machines (mokutil --import)");
		break;
	}
}

void lp_check_signature(struct lp_check *check)
{
	const struct lp_kernel *k = check->kernel;

	if (k->known[LP_SOURCE_CONFIG] && !lp_kconfig_is_on(&k->config, "CONFIG_MODULE_SIG"))
		return;
	if (check->facts.has_signature)
		check_signed(check);
	else
		add_signature(check, "unsigned", strdup("has no appended signature"),
			      "kernels that insist on module signatures (lockdown, module.sig_enforce) want one: use "
			      "sign-file");
}
