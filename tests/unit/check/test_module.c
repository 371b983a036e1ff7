/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the command line do not reach: the kernel's image, keys, structures, and files that are damaged. */
#include "support/bytes.h"
#include "support/fixture.h"
#include "support/kernel_maker.h"

#include "check/build.h"
#include "check/entry_points.h"
#include "check/hardening.h"
#include "check/collect.h"
#include "check/kernel_cell.h"
#include "shared/text.h"

#include <sys/stat.h>

#define RELEASE "6.1.0-1-test"
#define VERMAGIC RELEASE " SMP preempt mod_unload modversions "
#define CONFIG "CONFIG_LIVEPATCH=y\nCONFIG_MODVERSIONS=y\nCONFIG_MODULE_SIG=y\n"

static const struct elf_maker_import layout = { "module_layout", true, 0x12345678 };
static const struct elf_maker_func shown = { "cmdline_proc_show", 0 };

#define AUTO_KERNEL LP_AUTO(cleanup_lppack_kernel_close)

/* A build tree "k" with the image and the configuration. */
static void make_kernel(struct fixture *f, const char *config)
{
	LP_AUTO_BUF struct lp_buf notes = { 0 };
	LP_AUTO_BUF struct lp_buf image = { 0 };
	struct kernel_maker options = { .vermagic = VERMAGIC };

	assert_int_equal(elf_maker_notes(&(struct elf_maker_kernel){ .release = RELEASE }, &notes), 0);
	options.notes = notes.data;
	options.n_notes = notes.len;
	assert_int_equal(kernel_maker_vmlinux(&options, &image), 0);
	assert_int_equal(mkdir(fixture_path(f, "k"), 0755), 0);
	assert_int_equal(mkdir(fixture_path(f, "k/modules"), 0755), 0);
	assert_int_equal(mkdir(fixture_path(f, "k/modules/kernel"), 0755), 0);
	fixture_write(f, "k/vmlinux", image.data, image.len);
	if (config)
		fixture_write_text(f, "k/config", config);
}

static struct lppack_kernel *open_kernel_with(struct fixture *f, uint32_t flags)
{
	LPPACK_OPTIONS(lppack_kernel_files, files, .directory = fixture_path(f, "k"), .flags = flags);
	struct lppack_kernel *kernel = lppack_kernel_open(&files, &f->err);

	expect_ok(kernel ? 0 : -1, &f->err);
	return kernel;
}

static struct lppack_kernel *open_kernel(struct fixture *f)
{
	return open_kernel_with(f, 0);
}

static struct lppack_value *check(struct fixture *f, struct lppack_kernel *kernel, struct elf_maker_options options)
{
	struct lppack_value *report;

	if (!options.imports) {
		options.imports = &layout;
		options.n_imports = 1;
	}
	options.release = RELEASE;
	report = lppack_kernel_check_file(kernel, fixture_module(f, "m.ko", &options), &f->err);
	expect_ok(report ? 0 : -1, &f->err);
	return report;
}

static const struct lppack_value *find(const struct lppack_value *report, const char *id, const char *subject)
{
	const struct lppack_value *findings = lppack_value_get(report, "findings");

	for (size_t i = 0; i < lppack_value_count(findings); i++) {
		const struct lppack_value *finding = lppack_value_at(findings, i, NULL);

		if (lp_text_equal(lppack_value_text(lppack_value_get(finding, "id")), id) &&
		    (!subject || lp_text_equal(lppack_value_text(lppack_value_get(finding, "subject")), subject)))
			return finding;
	}
	return NULL;
}

static void assert_found(const struct lppack_value *report, const char *id, const char *subject, const char *severity,
			 const char *words)
{
	const struct lppack_value *finding = find(report, id, subject);

	assert_non_null(finding);
	assert_string_equal(lppack_value_text(lppack_value_get(finding, "severity")), severity);
	assert_non_null(strstr(lppack_value_text(lppack_value_get(finding, "message")), words));
}

static void assert_loads(const struct lppack_value *report, const char *loads, const char *sys_errno)
{
	const struct lppack_value *verdict = lppack_value_get(report, "verdict");

	assert_string_equal(lppack_value_text(lppack_value_get(verdict, "loads")), loads);
	assert_true(lp_text_equal(lppack_value_text(lppack_value_get(verdict, "errno")), sys_errno));
}

