/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The files that are read and written between calls, their marks, and their format number. */
#include "format/state_file.h"

#include "shared/text.h"
#include "base/directory.h"
#include "base/file.h"
#include "base/output.h"
#include "base/root.h"
#include "format/doc.h"
#include "format/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define STATE_MAX (4u << 20)

static const char *const mark_directories[] = { LP_STATE_MARKS_INNER, LP_STATE_MARKS_OUTER };
#define MARKS (sizeof(mark_directories) / sizeof(mark_directories[0]))

/* The paths of one file and its marks, below the root. */
struct places {
	const char *root;
	char *file;
	char *marks[MARKS];
};

static void places_free(struct places *places)
{
	free(places->file);
	for (size_t i = 0; i < MARKS; i++)
		free(places->marks[i]);
}

static int places_set(struct places *places, const char *root, const char *name, struct lppack_error *err)
{
	bool ok;

	places->root = root;
	places->file = lp_text_format(LP_STATE_DIRECTORY "/%s", name);
	ok = places->file;
	for (size_t i = 0; i < MARKS; i++) {
		places->marks[i] = lp_text_format("%s/%s", mark_directories[i], name);
		ok = ok && places->marks[i];
	}
	return ok ? 0 : lp_fail_nomem(err);
}

static int fail_missing(const struct places *places, const char *mark, struct lppack_error *err)
{
	LP_AUTO_FREE char *inner = lp_text_format("%s%s", places->root, places->marks[0]);
	LP_AUTO_FREE char *outer = lp_text_format("%s%s", places->root, places->marks[1]);
	LP_AUTO_FREE char *quoted_inner = inner ? lp_text_quote(inner) : NULL;
	LP_AUTO_FREE char *quoted_outer = outer ? lp_text_quote(outer) : NULL;

	if (!quoted_inner || !quoted_outer)
		return lp_fail_nomem(err);
	return lp_hint(err,
		       lp_fail(err, LPPACK_E_STATE, NULL, "%s%s: is missing, although lppack has written it (%s%s)",
			       places->root, places->file, places->root, mark),
		       "restore %s" LP_STATE_DIRECTORY " from a backup; or begin anew, knowing that an older bundle or "
		       "policy is then accepted: rm -f %s %s",
		       places->root, quoted_inner, quoted_outer);
}

/* Where there is no file: whether there has to be one. */
static int check_marks(const struct places *places, struct lppack_error *err)
{
	for (size_t i = 0; i < MARKS; i++) {
		const char *mark = places->marks[i];
		LP_AUTO_CLOSE int fd = lp_root_open(places->root, mark, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);

		if (fd >= 0)
			return fail_missing(places, mark, err);
		if (errno == ENOENT && lp_root_is_absent(places->root, mark))
			continue;
		return lp_fail_sys(err, LPPACK_E_STATE, NULL, "%s%s: cannot be examined", places->root, mark);
	}
	return 0;
}

static int parse(const char *path, const struct lp_buf *text, struct lppack_value **tree, struct lppack_error *err)
{
	int rc = lp_yaml_parse(text->data, text->len, path, LPPACK_E_STATE, tree, err);

	if (rc == -LPPACK_E_STATE)
		lp_hint(err, rc, "restore it from a backup: lppack does not go on from a damaged memory");
	return rc;
}

static int check_format(const char *path, const struct lppack_value *tree, struct lppack_error *err)
{
	const struct lppack_value *format = lppack_value_get(tree, "format");

	if (lppack_value_kind(format) != LPPACK_KIND_INT || lppack_value_int(format, 0) <= LP_STATE_FORMAT)
		return 0;
	return lp_fail(err, LPPACK_E_UNSUPPORTED, "use the lppack that wrote it, or a newer one",
		       "%s: is of format %llu, and this lppack knows formats up to %d", path,
		       (unsigned long long)lppack_value_int(format, 0), LP_STATE_FORMAT);
}

void lp_state_file_format(struct lp_doc *doc)
{
	uint64_t format = 0;

	lp_doc_int(doc, "format", true, LP_STATE_FORMAT, &format);
	if (doc->rc == 0 && format != LP_STATE_FORMAT)
		lp_doc_fail(doc, "format", NULL, "'format' is not %d", LP_STATE_FORMAT);
}

/* A file that is there but cannot be read is damage, whatever the reason. */
static int read_there(const struct places *places, struct lppack_value **tree, struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_text_format("%s%s", places->root, places->file);
	LP_AUTO_BUF struct lp_buf text = { 0 };
	int rc = path ? lp_root_read_safe(places->root, places->file, STATE_MAX, &text, err) : lp_fail_nomem(err);

	if (rc < 0)
		return rc;
	rc = parse(path, &text, tree, err);
	return rc < 0 ? rc : check_format(path, *tree, err);
}

