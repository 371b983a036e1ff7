/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which kernel a vmlinux is, from any bytes. */
#include "replay.h"

#include "support/elf_maker.h"

#include "inspect/vmlinux.h"

#include <stdlib.h>
#include <string.h>

struct memory {
	const uint8_t *bytes;
	size_t left;
};

static int64_t read_memory(void *context, void *out, size_t n, struct lppack_error *err)
{
	struct memory *m = context;

	(void)err;
	if (n > m->left)
		n = m->left;
	if (n)
		memcpy(out, m->bytes, n);
	m->bytes += n;
	m->left -= n;
	return (int64_t)n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory memory = { data, size };
	struct lp_stream stream = { read_memory, &memory, "fuzz" };
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_kernel_facts facts = { 0 };
	int rc = lp_vmlinux_read(&stream, &facts, &err);

	if (rc != -err.code || (rc == 0) != (facts.build_id.len > 0))
		abort();
	lp_kernel_facts_free(&facts);
	return 0;
}

void fuzz_seeds(void (*feed)(const void *bytes, size_t n))
{
	for (unsigned int i = 0; i < 8; i++) {
		const struct elf_maker_kernel options = { .arch = i % 2 ? "s390x" : NULL, .stale_segments = i / 2 % 2,
							  .gap = i / 4 ? 5000 : 0 };
		struct lp_buf bytes = { 0 };

		if (elf_maker_vmlinux(&options, &bytes) < 0)
			abort();
		feed(bytes.data, bytes.len);
		lp_buf_free(&bytes);
	}
}
