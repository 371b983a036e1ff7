/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests where a kernel's files are looked for. */
#include "support/fixture.h"

#include "check/kernel_paths.h"
#include "check/module_tree.h"

#include <sys/stat.h>
#include <unistd.h>

static void make_directories(struct fixture *f, const char *const *names)
{
	for (; *names; names++)
		assert_int_equal(mkdir(fixture_path(f, *names), 0755), 0);
}

static void make_files(struct fixture *f, const char *const *names)
{
	for (; *names; names++)
		fixture_write_text(f, *names, "x");
}

static int find(struct fixture *f, const char *directory, const char *release, struct lp_kernel_paths *out)
{
	LPPACK_OPTIONS(lppack_kernel_files, files, .release = release, .directory = fixture_path(f, directory));

	*out = (struct lp_kernel_paths){ 0 };
	return lp_kernel_paths_find(&files, out, &f->err);
}

/* The path below the fixture's directory, or nothing. */
static void assert_at(struct fixture *f, const struct lp_kernel_paths *paths, enum lp_kernel_path which,
		      const char *wanted)
{
	if (wanted)
		assert_string_equal(paths->at[which], fixture_path(f, wanted));
	else
		assert_null(paths->at[which]);
}

static const char *const root_directories[] = { "r",
						"r/boot",
						"r/lib",
						"r/lib/modules",
						"r/lib/modules/6.1.0-1",
						"r/lib/modules/6.1.0-1/kernel",
						"r/usr",
						"r/usr/src",
						"r/usr/src/linux-headers-6.1.0-1",
						NULL };
static const char *const root_files[] = { "r/boot/vmlinuz-6.1.0-1",
					  "r/boot/System.map-6.1.0-1",
					  "r/boot/config-6.1.0-1",
					  "r/boot/vmlinuz-6.1.0-1.old",
					  "r/lib/modules/6.1.0-1/modules.order",
					  "r/usr/src/linux-headers-6.1.0-1/Module.symvers",
					  "r/usr/src/linux-headers-6.1.0-1/vmlinux",
					  NULL };

static void make_root(struct fixture *f)
{
	make_directories(f, root_directories);
	make_files(f, root_files);
}

static void a_root(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_KERNEL_PATHS struct lp_kernel_paths paths;

	make_root(f);
	expect_ok(find(f, "r", NULL, &paths), &f->err);
	assert_string_equal(paths.release, "6.1.0-1");
	assert_at(f, &paths, LP_PATH_VMLINUZ, "r/boot/vmlinuz-6.1.0-1");
	assert_at(f, &paths, LP_PATH_SYSTEM_MAP, "r/boot/System.map-6.1.0-1");
	assert_at(f, &paths, LP_PATH_CONFIG, "r/boot/config-6.1.0-1");
	assert_at(f, &paths, LP_PATH_SYMVERS, "r/usr/src/linux-headers-6.1.0-1/Module.symvers");
	assert_at(f, &paths, LP_PATH_MODULES, "r/lib/modules/6.1.0-1");
	assert_at(f, &paths, LP_PATH_BTF, "r/usr/src/linux-headers-6.1.0-1/vmlinux");
}

static void the_directory_boot(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_KERNEL_PATHS struct lp_kernel_paths paths;

	make_root(f);
	expect_ok(find(f, "r/boot", NULL, &paths), &f->err);
	assert_at(f, &paths, LP_PATH_VMLINUZ, "r/boot/vmlinuz-6.1.0-1");
	assert_at(f, &paths, LP_PATH_MODULES, "r/boot/../lib/modules/6.1.0-1");
	assert_at(f, &paths, LP_PATH_SYMVERS, NULL);
}

static void a_tree_of_modules(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_KERNEL_PATHS struct lp_kernel_paths paths;

	make_root(f);
	expect_ok(find(f, "r/lib/modules/6.1.0-1", NULL, &paths), &f->err);
	assert_string_equal(paths.release, "6.1.0-1");
	assert_at(f, &paths, LP_PATH_MODULES, "r/lib/modules/6.1.0-1");
	assert_at(f, &paths, LP_PATH_VMLINUZ, "r/lib/modules/6.1.0-1/../../../boot/vmlinuz-6.1.0-1");
}

static void a_build_tree(void **state)
{
	static const char *const directories[] = { "b", "b/kernel", "b/modules", NULL };
	static const char *const files[] = {
		"b/vmlinux", "b/.config", "b/Module.symvers", "b/System.map", "b/modules.order", "b/Makefile", NULL
	};
	struct fixture *f = *state;
	LP_AUTO_KERNEL_PATHS struct lp_kernel_paths paths;

	make_directories(f, directories);
	make_files(f, files);
	expect_ok(find(f, "b", NULL, &paths), &f->err);
	assert_null(paths.release);
	assert_at(f, &paths, LP_PATH_VMLINUZ, "b/vmlinux");
	assert_at(f, &paths, LP_PATH_CONFIG, "b/.config");
	assert_at(f, &paths, LP_PATH_MODULES, NULL);
}

static void several_kernels(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_KERNEL_PATHS struct lp_kernel_paths paths;

	make_root(f);
	fixture_write_text(f, "r/boot/vmlinuz-6.1.0-2", "x");
	assert_int_equal(find(f, "r", NULL, &paths), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "r: holds 2 kernels: 6.1.0-1, 6.1.0-2");
	expect_ok(find(f, "r", "6.1.0-2", &paths), &f->err);
	assert_at(f, &paths, LP_PATH_VMLINUZ, "r/boot/vmlinuz-6.1.0-2");
	assert_at(f, &paths, LP_PATH_MODULES, NULL);
	lp_kernel_paths_free(&paths);
	assert_int_equal(find(f, "r", "6.1.0-3", &paths), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "r: has no files of kernel 6.1.0-3");
}

