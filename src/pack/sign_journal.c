/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The journal of a change of signatures in place: written, replayed, removed. */
#include "pack/sign_journal.h"

#include "shared/text.h"
#include "base/file.h"
#include "base/output.h"
#include "format/format.h"
#include "bundle/contents.h"
#include "bundle/signature_check.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

int lp_sign_journal_write(const char *path, const struct lp_buf *head, struct lppack_error *err)
{
	LP_AUTO_OUTPUT struct lp_output out = { .fd = -1, .dirfd = -1 };
	LP_AUTO_FREE char *journal = lp_bundle_journal_path(path, err);
	int rc;

	if (!journal)
		return -LPPACK_E_NO_MEMORY;
	rc = lp_output_open(&out, journal, 0600, err);
	if (rc < 0)
		return rc;
	rc = lp_output_write(&out, head->data, head->len, err);
	return rc < 0 ? rc : lp_output_commit(&out, false, err);
}

int lp_sign_journal_remove(const char *path, struct lppack_error *err)
{
	LP_AUTO_FREE char *journal = lp_bundle_journal_path(path, err);

	if (!journal)
		return -LPPACK_E_NO_MEMORY;
	if (unlink(journal) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, "remove it", "%s: cannot be removed", journal);
	return lp_parent_sync(path, err);
}

int lp_sign_journal_exists(const char *path, struct lppack_error *err)
{
	LP_AUTO_FREE char *journal = lp_bundle_journal_path(path, err);
	struct stat st;

	if (!journal)
		return -LPPACK_E_NO_MEMORY;
	if (lstat(journal, &st) == 0)
		return 1;
	return errno == ENOENT ? 0 : lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be examined", journal);
}

/* Whoever may write into a directory that others write too (/tmp) could else sign or unsign in our name. */
static int open_own(const char *journal, struct lppack_error *err)
{
	LP_AUTO_CLOSE int fd = open(journal, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	int own = fd;
	int rc;

	if (fd < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be opened", journal);
	rc = lp_fd_check_safe(fd, journal, err);
	if (rc < 0)
		return rc;
	fd = -1;
	return own;
}

/* A head that fits itself: canonical, and every signature its key. */
static int check_head(struct lppack_bundle *journal, struct lp_contents **contents, struct lppack_error *err)
{
	struct lp_signature_report reports[LP_SIGNATURES_MAX];
	size_t n = 0;
	int rc = lp_contents_open(journal, contents, err);

	if (rc < 0)
		return rc;
	rc = lp_head_check_members(&journal->in, &journal->head, &(*contents)->manifest, err);
	if (rc < 0)
		return rc;
	if (journal->in.size != journal->head.payload_at)
		return lp_fail(err, LPPACK_E_STRUCTURE, NULL, "%s: does not end with the head", journal->in.name);
	return lp_signatures_check(journal, reports, &n, err);
}

/* The bytes before the area, and so the manifest, must be those of the bundle already. */
static int belongs_to(int fd, const struct lp_buf *head, const struct lp_contents *contents)
{
	const struct lp_head *parts = &contents->bundle->head;
	LP_AUTO_BUF struct lp_buf is = { 0 };
	uint8_t *to = lp_buf_grow(&is, parts->area_at);
	struct stat st;

	return to && fstat(fd, &st) == 0 &&
	       (uint64_t)st.st_size == parts->payload_at + contents->manifest.payload_size &&
	       pread(fd, to, parts->area_at, 0) == (ssize_t)parts->area_at &&
	       memcmp(to, head->data, parts->area_at) == 0;
}

static int replay_area(struct lppack_bundle *journal, int fd, struct lppack_error *err)
{
	LP_AUTO_CONTENTS struct lp_contents *contents = NULL;
	LP_AUTO_BUF struct lp_buf head = { 0 };
	uint8_t *to = lp_buf_grow(&head, journal->in.size);
	uint64_t at = journal->head.area_at;
	int rc = check_head(journal, &contents, err);

	if (!to)
		return lp_fail_nomem(err);
	if (rc < 0)
		return rc;
	rc = lp_input_read(&journal->in, 0, to, head.len, err);
	if (rc < 0)
		return rc;
	if (!belongs_to(fd, &head, contents))
		return lp_fail(err, LPPACK_E_STRUCTURE, NULL, "%s: is not about this bundle", journal->in.name);
	if (pwrite(fd, to + at, head.len - at, (off_t)at) != (ssize_t)(head.len - at) || fsync(fd) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "the signature area cannot be written");
	return 0;
}

int lp_sign_journal_replay(const char *path, int fd, struct lppack_error *err)
{
	LP_AUTO_FREE char *name = lp_bundle_journal_path(path, err);
	LP_AUTO(cleanup_lppack_bundle_close) struct lppack_bundle *journal = NULL;
	int own = name ? open_own(name, err) : -LPPACK_E_NO_MEMORY;

	if (own < 0)
		return own;
	journal = lppack_bundle_open_fd(own, name, err);
	return journal ? replay_area(journal, fd, err) : -LPPACK_E_STATE;
}
