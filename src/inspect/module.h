/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A kernel module's facts as its file holds them. */
#ifndef LP_INSPECT_MODULE_H
#define LP_INSPECT_MODULE_H

#include "inspect/klp_facts.h"

/*
 * Reads a kernel module (an uncompressed .ko, with or without an appended signature) from memory.
 * name is for messages. Fails with LPPACK_E_MODULE (no readable ELF kernel module) and leaves *out empty.
 * A module that is no livepatch is no error here: out->is_livepatch says so.
 */
int lp_module_inspect(const void *bytes, size_t n, const char *name, struct lp_module_facts *out,
		      struct lppack_error *err);

/* As lp_module_inspect(), and leaves the ELF file open (also on failure): elf->size is that without the signature. */
int lp_module_read(struct lp_elf *elf, const void *bytes, size_t n, const char *name, struct lp_module_facts *out,
		   struct lp_klp_trace *trace, struct lppack_error *err);

#endif
