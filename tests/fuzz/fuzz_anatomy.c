/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is read of a module besides its identity, from any bytes. */
#include "replay.h"

#include "support/elf_maker.h"

#include "crypto/module_signature.h"
#include "crypto/module_signer.h"
#include "inspect/anatomy.h"
#include "inspect/init_calls.h"

#include <stdlib.h>
#include <string.h>

static void check_items(const struct lp_klp_items *items)
{
	for (size_t i = 0; i < items->n; i++)
		if (!items->items[i].name || strlen(items->items[i].name) > 511)
			abort();
}

/* What the anatomy promises to those who use it. */
static void check_anatomy(const struct lp_module_facts *facts, const struct lp_anatomy *a, size_t size)
{
	size_t next = 0;

	if (lp_module_facts_count_functions(facts) != a->n_code || !facts->is_livepatch != !a->reason)
		abort();
	for (size_t i = 0; i < facts->n_objects; i++)
		for (size_t j = 0; j < facts->objects[i].n_funcs; j++, next++)
			if (strcmp(facts->objects[i].name, a->code[next].object) != 0 ||
			    strcmp(facts->objects[i].funcs[j].name, a->code[next].name) != 0 ||
			    facts->objects[i].funcs[j].sympos != a->code[next].sympos)
				abort();
	for (size_t i = 1; i < a->n_imports; i++)
		if (strcmp(a->imports[i - 1].name, a->imports[i].name) >= 0)
			abort();
	check_items(&a->relocations);
	check_items(&a->symbols);
	check_items(&a->jump_tables);
	if (a->signature_at > size || a->signature_size > size - a->signature_at)
		abort();
}

static void find_init_calls(const uint8_t *data, size_t size)
{
	LP_AUTO_ELF struct lp_elf elf = { 0 };
	const char *call = lp_elf_open(&elf, data, size, "fuzz.ko", NULL) == 0 ? lp_init_calls_find(&elf) : NULL;

	if (call && strlen(call) > 511)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_module_signature signature;
	LP_AUTO_BUF struct lp_buf id = { 0 };
	struct lp_module_facts facts;
	struct lp_anatomy anatomy;
	int rc = lp_module_anatomize(data, size, "fuzz.ko", &facts, &anatomy, &err);

	if (rc == 0) {
		check_anatomy(&facts, &anatomy, size);
		lp_module_signature_parse(data + anatomy.signature_at, anatomy.signature_size, "fuzz.ko", &signature,
					  NULL);
		lp_module_signature_id(data + anatomy.signature_at, anatomy.signature_size, 0, &id);
		find_init_calls(data, size);
	} else if (rc != -err.code || facts.n_objects || anatomy.n_code || !err.message[0]) {
		abort();
	}
	lp_anatomy_free(&anatomy);
	lp_module_facts_free(&facts);
	return 0;
}

void fuzz_seeds(void (*feed)(const void *bytes, size_t n))
{
	static const struct elf_maker_func funcs[] = { { "seq_read", 0 }, { "seq_open", 2 } };
	static const struct elf_maker_object objects[] = { { NULL, funcs, 2, 0 }, { "ext4", funcs, 1, 15 } };
	static const char *const arches[] = { "x86_64", "aarch64", "s390x", "ppc64le" };

	for (unsigned int i = 0; i < 24; i++) {
		const struct elf_maker_options options = {
			.arch = arches[i < 9 ? 0 : i % 4],
			.builder = LP_BUILDER_SOURCE + i / 3 % 3,
			.init = ELF_MAKER_INIT_TRUE + i % 3,
			.stripped = i / 12,
			.extras = true,
			.has_signature = i % 4 == 1,
			.objects = objects,
			.n_objects = 2,
		};
		struct lp_buf bytes = { 0 };

		if (elf_maker_module(&options, &bytes) < 0)
			abort();
		feed(bytes.data, bytes.len);
		lp_buf_free(&bytes);
	}
}
