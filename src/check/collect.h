/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One module against one kernel: what is collected, and the parts of the check that collect it. */
#ifndef LP_CHECK_COLLECT_H
#define LP_CHECK_COLLECT_H

#include "inspect/anatomy.h"
#include "check/kernel.h"
#include "bundle/findings.h"

/* The order in which the kernel looks (kernel/module/main.c, load_module(); kernel/livepatch/core.c). */
enum lp_check_stage {
	LP_STAGE_SIGNATURE,
	LP_STAGE_HEADER,
	LP_STAGE_LAYOUT,  /* the CRC of module_layout */
	LP_STAGE_MODINFO, /* vermagic, livepatch support */
	LP_STAGE_LINK,    /* imported symbols */
	LP_STAGE_RELOCATE, /* livepatch symbols of vmlinux */
	LP_STAGE_PATCH,
	LP_STAGE_NONE,    /* the kernel does not refuse it */
};

struct lp_check {
	struct lppack_kernel *kernel;
	const char *name; /* of the module's file, for messages */
	const uint8_t *bytes;
	size_t n;
	struct lp_module_facts facts;
	struct lp_anatomy anatomy;
	struct lppack_value *findings;
	bool has_versions; /* the module says which CRCs it expects */
	bool is_uncertain; /* something that decides could not be looked at */
	enum lp_check_stage stage; /* of the first refusal */
	const char *sys_errno;     /* of that, or NULL */
	char *reason;              /* of that */
	size_t imports;
	size_t functions;
	size_t symbols;
	size_t relocations;
};

void lp_check_free(struct lp_check *check);

/* Errors that the kernel refuses the module for: with stage and errno. finding's message is taken over. */
void lp_check_refuse(struct lp_check *check, enum lp_check_stage stage, struct lp_finding finding);
/* Any other finding. */
void lp_check_tell(struct lp_check *check, struct lp_finding finding);
/* "not checked": what (a clause like "imports are not looked up") for want of a source, and how to have it. */
void lp_check_gap(struct lp_check *check, enum lp_kernel_source source, const char *what);

/* The parts; each only adds to the check. Fails without memory only. */
int lp_check_form(struct lp_check *check, struct lppack_error *err); /* of the ELF file */
void lp_check_identity(struct lp_check *check);   /* architecture, release, vermagic */
void lp_check_config(struct lp_check *check);
void lp_check_signature(struct lp_check *check);
void lp_check_imports(struct lp_check *check);
int lp_check_symbols(struct lp_check *check, struct lppack_error *err);
void lp_check_build(struct lp_check *check);      /* structure sizes, compiler, states */

/* Whether the kernel insists on module signatures. */
bool lp_check_is_sig_enforced(const struct lp_check *check);

/* Runs all parts and makes the report; the check's bytes and name are set. */
struct lppack_value *lp_check_run(struct lp_check *check, struct lppack_error *err);

#define LP_AUTO_CHECK LP_AUTO(lp_check_free)

#endif
