/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A kernel as its files describe it, and why the rest of it is unknown. */
#ifndef LP_CHECK_KERNEL_H
#define LP_CHECK_KERNEL_H

#include "base/facts.h"
#include "base/value.h"
#include "inspect/btf.h"
#include "inspect/certificates.h"
#include "inspect/ftrace_sites.h"
#include "inspect/kconfig.h"
#include "inspect/kernel_exports.h"
#include "inspect/kernel_image.h"
#include "inspect/module_index.h"
#include "inspect/symbol_set.h"
#include "check/kernel_paths.h"
#include "check/module_tree.h"

/* What the check asks of a kernel. */
enum lp_kernel_source {
	LP_SOURCE_IDENTITY, /* build ID, release */
	LP_SOURCE_SYMBOLS,
	LP_SOURCE_SITES, /* ftrace's */
	LP_SOURCE_BLACKLIST,
	LP_SOURCE_EXPORTS,
	LP_SOURCE_VERMAGIC,
	LP_SOURCE_CONFIG,
	LP_SOURCE_MODULES,
	LP_SOURCE_KEYS,
	LP_SOURCE_BTF,
	LP_SOURCES,
};

/* A target module of the tree, read once. */
struct lp_target {
	char *name;
	struct lp_symbol_set symbols;
	struct lp_address_list sites;
	struct lppack_error error; /* code 0: it could be read */
};

/* Where a kernel's files come from. */
struct lp_kernel_files {
	const struct lp_kernel_paths *paths;
	const struct lp_module_tree *tree;
	const struct lppack_error *tree_error; /* code 0: there is a tree */
	/* A descriptor of a regular file, or -1 with an error. */
	int (*open)(void *context, uint64_t which, struct lppack_error *err);
	void *context;
};

/* What is opened beside one of enum lp_kernel_path; the tree's modules follow. */
#define LP_KERNEL_FILE_BUILTIN LP_PATHS
#define LP_KERNEL_FILE_MODULES (LP_PATHS + 1)

struct lp_kernel {
	struct lp_kernel_files files;
	bool sig_enforce;
	bool known[LP_SOURCES];
	struct lppack_error why_unknown[LP_SOURCES]; /* code 0: no file for it */
	struct lp_kernel_facts facts;
	char build_id[LP_BUILD_ID_TEXT];
	struct lp_buf image_bytes;
	struct lp_kernel_image image;
	struct lp_symbol_set symbols;
	struct lp_address_list sites;
	struct lp_address_list blacklist;
	struct lp_kernel_exports image_exports;
	struct lp_kernel_exports symvers;
	bool has_image_exports;
	bool has_symvers;
	char *vermagic;
	char *compiler; /* "gcc-12 (Debian 12.2.0-14) 12.2.0", or NULL */
	struct lp_kconfig config;
	struct lp_module_index builtin;
	struct lp_certificate_list keys;
	struct lp_buf btf_bytes;
	struct lp_kernel_image btf_image;
	struct lp_btf btf;
	struct lp_target **targets;
	size_t n_targets;
};

/* Reads all but the modules; kernel->files and sig_enforce are set. Also on failure to be freed. */
int lp_kernel_read(struct lp_kernel *kernel, struct lppack_error *err);
void lp_kernel_free(struct lp_kernel *kernel);
/* Which file that is: a descriptor, or -1 with an error. */
int lp_kernel_file_open(const struct lp_kernel_paths *paths, const struct lp_module_tree *tree, uint64_t which,
			struct lppack_error *err);
/* The bytes of a module of the tree. */
int lp_kernel_read_module(const struct lp_kernel *kernel, const struct lp_tree_module *module, struct lp_buf *out,
			  struct lppack_error *err);
/* NULL if the tree has no such module (or there is none), or, with err set, on LPPACK_E_NO_MEMORY. */
const struct lp_target *lp_kernel_target(struct lp_kernel *kernel, const char *name, struct lppack_error *err);
/* Whether it is compiled into the kernel, as far as modules.builtin tells. */
bool lp_kernel_has_builtin(const struct lp_kernel *kernel, const char *module);

#define LP_AUTO_KERNEL LP_AUTO(lp_kernel_free)

#endif
