/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening and closing bundles. */
#include "bundle/bundle.h"

#include "shared/text.h"
#include "base/export.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *lp_bundle_journal_path(const char *path, struct lppack_error *err)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	char *journal = lp_text_format("%.*s.%s.signing", (int)(name - path), path, name);

	if (!journal)
		lp_fail_nomem(err);
	return journal;
}

int lp_bundle_hint_journal(const struct lppack_bundle *bundle, int rc, struct lppack_error *err)
{
	const char *name = bundle->in.name;
	LP_AUTO_FREE char *path = NULL;
	LP_AUTO_FREE char *journal = NULL;
	LP_AUTO_FREE char *quoted = lp_text_quote(name);
	struct stat st;

	if (rc != -LPPACK_E_STRUCTURE && rc != -LPPACK_E_BAD_SIGNATURE && rc != -LPPACK_E_CORRUPT)
		return rc;
	path = realpath(name, NULL);
	journal = path ? lp_bundle_journal_path(path, NULL) : NULL;
	if (!journal || lstat(journal, &st) < 0)
		return rc;
	return lp_hint(err, rc, "a change of its signatures was interrupted; complete it with: lppack sign --list %s",
		       quoted ? quoted : "BUNDLE");
}

static struct lppack_bundle *read_head(struct lppack_bundle *bundle, int rc, struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_bundle_close) struct lppack_bundle *owned = bundle;

	if (rc < 0)
		return NULL;
	rc = lp_bundle_hint_journal(owned, lp_head_read(&owned->in, &owned->head, err), err);
	return rc < 0 ? NULL : LP_TAKE(owned);
}

LP_EXPORT struct lppack_bundle *lppack_bundle_open(const char *path, struct lppack_error *err)
{
	struct lppack_bundle *bundle = calloc(1, sizeof(*bundle));

	if (!bundle) {
		lp_fail_nomem(err);
		return NULL;
	}
	return read_head(bundle, lp_input_open(&bundle->in, path, err), err);
}

LP_EXPORT struct lppack_bundle *lppack_bundle_open_fd(int fd, const char *name, struct lppack_error *err)
{
	struct lppack_bundle *bundle = calloc(1, sizeof(*bundle));

	if (!bundle) {
		close(fd);
		lp_fail_nomem(err);
		return NULL;
	}
	return read_head(bundle, lp_input_take_fd(&bundle->in, fd, name, err), err);
}

struct lppack_bundle *lp_bundle_ref(struct lppack_bundle *bundle)
{
	lp_ref_take(&bundle->ref);
	return bundle;
}

LP_EXPORT void lppack_bundle_close(struct lppack_bundle *bundle)
{
	if (!bundle || !lp_ref_drop(&bundle->ref))
		return;
	lp_head_free(&bundle->head);
	lp_input_close(&bundle->in);
	free(bundle);
}

LP_EXPORT uint64_t lppack_bundle_bytes_read(const struct lppack_bundle *bundle)
{
	return bundle->in.bytes;
}
