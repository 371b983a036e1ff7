/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the facts that are taken of the running kernel. */
#include "support/fixture.h"
#include "support/kernel_maker.h"

#include "check/running.h"
#include "inspect/module.h"

#include <sys/stat.h>

struct machine {
	struct fixture *f;
	struct lp_kernel_io host;
	struct lp_buf module;
	struct lp_module_facts facts;
};

static void machine_close(struct machine *m)
{
	lp_module_facts_free(&m->facts);
	lp_buf_free(&m->module);
	lp_kernel_io_close(&m->host);
}

#define AUTO_MACHINE LP_AUTO(machine_close)

static void machine_open(struct machine *m, struct fixture *f, const struct elf_maker_options *options,
			 const char *kallsyms)
{
	*m = (struct machine){ .f = f };
	assert_int_equal(mkdir(fixture_path(f, "proc"), 0755), 0);
	assert_int_equal(mkdir(fixture_path(f, "sys"), 0755), 0);
	assert_int_equal(mkdir(fixture_path(f, "sys/kernel"), 0755), 0);
	assert_int_equal(mkdir(fixture_path(f, "sys/kernel/btf"), 0755), 0);
	assert_int_equal(mkdir(fixture_path(f, "sys/module"), 0755), 0);
	assert_int_equal(mkdir(fixture_path(f, "sys/module/nfsd"), 0755), 0);
	fixture_write_text(f, "sys/module/nfsd/initstate", "live\n");
	assert_int_equal(mkdir(fixture_path(f, "sys/module/leaving"), 0755), 0);
	fixture_write_text(f, "sys/module/leaving/initstate", "going\n");
	if (kallsyms)
		fixture_write_text(f, "proc/kallsyms", kallsyms);
	expect_ok(lp_kernel_io_open(&m->host, f->dir, NULL, NULL, &f->err), &f->err);
	assert_int_equal(elf_maker_module(options, &m->module), 0);
	expect_ok(lp_module_inspect(m->module.data, m->module.len, "m.ko", &m->facts, &f->err), &f->err);
}

static int check(struct machine *m)
{
	return lp_check_running(&m->host, m->module.data, m->module.len, &m->facts, &m->f->err);
}

static const char kallsyms[] = "ffffffff81000000 T _text\n"
			       "ffffffff81000010 T cmdline_proc_show\n"
			       "ffffffff81000020 t twice\n"
			       "ffffffff81000030 t twice\n"
			       "ffffffffc0000000 t cmdline_proc_show\t[nfsd]\n"
			       "ffffffffc0000010 t nfsd_open\t[nfsd]\n"
			       "ffffffffc0000020 t nfsd_twice\t[nfsd]\n"
			       "ffffffffc0000030 d nfsd_twice\t[nfsd]\n"
			       "ffffffffc0001000 t left\t[leaving]\n";

static const struct elf_maker_func shown = { "cmdline_proc_show", 0 };
static const struct elf_maker_func second = { "twice", 2 };
static const struct elf_maker_func third = { "twice", 3 };
static const struct elf_maker_func any = { "twice", 0 };
static const struct elf_maker_func missing = { "no_such", 0 };
static const struct elf_maker_func of_nfsd = { "nfsd_open", 1 };

/* A module that patches one function of one object, and refers to one livepatch symbol. */
static int check_one(struct fixture *f, const char *object, const struct elf_maker_func *func, const char *symbol,
		     const char *names)
{
	const struct elf_maker_object patched = { object, func, 1, 0 };
	const char *const symbols[] = { symbol, NULL };
	const struct elf_maker_options options = { .objects = &patched,
						   .n_objects = 1,
						   .klp_symbols = symbol ? symbols : NULL };
	AUTO_MACHINE struct machine m;

	machine_open(&m, f, &options, names);
	return check(&m);
}

#define accepts(name, object, func, symbol, names) \
	static void name(void **state) \
	{ \
		struct fixture *f = *state; \
\
		expect_ok(check_one(f, object, func, symbol, names), &f->err); \
	}

#define refuses(name, object, func, symbol, words) \
	static void name(void **state) \
	{ \
		struct fixture *f = *state; \
\
		assert_int_equal(check_one(f, object, func, symbol, kallsyms), -LPPACK_E_UNLOADABLE); \
		expect_error(&f->err, LPPACK_E_UNLOADABLE, words); \
	}

