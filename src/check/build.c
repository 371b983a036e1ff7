/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the module was built: sizes of the kernel's structures, the compiler; and what only the active stack decides. */
#include "check/build.h"

#include "shared/text.h"
#include "inspect/btf.h"
#include "inspect/kconfig.h"
#include "check/entry_points.h"
#include "check/kernel.h"

#include <string.h>

/* The kernel walks the module's arrays with its own sizes: others are read and written as something else. */
static void build_check_size(struct lp_check *check, const char *structure, uint64_t stride)
{
	uint64_t size = stride ? lp_btf_struct_size(&check->kernel->btf, structure) : 0;

	if (!size || size == stride)
		return;
	lp_check_add(check, (struct lp_finding){
				    .id = "structure-size",
				    .severity = LP_SEVERITY_ERROR,
				    .code = LPPACK_E_UNLOADABLE,
				    .subject = structure,
				    .message = lp_text_format(
					    "built with a struct %s of %llu bytes, but the kernel's has %llu",
					    structure, (unsigned long long)stride, (unsigned long long)size),
				    .hint = "build it with the headers and the configuration of this very kernel" });
	check->is_uncertain = true;
}

/* Its own would be called with what stands in the kernel's places, which is anything. */
static void build_check_entry_points(struct lp_check *check)
{
	char *fault = lp_entry_points_fault(&check->anatomy, &check->kernel->btf);

	if (!fault)
		return;
	lp_check_add(check, (struct lp_finding){
				    .id = "struct-module-layout",
				    .severity = LP_SEVERITY_ERROR,
				    .code = LPPACK_E_UNLOADABLE,
				    .subject = "module",
				    .message = fault,
				    .hint = "build it with the headers and the configuration of this very kernel" });
}

/* "gcc-12 (Debian 12.2.0-14) 12.2.0" and "GCC: (Debian 12.2.0-14) 12.2.0" differ in the program's name only. */
static const char *compiler_version(const char *text)
{
	const char *version = strchr(text, '(');

	return version ? version : text;
}

static void build_check_compiler(struct lp_check *check)
{
	const char *own = check->anatomy.compiler;
	const char *kernel = lp_kconfig_get(&check->kernel->config, "CONFIG_CC_VERSION_TEXT");

	if (!kernel)
		kernel = check->kernel->compiler;
	if (!own || !kernel || strcmp(compiler_version(own), compiler_version(kernel)) == 0)
		return;
	lp_check_add(check,
		     (struct lp_finding){
			     .id = "compiler",
			     .severity = LP_SEVERITY_WARNING,
			     .subject = own,
			     .message = lp_text_format("compiled by %s, but the kernel by %s", own, kernel),
			     .hint = "use the kernel's compiler: another one may inline and lay out differently" });
}

void lp_check_build(struct lp_check *check)
{
	if (check->kernel->known[LP_SOURCE_BTF]) {
		build_check_size(check, "klp_object", check->anatomy.object_stride);
		build_check_size(check, "klp_func", check->anatomy.func_stride);
		build_check_entry_points(check);
	} else if (check->anatomy.object_stride || check->anatomy.func_stride) {
		lp_check_skip(check, LP_SOURCE_BTF, "the sizes of the kernel's structures");
	}
	build_check_compiler(check);
	if (check->facts.n_states)
		lp_check_add(check,
			     (struct lp_finding){
				     .id = "states",
				     .severity = LP_SEVERITY_INFO,
				     .message = lp_text_format(
					     "has %zu state%s: whether they fit depends on the active livepatches",
					     check->facts.n_states, check->facts.n_states == 1 ? "" : "s"),
				     .hint = "lppack diff compares the states of two levels" });
}
