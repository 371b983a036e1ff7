/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a module says of itself: .modinfo, the name in struct module, the appended signature. */
#ifndef LP_INSPECT_MODINFO_H
#define LP_INSPECT_MODINFO_H

#include "base/facts.h"
#include "inspect/elf.h"

/* What follows an appended signature: struct module_signature and the marker. */
#define LP_SIGNATURE_TRAILER_SIZE (12u + 28u)

/* Cuts an appended signature off: *n becomes the size of the ELF file before it. */
int lp_signature_split(const uint8_t *bytes, size_t *n, const char *name, bool *has_signature,
		       struct lppack_error *err);

/* Sets name, vermagic, release, srcversion, depends and is_livepatch. */
int lp_modinfo_read(const struct lp_elf *elf, struct lp_module_facts *out, struct lppack_error *err);

#endif
