// SPDX-License-Identifier: GPL-2.0
/* The part of a kpatch-build module that makes a klp_patch of its tables when it is loaded. */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "lptest_kpatch.h"

extern struct kpatch_patch_func __kpatch_funcs[], __kpatch_funcs_end[];
extern struct kpatch_pre_patch_callback __kpatch_callbacks_pre_patch[], __kpatch_callbacks_pre_patch_end[];
extern struct kpatch_post_unpatch_callback __kpatch_callbacks_post_unpatch[], __kpatch_callbacks_post_unpatch_end[];

static struct klp_patch *lpatch;

static struct klp_object *find_object(struct klp_object *objs, const char *name)
{
	const char *wanted = strcmp(name, "vmlinux") ? name : NULL;

	while (objs->funcs && (objs->name || wanted) && (!objs->name || !wanted || strcmp(objs->name, wanted)))
		objs++;
	objs->name = wanted;
	return objs;
}

static int add_func(struct klp_object *objs, const struct kpatch_patch_func *from, size_t n)
{
	struct klp_object *object = find_object(objs, from->objname);
	struct klp_func *func;

	if (!object->funcs)
		object->funcs = kcalloc(n + 1, sizeof(*object->funcs), GFP_KERNEL);
	if (!object->funcs)
		return -ENOMEM;
	for (func = object->funcs; func->old_name; func++)
		;
	func->old_name = from->name;
	func->new_func = (void *)from->new_addr;
	func->old_sympos = from->sympos;
	return 0;
}

static void add_callbacks(struct klp_object *objs)
{
	struct kpatch_pre_patch_callback *pre = __kpatch_callbacks_pre_patch;
	struct kpatch_post_unpatch_callback *post = __kpatch_callbacks_post_unpatch;

	for (; pre < __kpatch_callbacks_pre_patch_end; pre++)
		find_object(objs, pre->objname)->callbacks.pre_patch = pre->callback;
	for (; post < __kpatch_callbacks_post_unpatch_end; post++)
		find_object(objs, post->objname)->callbacks.post_unpatch = post->callback;
}

static void free_patch(void)
{
	struct klp_object *object;

	for (object = lpatch->objs; object->funcs; object++)
		kfree(object->funcs);
	kfree(lpatch->objs);
	kfree(lpatch);
}

static int __init patch_init(void)
{
	size_t n = __kpatch_funcs_end - __kpatch_funcs, i;
	struct klp_object *objs;
	int ret = lptest_kpatch_capture();

	if (ret)
		return ret;
	lpatch = kzalloc(sizeof(*lpatch), GFP_KERNEL);
	objs = kcalloc(n + 1, sizeof(*objs), GFP_KERNEL);
	if (!lpatch || !objs) {
		kfree(lpatch);
		kfree(objs);
		return -ENOMEM;
	}
	lpatch->mod = THIS_MODULE;
	lpatch->objs = objs;
	lpatch->replace = true;
	for (i = 0; i < n && !ret; i++)
		ret = add_func(objs, &__kpatch_funcs[i], n);
	add_callbacks(objs);
	if (!ret)
		ret = klp_enable_patch(lpatch);
	if (ret)
		free_patch();
	return ret;
}

static void __exit patch_exit(void)
{
	free_patch();
}

module_init(patch_init);
module_exit(patch_exit);
MODULE_DESCRIPTION("lppack test: what kpatch-build makes");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
