/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pre_patch callbacks, whose errors the kernel returns, and init code that does more than klp_enable_patch(). */
#include "check/decides.h"

#include "shared/text.h"
#include "inspect/elf.h"
#include "inspect/init_calls.h"

#define HINT "read its source, or load it into a machine like those it is for: if it refuses, nothing is changed"

/* kernel/livepatch/core.c, klp_pre_patch_callback(); of a module that is not loaded, it runs when that comes. */
static void add_callback(struct lp_check *check, const char *object)
{
	check->decides_when_run = true;
	lp_check_add(check,
		     (struct lp_finding){
			     .id = "callback-decides",
			     .severity = LP_SEVERITY_UNKNOWN,
			     .subject = object,
			     .message = lp_text_format("its pre_patch callback of %s may refuse when it runs", object),
			     .hint = HINT });
}

int lp_check_decides(struct lp_check *check, struct lppack_error *err)
{
	LP_AUTO_ELF struct lp_elf elf = { 0 };
	const char *call;
	int rc;

	if (!check->facts.is_livepatch)
		return 0;
	for (size_t i = 0; i < check->facts.n_objects; i++)
		if (check->facts.objects[i].callbacks & LP_CALLBACK_PRE_PATCH)
			add_callback(check, check->facts.objects[i].name);
	/* The init code of kpatch-build and klp-build makes the structures of tables that are read. */
	if (check->facts.builder == LP_BUILDER_KPATCH_BUILD || check->facts.builder == LP_BUILDER_KLP_BUILD)
		return 0;
	rc = lp_elf_open(&elf, check->bytes, check->n, check->name, err);
	if (rc < 0)
		return rc;
	call = lp_init_calls_find(&elf);
	if (!call)
		return 0;
	check->decides_when_run = true;
	lp_check_add(check,
		     (struct lp_finding){ .id = "init-decides",
					  .severity = LP_SEVERITY_UNKNOWN,
					  .subject = call,
					  .message = lp_text_format("its init code does more than klp_enable_patch(): "
								    "it refers to %s, and may refuse when it runs",
								    call),
					  .hint = HINT });
	return 0;
}
