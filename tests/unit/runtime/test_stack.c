/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests reading the patches of a kernel, with objects, functions and their order. */
#include "support/fake_kernel.h"
#include "runtime/patch.h"
#include "runtime/stack.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static const char *const functions[] = { "vmlinux/meminfo_proc_show,2", "vmlinux/cmdline_proc_show.isra.0,1",
					 "vmlinux/meminfo_proc_show,1", "ext4/ext4_open,1", NULL };

static const struct fake_patch patch_b = {
	.name = "lp_b",
	.functions = functions,
	.build_id = "00112233445566778899aabbccddeeff00112233",
	.replace = true,
	.vanish_ns = FAKE_MS,
};

static const struct fake_patch patch_a = { .name = "lp_a", .build_id = "deadbeefdeadbeef" };

struct machine {
	struct fake_kernel *kernel;
	struct lp_kernel_io host;
	struct lp_stack stack;
	struct lppack_error err;
};

static int setup(void **state)
{
	struct machine *m = calloc(1, sizeof(*m));

	m->kernel = fake_kernel_new();
	fake_kernel_open(m->kernel, &m->host);
	*state = m;
	return 0;
}

static int teardown(void **state)
{
	struct machine *m = *state;

	lp_stack_free(&m->stack);
	lp_kernel_io_close(&m->host);
	fake_kernel_free(m->kernel);
	free(m);
	return 0;
}

static void read_stack(struct machine *m)
{
	lp_stack_free(&m->stack);
	assert_int_equal(lp_stack_read(&m->host, &m->stack, &m->err), 0);
}

static void reads_an_empty_stack(void **state)
{
	struct machine *m = *state;

	read_stack(m);
	assert_int_equal(m->stack.n, 0);
	assert_null(lp_stack_find(&m->stack, "lp_a"));
}

static void reads_a_patch(void **state)
{
	struct machine *m = *state;
	const struct lp_live_patch *patch;
	char hex[LP_BUILD_ID_TEXT];

	fake_kernel_add_patch(m->kernel, &patch_b);
	read_stack(m);
	patch = lp_stack_find(&m->stack, "lp_b");
	assert_non_null(patch);
	assert_int_equal(patch->enabled, 1);
	assert_int_equal(patch->transition, 0);
	assert_int_equal(patch->replace, 1);
	assert_int_equal(patch->stack_order, -1);
	assert_int_equal(patch->refcnt, 1);
	assert_string_equal(lp_build_id_format(&patch->build_id, hex), patch_b.build_id);
}

static void reads_objects_and_functions_in_order(void **state)
{
	struct machine *m = *state;
	const struct lp_live_object *objects;

	fake_kernel_add_patch(m->kernel, &patch_b);
	read_stack(m);
	assert_int_equal(m->stack.patches[0].n_objects, 2);
	objects = m->stack.patches[0].objects;
	assert_string_equal(objects[0].object.name, "vmlinux");
	assert_int_equal(objects[0].patched, 1);
	assert_int_equal(objects[0].object.n_funcs, 3);
	assert_string_equal(objects[0].object.funcs[0].name, "cmdline_proc_show.isra.0");
	assert_int_equal(objects[0].object.funcs[1].sympos, 1);
	assert_int_equal(objects[0].object.funcs[2].sympos, 2);
	assert_string_equal(objects[1].object.name, "ext4");
	assert_int_equal(objects[1].patched, 0);
	assert_int_equal(objects[1].object.n_funcs, 1);
}

static void takes_every_attribute_as_optional(void **state)
{
	struct machine *m = *state;
	const struct lp_live_patch *patch;

	fake_kernel_show(m->kernel, false, false, false);
	fake_kernel_add_patch(m->kernel, &patch_b);
	fake_kernel_remove(m->kernel, "sys/kernel/livepatch/lp_b/transition");
	fake_kernel_remove(m->kernel, "sys/kernel/livepatch/lp_b/enabled");
	fake_kernel_remove(m->kernel, "sys/module/lp_b");
	read_stack(m);
	assert_int_equal(m->stack.n, 1);
	patch = &m->stack.patches[0];
	assert_int_equal(patch->enabled, -1);
	assert_int_equal(patch->transition, -1);
	assert_int_equal(patch->replace, -1);
	assert_int_equal(patch->refcnt, -1);
	assert_int_equal(patch->build_id.len, 0);
	assert_int_equal(patch->objects[1].patched, -1);
}

static void ignores_what_it_does_not_know(void **state)
{
	struct machine *m = *state;

	fake_kernel_add_patch(m->kernel, &patch_b);
	fake_kernel_write(m->kernel, "sys/kernel/livepatch/features", "new\n");
	fake_kernel_write(m->kernel, "sys/kernel/livepatch/lp_b/replace_set", "7\n");
	fake_kernel_write(m->kernel, "sys/kernel/livepatch/lp_b/vmlinux/new_attribute", "x\n");
	fake_kernel_write(m->kernel, "sys/kernel/livepatch/lp_b/vmlinux/no_position,x/y", "x\n");
	fake_kernel_write(m->kernel, "sys/kernel/livepatch/lp_b/vmlinux/,1/y", "x\n");
	fake_kernel_write(m->kernel, "sys/kernel/livepatch/lp_b/enabled", "maybe\n");
	read_stack(m);
	assert_int_equal(m->stack.n, 1);
	assert_int_equal(m->stack.patches[0].n_objects, 2);
	assert_int_equal(m->stack.patches[0].objects[0].object.n_funcs, 3);
	assert_int_equal(m->stack.patches[0].enabled, -1);
}

