/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* BTF: how large a kernel's structures are, and where their members stand. */
#ifndef LP_INSPECT_BTF_H
#define LP_INSPECT_BTF_H

#include "inspect/kernel_image.h"

struct lp_btf {
	const char *name;
	const uint8_t *bytes;
	size_t size;
	bool big_endian;
	uint32_t *types; /* offsets of the type records; [0] is void */
	size_t n_types;
	size_t strings;
	size_t n_strings;
};

struct lp_btf_member {
	uint64_t offset; /* bytes */
	uint64_t size;   /* bytes; 0 if unknown (bit fields, flexible arrays) */
};

/* Raw BTF (/sys/kernel/btf/vmlinux, a .BTF section), of the base kernel, not of a module. bytes and name stay
 * borrowed. LPPACK_E_KERNEL_IMAGE if it is damaged. */
int lp_btf_open(struct lp_btf *btf, const void *bytes, size_t n, const char *name, struct lppack_error *err);
/* That of an image, also of an ELF file that has nothing else. LPPACK_E_KERNEL_IMAGE without one. */
int lp_btf_open_image(struct lp_btf *btf, const struct lp_kernel_image *image, struct lppack_error *err);
void lp_btf_close(struct lp_btf *btf);
/* sizeof(struct NAME), or 0 if there is none. */
uint64_t lp_btf_struct_size(const struct lp_btf *btf, const char *name);
/* Also finds members of anonymous structs and unions within. False if there is none. */
bool lp_btf_member(const struct lp_btf *btf, const char *structure, const char *member, struct lp_btf_member *out);

#define LP_AUTO_BTF LP_AUTO(lp_btf_close)

#endif
