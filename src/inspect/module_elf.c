/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A .ko as an ELF file: its appended signature is cut off first. */
#include "inspect/module_elf.h"

#include "inspect/word.h"

#include <string.h>

/* include/linux/module_signature.h: the marker, and before it struct module_signature. */
static const char marker[] = "~Module signature appended~\n";
#define MARKER_SIZE (sizeof(marker) - 1)
#define SIGNATURE_INFO_SIZE 12u
#define PKEY_ID_PKCS7 2u
_Static_assert(LP_SIGNATURE_TRAILER_SIZE == SIGNATURE_INFO_SIZE + MARKER_SIZE, "module_elf.h says the same");

int lp_signature_split(const uint8_t *bytes, size_t *n, const char *name, bool *has_signature, struct lppack_error *err)
{
	const uint8_t *info;
	size_t left;
	uint64_t size;

	*has_signature = false;
	if (*n < MARKER_SIZE || memcmp(bytes + *n - MARKER_SIZE, marker, MARKER_SIZE) != 0)
		return 0;
	left = *n - MARKER_SIZE;
	if (left < SIGNATURE_INFO_SIZE)
		return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: its appended signature is cut off", name);
	left -= SIGNATURE_INFO_SIZE;
	info = bytes + left;
	size = lp_word_get(info + 8, 4, true);
	/* As mod_check_sig() of the kernel: all but the type and the size must be zero. */
	if (size > left || info[2] != PKEY_ID_PKCS7 || info[0] || info[1] || info[3] || info[4] || info[5] || info[6] ||
	    info[7])
		return lp_fail(err, LPPACK_E_MODULE, "sign the module again with the kernel's sign-file",
			       "%s: its appended signature is malformed", name);
	*n = left - (size_t)size;
	*has_signature = true;
	return 0;
}

int lp_module_elf_open(struct lp_elf *elf, const void *bytes, size_t n, const char *name, struct lppack_error *err)
{
	bool has_signature = false;
	int rc = lp_signature_split(bytes, &n, name, &has_signature, err);

	*elf = (struct lp_elf){ 0 };
	return rc < 0 ? rc : lp_elf_open(elf, bytes, n, name, err);
}
