/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which kernel a bzImage is, from any bytes. */
#include "replay.h"

#include "support/elf_maker.h"

#include "base/file.h"
#include "inspect/bzimage.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_bzimage image;
	size_t head = size < 65536 ? size : 65536;
	int rc = lp_bzimage_parse(data, head, size, "fuzz", &image, &err);

	if (rc != -err.code)
		abort();
	if (rc == 0 && (!lp_bzimage_is(data, head) || !lp_range_ok(image.payload_offset, image.payload_size, size)))
		abort();
	lp_bzimage_free(&image);
	return 0;
}

void fuzz_seeds(void (*feed)(const void *bytes, size_t n))
{
	struct lp_buf bytes = { 0 };

	if (elf_maker_bzimage("6.1.0-1-test", "12345678", 8, &bytes) < 0)
		abort();
	feed(bytes.data, bytes.len);
	lp_buf_free(&bytes);
}
