/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading all files of a kernel. What cannot be read stays unknown and is no error: the findings say so. */
#include "check/kernel.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/root.h"
#include "format/format.h"
#include "format/stream.h"
#include "inspect/btf.h"
#include "inspect/certificates.h"
#include "inspect/ftrace_sites.h"
#include "inspect/kallsyms.h"
#include "inspect/kconfig.h"
#include "inspect/kernel_exports.h"
#include "inspect/kernel_image.h"
#include "inspect/module.h"
#include "inspect/module_index.h"
#include "inspect/symbol_elf.h"
#include "inspect/symbol_set.h"
#include "inspect/symbol_text.h"
#include "inspect/symvers.h"
#include "check/kernel_file.h"
#include "check/kernel_paths.h"

#include <string.h>

/* Far above any real one. */
#define TEXT_FILE_MAX (64u << 20)
#define TARGET_MAX (1u << 30) /* of a target module, with its debug sections */
#define BTF_FILE_MAX (1u << 30)

void lp_kernel_free(struct lp_kernel *k)
{
	for (size_t i = 0; i < k->n_targets; i++) {
		lp_symbol_set_free(&k->targets[i]->symbols);
		lp_address_list_free(&k->targets[i]->sites);
		free(k->targets[i]->name);
		free(k->targets[i]);
	}
	free(k->targets);
	lp_btf_close(&k->btf);
	lp_kernel_image_close(&k->btf_image);
	lp_buf_free(&k->btf_bytes);
	lp_certificate_list_free(&k->keys);
	lp_module_index_free(&k->builtin);
	lp_kconfig_free(&k->config);
	free(k->vermagic);
	free(k->compiler);
	lp_kernel_exports_free(&k->symvers);
	lp_kernel_exports_free(&k->image_exports);
	lp_address_list_free(&k->blacklist);
	lp_address_list_free(&k->sites);
	lp_symbol_set_free(&k->symbols);
	lp_kernel_image_close(&k->image);
	lp_buf_free(&k->image_bytes);
	lp_kernel_facts_free(&k->facts);
	*k = (struct lp_kernel){ 0 };
}

int lp_kernel_file_open(const struct lp_kernel_paths *paths, const struct lp_module_tree *tree, uint64_t which,
			struct lppack_error *err)
{
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	LP_AUTO_FREE char *builtin = NULL;
	const char *root = paths->roots[LP_PATH_MODULES];
	const char *path = NULL;
	int fd;

	if (which < LP_PATHS) {
		root = paths->roots[which];
		path = paths->at[which];
	} else if (which == LP_KERNEL_FILE_BUILTIN && paths->at[LP_PATH_MODULES]) {
		builtin = lp_text_format("%s/modules.builtin", paths->at[LP_PATH_MODULES]);
		path = builtin;
	} else if (which - LP_KERNEL_FILE_MODULES < tree->n) {
		path = tree->modules[which - LP_KERNEL_FILE_MODULES].path;
	}
	if (!path) {
		lp_fail(err, LPPACK_E_INTERNAL, NULL, "no such file of the kernel");
		return -1;
	}
	if (lp_root_input_open(&in, root, path + strlen(root), err) < 0)
		return -1;
	fd = in.fd;
	in.fd = -1;
	return fd;
}

static int kernel_open_file(const struct lp_kernel *k, uint64_t which, const char *path, struct lp_input *out,
			    struct lppack_error *err)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	int fd = k->files.open(k->files.context, which, &why);

	return fd < 0 ? lp_error_move(err, &why) : lp_input_take_regular_fd(out, fd, path, err);
}

int lp_kernel_read_module(const struct lp_kernel *k, const struct lp_tree_module *module, struct lp_buf *out,
			  struct lppack_error *err)
{
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	uint64_t which = LP_KERNEL_FILE_MODULES + (uint64_t)(module - k->files.tree->modules);
	int rc = kernel_open_file(k, which, module->path, &in, err);

	return rc < 0 ? rc : lp_input_read_decompressed(&in, LP_TREE_MODULE_MAX, out, err);
}

