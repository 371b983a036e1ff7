/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a kernel and its modules export: the tables of an image and of a .ko. */
#ifndef LP_INSPECT_KERNEL_EXPORTS_H
#define LP_INSPECT_KERNEL_EXPORTS_H

#include "inspect/kernel_image.h"
#include "inspect/symbol_set.h"

struct lp_kernel_export {
	const char *name;
	const char *module;     /* NULL: vmlinux; otherwise the name, with '_' */
	const char *name_space; /* NULL: none */
	uint32_t crc;
	bool has_crc;
	bool gpl_only;
};

struct lp_kernel_exports {
	struct lp_kernel_export *exports; /* by name; one name may be exported by several modules */
	size_t n;
	/* private */
	struct lp_arena arena;
};

/* __ksymtab*, __ksymtab_strings and __kcrctab* of an image; symbols (may be NULL) finds them without section names.
 * LPPACK_E_KERNEL_IMAGE if there are none. */
int lp_kernel_exports_read_image(struct lp_kernel_exports *out, const struct lp_kernel_image *image,
				 const struct lp_symbol_set *symbols, struct lppack_error *err);
/* The same of a .ko, appended signature or not; none is no error. LPPACK_E_MODULE. */
int lp_kernel_exports_read_module(struct lp_kernel_exports *out, const void *bytes, size_t n, const char *object,
				  const char *name, struct lppack_error *err);
/* By name, then module. */
void lp_kernel_exports_sort(struct lp_kernel_exports *exports);
void lp_kernel_exports_free(struct lp_kernel_exports *exports);
/* The first export of that name, or NULL; others of that name follow it in the array. */
const struct lp_kernel_export *lp_kernel_exports_find(const struct lp_kernel_exports *exports, const char *name);

#define LP_AUTO_KERNEL_EXPORTS LP_AUTO(lp_kernel_exports_free)

#endif
