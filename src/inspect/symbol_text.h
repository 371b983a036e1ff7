/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Symbols as text: System.map and /proc/kallsyms. */
#ifndef LP_INSPECT_SYMBOL_TEXT_H
#define LP_INSPECT_SYMBOL_TEXT_H

#include "inspect/symbol_set.h"

/*
 * System.map. LPPACK_E_KERNEL_IMAGE if it is none, or only a stub that says where the real one is (Debian), which
 * the message and hint say then.
 */
int lp_symbol_set_read_map(struct lp_symbol_set *set, const void *bytes, size_t n, const char *name,
			   struct lppack_error *err);
/* /proc/kallsyms. With only zero addresses (no privilege, kernel.kptr_restrict) has_addresses is false. */
int lp_symbol_set_read_proc(struct lp_symbol_set *set, const void *bytes, size_t n, const char *name,
			    struct lppack_error *err);

#endif
