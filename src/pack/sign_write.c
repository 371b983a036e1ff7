/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Putting a new signature area into a bundle. Whatever interrupts it, the file is the old bundle, the new one, or one
 * that a durable journal completes:
 *
 *   clone     a copy that shares every block with the bundle (FICLONE) gets the new area and is renamed over it
 *   in-place  the area is written into the file, under a journal: where the file system cannot clone, or the file has
 *             several names or an owner that a copy would not have
 *   rewrite   the area's size changes: a new head and a copy of the payload are renamed over the bundle
 */
#include "pack/sign_write.h"

#include "shared/text.h"
#include "base/file.h"
#include "base/output.h"
#include "format/manifest.h"
#include "pack/sign_journal.h"

#include <errno.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#define PAGE 4096
#define COPY_CHUNK (64u << 20)

static int write_area(int fd, const struct lp_buf *head, uint64_t at, const char *name, struct lppack_error *err)
{
	size_t left = head->len - (size_t)at;

	while (left > 0) {
		ssize_t put = pwrite(fd, head->data + at, left, (off_t)at);

		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: the signatures cannot be written", name);
		at += (uint64_t)put;
		left -= (size_t)put;
	}
	return 0;
}

/* A new file is to be what the old one was. */
static bool take_owner(int fd, const struct stat *st)
{
	struct stat is;

	if (fstat(fd, &is) < 0)
		return false;
	if ((is.st_uid != st->st_uid || is.st_gid != st->st_gid) && fchown(fd, st->st_uid, st->st_gid) < 0)
		return false;
	return fchmod(fd, st->st_mode & 07777) == 0;
}

/* 1 if it is done, 0 if it cannot be done here. */
static int store_clone(struct lp_sign_set *s, const struct lp_buf *head, const struct stat *st,
		       struct lppack_error *err)
{
	LP_AUTO_OUTPUT struct lp_output out = { .fd = -1, .dirfd = -1 };
	uint64_t at = s->bundle->head.area_at;
	int rc;

	if (st->st_nlink != 1 || lp_output_open(&out, s->path, 0600, NULL) < 0 ||
	    ioctl(out.fd, FICLONE, s->bundle->in.fd) < 0 || !take_owner(out.fd, st))
		return 0;
	rc = write_area(out.fd, head, at, s->bundle->in.name, err);
	if (rc < 0)
		return rc;
	s->stored = (struct lp_sign_written){ .method = "clone", .written = head->len - at };
	rc = lp_output_commit(&out, false, err);
	return rc < 0 ? rc : 1;
}

static int store_in_place(struct lp_sign_set *s, const struct lp_buf *head, struct lppack_error *err)
{
	const char *name = s->bundle->in.name;
	uint64_t at = s->bundle->head.area_at;
	LP_AUTO_FREE char *quoted = NULL;
	int rc = lp_sign_journal_write(s->path, head, err);

	if (rc < 0)
		return lp_wrap(err, rc, "%s: no journal for the change", name);
	rc = write_area(s->bundle->in.fd, head, at, name, err);
	if (rc == 0 && fdatasync(s->bundle->in.fd) < 0)
		rc = lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: the signatures cannot be written", name);
	quoted = rc < 0 ? lp_text_quote(s->path) : NULL;
	if (rc < 0)
		return lp_hint(err, rc, "once the disk can be written, complete the change with: lppack sign --list %s",
			       quoted ? quoted : "BUNDLE");
	s->stored = (struct lp_sign_written){ .method = "in-place", .written = head->len - at + head->len };
	return lp_sign_journal_remove(s->path, err);
}

/* By reading and writing, where the kernel cannot copy between these files. */
static ssize_t copy_chunk(struct lp_sign_set *s, struct lp_output *out, off_t *from, off_t *to, size_t n)
{
	uint8_t chunk[65536];
	ssize_t got = copy_file_range(s->bundle->in.fd, from, out->fd, to, n, 0);

	if (got >= 0 || (errno != EXDEV && errno != ENOSYS && errno != EINVAL && errno != EOPNOTSUPP))
		return got;
	got = pread(s->bundle->in.fd, chunk, n < sizeof(chunk) ? n : sizeof(chunk), *from);
	if (got <= 0)
		return got;
	got = pwrite(out->fd, chunk, (size_t)got, *to);
	if (got > 0) {
		s->bundle->in.bytes += (uint64_t)got;
		*from += got;
		*to += got;
	}
	return got;
}

/* The payload, of which the manifest tells the size. The first piece ends on a page, so that file systems which can
 * share blocks do so for the rest whenever the head changed by whole pages. */
static int copy_payload(struct lp_sign_set *s, struct lp_output *out, uint64_t head_size, struct lppack_error *err)
{
	off_t from = (off_t)s->bundle->head.payload_at;
	off_t to = (off_t)head_size;
	uint64_t left = s->contents->manifest.payload_size;

	while (left > 0) {
		uint64_t now = from % PAGE ? (uint64_t)(PAGE - from % PAGE) : COPY_CHUNK;
		ssize_t done = copy_chunk(s, out, &from, &to, (size_t)(now < left ? now : left));

		if (done < 0 && errno == EINTR)
			continue;
		if (done == 0)
			return lp_fail(err, LPPACK_E_TRUNCATED, NULL, "%s: became shorter while it was copied",
				       s->bundle->in.name);
		if (done < 0)
			return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be copied", s->bundle->in.name);
		left -= (uint64_t)done;
		s->stored.copied += (uint64_t)done;
	}
	return 0;
}

static int store_rewrite(struct lp_sign_set *s, const struct lp_buf *head, const struct stat *st,
			 struct lppack_error *err)
{
	LP_AUTO_OUTPUT struct lp_output out = { .fd = -1, .dirfd = -1 };
	int rc = lp_output_open(&out, s->path, 0600, err);

	s->stored = (struct lp_sign_written){ .method = "rewrite", .written = head->len };
	if (rc < 0)
		return rc;
	rc = lp_output_write(&out, head->data, head->len, err);
	if (rc < 0)
		return rc;
	rc = copy_payload(s, &out, head->len, err);
	if (rc < 0)
		return rc;
	/* An owner that cannot be kept is the caller's own, who may read and write the file as its mode says. */
	if (!take_owner(out.fd, st) && fchmod(out.fd, st->st_mode & 0777) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: its mode cannot be kept", s->bundle->in.name);
	return lp_output_commit(&out, false, err);
}

int lp_sign_write(struct lp_sign_set *s, struct lppack_error *err)
{
	const struct lp_manifest *m = &s->contents->manifest;
	LP_AUTO_BUF struct lp_buf head = { 0 };
	struct stat st;
	int rc;

	lp_head_append(&head, &s->bundle->head.manifest, s->set, s->n, m->signature_area, m->id.created);
	if (!lp_buf_ok(&head))
		return lp_fail_nomem(err);
	if (fstat(s->bundle->in.fd, &st) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be examined", s->bundle->in.name);
	if (head.len != s->bundle->head.payload_at)
		return store_rewrite(s, &head, &st, err);
	rc = store_clone(s, &head, &st, err);
	return rc != 0 ? (rc < 0 ? rc : 0) : store_in_place(s, &head, err);
}