static int kernel_read_file(const struct lp_kernel *k, enum lp_kernel_path which, size_t max, struct lp_buf *out,
			    struct lppack_error *err)
{
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	int rc = kernel_open_file(k, which, k->files.paths->at[which], &in, err);

	return rc < 0 ? rc : lp_input_read_decompressed(&in, max, out, err);
}

/* Keeps why a source is unknown, or drops an earlier reason now that it is known. */
static void kernel_settle(struct lp_kernel *k, enum lp_kernel_source source, int rc, const struct lppack_error *why)
{
	if (k->known[source])
		return;
	k->known[source] = rc == 0;
	if (rc == 0)
		lppack_error_clear(&k->why_unknown[source]);
	else if (!k->why_unknown[source].code)
		k->why_unknown[source] = *why;
}

/* Symbols first: by them the other parts are found. */
static void read_image_symbols(struct lp_kernel *k)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc = lp_symbol_set_read_image(&k->symbols, &k->image, &why);

	if (rc < 0)
		rc = lp_symbol_set_read_elf(&k->symbols, &k->image, NULL);
	kernel_settle(k, LP_SOURCE_SYMBOLS, rc, &why);
}

/* Every part on its own: an image may have the one and not the other. */
static void read_image_parts(struct lp_kernel *k)
{
	const struct lp_symbol_set *symbols = k->known[LP_SOURCE_SYMBOLS] ? &k->symbols : NULL;
	struct lppack_error why = LPPACK_ERROR_INIT;

	kernel_settle(k, LP_SOURCE_SITES, lp_ftrace_sites_read_image(&k->sites, &k->image, symbols, &why), &why);
	lppack_error_clear(&why);
	kernel_settle(k, LP_SOURCE_BLACKLIST, lp_kprobe_blacklist_read_image(&k->blacklist, &k->image, symbols, &why),
		      &why);
	lppack_error_clear(&why);
	k->has_image_exports = lp_kernel_exports_read_image(&k->image_exports, &k->image, symbols, &why) == 0;
	kernel_settle(k, LP_SOURCE_EXPORTS, k->has_image_exports ? 0 : -1, &why);
	lppack_error_clear(&why);
	if (symbols)
		kernel_settle(k, LP_SOURCE_KEYS, lp_certificates_read_image(&k->keys, &k->image, symbols, &why), &why);
	lppack_error_clear(&why);
	kernel_settle(k, LP_SOURCE_BTF, lp_btf_open_image(&k->btf, &k->image, &why), &why);
	k->compiler = lp_kernel_image_compiler(&k->image);
}

/* An image of no known kind is an error: the caller named it, or it decides which kernel this is. */
static int load_image(struct lp_kernel *k, bool *usable, struct lppack_error *err)
{
	const char *path = k->files.paths->at[LP_PATH_VMLINUZ];
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc;

	*usable = false;
	if (!path)
		return 0;
	rc = kernel_open_file(k, LP_PATH_VMLINUZ, path, &in, err);
	if (rc < 0)
		return rc;
	rc = lp_kernel_file_load(&in, &k->facts, &k->image_bytes, err);
	if (rc < 0)
		return rc;
	k->known[LP_SOURCE_IDENTITY] = true;
	lp_build_id_format(&k->facts.build_id, k->build_id);
	if (k->image_bytes.len == 0)
		return 0;
	rc = lp_kernel_image_open(&k->image, k->image_bytes.data, k->image_bytes.len, path, &why);
	*usable = rc == 0;
	for (int i = LP_SOURCE_SYMBOLS; rc < 0 && i < LP_SOURCES; i++)
		k->why_unknown[i] = why;
	return 0;
}

static int kernel_parse_map(struct lp_kernel *k, const struct lp_buf *bytes, const char *path, struct lppack_error *err)
{
	return lp_symbol_set_read_map(&k->symbols, bytes->data, bytes->len, path, err);
}

static int kernel_parse_symvers(struct lp_kernel *k, const struct lp_buf *bytes, const char *path,
				struct lppack_error *err)
{
	int rc = lp_kernel_exports_read_symvers(&k->symvers, bytes->data, bytes->len, path, err);

