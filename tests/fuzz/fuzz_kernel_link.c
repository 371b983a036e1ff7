/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is binary of the files that a module is linked against: images, modules, BTF. */
#include "replay.h"

#include "support/kernel_maker.h"

#include "inspect/btf.h"
#include "inspect/certificates.h"
#include "inspect/ftrace_sites.h"
#include "inspect/kallsyms.h"
#include "inspect/kernel_exports.h"
#include "inspect/kernel_image.h"
#include "inspect/symbol_elf.h"
#include "inspect/symbol_set.h"

#include <stdlib.h>
#include <string.h>

static void check_outcome(int rc, const struct lppack_error *err)
{
	if (rc != -err->code || (rc < 0) != (err->message[0] != '\0'))
		abort();
}

/* Every symbol is found again under its name, and nothing beyond. */
static void check_symbols(const struct lp_symbol_set *set)
{
	for (size_t i = 0; i < set->n; i++) {
		const struct lp_kernel_symbol *s = &set->symbols[i];
		size_t count = lp_symbol_set_count(set, s->object, s->name);

		if (!s->init && (count == 0 || !lp_symbol_set_find(set, s->object, s->name, count) ||
				 lp_symbol_set_find(set, s->object, s->name, count + 1)))
			abort();
		if (set->has_addresses && lp_symbol_set_at(set, s->address)->address != s->address)
			abort();
		lp_symbol_set_find_variant(set, s->object, s->name);
	}
}

static void check_exports(const struct lp_kernel_exports *exports)
{
	for (size_t i = 0; i < exports->n; i++)
		if (!lp_kernel_exports_find(exports, exports->exports[i].name) ||
		    (i && strcmp(exports->exports[i - 1].name, exports->exports[i].name) > 0))
			abort();
}

static void check_addresses(const struct lp_address_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		if (!lp_address_list_touches(list, list->addresses[i], 1) ||
		    (i && list->addresses[i - 1] > list->addresses[i]))
			abort();
}

static void ask_btf(const struct lp_btf *btf)
{
	struct lp_btf_member member;

	lp_btf_struct_size(btf, "klp_func");
	lp_btf_member(btf, "klp_func", "old_sympos", &member);
	lp_btf_member(btf, "klp_func", "no such member", &member);
}

static void read_with_symbols(const struct lp_kernel_image *image, const struct lp_symbol_set *symbols)
{
	LP_AUTO_KERNEL_EXPORTS struct lp_kernel_exports exports = { 0 };
	LP_AUTO_ADDRESS_LIST struct lp_address_list sites = { 0 };
	LP_AUTO_ADDRESS_LIST struct lp_address_list blacklist = { 0 };
	LP_AUTO_CERTIFICATE_LIST struct lp_certificate_list certificates = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;

	check_outcome(lp_kernel_exports_read_image(&exports, image, symbols, &err), &err);
	check_exports(&exports);
	lppack_error_clear(&err);
	check_outcome(lp_ftrace_sites_read_image(&sites, image, symbols, &err), &err);
	check_addresses(&sites);
	lppack_error_clear(&err);
	check_outcome(lp_kprobe_blacklist_read_image(&blacklist, image, symbols, &err), &err);
	check_addresses(&blacklist);
	lppack_error_clear(&err);
	check_outcome(lp_certificates_read_image(&certificates, image, symbols, &err), &err);
	for (size_t i = 0; i < certificates.n; i++)
		if (certificates.certificates[i].bytes < image->bytes ||
		    (size_t)(certificates.certificates[i].bytes - image->bytes) + certificates.certificates[i].n >
			    image->size)
			abort();
	for (size_t i = 0; i < symbols->n; i++)
		lp_ftrace_sites_cover(&sites, image->arch, &symbols->symbols[i]);
}

static void read_image(const uint8_t *data, size_t size)
{
	LP_AUTO_KERNEL_IMAGE struct lp_kernel_image image = { 0 };
	LP_AUTO_SYMBOL_SET struct lp_symbol_set symbols = { 0 };
	LP_AUTO_SYMBOL_SET struct lp_symbol_set table = { 0 };
	LP_AUTO_BTF struct lp_btf btf = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	const uint8_t *config = NULL;
	size_t n = 0;
	int rc = lp_kernel_image_open(&image, data, size, "vmlinux", &err);

	check_outcome(rc, &err);
	if (rc < 0)
		return;
	check_outcome(lp_symbol_set_read_image(&symbols, &image, &err), &err);
	check_symbols(&symbols);
	lppack_error_clear(&err);
	check_outcome(lp_symbol_set_read_elf(&table, &image, &err), &err);
	check_symbols(&table);
	lppack_error_clear(&err);
	rc = lp_btf_open_image(&btf, &image, &err);
	check_outcome(rc, &err);
	if (rc == 0)
		ask_btf(&btf);
	if (lp_kernel_image_ikconfig(&image, &config, &n) && n > size)
		abort();
	read_with_symbols(&image, &symbols);
	read_with_symbols(&image, &table);
}

static void read_module(const uint8_t *data, size_t size)
{
	LP_AUTO_SYMBOL_SET struct lp_symbol_set symbols = { 0 };
	LP_AUTO_KERNEL_EXPORTS struct lp_kernel_exports exports = { 0 };
	LP_AUTO_ADDRESS_LIST struct lp_address_list sites = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;

	check_outcome(lp_symbol_set_read_module(&symbols, data, size, "module", "module.ko", &err), &err);
	check_symbols(&symbols);
	lppack_error_clear(&err);
	check_outcome(lp_kernel_exports_read_module(&exports, data, size, "module", "module.ko", &err), &err);
	check_exports(&exports);
	lppack_error_clear(&err);
	check_outcome(lp_ftrace_sites_read_module(&sites, data, size, "module.ko", &err), &err);
	check_addresses(&sites);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LP_AUTO_BTF struct lp_btf btf = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	int rc = lp_btf_open(&btf, data, size, "btf", &err);

	check_outcome(rc, &err);
	if (rc == 0)
		ask_btf(&btf);
	read_image(data, size);
	read_module(data, size);
	return 0;
}

static void feed_and_free(void (*feed)(const void *bytes, size_t n), int rc, struct lp_buf *bytes)
{
	if (rc < 0)
		abort();
	feed(bytes->data, bytes->len);
	lp_buf_free(bytes);
}

void fuzz_seeds(void (*feed)(const void *bytes, size_t n))
{
	struct lp_buf bytes = { 0 };

	for (unsigned int i = 0; i < 2; i++)
		feed_and_free(feed, kernel_maker_btf(i, &bytes), &bytes);
	for (unsigned int i = 0; i <= KERNEL_MAKER_ABSOLUTE_CRCS; i++)
		feed_and_free(feed, kernel_maker_module(i % 2, (enum kernel_maker_exports)i, &bytes), &bytes);
	feed_and_free(feed, kernel_maker_debug_file(&bytes), &bytes);
	for (unsigned int i = 0; i <= KERNEL_MAKER_BROKEN; i++) {
		const struct kernel_maker options = { .layout = (enum kernel_maker_layout)i, .percpu = i < 3,
						      .big_endian = i == 1, .wide = i == 2, .segments = i == 0,
						      .relative_crcs = i == 3,
						      .filler = i == 2 ? 300 : 0 };

		feed_and_free(feed, kernel_maker_vmlinux(&options, &bytes), &bytes);
	}
}