static void a_whole_kernel_leaves_no_gap(void **state)
{
	struct fixture *f = *state;
	AUTO_KERNEL struct lppack_kernel *kernel = NULL;
	LP_AUTO_VALUE struct lppack_value *report = NULL;

	make_kernel(f, CONFIG);
	kernel = open_kernel(f);
	report = check(f, kernel, (struct elf_maker_options){ 0 });
	assert_null(find(report, "not-checked", NULL));
	assert_loads(report, "yes", NULL);
	assert_int_equal(lppack_check_report_judge(report, LPPACK_CHECK_STRICT, &f->err), 0);
}

static void the_first_refusal_decides(void **state)
{
	static const struct elf_maker_func missing = { "no_such", 0 };
	static const struct elf_maker_object object = { NULL, &missing, 1, 0 };
	static const struct elf_maker_import imports[] = { { "module_layout", true, 0x12345678 }, { "none", true, 1 } };
	struct fixture *f = *state;
	AUTO_KERNEL struct lppack_kernel *kernel = NULL;
	LP_AUTO_VALUE struct lppack_value *report = NULL;

	make_kernel(f, CONFIG);
	kernel = open_kernel(f);
	report = check(
		f, kernel,
		(struct elf_maker_options){ .objects = &object, .n_objects = 1, .imports = imports, .n_imports = 2 });
	assert_found(report, "function-missing", "no_such", "error", "patches no_such");
	assert_found(report, "import-missing", "none", "error", "imports none");
	assert_loads(report, "no", "ENOENT");
	assert_int_equal(lppack_check_report_judge(report, 0, &f->err), -LPPACK_E_UNLOADABLE);
	expect_error(&f->err, LPPACK_E_UNLOADABLE, "m.ko: module livepatch_test for kernel " RELEASE ": imports none");
}

static void a_signature_by_another_key(void **state)
{
	struct fixture *f = *state;
	AUTO_KERNEL struct lppack_kernel *kernel = NULL;
	AUTO_KERNEL struct lppack_kernel *enforcing = NULL;
	LP_AUTO_VALUE struct lppack_value *report = NULL;
	LP_AUTO_VALUE struct lppack_value *enforced = NULL;

	make_kernel(f, CONFIG);
	kernel = open_kernel(f);
	report = check(f, kernel, (struct elf_maker_options){ .has_signature = true });
	assert_found(report, "signature-key", NULL, "info", "no PKCS#7");
	assert_loads(report, "yes", NULL);
	enforcing = open_kernel_with(f, LPPACK_KERNEL_SIG_ENFORCE);
	enforced = check(f, enforcing, (struct elf_maker_options){ .has_signature = true });
	assert_found(enforced, "signature-key", NULL, "error", "no PKCS#7");
	assert_loads(enforced, "no", "EKEYREJECTED");
}

static void structures_of_another_size(void **state)
{
	static const struct elf_maker_object objects[] = { { NULL, &shown, 1, 0 }, { "nfsd", &shown, 1, 0 } };
	struct fixture *f = *state;
	AUTO_KERNEL struct lppack_kernel *kernel = NULL;
	LP_AUTO_VALUE struct lppack_value *report = NULL;

	make_kernel(f, CONFIG);
	kernel = open_kernel(f);
	report = check(f, kernel,
		       (struct elf_maker_options){ .objects = objects, .n_objects = 2, .object_stride = 232 });
	assert_found(report, "structure-size", "klp_object", "error", "klp_object of 232 bytes");
	assert_loads(report, "unknown", NULL);
}

