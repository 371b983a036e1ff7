/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests recognising a kernel: images with every payload, vmlinux, notes, packages. */
#include "support/elf_maker.h"
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
		cmocka_unit_test(every_payload), cmocka_unit_test(simple_bzimage), cmocka_unit_test(vmlinux_and_notes),
		cmocka_unit_test(packages),      cmocka_unit_test(no_kernel),      cmocka_unit_test(incomplete_image),
		cmocka_unit_test(no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
