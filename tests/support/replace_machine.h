/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A fake kernel with an old and a new patch, and one change between them: shared by the tests of replace.c and its steps. */
#ifndef LP_TEST_REPLACE_MACHINE_H
#define LP_TEST_REPLACE_MACHINE_H

#include "format/fixes.h"
#include "support/fake_kernel.h"

#include "runtime/patch.h"
#include "runtime/replace.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static const char *const old_functions[] = { "vmlinux/cmdline_proc_show,1", "vmlinux/dropped,1", NULL };
static const char *const new_functions[] = { "vmlinux/cmdline_proc_show,1", "vmlinux/meminfo_proc_show,2",
					     "nf_tables/nft_do_chain,1", NULL };

static const struct fake_patch old_patch = {
	.name = "lp_fixes_6",
	.functions = old_functions,
	.build_id = "0606060606060606060606060606060606060606",
	.replace = true,
	.reverse_ns = 300 * FAKE_MS,
	.vanish_ns = 4 * FAKE_MS,
	.refcnt_ns = 2 * FAKE_MS,
};

static const struct fake_patch new_patch = {
	.name = "lp_fixes_7",
	.functions = new_functions,
	.build_id = "0707070707070707070707070707070707070707",
	.replace = true,
	.load_ns = 10 * FAKE_MS,
	.transition_ns = 900 * FAKE_MS,
	.reverse_ns = 400 * FAKE_MS,
	.vanish_ns = 3 * FAKE_MS,
	.refcnt_ns = 1 * FAKE_MS,
};

static const uint8_t module_bytes[] = "the verified bytes of the module";

struct machine {
	struct fake_kernel *kernel;
	struct lp_kernel_io host;
	struct lp_module_facts facts;
	struct lp_replace_job job;
	struct lp_terms terms;
	struct lp_build_id known;
	struct lp_attempt_result result;
	struct lppack_error err;
};

static inline void setup(struct machine *m, const struct fake_patch *next)
{
	*m = (struct machine){ .kernel = fake_kernel_new() };
	fake_kernel_open(m->kernel, &m->host);
	fake_kernel_facts(next, &m->facts);
	fake_kernel_expect_load(m->kernel, next);
	m->job = (struct lp_replace_job){ .module = module_bytes,
					  .module_size = sizeof(module_bytes),
					  .facts = &m->facts };
	m->terms = (struct lp_terms){ .replace = true, .take_over = true };
}

/* The patch is one that lppack has loaded in this boot. */
static inline void know(struct machine *m, const struct fake_patch *patch)
{
	m->known = (struct lp_build_id){ .len = 0 };
	assert_int_equal(lp_build_id_parse(patch->build_id, &m->known), 0);
	m->terms.known = &m->known;
	m->terms.n_known = 1;
}

static inline void teardown(struct machine *m)
{
	lp_attempt_result_free(&m->result);
	lp_module_facts_free(&m->facts);
	lp_kernel_io_close(&m->host);
	fake_kernel_free(m->kernel);
}

static inline int run(struct machine *m)
{
	int rc;

	lp_attempt_result_free(&m->result);
	lppack_error_clear(&m->err);
	rc = lp_replace_run(&m->host, &m->terms, &m->job, &m->result, &m->err);
	assert_int_equal(rc, -m->err.code);
	assert_true(rc == 0 || *m->err.message);
	return rc;
}

static inline void assert_log_has(struct machine *m, const char *text)
{
	assert_non_null(m->result.kernel_log.data);
	assert_non_null(strstr((const char *)m->result.kernel_log.data, text));
}

#endif
