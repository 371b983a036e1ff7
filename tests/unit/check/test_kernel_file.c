/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests recognising a kernel: images with every payload, vmlinux, notes, packages. */
#include "support/elf_maker.h"
#include "support/image_maker.h"
#include "support/packer.h"

#include "check/kernel_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define RELEASE "6.1.0-56-cloud-amd64"

static const struct elf_maker_kernel kernel = { .release = RELEASE };

static int read_bytes(const void *bytes, size_t n, struct lp_kernel_facts *facts, struct lppack_error *err)
{
	char path[64];
	LP_AUTO_CLOSE int fd = packer_file(bytes, n, path);

	assert_true(fd >= 0);
	return lp_kernel_file_read("", path, facts, err);
}

static void assert_kernel(const struct lp_buf *bytes, const char *arch, const char *version)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts;
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_build_id id = elf_maker_kernel_id(&kernel);

	assert_int_equal(read_bytes(bytes->data, bytes->len, &facts, &err), 0);
	assert_true(lp_build_id_equal(&facts.build_id, &id));
	assert_string_equal(facts.release, RELEASE);
	if (arch)
		assert_string_equal(facts.arch, arch);
	else
		assert_null(facts.arch);
	if (version)
		assert_string_equal(facts.version, version);
	else
		assert_null(facts.version);
}

/* A payload as the kernel's build makes it: all but gzip's end with the size of what they hold. */
static int make_payload(const char *filter, struct lp_buf *out)
{
	LP_AUTO_BUF struct lp_buf vmlinux = { 0 };
	int rc = elf_maker_vmlinux(&kernel, &vmlinux);

	if (rc < 0)
		return rc;
	if (strcmp(filter, "none") == 0)
		lp_buf_append(out, vmlinux.data, vmlinux.len);
	else if (strcmp(filter, "lz4-legacy") == 0)
		packer_lz4_legacy(vmlinux.data, vmlinux.len, out);
	else
		rc = packer_compress(filter, vmlinux.data, vmlinux.len, out);
	if (strcmp(filter, "none") != 0 && strcmp(filter, "gzip") != 0)
		lp_buf_append(out, "\0\0\x20\0", 4);
	return rc;
}

static void every_payload(void **state)
{
	static const char *const filters[] = { "none", "gzip", "xz", "lzma", "bzip2", "zstd", "lz4-legacy" };

	(void)state;
	for (size_t i = 0; i < 7; i++) {
		LP_AUTO_BUF struct lp_buf payload = { 0 };
		LP_AUTO_BUF struct lp_buf image = { 0 };

		if (make_payload(filters[i], &payload) < 0)
			continue;
		assert_int_equal(elf_maker_bzimage_around(RELEASE, payload.data, payload.len, &image), 0);
		assert_kernel(&image, "x86_64", "#1 SMP PREEMPT_DYNAMIC test");
	}
}

static void simple_bzimage(void **state)
{
	struct lp_build_id id = elf_maker_kernel_id(&kernel);
	LP_AUTO_BUF struct lp_buf image = { 0 };

	(void)state;
	assert_int_equal(elf_maker_bzimage(RELEASE, id.bytes, id.len, &image), 0);
	assert_kernel(&image, "x86_64", "#1 SMP PREEMPT_DYNAMIC test");
}

static void vmlinux_and_notes(void **state)
{
	LP_AUTO_BUF struct lp_buf vmlinux = { 0 };
	LP_AUTO_BUF struct lp_buf packed = { 0 };
	LP_AUTO_BUF struct lp_buf notes = { 0 };

	(void)state;
	assert_int_equal(elf_maker_vmlinux(&kernel, &vmlinux), 0);
	assert_kernel(&vmlinux, "x86_64", NULL);
	assert_int_equal(packer_compress("xz", vmlinux.data, vmlinux.len, &packed), 0);
	assert_kernel(&packed, "x86_64", NULL);
	assert_int_equal(elf_maker_notes(&kernel, &notes), 0);
	assert_kernel(&notes, NULL, NULL);
}

static void packages(void **state)
{
	static const char *const paths[] = { "./boot/vmlinuz-" RELEASE, "usr/lib/modules/" RELEASE "/vmlinuz",
					     "./usr/lib/debug/boot/vmlinux-" RELEASE,
					     "./usr/lib/debug/lib/modules/" RELEASE "/vmlinux" };
	struct lp_build_id id = elf_maker_kernel_id(&kernel);

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		LP_AUTO_BUF struct lp_buf image = { 0 };
		LP_AUTO_BUF struct lp_buf deb = { 0 };

		if (i < 2)
			assert_int_equal(elf_maker_bzimage(RELEASE, id.bytes, id.len, &image), 0);
		else
			assert_int_equal(elf_maker_vmlinux(&kernel, &image), 0);
		assert_int_equal(packer_deb(i % 2 ? "xz" : "none", paths[i], image.data, image.len, &deb), 0);
		assert_kernel(&deb, "x86_64", i < 2 ? "#1 SMP PREEMPT_DYNAMIC test" : NULL);
	}
}