accepts(a_function_that_is_there, NULL, &shown, NULL,
	kallsyms) accepts(the_second_of_a_name, NULL, &second, NULL, kallsyms) accepts(a_function_of_a_loaded_module,
										       "nfsd", &of_nfsd, NULL, kallsyms)
	accepts(a_module_that_is_being_removed, "leaving", &missing, NULL,
		kallsyms) accepts(a_module_that_is_not_loaded, "ext4", &missing, NULL,
				  kallsyms) accepts(no_names_that_may_be_read, NULL, &missing, NULL,
						    NULL) accepts(an_empty_list_of_names, NULL, &missing, NULL, "")
		accepts(lines_that_make_no_sense, NULL, &missing, NULL,
			"\n\n[\t\nx\n") accepts(a_symbol_that_resolves, NULL, &shown, ".klp.sym.nfsd.nfsd_twice,2",
						kallsyms) accepts(a_symbol_of_a_module_that_is_not_loaded, NULL, &shown,
								  ".klp.sym.ext4.none,0", kallsyms)

			refuses(a_function_that_is_missing, NULL, &missing, NULL,
				"livepatch_test: patches no_such, which the running kernel does not have")
				refuses(an_ambiguous_function, NULL, &any, NULL,
					"patches twice, of which the running kernel has 2")
					refuses(a_position_behind_the_last, NULL, &third, NULL,
						"patches twice number 3, but the running kernel has 2")
						refuses(a_function_that_a_module_lacks, "nfsd", &missing, NULL,
							"patches no_such, which nfsd does not have")
							refuses(a_name_of_another_object, "nfsd", &second, NULL,
								"patches twice, which nfsd does not have")
								refuses(a_symbol_that_is_missing, NULL, &shown,
									".klp.sym.vmlinux.none,0", "refers to none")
									refuses(an_ambiguous_symbol, NULL, &shown,
										".klp.sym.nfsd.nfsd_twice,0",
										"of which nfsd has 2")

	/* Longer than what is read at once, with a name across the border of two reads. */
	static void many_names(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf names = { 0 };

	for (unsigned int i = 0; i < 20000; i++)
		lp_buf_printf(&names, "%016x t filler_%u\n", i + 1, i);
	lp_buf_text(&names, "ffffffff81000010 T cmdline_proc_show\n");
	expect_ok(check_one(f, NULL, &shown, NULL, (const char *)names.data), &f->err);
}

/* klp_object of the kernel that kernel_maker makes differs from what the module's array shows. */
static void sizes_of_structures(void **state)
{
	struct fixture *f = *state;
	const struct elf_maker_object objects[] = { { NULL, &shown, 1, 0 }, { "nfsd", &of_nfsd, 1, 0 } };
	struct elf_maker_options options = { .objects = objects, .n_objects = 2, .object_stride = 168 + 64 };
	LP_AUTO_BUF struct lp_buf btf = { 0 };
	AUTO_MACHINE struct machine m;

	machine_open(&m, f, &options, kallsyms);
	expect_ok(check(&m), &f->err);
	assert_int_equal(kernel_maker_btf(false, &btf), 0);
	fixture_write(f, "sys/kernel/btf/vmlinux", btf.data, btf.len);
	assert_int_equal(check(&m), -LPPACK_E_UNLOADABLE);
	expect_error(&f->err, LPPACK_E_UNLOADABLE, "built with a struct klp_object of 232 bytes");
	fixture_write_text(f, "sys/kernel/btf/vmlinux", "damaged");
	expect_ok(check(&m), &f->err);
}

static void needs_memory(void **state)
{
	struct fixture *f = *state;
	const struct elf_maker_object patched = { NULL, &shown, 1, 0 };
	const struct elf_maker_options options = { .objects = &patched, .n_objects = 1 };
	AUTO_MACHINE struct machine m;

	machine_open(&m, f, &options, kallsyms);
	fixture_write_text(f, "proc/meminfo", "MemTotal:  500000 kB\nMemAvailable:      4 kB\nBuffers: 7 kB\n");
	assert_int_equal(check(&m), -LPPACK_E_MEMORY);
	expect_error(&f->err, LPPACK_E_MEMORY, "but only 4 KiB are available");
	fixture_write_text(f, "proc/meminfo", "MemTotal:  500000 kB\nMemAvailable:   4000 kB\n");
	expect_ok(check(&m), &f->err);
	/* Before Linux 3.14 it is not told. */
	fixture_write_text(f, "proc/meminfo", "MemTotal:  500000 kB\nMemFree:   4 kB\n");
	expect_ok(check(&m), &f->err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(a_function_that_is_there),      fixture_test(the_second_of_a_name),
		fixture_test(a_function_of_a_loaded_module), fixture_test(a_module_that_is_being_removed),
		fixture_test(a_module_that_is_not_loaded),   fixture_test(no_names_that_may_be_read),
		fixture_test(an_empty_list_of_names),        fixture_test(lines_that_make_no_sense),
		fixture_test(a_symbol_that_resolves),        fixture_test(a_symbol_of_a_module_that_is_not_loaded),
		fixture_test(a_function_that_is_missing),    fixture_test(an_ambiguous_function),
		fixture_test(a_position_behind_the_last),    fixture_test(a_function_that_a_module_lacks),
		fixture_test(a_name_of_another_object),      fixture_test(a_symbol_that_is_missing),
		fixture_test(an_ambiguous_symbol),           fixture_test(many_names),
		fixture_test(sizes_of_structures),           fixture_test(needs_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
