/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where ftrace can hook functions, and where kprobes must not: lists of addresses. */
#ifndef LP_INSPECT_FTRACE_SITES_H
#define LP_INSPECT_FTRACE_SITES_H

#include "inspect/kernel_image.h"
#include "inspect/symbol_set.h"

struct lp_address_list {
	uint64_t *addresses; /* ascending */
	size_t n;
};

/* __mcount_loc of an image, without what is freed after init. LPPACK_E_KERNEL_IMAGE if it cannot be found. */
int lp_ftrace_sites_read_image(struct lp_address_list *out, const struct lp_kernel_image *image,
			       const struct lp_symbol_set *symbols, struct lppack_error *err);
/* __mcount_loc (or __patchable_function_entries) of a .ko; addresses as in its symbol set. An
 * empty list means that nothing in it can be traced. LPPACK_E_MODULE. */
int lp_ftrace_sites_read_module(struct lp_address_list *out, const void *bytes, size_t n, const char *name,
				struct lppack_error *err);
/* _kprobe_blacklist of an image: addresses of functions where no kprobe may be. Those are no bar to a livepatch. */
int lp_kprobe_blacklist_read_image(struct lp_address_list *out, const struct lp_kernel_image *image,
				   const struct lp_symbol_set *symbols, struct lppack_error *err);
void lp_address_list_free(struct lp_address_list *list);
/* Whether an address of the list lies in [address, address + size), size 0 counting as 1. */
bool lp_address_list_touches(const struct lp_address_list *list, uint64_t address, uint64_t size);
/* Whether ftrace, so livepatch, can hook the function (kernel/trace/ftrace.c, ftrace_location()): whether a site stands
 * where its architecture puts the hook. arch as uname -m says it. */
bool lp_ftrace_sites_cover(const struct lp_address_list *sites, const char *arch,
			   const struct lp_kernel_symbol *symbol);

#define LP_AUTO_ADDRESS_LIST LP_AUTO(lp_address_list_free)

#endif
