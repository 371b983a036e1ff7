/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The certificates that the kernel is built with (certs/system_certificates.S): DER, one after the other. */
#include "inspect/certificates.h"

#include "shared/array.h"
#include "base/file.h"
#include "inspect/kernel_image.h"
#include "inspect/symbol_set.h"
#include "inspect/word.h"

#include <string.h>

#define LIST_MAX (16u << 20)
/* A SEQUENCE with a length of two bytes; crypto/asymmetric_keys/x509_loader.c takes no other. */
#define DER_HEAD 4u

#define CERTIFICATES_HINT "its trusted keys stay unknown; livepatch needs CONFIG_KALLSYMS_ALL, which shows them"

/* The list and its size, or NULL. */
static const uint8_t *find_list(const struct lp_kernel_image *image, const struct lp_symbol_set *symbols,
				uint64_t *size)
{
	const struct lp_kernel_symbol *list = lp_symbol_set_find(symbols, NULL, "system_certificate_list", 1);
	const struct lp_kernel_symbol *length = lp_symbol_set_find(symbols, NULL, "system_certificate_list_size", 1);
	const uint8_t *at = length ? lp_kernel_image_at(image, length->address, 8) : NULL;

	if (!symbols->has_addresses || !list || !at)
		return NULL;
	*size = lp_word_get(at, 8, image->big_endian);
	return *size <= LIST_MAX ? lp_kernel_image_at(image, list->address, *size) : NULL;
}

static int read_list(struct lp_certificate_list *out, const uint8_t *bytes, uint64_t size, const char *name,
		     struct lppack_error *err)
{
	uint64_t at = 0;

	while (at < size) {
		struct lp_byte_range *added;
		uint64_t length;

		if (size - at < DER_HEAD || bytes[at] != 0x30 || bytes[at + 1] != 0x82)
			break;
		length = DER_HEAD + lp_word_get(bytes + at + 2, 2, true);
		if (!lp_range_ok(at, length, size))
			break;
		added = lp_array_add(&out->certificates, &out->n, sizeof(*added));
		if (!added)
			return lp_fail_nomem(err);
		*added = (struct lp_byte_range){ bytes + at, (size_t)length };
		at += length;
	}
	return at == size ? 0 : lp_fail(err, LPPACK_E_KERNEL_IMAGE, CERTIFICATES_HINT,
					"%s: byte %llu of its list of certificates is the start of none", name,
					(unsigned long long)at);
}

int lp_certificates_read_image(struct lp_certificate_list *out, const struct lp_kernel_image *image,
			       const struct lp_symbol_set *symbols, struct lppack_error *err)
{
	uint64_t size = 0;
	const uint8_t *list = find_list(image, symbols, &size);
	int rc;

	*out = (struct lp_certificate_list){ 0 };
	if (!list)
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, CERTIFICATES_HINT,
			       "%s: its list of certificates is not to be found", image->name);
	rc = read_list(out, list, size, image->name, err);
	if (rc < 0)
		lp_certificate_list_free(out);
	return rc;
}

void lp_certificate_list_free(struct lp_certificate_list *list)
{
	free(list->certificates);
	*list = (struct lp_certificate_list){ 0 };
}