static void refused(const void *bytes, size_t n, int code, const char *message)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_kernel_facts facts;

	assert_int_equal(read_bytes(bytes, n, &facts, &err), -code);
	assert_int_equal(err.code, code);
	assert_non_null(strstr(err.message, message));
	assert_null(facts.release);
	assert_null(facts.arch);
}

static void packages_of_rpm(void **state)
{
	static const char *const paths[] = { "./lib/modules/" RELEASE "/vmlinuz",
					     "./usr/lib/modules/" RELEASE "/vmlinuz",
					     "./usr/lib/debug/lib/modules/" RELEASE "/vmlinux",
					     "./lib/modules/" RELEASE "/vmlinuz-virt.efi" };
	struct lp_build_id id = elf_maker_kernel_id(&kernel);

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		LP_AUTO_BUF struct lp_buf image = { 0 };
		LP_AUTO_BUF struct lp_buf unified = { 0 };
		LP_AUTO_BUF struct lp_buf rpm = { 0 };

		if (i == 2)
			assert_int_equal(elf_maker_vmlinux(&kernel, &image), 0);
		else
			assert_int_equal(elf_maker_bzimage(RELEASE, id.bytes, id.len, &image), 0);
		assert_int_equal(image_maker_unified(image.data, image.len, &unified), 0);
		assert_int_equal(packer_rpm(i % 2 ? "xz" : "zstd", paths[i], i == 3 ? unified.data : image.data,
					    i == 3 ? unified.len : image.len, &rpm),
				 0);
		assert_kernel(&rpm, "x86_64", i == 2 ? NULL : "#1 SMP PREEMPT_DYNAMIC test");
	}
}

/* systemd-stub's and Ubuntu's: a bzImage, or a zboot image, within a section. */
static void unified_images(void **state)
{
	struct lp_build_id id = elf_maker_kernel_id(&kernel);
	LP_AUTO_BUF struct lp_buf image = { 0 };
	LP_AUTO_BUF struct lp_buf unified = { 0 };
	LP_AUTO_BUF struct lp_buf twice = { 0 };
	LP_AUTO_BUF struct lp_buf nested = { 0 };

	(void)state;
	assert_int_equal(elf_maker_bzimage(RELEASE, id.bytes, id.len, &image), 0);
	assert_int_equal(image_maker_unified(image.data, image.len, &unified), 0);
	assert_kernel(&unified, "x86_64", "#1 SMP PREEMPT_DYNAMIC test");
	/* Cut off within the kernel. */
	refused(unified.data, unified.len / 2, LPPACK_E_IO, "");
	/* They may hold each other, but not without end. */
	assert_int_equal(image_maker_unified(unified.data, unified.len, &twice), 0);
	assert_kernel(&twice, "x86_64", "#1 SMP PREEMPT_DYNAMIC test");
	assert_int_equal(image_maker_unified(twice.data, twice.len, &nested), 0);
	refused(nested.data, nested.len, LPPACK_E_KERNEL_IMAGE, "no kind of kernel file");
}

static const char *const flat_arches[] = { "aarch64", "riscv64", "loongarch64" };

static void make_flat(const char *arch, size_t padding, struct lp_buf *out)
{
	const struct image_maker_flat flat = {
		.arch = arch, .release = RELEASE, .build_id = elf_maker_kernel_id(&kernel), .padding = padding
	};

	assert_int_equal(image_maker_flat(&flat, out), 0);
}

/* Flat, compressed, in a zboot image, and that in a unified one: the vDSO's build ID is not the kernel's. */
static void flat_images(void **state)
{
	static const char *const filters[] = { "gzip", "xz", "zstd", "lz4-legacy" };

	(void)state;
	for (size_t i = 0; i < 12; i++) {
		LP_AUTO_BUF struct lp_buf image = { 0 };
		LP_AUTO_BUF struct lp_buf packed = { 0 };
		LP_AUTO_BUF struct lp_buf zboot = { 0 };
		LP_AUTO_BUF struct lp_buf unified = { 0 };
		const char *filter = filters[i / 3];

		make_flat(flat_arches[i % 3], i % 2 ? 300000 : 0, &image);
		assert_kernel(&image, flat_arches[i % 3], "#1 SMP test");
		if (strcmp(filter, "lz4-legacy") == 0)
			packer_lz4_legacy(image.data, image.len, &packed);
		else if (packer_compress(filter, image.data, image.len, &packed) < 0)
			continue;
		assert_kernel(&packed, flat_arches[i % 3], "#1 SMP test");
		assert_int_equal(image_maker_zboot(filter, packed.data, packed.len, &zboot), 0);
		assert_kernel(&zboot, flat_arches[i % 3], "#1 SMP test");
		assert_int_equal(image_maker_unified(zboot.data, zboot.len, &unified), 0);
		assert_kernel(&unified, flat_arches[i % 3], "#1 SMP test");
		refused(zboot.data, zboot.len - 10, LPPACK_E_KERNEL_IMAGE, "past the end");
	}
}

