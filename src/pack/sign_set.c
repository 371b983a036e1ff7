/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening a bundle whose signatures change, and the set of them. */
#include "pack/sign_set.h"

#include "shared/text.h"
#include "format/format.h"
#include "format/manifest.h"
#include "pack/sign_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

static const char verify_hint[] = "fetch the bundle again; a bundle with a wrong signature is not to be signed";

void lp_sign_set_free(struct lp_sign_set *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->set[i].bytes);
	lp_contents_unref(s->contents);
	lp_buf_free(&s->message);
	lppack_bundle_close(s->bundle);
	lppack_value_free(s->added);
	lppack_value_free(s->removed);
	free(s->path);
	*s = (struct lp_sign_set){ 0 };
}

static int copy_set(struct lp_sign_set *s, struct lppack_error *err)
{
	const struct lp_head *head = &s->bundle->head;

	for (; s->n < head->n_signatures; s->n++) {
		struct lp_signature *to = &s->set[s->n];

		*to = head->signatures[s->n];
		to->bytes = malloc(to->size);
		if (!to->bytes)
			return lp_fail_nomem(err);
		memcpy(to->bytes, head->signatures[s->n].bytes, to->size);
	}
	return 0;
}

/* Takes fd over. Everything up to the payload, compared with the manifest. */
static int read_bundle(struct lp_sign_set *s, int fd, const char *path, struct lppack_error *err)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	int rc;

	s->bundle = lppack_bundle_open_fd(fd, path, &why);
	if (!s->bundle)
		return lp_error_move(err, &why);
	rc = lp_contents_open(s->bundle, &s->contents, err);
	if (rc < 0)
		return rc;
	rc = lp_head_check(&s->bundle->in, &s->bundle->head, &s->contents->manifest, err);
	if (rc < 0)
		return rc;
	lp_pre_authentication(s->bundle->head.manifest.data, s->bundle->head.manifest.len, &s->message);
	s->added = lp_value_list();
	s->removed = lp_value_list();
	s->stored.method = "none";
	if (!lp_buf_ok(&s->message) || !s->added || !s->removed)
		return lp_fail_nomem(err);
	rc = copy_set(s, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < s->n; i++)
		lp_signature_check(&s->set[i], &s->message, s->bundle->in.name, &s->reports[i], NULL);
	return 0;
}

static int find_path(struct lp_sign_set *s, const char *path, struct lppack_error *err)
{
	*s = (struct lp_sign_set){ .path = realpath(path, NULL) };
	if (!s->path)
		return lp_fail_sys(err, LPPACK_E_IO, "check the path and its permissions", "%s: cannot be opened",
				   path);
	return 0;
}

/* Whether the path still names the file that was locked: another lppack may have renamed a new one over it. */
static bool is_same_file(int fd, const char *path)
{
	struct stat mine, there;

	return fstat(fd, &mine) == 0 && stat(path, &there) == 0 && mine.st_dev == there.st_dev &&
	       mine.st_ino == there.st_ino;
}

static int open_and_lock(const char *path, const char *name, struct lppack_error *err)
{
	for (;;) {
		/* O_NONBLOCK: a FIFO in place of the file must not hang us before the check of its type. */
		LP_AUTO_CLOSE int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		int rc = fd < 0 ? -1 : 0;

		if (fd < 0)
			return lp_fail_sys(err, LPPACK_E_IO, "check the path and its permissions",
					   "%s: cannot be opened for writing", name);
		while (rc == 0 && flock(fd, LOCK_EX) < 0)
			/* Not every file system has locks; two that sign at once is what is left unguarded then. */
			rc = errno == EINTR ? 0 : 1;
		if (is_same_file(fd, path)) {
			rc = fd;
			fd = -1;
			return rc;
		}
	}
}

/* Whether the head is whole: then a journal beside it was written before, or after, its last byte mattered. */
static bool is_whole(int fd, const char *name)
{
	LP_AUTO_SIGN_SET struct lp_sign_set s = { 0 };
	int own = dup(fd);

	return own >= 0 && read_bundle(&s, own, name, NULL) == 0 && lp_sign_set_check(&s, NULL) == 0;
}