static void what_is_named_goes_first(void **state)
{
	struct fixture *f = *state;
	LPPACK_OPTIONS(lppack_kernel_files, files);
	LP_AUTO_KERNEL_PATHS struct lp_kernel_paths paths = { 0 };

	make_root(f);
	files.directory = fixture_path(f, "r");
	files.vmlinuz = fixture_path(f, "my-vmlinuz");
	assert_int_equal(lp_kernel_paths_find(&files, &paths, &f->err), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "my-vmlinuz: No such file");
	fixture_write_text(f, "my-vmlinuz", "");
	expect_ok(lp_kernel_paths_find(&files, &paths, &f->err), &f->err);
	assert_at(f, &paths, LP_PATH_VMLINUZ, "my-vmlinuz");
	assert_true(paths.is_named[LP_PATH_VMLINUZ]);
	assert_at(f, &paths, LP_PATH_CONFIG, "r/boot/config-6.1.0-1");
	assert_false(paths.is_named[LP_PATH_CONFIG]);
	lp_kernel_paths_free(&paths);
	files.modules = fixture_path(f, "none");
	assert_int_equal(lp_kernel_paths_find(&files, &paths, &f->err), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "none: is no directory");
}

static void nothing(void **state)
{
	static const char *const directories[] = { "e", NULL };
	struct fixture *f = *state;
	LP_AUTO_KERNEL_PATHS struct lp_kernel_paths paths = { 0 };

	make_directories(f, directories);
	assert_int_equal(find(f, "e", NULL, &paths), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "e: holds no kernel's files");
	assert_int_equal(find(f, "none", NULL, &paths), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "none: ");
	assert_int_equal(lp_kernel_paths_find(&(struct lppack_kernel_files){ 0 }, &paths, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "no kernel is named");
}

static void modules_by_name(void **state)
{
	static const char *const directories[] = { "m", "m/kernel", "m/kernel/fs", "m/updates", NULL };
	static const char *const files[] = { "m/kernel/fs/ext4.ko.xz",
					     "m/kernel/fs/net-sched.ko",
					     "m/updates/ext4.ko.zst",
					     "m/kernel/fs/README",
					     "m/kernel/fs/a.ko.bak",
					     "m/kernel/fs/z.ko.gz",
					     NULL };
	struct fixture *f = *state;
	LP_AUTO_MODULE_TREE struct lp_module_tree tree = { 0 };

	make_directories(f, directories);
	make_files(f, files);
	expect_ok(lp_module_tree_read("", fixture_path(f, "m"), &tree, &f->err), &f->err);
	assert_int_equal(tree.n, 3);
	assert_string_equal(lp_module_tree_find(&tree, "ext4")->path, fixture_path(f, "m/updates/ext4.ko.zst"));
	assert_non_null(lp_module_tree_find(&tree, "net_sched"));
	assert_non_null(lp_module_tree_find(&tree, "z"));
	assert_null(lp_module_tree_find(&tree, "README"));
	assert_null(lp_module_tree_find(&(struct lp_module_tree){ 0 }, "z"));
}

/* In a machine's root, links are that machine's. */
static void links_of_a_root(void **state)
{
	static const char *const directories[] = { "outside", "outside/kernel", "l",     "l/boot",    "l/data",
						   "l/lib",   "l/lib/modules",  "l/usr", "l/usr/src", NULL };
	struct fixture *f = *state;
	LP_AUTO_KERNEL_PATHS struct lp_kernel_paths paths = { 0 };
	LP_AUTO_MODULE_TREE struct lp_module_tree tree = { 0 };
	const char *const release = "l/lib/modules/6.1.0-1";

	make_directories(f, directories);
	make_directories(f, (const char *const[]){ release, "l/lib/modules/6.1.0-1/kernel", "l/usr/src/h", NULL });
	make_files(f, (const char *const[]){ "outside/Module.symvers", "outside/System.map", "outside/m.ko",
					     "l/lib/modules/6.1.0-1/modules.order", "l/lib/modules/6.1.0-1/kernel/k.ko",
					     "l/usr/src/h/Module.symvers", "l/data/config", NULL });
	assert_int_equal(symlink("/usr/src/h", fixture_path(f, "l/lib/modules/6.1.0-1/build")), 0);
	assert_int_equal(symlink(fixture_path(f, "outside/System.map"), fixture_path(f, "l/boot/System.map-6.1.0-1")),
			 0);
	assert_int_equal(symlink("../../../data/config", fixture_path(f, "l/boot/config-6.1.0-1")), 0);
	assert_int_equal(symlink(fixture_path(f, "outside"), fixture_path(f, "l/lib/modules/6.1.0-1/kernel/out")), 0);
	expect_ok(find(f, "l", NULL, &paths), &f->err);
	assert_at(f, &paths, LP_PATH_SYMVERS, "l/lib/modules/6.1.0-1/build/Module.symvers");
	assert_at(f, &paths, LP_PATH_CONFIG, "l/boot/config-6.1.0-1");
	assert_at(f, &paths, LP_PATH_SYSTEM_MAP, NULL);
	assert_at(f, &paths, LP_PATH_MODULES, release);
	expect_ok(lp_module_tree_read(paths.roots[LP_PATH_MODULES], paths.at[LP_PATH_MODULES], &tree, &f->err),
		  &f->err);
	assert_int_equal(tree.n, 1);
	assert_string_equal(tree.modules[0].name, "k");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(links_of_a_root),          fixture_test(a_root),       fixture_test(the_directory_boot),
		fixture_test(a_tree_of_modules),        fixture_test(a_build_tree), fixture_test(several_kernels),
		fixture_test(what_is_named_goes_first), fixture_test(nothing),      fixture_test(modules_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
