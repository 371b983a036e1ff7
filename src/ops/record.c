/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ops/record.h"

#include "base/file.h"
#include "base/text.h"
#include "core/format.h"
#include "core/yaml.h"
#include "ops/describe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define RECORD_FORMAT 1
#define RECORD_MAX 65536

void lp_applied_free(struct lp_applied *applied)
{
	free(applied->boot_id);
	free(applied->release);
	free(applied->module);
	free(applied->stream);
	free(applied->version);
	*applied = (struct lp_applied){ 0 };
}

static struct lppack_value *record_tree(const struct lp_applied *a)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_int(&map, "format", RECORD_FORMAT);
	lp_value_add_text(&map, "boot_id", a->boot_id ? a->boot_id : "");
	lp_describe_build_id(&map, "kernel", &a->kernel);
	lp_value_add_text(&map, "release", a->release);
	lp_value_add_text(&map, "module", a->module);
	lp_describe_build_id(&map, "module_build_id", &a->module_build_id);
	lp_value_add_text(&map, "stream", a->stream);
	lp_value_add_int(&map, "epoch", a->epoch);
	lp_value_add_int(&map, "serial", a->serial);
	lp_value_add_text(&map, "version", a->version);
	lp_describe_digest(&map, "digest", &a->digest);
	lp_describe_time(&map, "applied_at", a->applied_at);
	return map;
}

static int make_directories(const char *root, struct lppack_error *err)
{
	static const char *const parts[] = { "/var", "/var/lib", LP_RECORD_DIRECTORY };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		LP_AUTO_FREE char *path = lp_text_format("%s%s", root, parts[i]);

		if (!path)
			return lp_fail_nomem(err);
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be made", path);
	}
	return 0;
}

int lp_applied_write(const char *root, const struct lp_applied *applied, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *map = record_tree(applied);
	LP_AUTO_OUTPUT struct lp_output out = { .fd = -1, .dirfd = -1 };
	LP_AUTO_FREE char *path = lp_text_format("%s" LP_RECORD_DIRECTORY "/" LP_RECORD_FILE, root);
	LP_AUTO_BUF struct lp_buf text = { 0 };
	int rc;

	if (!map || !path)
		return lp_fail_nomem(err);
	lp_yaml_emit(map, &text);
	if (!lp_buf_ok(&text))
		return lp_fail_nomem(err);
	rc = make_directories(root, err);
	if (rc == 0)
		rc = lp_output_open(&out, path, 0644, err);
	if (rc == 0)
		rc = lp_output_write(&out, text.data, text.len, err);
	return rc < 0 ? rc : lp_output_commit(&out, false, err);
}

static int decode(const struct lppack_value *tree, const char *path, struct lp_applied *out, struct lppack_error *err)
{
	static const char *const keys[] = { "format",	       "boot_id",    "kernel", "release", "module",
					    "module_build_id", "stream",     "epoch",  "serial",  "version",
					    "digest",	       "applied_at", NULL };
	struct lp_doc doc = { .map = tree, .name = path, .code = LPPACK_E_IO, .err = err };
	uint64_t format = 0;

	lp_doc_keys(&doc, keys);
	lp_doc_int(&doc, "format", true, RECORD_FORMAT, &format);
	lp_doc_text_dup(&doc, "boot_id", true, &out->boot_id);
	lp_doc_build_id(&doc, "kernel", true, &out->kernel);
	lp_doc_text_dup(&doc, "release", true, &out->release);
	lp_doc_text_dup(&doc, "module", true, &out->module);
	lp_doc_build_id(&doc, "module_build_id", false, &out->module_build_id);
	lp_doc_text_dup(&doc, "stream", true, &out->stream);
	lp_doc_int(&doc, "epoch", true, LP_NUMBER_MAX, &out->epoch);
	lp_doc_int(&doc, "serial", true, LP_NUMBER_MAX, &out->serial);
	lp_doc_text_dup(&doc, "version", true, &out->version);
	lp_doc_digest(&doc, "digest", &out->digest);
	lp_doc_time(&doc, "applied_at", true, &out->applied_at);
	return doc.rc;
}

int lp_applied_read(const char *root, struct lp_applied *out, struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_text_format("%s" LP_RECORD_DIRECTORY "/" LP_RECORD_FILE, root);
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	LP_AUTO_BUF struct lp_buf text = { 0 };
	int rc;

	*out = (struct lp_applied){ 0 };
	if (!path)
		return lp_fail_nomem(err);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return 0;
	rc = lp_file_read(AT_FDCWD, path, RECORD_MAX, &text, err);
	if (rc == 0)
		rc = lp_yaml_parse(text.data, text.len, path, LPPACK_E_IO, &tree, err);
	if (rc == 0)
		rc = decode(tree, path, out, err);
	if (rc < 0) {
		lp_applied_free(out);
		return rc;
	}
	return 1;
}
