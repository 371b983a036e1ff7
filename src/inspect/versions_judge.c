/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The form of a module's symbol versions: check_version() of kernel/module/version.c, and what the loader asks of their
 * sections. Whether they agree with a kernel is another question. */
#include "inspect/versions_judge.h"

#include "shared/text.h"
#include "inspect/anatomy_parts.h"

#include <elf.h>
#include <string.h>

#define HINT "build it with the Module.symvers of the kernel, and do not strip __versions"
#define LAYOUT "module_layout"
/* struct modversion_info of 64-bit kernels */
#define VERSION_SIZE 64u
#define VERSION_NAME 8u
#define VERSION_NAME_SIZE 56u

static int add(struct lp_faults *faults, const char *id, const char *sys_errno, char *message, struct lppack_error *err)
{
	return lp_faults_add(faults,
			     &(struct lp_fault){ .id = id,
						 .effect = sys_errno ? LP_FAULT_LAYOUT : LP_FAULT_LATER,
						 .sys_errno = sys_errno,
						 .message = message,
						 .hint = HINT },
			     err);
}

static const struct lp_elf_section *find(const struct lp_elf *elf, const char *name)
{
	for (size_t i = 1; i < elf->n_sections; i++)
		if (strcmp(elf->sections[i].name, name) == 0 && (elf->sections[i].flags & SHF_ALLOC))
			return &elf->sections[i];
	return NULL;
}

static bool is_version_name(const uint8_t *name)
{
	size_t n = strnlen((const char *)name, VERSION_NAME_SIZE);

	return n && n < VERSION_NAME_SIZE;
}

/* What is wrong with __versions, or NULL. Sets *has_layout. */
static const char *versions_fault(const struct lp_elf_section *versions, bool *has_layout)
{
	if (!versions->bytes || versions->size == 0)
		return "is empty";
	if (versions->size % VERSION_SIZE)
		return "is cut off";
	for (uint64_t at = 0; at < versions->size; at += VERSION_SIZE) {
		const uint8_t *name = versions->bytes + at + VERSION_NAME;

		if (!is_version_name(name))
			return "has an entry without a readable name";
		*has_layout |= strcmp((const char *)name, LAYOUT) == 0;
	}
	return NULL;
}

/* CONFIG_EXTENDED_MODVERSIONS, since 6.14: as many names as CRCs, each with its NUL. */
static const char *extended_fault(const struct lp_elf_section *crcs, const struct lp_elf_section *names,
				  bool *has_layout)
{
	uint64_t at = 0;

	if (!crcs || !names)
		return "has names without CRCs, or CRCs without names";
	if (!crcs->bytes || crcs->size % 4)
		return "is cut off";
	for (uint64_t i = 0; i < crcs->size / 4; i++) {
		const char *name = (const char *)names->bytes + at;
		uint64_t left = names->bytes && at < names->size ? names->size - at : 0;
		size_t n = left ? strnlen(name, (size_t)left) : 0;

		if (!left || n == left || n == 0)
			return "has fewer names than CRCs";
		*has_layout |= strcmp(name, LAYOUT) == 0;
		at += n + 1;
	}
	return NULL;
}

static int find_unknown_section(const struct lp_elf *elf, char **unknown, struct lppack_error *err)
{
	for (size_t i = 1; i < elf->n_sections; i++) {
		const char *name = elf->sections[i].name;

		if (!lp_anatomy_has_prefix(name, "__version_ext_") || strcmp(name, "__version_ext_crcs") == 0 ||
		    strcmp(name, "__version_ext_names") == 0)
			continue;
		*unknown = lp_anatomy_printable(name, strlen(name));
		return *unknown ? 0 : lp_fail_nomem(err);
	}
	return 0;
}

int lp_versions_judge(const struct lp_elf *elf, const struct lp_module_facts *facts, struct lp_faults *faults,
		      char **unknown, struct lppack_error *err)
{
	const struct lp_elf_section *versions = find(elf, "__versions");
	const struct lp_elf_section *crcs = find(elf, "__version_ext_crcs");
	const struct lp_elf_section *names = find(elf, "__version_ext_names");
	bool wanted = facts->vermagic && strstr(facts->vermagic, " modversions");
	bool has_layout = false;
	const char *fault = NULL;
	int rc = find_unknown_section(elf, unknown, err);

	if (crcs || names)
		fault = extended_fault(crcs, names, &has_layout);
	if (rc == 0 && fault)
		rc = add(faults, "versions", "ENOEXEC", lp_text_format("__version_ext_crcs %s", fault), err);
	fault = versions ? versions_fault(versions, &has_layout) : NULL;
	if (rc < 0 || !wanted)
		return rc;
	/* Without an entry for module_layout some kernels warn only, and Debian's refuse. */
	if (!versions && !crcs && !names)
		return add(faults, LP_FAULT_NO_VERSIONS, "ENOEXEC",
			   strdup("has no symbol versions, which its vermagic says it has (a kernel that can be forced "
				  "takes it, tainted; lppack forces nothing)"),
			   err);
	if (fault)
		return add(faults, "versions", has_layout ? NULL : "ENOEXEC", lp_text_format("__versions %s", fault),
			   err);
	if (!has_layout)
		return add(faults, "versions", "ENOEXEC",
			   strdup("its symbol versions lack " LAYOUT ": whether struct module fits cannot be seen"),
			   err);
	return 0;
}
