// SPDX-License-Identifier: GPL-2.0
/* What kpatch-build takes out of the changed objects: new functions, and the tables that name them. */
#define LPTEST_NAME "kpatch"
#include "lptest.h"
#include "lptest_kpatch.h"

/* The end of a function is the next subsection of its section: tables have its size. */
#define KPATCH_FUNC(new, old, object, pos) asm( \
	".pushsection .text.lptest_" #new ", 1\n" \
	".Lend_" #new ":\n" \
	".popsection\n" \
	".pushsection .kpatch.strings, \"a\"\n" \
	".Lname_" #new ": .asciz \"" #old "\"\n" \
	".Lobject_" #new ": .asciz \"" #object "\"\n" \
	".popsection\n" \
	".pushsection .kpatch.funcs, \"aw\"\n" \
	".balign 8\n" \
	".quad " #new ", .Lend_" #new " - " #new ", 0, 0, " #pos ", .Lname_" #new ", .Lobject_" #new "\n" \
	".popsection\n")
#define KPATCH_NEW(name) __used noinline __section(".text.lptest_" #name)

int lptest_kpatch_capture(void)
{
	return lptest_capture();
}

static KPATCH_NEW(new_cmdline_proc_show) int new_cmdline_proc_show(struct seq_file *m, void *v)
{
	return lptest_cmdline_proc_show(m, v);
}
KPATCH_FUNC(new_cmdline_proc_show, cmdline_proc_show, vmlinux, 0);

static KPATCH_NEW(new_target_value) int new_target_value(void)
{
	return 2;
}
KPATCH_FUNC(new_target_value, target_value, lptest_target, 1);

static int pre_patch(struct klp_object *obj)
{
	return 0;
}

static void post_unpatch(struct klp_object *obj)
{
}

static struct kpatch_pre_patch_callback pre_patch_entry __used __section(".kpatch.callbacks.pre_patch") = {
	.callback = pre_patch,
	.objname = "vmlinux",
};
static struct kpatch_post_unpatch_callback post_unpatch_entry __used __section(".kpatch.callbacks.post_unpatch") = {
	.callback = post_unpatch,
	.objname = "lptest_target",
};
