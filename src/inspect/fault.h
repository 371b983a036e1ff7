/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is wrong with a module on every kernel, which no verb lets pass. */
#ifndef LP_INSPECT_FAULT_H
#define LP_INSPECT_FAULT_H

#include "base/error.h"

#include <stddef.h>

/* What the kernel does about it. */
enum lp_fault_effect {
	LP_FAULT_LATER,       /* loads the module; then it hangs, panics, or does not do what it should */
	LP_FAULT_HEADER,      /* refuses it when it looks at the file's headers */
	LP_FAULT_LAYOUT,      /* refuses it when it looks for the version of struct module */
	LP_FAULT_LINKING,     /* refuses it when symbols are looked up */
	LP_FAULT_RELOCATING,  /* refuses it when livepatch relocations are applied */
	LP_FAULT_ENABLING,    /* klp_enable_patch() fails */
	LP_FAULT_WITH_OBJECT, /* refuses the patch if the module that it is about is loaded, else that module later */
};

/* Its id, where a kernel's configuration says that it wants no symbol versions. */
#define LP_FAULT_NO_VERSIONS "no-versions"

struct lp_fault {
	const char *id; /* of the finding; static */
	enum lp_fault_effect effect;
	enum lppack_code code; /* 0: LPPACK_E_UNLOADABLE */
	const char *sys_errno; /* the name of the errno that the kernel refuses it with, or NULL; static */
	const char *subject;   /* the section, symbol, object or function, or NULL; owned by the list */
	char *message;         /* owned by the list */
	const char *hint;      /* owned by the list */
};

struct lp_faults {
	struct lp_fault *items;
	size_t n;
};

void lp_faults_free(struct lp_faults *faults);
/* Adds one; subject and hint are copied, message is taken over (NULL: memory was out). Some dozens are enough: more are
 * dropped. */
int lp_faults_add(struct lp_faults *faults, const struct lp_fault *fault, struct lppack_error *err);
/* The first one with its code, if there is one; name is the module's file. */
int lp_faults_judge(const struct lp_faults *faults, const char *name, struct lppack_error *err);

#endif
