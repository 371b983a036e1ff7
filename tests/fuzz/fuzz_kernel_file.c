/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which kernel any file is: EFI images, flat images and packages, from any bytes. */
#include "replay.h"

#include "support/elf_maker.h"
#include "support/image_maker.h"
#include "support/packer.h"

#include "base/file.h"
#include "check/kernel_file.h"
#include "inspect/efi_image.h"
#include "inspect/flat_image.h"

#include <stdlib.h>

/* Straight from the bytes, so that sanitizers see where they end. */
static void parse_headers(const uint8_t *data, size_t size)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_efi_part part;
	int rc;

	if (lp_efi_find_linux(data, size, &part) && part.size == 0)
		abort();
	rc = lp_zboot_parse(data, size, size, "fuzz", &part, &err);
	if (rc != -err.code || (rc == 0 && !lp_range_ok(part.offset, part.size, size)))
		abort();
	lppack_error_clear(&err);
	rc = lp_flat_image_read(data, size, "fuzz", &facts, &err);
	if (rc != -err.code || (rc == 0 && (!facts.build_id.len || !facts.arch)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	char path[64];
	LP_AUTO_CLOSE int fd = packer_file(data, size, path);
	int rc;

	parse_headers(data, size);
	if (fd < 0)
		abort();
	rc = lp_kernel_file_read("", path, &facts, &err);
	if (rc != -err.code || (rc == 0) != (facts.build_id.len > 0))
		abort();
	return 0;
}

static const struct elf_maker_kernel kernel = { 0 };

static void feed_packed(void (*feed)(const void *bytes, size_t n), const struct lp_buf *image)
{
	struct lp_buf deb = { 0 };
	struct lp_buf rpm = { 0 };
	struct lp_buf unified = { 0 };

	if (packer_deb("none", "boot/vmlinuz-6", image->data, image->len, &deb) < 0 ||
	    packer_rpm("gzip", "lib/modules/6/vmlinuz", image->data, image->len, &rpm) < 0 ||
	    image_maker_unified(image->data, image->len, &unified) < 0)
		abort();
	feed(image->data, image->len);
	feed(deb.data, deb.len);
	feed(rpm.data, rpm.len);
	feed(unified.data, unified.len);
	lp_buf_free(&deb);
	lp_buf_free(&rpm);
	lp_buf_free(&unified);
}

void fuzz_seeds(void (*feed)(const void *bytes, size_t n))
{
	static const char *const arches[] = { "aarch64", "riscv64", "loongarch64" };
	struct lp_buf pc = { 0 };

	if (elf_maker_bzimage("6.1.0-1-test", "12345678", 8, &pc) < 0)
		abort();
	feed_packed(feed, &pc);
	lp_buf_free(&pc);
	for (size_t i = 0; i < 3; i++) {
		const struct image_maker_flat options = { .arch = arches[i],
							  .release = "6.1.0-1-test",
							  .build_id = elf_maker_kernel_id(&kernel) };
		struct lp_buf image = { 0 };
		struct lp_buf packed = { 0 };
		struct lp_buf zboot = { 0 };

		if (image_maker_flat(&options, &image) < 0)
			abort();
		elf_maker_gzip(image.data, image.len, &packed);
		if (image_maker_zboot("gzip", packed.data, packed.len, &zboot) < 0)
			abort();
		feed_packed(feed, i ? &zboot : &image);
		lp_buf_free(&image);
		lp_buf_free(&packed);
		lp_buf_free(&zboot);
	}
}
