/* SPDX-License-Identifier: GPL-2.0 */
/* The layout of kpatch-build's modules: kmod/patch/kpatch-patch.h of kpatch. */
#ifndef LPTEST_KPATCH_H
#define LPTEST_KPATCH_H

#include <linux/livepatch.h>

struct kpatch_patch_func {
	unsigned long new_addr;
	unsigned long new_size;
	unsigned long old_addr;
	unsigned long old_size;
	unsigned long sympos;
	const char *name;
	const char *objname;
};

struct kpatch_pre_patch_callback {
	int (*callback)(struct klp_object *obj);
	const char *objname;
};

struct kpatch_post_unpatch_callback {
	void (*callback)(struct klp_object *obj);
	const char *objname;
};

int lptest_kpatch_capture(void);

#endif
