/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a module says of itself: .modinfo, and the name in struct module. */
#include "inspect/modinfo.h"

#include "base/file.h"
#include "inspect/elf.h"

#include <string.h>

#define VALUE_MAX 4096u
/* include/linux/moduleparam.h: MODULE_NAME_LEN on 64-bit */
#define MODULE_NAME_SIZE 56u
/* include/linux/module.h: enum module_state, padding and a list_head come before name */
#define MODULE_NAME_OFFSET 24u

static bool is_clean(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			return false;
	return true;
}

/* The first value of a tag, as get_modinfo() of the kernel finds it; NULL if there is none. */
static const char *find_value(const struct lp_elf_section *modinfo, const char *tag, size_t *len)
{
	const char *text = (const char *)modinfo->bytes;
	size_t tag_len = strlen(tag);
	size_t left = (size_t)modinfo->size;

	while (left > 0) {
		size_t n = strnlen(text, left);

		if (n > tag_len && memcmp(text, tag, tag_len) == 0 && text[tag_len] == '=') {
			*len = n - tag_len - 1;
			return text + tag_len + 1;
		}
		if (n == left)
			break;
		text += n + 1;
		left -= n + 1;
	}
	return NULL;
}

/* *out stays NULL for an absent or empty value. */
static int take_value(const struct lp_elf *elf, const struct lp_elf_section *modinfo, const char *tag, char **out,
		      struct lppack_error *err)
{
	size_t len = 0;
	const char *value = find_value(modinfo, tag, &len);

	if (!value || len == 0)
		return 0;
	if (len > VALUE_MAX || !is_clean(value, len))
		return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: its modinfo \"%s\" is not clean text of at "
			       "most %u characters", elf->name, tag, VALUE_MAX);
	*out = strndup(value, len);
	return *out ? 0 : lp_fail_nomem(err);
}

/* The name in struct module is what the kernel lists the module under; modinfo's is a copy (since 4.20). */
static int modinfo_check_name(const struct lp_elf *elf, struct lp_module_facts *out, struct lppack_error *err)
{
	uint32_t section = lp_elf_find_section(elf, ".gnu.linkonce.this_module");
	const struct lp_elf_section *this_module = &elf->sections[section];
	const char *name;
	size_t len;

	if (!section || !lp_range_ok(MODULE_NAME_OFFSET, MODULE_NAME_SIZE, this_module->size))
		return 0;
	name = (const char *)this_module->bytes + MODULE_NAME_OFFSET;
	len = strnlen(name, MODULE_NAME_SIZE);
	if (len == 0 || len == MODULE_NAME_SIZE || !is_clean(name, len))
		return 0;
	if (!out->name) {
		out->name = strndup(name, len);
		return out->name ? 0 : lp_fail_nomem(err);
	}
	if (strcmp(out->name, name) != 0)
		return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT,
			       "%s: modinfo names the module %s, its struct module %s", elf->name, out->name, name);
	return 0;
}

int lp_modinfo_read(const struct lp_elf *elf, struct lp_module_facts *out, struct lppack_error *err)
{
	uint32_t section = lp_elf_find_section(elf, ".modinfo");
	const struct lp_elf_section *modinfo = &elf->sections[section];
	const struct {
		const char *tag;
		char **out;
	} values[] = {
		{ "name", &out->name },
		{ "vermagic", &out->vermagic },
		{ "srcversion", &out->srcversion },
		{ "depends", &out->depends },
	};
	const char *mark;
	size_t len = 0;

	if (!section)
		return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: has no .modinfo section, so it is no kernel "
			       "module", elf->name);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		int rc = take_value(elf, modinfo, values[i].tag, values[i].out, err);

		if (rc < 0)
			return rc;
	}
	if (out->vermagic && out->vermagic[0] != ' ') {
		out->release = strndup(out->vermagic, strcspn(out->vermagic, " "));
		if (!out->release)
			return lp_fail_nomem(err);
	}
	/* The kernel looks at the tag alone (check_modinfo_livepatch()); its text and its builders say "Y". */
	mark = find_value(modinfo, "livepatch", &len);
	out->is_livepatch = mark && len == 1 && *mark == 'Y';
	return modinfo_check_name(elf, out, err);
}
