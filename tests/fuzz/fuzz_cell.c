/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a cell may answer: encoded trees, errors, and facts made of them. */
#include "replay.h"

#include "base/value_code.h"
#include "format/facts_tree.h"
#include "cell/message.h"

#include <stdlib.h>
#include <string.h>

/* What is decoded is printable, and encoded again it is the same. */
static void try_tree(const struct lppack_value *tree)
{
	LP_AUTO_BUF struct lp_buf first = { 0 };
	LP_AUTO_BUF struct lp_buf second = { 0 };
	LP_AUTO_VALUE struct lppack_value *again = NULL;
	LP_AUTO_FREE char *json = lppack_value_to_json(tree);

	lp_value_encode(tree, &first);
	if (!json || !lp_buf_ok(&first))
		return;
	again = lp_value_decode(first.data, first.len, NULL);
	if (!again)
		abort();
	lp_value_encode(again, &second);
	if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
		abort();
}

static void try_facts(const struct lppack_value *tree)
{
	LP_AUTO_MODULE_FACTS struct lp_module_facts module = { 0 };
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts kernel = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_VALUE struct lppack_value *again = NULL;

	if (lp_module_facts_take(tree, "fuzz", &module, &err) == 0) {
		again = lp_module_facts_tree(&module);
		if (again)
			try_tree(again);
	}
	lppack_error_clear(&err);
	if (lp_kernel_facts_take(tree, "fuzz", &kernel, &err) < 0 && !err.code)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_message message = { .kind = LP_MESSAGE_FAILURE, .fd = -1 };
	LP_AUTO_VALUE struct lppack_value *tree = lp_value_decode(data, size, &err);

	if (!tree == !err.code)
		abort();
	if (tree) {
		try_tree(tree);
		try_facts(tree);
	}
	lppack_error_clear(&err);
	lp_buf_append(&message.bytes, data, size);
	if (lp_message_fail(&message, &err) >= 0 || !err.code)
		abort();
	lp_message_free(&message);
	return 0;
}

static void feed_tree(void (*feed)(const void *bytes, size_t n), struct lppack_value *tree)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	lp_value_encode(tree, &bytes);
	feed(bytes.data, bytes.len);
	lppack_value_free(tree);
}

void fuzz_seeds(void (*feed)(const void *bytes, size_t n))
{
	struct lp_func function = { "cmdline_proc_show", 1 };
	struct lp_object object = { "vmlinux", &function, 1, LP_CALLBACK_PRE_PATCH };
	struct lp_klp_state state = { 3, 4 };
	const struct lp_module_facts module = { .name = "livepatch_7",
						.vermagic = "6.1.0 SMP",
						.release = "6.1.0",
						.arch = "x86_64",
						.build_id = { { 1, 2, 3, 4 }, 4 },
						.is_livepatch = true,
						.objects = &object,
						.n_objects = 1,
						.states = &state,
						.n_states = 1 };
	const struct lp_kernel_facts kernel = { .release = "6.1.0", .version = "#1 SMP", .build_id = module.build_id };
	struct lppack_value *error = lp_value_map();

	feed_tree(feed, lp_module_facts_tree(&module));
	feed_tree(feed, lp_kernel_facts_tree(&kernel));
	lp_value_add_int(&error, "code", LPPACK_E_MODULE);
	lp_value_add_int(&error, "errno", 2);
	lp_value_add_text(&error, "message", "it: wrong");
	lp_value_add_text(&error, "hint", "mend it");
	feed_tree(feed, error);
}