static void orders_by_name_or_by_age(void **state)
{
	struct machine *m = *state;

	fake_kernel_add_patch(m->kernel, &patch_b);
	fake_kernel_add_patch(m->kernel, &patch_a);
	read_stack(m);
	assert_int_equal(m->stack.n, 2);
	assert_string_equal(m->stack.patches[0].name, "lp_a");
	assert_string_equal(m->stack.patches[1].name, "lp_b");
	fake_kernel_write(m->kernel, "sys/kernel/livepatch/lp_b/stack_order", "1\n");
	fake_kernel_write(m->kernel, "sys/kernel/livepatch/lp_a/stack_order", "2\n");
	read_stack(m);
	assert_string_equal(m->stack.patches[0].name, "lp_b");
	assert_int_equal(m->stack.patches[1].stack_order, 2);
}

static void reads_build_ids_of_odd_notes(void **state)
{
	static const char cut[] = "\4\0\0\0\24\0\0\0\3\0\0\0GNU\0\1\2\3";
	static const char huge[] = "\377\377\377\377\377\377\377\377\3\0\0\0GNU\0\1\2\3";
	struct machine *m = *state;
	char path[] = "sys/module/lp_a/notes/.note.gnu.build-id";

	fake_kernel_add_patch(m->kernel, &patch_a);
	read_stack(m);
	assert_int_equal(m->stack.patches[0].build_id.len, 8);
	fake_kernel_write(m->kernel, path, cut);
	read_stack(m);
	assert_int_equal(m->stack.patches[0].build_id.len, 0);
	fake_kernel_write(m->kernel, path, huge);
	read_stack(m);
	assert_int_equal(m->stack.patches[0].build_id.len, 0);
}

/* Another note before it, padded; and an ID that ends in the byte of a newline. */
static void finds_the_build_id_behind_another_note(void **state)
{
	static const uint32_t words[] = {
		6, 5, 1, 0x6f6e6e61, 0x6269, 0x11111111, 0x22, 4, 4, 3, 0x00554e47, 0x0a332211
	};
	struct machine *m = *state;
	int fd;

	fake_kernel_add_patch(m->kernel, &patch_a);
	fd = openat(m->host.rootfd, "sys/module/lp_a/notes/.note.gnu.build-id", O_WRONLY | O_TRUNC | O_CLOEXEC);
	assert_int_equal(lp_write_all(fd, words, sizeof(words)), 0);
	close(fd);
	read_stack(m);
	assert_int_equal(m->stack.patches[0].build_id.len, 4);
	assert_memory_equal(m->stack.patches[0].build_id.bytes, &words[11], 4);
}

static void tells_a_kernel_without_livepatching_from_a_container(void **state)
{
	struct machine *m = *state;

	fake_kernel_remove(m->kernel, "sys/kernel/livepatch");
	assert_int_equal(lp_stack_read(&m->host, &m->stack, &m->err), -LPPACK_E_NO_LIVEPATCH);
	assert_non_null(strstr(m->err.message, "CONFIG_LIVEPATCH"));
	lppack_error_clear(&m->err);
	fake_kernel_remove(m->kernel, "sys");
	assert_int_equal(lp_stack_read(&m->host, &m->stack, &m->err), -LPPACK_E_NO_LIVEPATCH);
	assert_non_null(strstr(m->err.message, "not mounted"));
	assert_null(strstr(m->err.message, "CONFIG_LIVEPATCH"));
}

static void tells_the_status_of_one_patch(void **state)
{
	struct machine *m = *state;
	struct lp_patch_status status;

	fake_kernel_add_patch(m->kernel, &patch_b);
	lp_patch_status_read(&m->host, "lp_b", &status);
	assert_true(lp_patch_status_is_done(&status));
	assert_false(lp_patch_status_is_undone(&status));
	fake_kernel_enable(m->kernel, "lp_b", false);
	lp_patch_status_read(&m->host, "lp_b", &status);
	assert_true(status.listed);
	assert_false(lp_patch_status_is_done(&status));
	assert_true(lp_patch_status_is_undone(&status));
	fake_kernel_pass(m->kernel, FAKE_SECOND);
	lp_patch_status_read(&m->host, "lp_b", &status);
	assert_false(status.listed);
	assert_true(lp_patch_status_is_undone(&status));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_an_empty_stack),
		TEST(reads_a_patch),
		TEST(reads_objects_and_functions_in_order),
		TEST(takes_every_attribute_as_optional),
		TEST(ignores_what_it_does_not_know),
		TEST(orders_by_name_or_by_age),
		TEST(reads_build_ids_of_odd_notes),
		TEST(finds_the_build_id_behind_another_note),
		TEST(tells_a_kernel_without_livepatching_from_a_container),
		TEST(tells_the_status_of_one_patch),
	};

	return cmocka_run_group_tests_name("stack", tests, NULL, NULL);
}