static void another_compiler(void **state)
{
	static const char config[] =
		CONFIG "CONFIG_CC_VERSION_TEXT=\"x86_64-linux-gnu-gcc-12 (Debian 12.2.0-14) 12.2.0\"\n";
	LP_AUTO_KERNEL struct lp_kernel kernel = { 0 };
	LP_AUTO_CHECK struct lp_check one = { .kernel = &kernel };
	LP_AUTO_VALUE struct lppack_value *report = NULL;

	(void)state;
	assert_int_equal(lp_kconfig_parse(&kernel.config, config, strlen(config), "config", NULL), 0);
	kernel.known[LP_SOURCE_CONFIG] = true;
	one.anatomy.compiler = strdup("GCC: (Debian 12.2.0-14) 12.2.0");
	lp_check_build(&one);
	assert_int_equal(one.findings.n, 0);
	free(one.anatomy.compiler);
	one.anatomy.compiler = strdup("GCC: (Debian 13.1.0-1) 13.1.0");
	lp_check_build(&one);
	report = lp_value_map();
	lp_value_add(&report, "findings", lp_findings_describe(&one.findings));
	assert_found(report, "compiler", NULL, "warning", "by GCC: (Debian 13.1.0-1) 13.1.0, but the kernel by");
}

static void a_target_that_is_damaged(void **state)
{
	static const struct elf_maker_object objects[] = { { NULL, &shown, 1, 0 }, { "nfsd", &shown, 1, 0 } };
	struct fixture *f = *state;
	AUTO_KERNEL struct lppack_kernel *kernel = NULL;
	LP_AUTO_VALUE struct lppack_value *report = NULL;

	make_kernel(f, CONFIG);
	fixture_write_text(f, "k/modules/kernel/nfsd.ko", "damaged");
	kernel = open_kernel(f);
	report = check(f, kernel, (struct elf_maker_options){ .objects = objects, .n_objects = 2 });
	assert_found(report, "not-checked", "nfsd", "unknown", "nfsd.ko");
	assert_loads(report, "unknown", NULL);
}

static void files_that_are_damaged(void **state)
{
	struct fixture *f = *state;
	AUTO_KERNEL struct lppack_kernel *kernel = NULL;
	LP_AUTO_VALUE struct lppack_value *report = NULL;

	make_kernel(f, "\x7f no configuration");
	fixture_write_text(f, "k/Module.symvers", "not\tthis");
	kernel = open_kernel(f);
	report = check(f, kernel, (struct elf_maker_options){ 0 });
	assert_found(report, "not-checked", "whether the kernel is configured for livepatches", "unknown", "k/config");
	assert_loads(report, "unknown", NULL);
}

/* What is found may be anything; what is named must be what it is named as. */
static void files_that_are_named(void **state)
{
	struct fixture *f = *state;
	LPPACK_OPTIONS(lppack_kernel_files, files, .symvers = fixture_path(f, "text"));

	fixture_write_text(f, "text", "not\tthis");
	assert_null(lppack_kernel_open(&files, &f->err));
	expect_error(&f->err, LPPACK_E_KERNEL_IMAGE, "text: line 1 is no \"CRC SYMBOL MODULE TYPE NAMESPACE\"");
	LPPACK_OPTIONS_RESET(files);
	files.config = fixture_path(f, "text");
	assert_null(lppack_kernel_open(&files, &f->err));
	expect_error(&f->err, LPPACK_E_KERNEL_IMAGE, "text: line 1 is no \"CONFIG_NAME=VALUE\"");
	LPPACK_OPTIONS_RESET(files);
	files.system_map = fixture_path(f, "text");
	assert_null(lppack_kernel_open(&files, &f->err));
	expect_error(&f->err, LPPACK_E_KERNEL_IMAGE, "text");
	LPPACK_OPTIONS_RESET(files);
	files.btf = fixture_path(f, "text");
	assert_null(lppack_kernel_open(&files, &f->err));
	expect_error(&f->err, LPPACK_E_KERNEL_IMAGE, "text");
	LPPACK_OPTIONS_RESET(files);
	files.symvers = fixture_path(f, "none");
	assert_null(lppack_kernel_open(&files, &f->err));
	expect_error(&f->err, LPPACK_E_IO, "none: No such file");
}

static void relocations_that_are_never_applied(void **state)
{
	static const char *const symbols[] = { ".klp.sym.xfs.xfs_read,0", NULL };
	struct fixture *f = *state;
	AUTO_KERNEL struct lppack_kernel *kernel = NULL;
	LP_AUTO_VALUE struct lppack_value *report = NULL;

	make_kernel(f, CONFIG);
	kernel = open_kernel(f);
	report = check(f, kernel, (struct elf_maker_options){ .extras = true, .klp_symbols = symbols });
	assert_found(report, "relocation-object", "xfs", "error", "that it does not patch");
	assert_found(report, "jump-table", NULL, "warning", "jump table");
	assert_found(report, "object-absent", "xfs", "info", "never patched here");
}