	k->has_symvers = rc == 0;
	return rc;
}

static int kernel_parse_config(struct lp_kernel *k, const struct lp_buf *bytes, const char *path,
			       struct lppack_error *err)
{
	return lp_kconfig_parse(&k->config, bytes->data, bytes->len, path, err);
}

/* A file that was only found may be unreadable; one that the caller named must be what it was named as. */
static int fail_if_named(const struct lp_kernel *k, enum lp_kernel_path which, int rc, const struct lppack_error *why,
			 struct lppack_error *err)
{
	if (rc == 0 || !k->files.paths->is_named[which])
		return 0;
	return lp_fail(err, why->code, why->hint, "%s", why->message);
}

static int kernel_read_text(struct lp_kernel *k, enum lp_kernel_source source, enum lp_kernel_path which,
			    int (*parse)(struct lp_kernel *, const struct lp_buf *, const char *,
					 struct lppack_error *),
			    struct lppack_error *err)
{
	const char *path = k->files.paths->at[which];
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc;

	if (!path)
		return 0;
	rc = kernel_read_file(k, which, TEXT_FILE_MAX, &bytes, &why);
	if (rc == 0)
		rc = parse(k, &bytes, path, &why);
	kernel_settle(k, source, rc, &why);
	/* That of a file says more than what the image lacks. */
	if (rc < 0 && !k->known[source])
		k->why_unknown[source] = why;
	return fail_if_named(k, which, rc, &why, err);
}

/* CONFIG_IKCONFIG: the image holds its own configuration. */
static void read_embedded_config(struct lp_kernel *k)
{
	struct lp_byte_source source = { 0 };
	struct lp_stream stream = { lp_byte_source_read, &source, "its embedded configuration" };
	LP_AUTO_DECOMPRESSOR struct lp_decompressor *d = NULL;
	LP_AUTO_BUF struct lp_buf text = { 0 };
	struct lppack_error why = LPPACK_ERROR_INIT;
	int64_t got = 1;

	if (k->known[LP_SOURCE_CONFIG] || !lp_kernel_image_ikconfig(&k->image, &source.at, &source.left) ||
	    lp_decompressor_open_stream(&d, &stream, 0, source.left, NULL) < 0)
		return;
	while (got > 0 && text.len < TEXT_FILE_MAX) {
		struct lp_stream *plain = lp_decompressor_stream(d);
		uint8_t chunk[65536];

		got = plain->read(plain->context, chunk, sizeof(chunk), NULL);
		if (got > 0)
			lp_buf_append(&text, chunk, (size_t)got);
	}
	if (got == 0 && lp_buf_ok(&text))
		kernel_settle(k, LP_SOURCE_CONFIG, kernel_parse_config(k, &text, stream.name, &why), &why);
}

static int read_btf(struct lp_kernel *k, struct lppack_error *err)
{
	const char *path = k->files.paths->at[LP_PATH_BTF];
	struct lp_buf *bytes = &k->btf_bytes;
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc;

	if (!path || k->known[LP_SOURCE_BTF])
		return 0;
	rc = kernel_read_file(k, LP_PATH_BTF, BTF_FILE_MAX, bytes, &why);
	if (rc == 0 && bytes->len >= 4 &&
	    memcmp(bytes->data,
		   "\x7f"
		   "ELF",
		   4) == 0) {
		rc = lp_kernel_image_open(&k->btf_image, bytes->data, bytes->len, path, &why);
		if (rc == 0)
			rc = lp_btf_open_image(&k->btf, &k->btf_image, &why);
	} else if (rc == 0) {
		rc = lp_btf_open(&k->btf, bytes->data, bytes->len, path, &why);
	}
	kernel_settle(k, LP_SOURCE_BTF, rc, &why);
	return fail_if_named(k, LP_PATH_BTF, rc, &why, err);
}

