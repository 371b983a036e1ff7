/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ELF notes, as of /sys/kernel/notes, from any bytes. */
#include "replay.h"

#include "support/elf_maker.h"

#include "inspect/notes.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_kernel_facts facts = { 0 };

	if (lp_notes_parse(data, size, "fuzz", &facts, &err) != -err.code)
		abort();
	if (facts.build_id.len > LP_BUILD_ID_MAX)
		abort();
	lp_kernel_facts_free(&facts);
	return 0;
}

void fuzz_seeds(void (*feed)(const void *bytes, size_t n))
{
	for (unsigned int i = 0; i < 8; i++) {
		const struct elf_maker_kernel options = { .arch = i % 2 ? "s390x" : NULL, .no_build_id = i / 2 % 2,
							  .no_release = i / 4 };
		struct lp_buf bytes = { 0 };

		if (elf_maker_notes(&options, &bytes) < 0)
			abort();
		feed(bytes.data, bytes.len);
		lp_buf_free(&bytes);
	}
}
