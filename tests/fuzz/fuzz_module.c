/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A module's ELF, its livepatch structures and its signature, from any bytes. */
#include "replay.h"

#include "support/elf_maker.h"

#include "inspect/module.h"

#include <stdlib.h>
#include <string.h>

/* What the facts promise to those who use them. */
static void check_facts(const struct lp_module_facts *facts)
{
	for (size_t i = 0; i < facts->n_objects; i++) {
		if (!facts->objects[i].name || (i && strcmp(facts->objects[i - 1].name, facts->objects[i].name) == 0))
			abort();
		for (size_t j = 0; j < facts->objects[i].n_funcs; j++)
			if (!facts->objects[i].funcs[j].name || strlen(facts->objects[i].funcs[j].name) > 511)
				abort();
	}
	if (!facts->arch || (facts->n_objects && facts->builder == LP_BUILDER_UNKNOWN))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_module_facts facts;
	int rc = lp_module_inspect(data, size, "fuzz.ko", &facts, &err);

	if (rc == 0)
		check_facts(&facts);
	else if (rc != -err.code || facts.n_objects || !err.message[0])
		abort();
	lp_module_facts_free(&facts);
	return 0;
}

void fuzz_seeds(void (*feed)(const void *bytes, size_t n))
{
	static const struct elf_maker_func funcs[] = { { "seq_read", 0 }, { "seq_open", 2 } };
	static const struct elf_maker_object objects[] = { { NULL, funcs, 2, 0 }, { "ext4", funcs, 1, 15 } };
	static const struct lp_klp_state states[] = { { 1, 2 } };
	static const char *const arches[] = { "x86_64", "aarch64", "s390x", "ppc64le" };

	for (unsigned int i = 0; i < 24; i++) {
		const struct elf_maker_options options = {
			.arch = arches[i % 4],
			.builder = LP_BUILDER_SOURCE + i / 4 % 3,
			.stripped = i / 12,
			.has_signature = i % 4 == 1,
			.objects = objects,
			.n_objects = 2,
			.states = states,
			.n_states = 1,
		};
		struct lp_buf bytes = { 0 };

		if (elf_maker_module(&options, &bytes) < 0)
			abort();
		feed(bytes.data, bytes.len);
		lp_buf_free(&bytes);
	}
}
