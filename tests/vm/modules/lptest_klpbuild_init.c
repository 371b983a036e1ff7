// SPDX-License-Identifier: GPL-2.0
/* The part of a klp-build module that makes a klp_patch of its tables: scripts/livepatch/init.c of 6.19. */
#include <linux/module.h>
#include <linux/slab.h>

#include "lptest_klpbuild.h"

extern struct klp_object_ext __start_klp_objects[], __stop_klp_objects[];

static struct klp_patch *patch;

static int __init fill_object(struct klp_object *object, const struct klp_object_ext *from)
{
	struct klp_func *funcs = kcalloc(from->nr_funcs + 1, sizeof(*funcs), GFP_KERNEL);
	unsigned int i;

	if (!funcs)
		return -ENOMEM;
	for (i = 0; i < from->nr_funcs; i++) {
		funcs[i].old_name = from->funcs[i].old_name;
		funcs[i].new_func = from->funcs[i].new_func;
		funcs[i].old_sympos = from->funcs[i].sympos;
	}
	object->name = from->name;
	object->funcs = funcs;
	object->callbacks = from->callbacks;
	return 0;
}

static void free_patch(void)
{
	struct klp_object *object;

	for (object = patch->objs; object->funcs; object++)
		kfree(object->funcs);
	kfree(patch->objs);
	kfree(patch);
}

static int __init livepatch_mod_init(void)
{
	size_t n = __stop_klp_objects - __start_klp_objects, i;
	struct klp_object *objs;
	int ret = lptest_klpbuild_capture();

	if (ret)
		return ret;
	patch = kzalloc(sizeof(*patch), GFP_KERNEL);
	objs = kcalloc(n + 1, sizeof(*objs), GFP_KERNEL);
	if (!patch || !objs) {
		kfree(patch);
		kfree(objs);
		return -ENOMEM;
	}
	patch->mod = THIS_MODULE;
	patch->objs = objs;
	patch->replace = true;
	for (i = 0; i < n && !ret; i++)
		ret = fill_object(&objs[i], &__start_klp_objects[i]);
	if (!ret)
		ret = klp_enable_patch(patch);
	if (ret)
		free_patch();
	return ret;
}

static void __exit livepatch_mod_exit(void)
{
	free_patch();
}

module_init(livepatch_mod_init);
module_exit(livepatch_mod_exit);
MODULE_DESCRIPTION("lppack test: what klp-build makes");
MODULE_LICENSE("GPL");
MODULE_INFO(livepatch, "Y");