/* Marks that the configuration wants of the code. */
static void hardening(void **state)
{
	static const struct {
		const char *config;
		const char *id;
	} cases[] = {
		{ "CONFIG_RETPOLINE=y\n", "retpoline" },   { "CONFIG_MITIGATION_RETPOLINE=y\n", "retpoline" },
		{ "CONFIG_RETHUNK=y\n", "return-thunks" }, { "CONFIG_MITIGATION_RETHUNK=y\n", "return-thunks" },
		{ "CONFIG_X86_KERNEL_IBT=y\n", "endbr" },  { "CONFIG_SMP=y\n", NULL },
	};
	static char function[] = "called";
	struct lp_kernel kernel = { .known[LP_SOURCE_CONFIG] = true };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (int is_marked = 0; is_marked < 2; is_marked++) {
			LP_AUTO_CHECK struct lp_check check = { .kernel = &kernel };
			struct lp_hardening *h = &check.anatomy.hardening;

			assert_int_equal(
				lp_kconfig_parse(&kernel.config, cases[i].config, strlen(cases[i].config), "c", NULL),
				0);
			check.facts.arch = strdup("x86_64");
			*h = (struct lp_hardening){ .retpoline = is_marked,
						    .return_thunks = 3,
						    .return_sites = is_marked ? 3 : -1 };
			check.anatomy.no_endbr = is_marked ? NULL : strdup(function);
			lp_check_hardening(&check);
			assert_int_equal(check.findings.n, !is_marked && cases[i].id);
			if (!is_marked && cases[i].id)
				assert_string_equal(check.findings.items[0].id, cases[i].id);
			assert_null(check.sys_errno);
			lp_kconfig_free(&kernel.config);
		}
	}
}

/* BTF in which the structure of 152 bytes is struct module, with init and exit at these offsets. */
static void describe_module(struct lp_buf *btf, uint32_t init, uint32_t exit)
{
	static const uint8_t members[] = { 10, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0 };
	uint8_t *at;

	assert_int_equal(kernel_maker_btf(false, btf), 0);
	at = memmem(btf->data, btf->len, members, sizeof(members));
	assert_non_null(at);
	bytes_put_at(at + 8, init * 8, 4, false);
	bytes_put_at(at + 2 * 12 + 8, 1u << 24 | exit * 8, 4, false);
	memcpy(memmem(btf->data, btf->len, "klp_func", 9), "module\0\0", 9);
	memcpy(memmem(btf->data, btf->len, "old_name", 9), "init\0\0\0\0", 9);
	memcpy(memmem(btf->data, btf->len, "flag", 5), "exit", 5);
}

static void entry_points_elsewhere(void **state)
{
	static const struct {
		uint32_t init;
		uint32_t exit;
		const char *words;
	} cases[] = { { 312, 832, NULL },
		      { 320, 832, "looks for init at 320" },
		      { 312, 840, "looks for exit at 840" },
		      { 0, 0, "looks for init at 0" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };
		LP_AUTO_BTF struct lp_btf btf = { 0 };
		LP_AUTO_FREE char *fault = NULL;
		const struct lp_anatomy anatomy = { .this_module = { 896, { 312, 832 }, 2 } };

		describe_module(&bytes, cases[i].init, cases[i].exit);
		assert_int_equal(lp_btf_open(&btf, bytes.data, bytes.len, "vmlinux", NULL), 0);
		fault = lp_entry_points_fault(&anatomy, &btf);
		assert_int_equal(!fault, !cases[i].words);
		if (fault)
			assert_non_null(strstr(fault, cases[i].words));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hardening),
		cmocka_unit_test(entry_points_elsewhere),
		fixture_test(a_whole_kernel_leaves_no_gap),
		fixture_test(the_first_refusal_decides),
		fixture_test(a_signature_by_another_key),
		fixture_test(structures_of_another_size),
		fixture_test(another_compiler),
		fixture_test(a_target_that_is_damaged),
		fixture_test(files_that_are_damaged),
		fixture_test(files_that_are_named),
		fixture_test(relocations_that_are_never_applied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
