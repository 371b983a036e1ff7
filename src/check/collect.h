/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The check of one module against one kernel: what it looks at, and what it has found so far. */
#ifndef LP_CHECK_COLLECT_H
#define LP_CHECK_COLLECT_H

#include "inspect/anatomy.h"
#include "bundle/findings.h"
#include "check/kernel.h"

/* The order in which the kernel looks (kernel/module/main.c, load_module(); kernel/livepatch/core.c). */
enum lp_check_stage {
	LP_STAGE_SIGNATURE,
	LP_STAGE_HEADER,
	LP_STAGE_LAYOUT,   /* the CRC of module_layout */
	LP_STAGE_MODINFO,  /* vermagic, livepatch support */
	LP_STAGE_LINK,     /* imported symbols */
	LP_STAGE_RELOCATE, /* livepatch symbols of vmlinux */
	LP_STAGE_PATCH,
	LP_STAGE_NONE, /* the kernel does not refuse it */
};

struct lp_check {
	struct lp_kernel *kernel;
	const char *name; /* of the module's file, for messages */
	const uint8_t *bytes;
	size_t n;
	struct lp_module_facts facts;
	struct lp_anatomy anatomy;
	struct lp_findings findings;
	bool has_versions;         /* the module says which CRCs it expects */
	bool is_uncertain;         /* something that decides could not be looked at */
	bool decides_when_run;     /* code of the module decides that no file can tell of */
	enum lp_check_stage stage; /* of the first refusal */
	const char *sys_errno;     /* of that, or NULL */
	char *reason;              /* of that */
	size_t imports;
	size_t functions;
	size_t symbols;
	size_t relocations;
};

void lp_check_free(struct lp_check *check);

/* Adds a finding; its message is taken over. */
void lp_check_add(struct lp_check *check, struct lp_finding finding);
/* The same of what is unknown and decides. */
void lp_check_doubt(struct lp_check *check, struct lp_finding finding);
/* The same of an error that the kernel refuses the module for: with the stage where it does, and its errno. */
void lp_check_refuse(struct lp_check *check, enum lp_check_stage stage, struct lp_finding finding);
/* Adds "not checked": what (like "imported symbols") for want of a source, and how to have it. The verdict does not
 * depend on it. */
void lp_check_skip(struct lp_check *check, enum lp_kernel_source source, const char *what);

/* The same of what the verdict depends on, which is unknown then. */
void lp_check_miss(struct lp_check *check, enum lp_kernel_source source, const char *what);

#define LP_AUTO_CHECK LP_AUTO(lp_check_free)

#endif
