/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The certificates that a kernel is built with and trusts. */
#ifndef LP_INSPECT_CERTIFICATES_H
#define LP_INSPECT_CERTIFICATES_H

#include "inspect/kernel_image.h"
#include "inspect/symbol_set.h"

struct lp_byte_range {
	const uint8_t *bytes;
	size_t n;
};

struct lp_certificate_list {
	struct lp_byte_range *certificates; /* each one a whole DER SEQUENCE, borrowed from the image */
	size_t n;
};

/* The certificates of .builtin_trusted_keys (certs/system_keyring.c). symbols must come from the image (with
 * CONFIG_KALLSYMS_ALL, which livepatch needs). LPPACK_E_KERNEL_IMAGE if the list cannot be found. */
int lp_certificates_read_image(struct lp_certificate_list *out, const struct lp_kernel_image *image,
			       const struct lp_symbol_set *symbols, struct lppack_error *err);
void lp_certificate_list_free(struct lp_certificate_list *list);

#define LP_AUTO_CERTIFICATE_LIST LP_AUTO(lp_certificate_list_free)

#endif
