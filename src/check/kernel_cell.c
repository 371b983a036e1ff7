/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack_kernel_open() and the checks: the caller opens files and hands them to a cell, which reads and judges them. */
#include "check/kernel_cell.h"

#include "base/export.h"
#include "base/options.h"
#include "format/facts_tree.h"
#include "format/format.h"
#include "format/stream.h"
#include "bundle/bundle.h"
#include "bundle/entry.h"
#include "check/module.h"

#include <lppack/check.h>

#include <fcntl.h>
#include <sys/mman.h>

LP_EXPORT void lppack_kernel_close(struct lppack_kernel *kernel)
{
	if (!kernel)
		return;
	lp_cell_end(&kernel->cell);
	lp_kernel_facts_free(&kernel->facts);
	lp_module_tree_free(&kernel->tree);
	lp_kernel_paths_free(&kernel->paths);
	free(kernel);
}

LP_EXPORT const char *lppack_kernel_build_id(const struct lppack_kernel *kernel)
{
	return kernel->facts.build_id.len ? kernel->build_id : NULL;
}

static int kernel_cell_open_file(void *context, uint64_t which, struct lppack_error *err)
{
	return lp_cell_fetch(context, which, err);
}

/* The first request. What was read stays until the cell ends. */
static struct lppack_value *answer_open(struct lppack_kernel *kernel, struct lp_cell *cell, struct lppack_error *err)
{
	struct lp_kernel *inside = calloc(1, sizeof(*inside));

	if (!inside) {
		lp_fail_nomem(err);
		return NULL;
	}
	inside->files = (struct lp_kernel_files){ .paths = &kernel->paths,
						  .tree = &kernel->tree,
						  .tree_error = &kernel->tree_error,
						  .open = kernel_cell_open_file,
						  .context = cell };
	inside->sig_enforce = kernel->sig_enforce;
	if (lp_kernel_read(inside, err) < 0)
		return NULL;
	kernel->inside = inside;
	return lp_kernel_facts_tree(&inside->facts);
}

static struct lppack_value *answer_check(struct lppack_kernel *kernel, const struct lp_cell_request *request,
					 struct lppack_error *err)
{
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	LP_AUTO_CHECK struct lp_check check = { .kernel = kernel->inside, .name = request->name };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	if (lp_input_take_regular_fd(&in, request->fd, request->name, err) < 0 ||
	    lp_input_read_decompressed(&in, LP_MODULE_MAX, &bytes, err) < 0)
		return NULL;
	check.bytes = bytes.data;
	check.n = bytes.len;
	return lp_check_run(&check, err) < 0 ? NULL : lp_check_report(&check, err);
}

static struct lppack_value *kernel_cell_answer(void *context, struct lp_cell *cell,
					       const struct lp_cell_request *request, struct lppack_error *err)
{
	struct lppack_kernel *kernel = context;

	return kernel->inside ? answer_check(kernel, request, err) : answer_open(kernel, cell, err);
}

static int kernel_cell_fetch(void *context, uint64_t which, struct lppack_error *err)
{
	const struct lppack_kernel *kernel = context;

	return lp_kernel_file_open(&kernel->paths, &kernel->tree, which, err);
}

static int start_cell(struct lppack_kernel *kernel, struct lppack_error *err)
{
	const struct lp_cell_request request = { "the kernel's files", -1 };
	LP_AUTO_VALUE struct lppack_value *facts = NULL;
	int rc;

	kernel->service = (struct lp_cell_service){
		.name = request.name, .context = kernel, .answer = kernel_cell_answer, .fetch = kernel_cell_fetch
	};
	rc = lp_cell_start(&kernel->cell, &kernel->service, err);
	if (rc < 0)
		return rc;
	rc = lp_cell_ask(&kernel->cell, &request, &facts, err);
	if (rc < 0)
		return rc;
	rc = lp_kernel_facts_take(facts, request.name, &kernel->facts, err);
	lp_build_id_format(&kernel->facts.build_id, kernel->build_id);
	return rc;
}

LP_EXPORT struct lppack_kernel *lppack_kernel_open(const struct lppack_kernel_files *given, struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_kernel_close) struct lppack_kernel *k = calloc(1, sizeof(*k));
	struct lppack_kernel_files files;
	const char *modules;

	if (!k) {
		lp_fail_nomem(err);
		return NULL;
	}
	if (LP_OPTIONS_TAKE(lppack_kernel_files, directory, &files, given, err) < 0 ||
	    lp_flags_check("struct lppack_kernel_files", files.flags, LPPACK_KERNEL_SIG_ENFORCE, err) < 0)
		return NULL;
	k->sig_enforce = files.flags & LPPACK_KERNEL_SIG_ENFORCE;
	if (lp_kernel_paths_find(&files, &k->paths, err) < 0)
		return NULL;
	/* Names only; what the files are is for the cell. */
	modules = k->paths.at[LP_PATH_MODULES];
	k->tree_error = (struct lppack_error)LPPACK_ERROR_INIT;
	if (modules)
		lp_module_tree_read(k->paths.roots[LP_PATH_MODULES], modules, &k->tree, &k->tree_error);
	return start_cell(k, err) < 0 ? NULL : LP_TAKE(k);
}

LP_EXPORT struct lppack_value *lppack_kernel_check_file(struct lppack_kernel *kernel, const char *path,
							struct lppack_error *err)
{
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	struct lppack_value *report = NULL;

	if (lp_input_open(&in, path, err) == 0)
		lp_cell_ask(&kernel->cell, &(struct lp_cell_request){ path, in.fd }, &report, err);
	return report;
}

int lp_kernel_check_bytes(struct lppack_kernel *kernel, const char *name, const void *bytes, size_t n,
			  struct lppack_value **report, struct lppack_error *err)
{
	LP_AUTO_CLOSE int fd = memfd_create("lppack module", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || lp_write_all(fd, bytes, n) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be handed over", name);
	return lp_cell_ask(&kernel->cell, &(struct lp_cell_request){ name, fd }, report, err);
}

LP_EXPORT struct lppack_value *lppack_kernel_check_entry(struct lppack_kernel *kernel, struct lppack_entry *entry,
							 struct lppack_error *err)
{
	struct lppack_value *report = NULL;
	const void *bytes = NULL;
	size_t n = 0;

	if (lppack_entry_load_module(entry, &bytes, &n, err) == 0)
		lp_kernel_check_bytes(kernel, entry->contents->bundle->in.name, bytes, n, &report, err);
	return report;
}