static void read_tree(struct lp_kernel *k)
{
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	if (!k->files.paths->at[LP_PATH_MODULES])
		return;
	kernel_settle(k, LP_SOURCE_MODULES, k->files.tree_error->code ? -1 : 0, k->files.tree_error);
	if (kernel_open_file(k, LP_KERNEL_FILE_BUILTIN, "modules.builtin", &in, NULL) == 0 &&
	    lp_input_read_decompressed(&in, TEXT_FILE_MAX, &bytes, NULL) == 0)
		lp_module_index_read_builtin(&k->builtin, bytes.data, bytes.len, in.name, NULL);
}

/* From the image, or from any module that was built with the kernel. */
static void read_vermagic(struct lp_kernel *k)
{
	LP_AUTO_MODULE_FACTS struct lp_module_facts facts = { 0 };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	const struct lp_tree_module *first = k->files.tree->n ? &k->files.tree->modules[0] : NULL;
	const char *const releases[] = { k->facts.release, k->files.paths->release };

	for (size_t i = 0; k->image.bytes && !k->vermagic && i < 2; i++)
		if (releases[i] && *releases[i])
			k->vermagic = lp_kernel_image_vermagic(&k->image, releases[i]);
	if (!k->vermagic && first && lp_kernel_read_module(k, first, &bytes, NULL) == 0 &&
	    lp_module_inspect(bytes.data, bytes.len, first->path, &facts, NULL) == 0)
		k->vermagic = LP_TAKE(facts.vermagic);
	k->known[LP_SOURCE_VERMAGIC] = k->vermagic != NULL;
}

int lp_kernel_read(struct lp_kernel *k, struct lppack_error *err)
{
	bool usable = false;
	int rc = load_image(k, &usable, err);

	if (rc < 0)
		return rc;
	if (usable)
		read_image_symbols(k);
	if (!k->known[LP_SOURCE_SYMBOLS])
		rc = kernel_read_text(k, LP_SOURCE_SYMBOLS, LP_PATH_SYSTEM_MAP, kernel_parse_map, err);
	if (rc < 0)
		return rc;
	if (usable)
		read_image_parts(k);
	rc = kernel_read_text(k, LP_SOURCE_EXPORTS, LP_PATH_SYMVERS, kernel_parse_symvers, err);
	if (rc < 0)
		return rc;
	rc = kernel_read_text(k, LP_SOURCE_CONFIG, LP_PATH_CONFIG, kernel_parse_config, err);
	if (rc < 0)
		return rc;
	if (usable)
		read_embedded_config(k);
	read_tree(k);
	rc = read_btf(k, err);
	if (rc < 0)
		return rc;
	read_vermagic(k);
	return 0;
}

bool lp_kernel_has_builtin(const struct lp_kernel *kernel, const char *module)
{
	const struct lp_module_entry *entry = lp_module_index_find(&kernel->builtin, module);

	return entry && entry->builtin;
}

static void read_target(const struct lp_kernel *k, struct lp_target *target, const struct lp_tree_module *module)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	if (lp_kernel_read_module(k, module, &bytes, &target->error) < 0 ||
	    lp_symbol_set_read_module(&target->symbols, bytes.data, bytes.len, target->name, module->path,
				      &target->error) < 0)
		return;
	lp_ftrace_sites_read_module(&target->sites, bytes.data, bytes.len, module->path, &target->error);
}

const struct lp_target *lp_kernel_target(struct lp_kernel *k, const char *name, struct lppack_error *err)
{
	const struct lp_tree_module *module = lp_module_tree_find(k->files.tree, name);
	struct lp_target **place;

	for (size_t i = 0; i < k->n_targets; i++)
		if (strcmp(k->targets[i]->name, name) == 0)
			return k->targets[i];
	if (!module)
		return NULL;
	place = lp_array_add(&k->targets, &k->n_targets, sizeof(struct lp_target *));
	if (place)
		*place = calloc(1, sizeof(**place));
	if (!place || !*place) {
		k->n_targets -= place ? 1 : 0;
		lp_fail_nomem(err);
		return NULL;
	}
	(*place)->name = strdup(name);
	if ((*place)->name)
		read_target(k, *place, module);
	else
		lp_fail_nomem(err);
	return (*place)->name ? *place : NULL;
}