/* A change in place that was interrupted is completed; a journal that is not needed goes. */
static int recover(const char *path, int fd, const char *name, struct lppack_error *err)
{
	struct lppack_error own = LPPACK_ERROR_INIT;
	int rc = lp_sign_journal_exists(path, err);

	if (rc <= 0)
		return rc;
	if (!is_whole(fd, name) && lp_sign_journal_replay(path, fd, &own) < 0)
		return lp_fail(err, LPPACK_E_STATE, "fetch the bundle again, and remove the journal",
			       "%s: a change of its signatures was interrupted, and its journal does not complete it: "
			       "%s",
			       name, own.message);
	return lp_sign_journal_remove(path, err);
}

int lp_sign_set_open_locked(struct lp_sign_set *s, const char *path, struct lppack_error *err)
{
	LP_AUTO_CLOSE int fd = -1;
	int own;
	int rc = find_path(s, path, err);

	if (rc < 0)
		return rc;
	fd = open_and_lock(s->path, path, err);
	if (fd < 0)
		return fd;
	rc = recover(s->path, fd, path, err);
	if (rc < 0)
		return rc;
	own = fd;
	fd = -1;
	return read_bundle(s, own, path, err);
}

int lp_sign_set_open(struct lp_sign_set *s, const char *path, struct lppack_error *err)
{
	int fd;
	int rc = find_path(s, path, err);

	if (rc < 0)
		return rc;
	if (lp_sign_journal_exists(s->path, NULL) > 0 && access(s->path, W_OK) == 0) {
		lp_sign_set_free(s);
		return lp_sign_set_open_locked(s, path, err);
	}
	fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return lp_fail_sys(err, LPPACK_E_IO, "check the path and its permissions", "%s: cannot be opened",
				   path);
	return read_bundle(s, fd, path, err);
}

static int check_new(const struct lp_sign_set *s, const struct lp_signature *signature, struct lppack_error *err)
{
	const size_t id_end = strlen(LP_MEMBER_SIGNATURES) + LPPACK_KEY_ID_SIZE; /* with the dot */
	LP_AUTO_FREE char *quoted = lp_text_quote(s->bundle->in.name);

	for (size_t i = 0; i < s->n; i++)
		if (strncmp(s->set[i].name, signature->name, id_end) == 0)
			return lp_hint(err,
				       lp_fail(err, LPPACK_E_SIGNED, "", "%s: key %.64s has signed it already",
					       s->bundle->in.name, signature->name + strlen(LP_MEMBER_SIGNATURES)),
				       "to sign it anew, take the old one away first: lppack sign --remove %.8s %s",
				       signature->name + strlen(LP_MEMBER_SIGNATURES), quoted ? quoted : "BUNDLE");
	if (s->n == LP_SIGNATURES_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, "take one away first: lppack sign --remove",
			       "%s: has %u signatures already, and no more are allowed", s->bundle->in.name,
			       LP_SIGNATURES_MAX);
	return 0;
}

int lp_sign_set_add(struct lp_sign_set *s, struct lp_signature *signature, struct lppack_error *err)
{
	char id[LPPACK_KEY_ID_SIZE];
	int rc = check_new(s, signature, err);

	if (rc < 0) {
		free(signature->bytes);
		return rc;
	}
	s->set[s->n++] = *signature;
	snprintf(id, sizeof(id), "%.64s", signature->name + strlen(LP_MEMBER_SIGNATURES));
	lp_value_push(&s->added, lp_value_string(id));
	qsort(s->set, s->n, sizeof(s->set[0]), lp_signature_compare);
	return s->added ? 0 : lp_fail_nomem(err);
}

int lp_sign_set_check(struct lp_sign_set *s, struct lppack_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < s->n; i++)
		rc = lp_signature_check(&s->set[i], &s->message, s->bundle->in.name, &s->reports[i], err);
	if (rc == -LPPACK_E_BAD_SIGNATURE)
		lp_hint(err, rc, "%s", verify_hint);
	return rc;
}