int lp_state_file_read(const char *root, const char *name, struct lppack_value **tree, struct lppack_error *err)
{
	LP_AUTO(places_free) struct places places = { 0 };
	bool missing = false;
	LP_AUTO_CLOSE int fd = -1;
	struct stat st;
	int rc = places_set(&places, root, name, err);

	if (rc < 0)
		return rc;
	fd = lp_directory_open_safe(root, LP_STATE_DIRECTORY, &missing, err);
	if (fd < 0 && !missing)
		return fd;
	if (missing || (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT))
		return check_marks(&places, err);
	rc = read_there(&places, tree, err);
	return rc < 0 ? rc : 1;
}

bool lp_state_file_is_unmarked(const char *root, const char *name)
{
	LP_AUTO(places_free) struct places places = { 0 };

	return places_set(&places, root, name, NULL) == 0 && !lp_root_is_absent(root, places.marks[0]) &&
	       lp_root_is_absent(root, places.marks[MARKS - 1]);
}

/* 0 also where /etc is read-only: an image whose /etc cannot change may ship the mark itself. */
static int make_mark(const char *root, const char *directory, const char *mark, struct lppack_error *err)
{
	struct lppack_error cause = LPPACK_ERROR_INIT;
	LP_AUTO_CLOSE int there = lp_root_open(root, mark, O_PATH | O_NOFOLLOW | O_CLOEXEC, 0);
	LP_AUTO_CLOSE int parent = -1;
	LP_AUTO_CLOSE int fd = -1;

	if (there >= 0)
		return 0;
	if (lp_directory_make(root, directory, &cause) < 0)
		return cause.sys_errno == EROFS ?
			       0 :
			       lp_fail(err, (enum lppack_code)cause.code, cause.hint, "%s", cause.message);
	fd = lp_root_open(root, mark, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (fd < 0 && errno == EROFS)
		return 0;
	if (fd < 0 || fsync(fd) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s%s: cannot be made", root, mark);
	parent = lp_root_open(root, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	if (parent < 0 || fsync(parent) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s%s: cannot be synced", root, directory);
	return 0;
}

static int write_text(const char *root, const char *path, const struct lppack_value *tree, struct lppack_error *err)
{
	LP_AUTO_OUTPUT struct lp_output out = { .fd = -1, .dirfd = -1 };
	LP_AUTO_BUF struct lp_buf text = { 0 };
	int rc;

	lp_yaml_emit(tree, &text);
	if (!lp_buf_ok(&text))
		return lp_fail_nomem(err);
	rc = lp_output_open_below(&out, root, path, 0644, err);
	if (rc < 0)
		return rc;
	/* Whatever the umask is: looking at a machine, and verifying on it, does not need root. */
	if (fchmod(out.fd, 0644) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: its mode cannot be set", out.path);
	rc = lp_output_write(&out, text.data, text.len, err);
	return rc < 0 ? rc : lp_output_commit(&out, false, err);
}

int lp_state_file_write(const char *root, const char *name, const struct lppack_value *tree, struct lppack_error *err)
{
	LP_AUTO(places_free) struct places places = { 0 };
	LP_AUTO_CLOSE int fd = -1;
	int rc = places_set(&places, root, name, err);

	if (rc < 0)
		return rc;
	rc = lp_directory_make(root, LP_STATE_DIRECTORY, err);
	if (rc < 0)
		return rc;
	fd = lp_directory_open_safe(root, LP_STATE_DIRECTORY, NULL, err);
	if (fd < 0)
		return fd;
	rc = write_text(root, places.file, tree, err);
	for (size_t i = 0; rc == 0 && i < MARKS; i++)
		rc = make_mark(root, mark_directories[i], places.marks[i], err);
	return rc;
}

static int remove_durably(const char *root, const char *path, struct lppack_error *err)
{
	struct lppack_error cause = LPPACK_ERROR_INIT;
	int rc = lp_root_unlink(root, path, &cause);

	if (rc == 0 || cause.sys_errno == ENOENT || cause.sys_errno == ENOTDIR)
		return 0;
	if (err)
		*err = cause;
	return rc;
}

int lp_state_file_remove(const char *root, const char *name, struct lppack_error *err)
{
	LP_AUTO(places_free) struct places places = { 0 };
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc = places_set(&places, root, name, err);

	/* Damage is what it is removed for; another lppack's file is none. */
	if (rc == 0 && lp_state_file_read(root, name, &tree, &why) == -LPPACK_E_UNSUPPORTED)
		return lp_fail(err, LPPACK_E_UNSUPPORTED, why.hint, "%s", why.message);
	for (size_t i = 0; rc == 0 && i < MARKS; i++)
		rc = remove_durably(root, places.marks[i], err);
	return rc < 0 ? rc : remove_durably(root, places.file, err);
}
