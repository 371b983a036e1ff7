/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The store from the files of its levels, each of which tells by its name what it must be. */
#include "machine/store_write.h"

#include "base/root.h"
#include "shared/text.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool lp_store_parse_name(const char *name, struct lp_digest *out)
{
	char hex[LP_DIGEST_TEXT] = "";

	if (strlen(name) != 2 * LP_DIGEST_SIZE + strlen(LP_STORE_SUFFIX) ||
	    strcmp(name + 2 * LP_DIGEST_SIZE, LP_STORE_SUFFIX) != 0)
		return false;
	memcpy(hex, name, 2 * LP_DIGEST_SIZE);
	return lp_hex_decode(hex, out->bytes, LP_DIGEST_SIZE) == LP_DIGEST_SIZE;
}

/* A file that is not what its name says is none of the levels. */
static int add_file(const char *root, const char *name, struct lp_store *store, struct lppack_error *err)
{
	LP_AUTO_UNSIGNED_CONTENTS struct lp_unsigned_contents kept = { 0 };
	struct lp_installed level = { .id.stream = (char *)"unknown" };
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct stat st;
	int rc;

	if (!lp_store_parse_name(name, &level.id.digest))
		return 0;
	rc = lp_unsigned_contents_open(&kept, root, &level, &why);
	if (rc < 0 || fstat(kept.contents->bundle->in.fd, &st) < 0)
		return rc == -LPPACK_E_NO_MEMORY ? lp_fail_nomem(err) : 0;
	return lp_store_add_unsigned(store, &kept, st.st_mtime, err);
}

int lp_store_rebuild(const char *root, struct lp_store *store, struct lppack_error *err)
{
	int fd = lp_root_open(root, LP_STORE_BUNDLES, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int rc = 0;

	while (dir && rc == 0 && (entry = readdir(dir)))
		rc = add_file(root, entry->d_name, store, err);
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	return rc;
}