static void flat_images_that_say_too_little(void **state)
{
	struct image_maker_flat flat = { .arch = "aarch64", .release = RELEASE };
	LP_AUTO_BUF struct lp_buf none = { 0 };
	LP_AUTO_BUF struct lp_buf two = { 0 };
	LP_AUTO_BUF struct lp_buf same = { 0 };

	(void)state;
	assert_int_equal(image_maker_flat(&flat, &none), 0);
	refused(none.data, none.len, LPPACK_E_KERNEL_IMAGE, "has no GNU build ID");
	flat.build_id = elf_maker_kernel_id(&kernel);
	flat.other = flat.build_id;
	assert_int_equal(image_maker_flat(&flat, &same), 0);
	assert_kernel(&same, "aarch64", "#1 SMP test");
	flat.other.bytes[0] ^= 1;
	assert_int_equal(image_maker_flat(&flat, &two), 0);
	refused(two.data, two.len, LPPACK_E_KERNEL_IMAGE, "several GNU build IDs");
}

/* An image in a package is as good as one by itself; nothing but its facts is read. */
static void loads_no_flat_image(void **state)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts = { 0 };
	LP_AUTO_BUF struct lp_buf image = { 0 };
	LP_AUTO_BUF struct lp_buf loaded = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	LP_AUTO_CLOSE int fd = -1;
	char path[64];

	(void)state;
	make_flat("aarch64", 0, &image);
	fd = packer_file(image.data, image.len, path);
	assert_int_equal(lp_input_open(&in, path, &err), 0);
	assert_int_equal(lp_kernel_file_load(&in, &facts, &loaded, &err), 0);
	assert_string_equal(facts.arch, "aarch64");
	assert_int_equal(loaded.len, 0);
}

static void no_kernel(void **state)
{
	LP_AUTO_BUF struct lp_buf module = { 0 };
	LP_AUTO_BUF struct lp_buf notes = { 0 };
	static const uint8_t zeros[100000];

	(void)state;
	refused("", 0, LPPACK_E_KERNEL_IMAGE, "is empty");
	refused("hello, world\n", 13, LPPACK_E_KERNEL_IMAGE, "no whole ELF note");
	refused(zeros, 4096, LPPACK_E_KERNEL_IMAGE, "no GNU build ID");
	refused(zeros, sizeof(zeros), LPPACK_E_KERNEL_IMAGE, "no kind of kernel file");
	assert_int_equal(elf_maker_module(&(struct elf_maker_options){ 0 }, &module), 0);
	refused(module.data, module.len, LPPACK_E_KERNEL_IMAGE, "not a kernel");
	assert_int_equal(elf_maker_notes(&(struct elf_maker_kernel){ .no_build_id = true }, &notes), 0);
	refused(notes.data, notes.len, LPPACK_E_KERNEL_IMAGE, "no GNU build ID");
}

static void incomplete_image(void **state)
{
	LP_AUTO_BUF struct lp_buf image = { 0 };
	LP_AUTO_BUF struct lp_buf deb = { 0 };

	(void)state;
	assert_int_equal(elf_maker_bzimage(RELEASE, "12345678", 8, &image), 0);
	refused(image.data, image.len - 100, LPPACK_E_KERNEL_IMAGE, "past the end");
	/* In a package the size is not known before; the payload ends early. */
	assert_int_equal(packer_deb("none", "boot/vmlinuz-x", image.data, 2700, &deb), 0);
	refused(deb.data, deb.len, LPPACK_E_IO, "boot/vmlinuz-x: ");
}

static void no_file(void **state)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_kernel_facts facts;

	(void)state;
	assert_int_equal(lp_kernel_file_read("", "/nonexistent/vmlinuz", &facts, &err), -LPPACK_E_IO);
	lppack_error_clear(&err);
	assert_int_equal(lp_kernel_file_read("", "/", &facts, &err), -LPPACK_E_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_payload),
		cmocka_unit_test(simple_bzimage),
		cmocka_unit_test(vmlinux_and_notes),
		cmocka_unit_test(packages),
		cmocka_unit_test(no_kernel),
		cmocka_unit_test(incomplete_image),
		cmocka_unit_test(no_file),
		cmocka_unit_test(packages_of_rpm),
		cmocka_unit_test(unified_images),
		cmocka_unit_test(flat_images),
		cmocka_unit_test(flat_images_that_say_too_little),
		cmocka_unit_test(loads_no_flat_image),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
