/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Patterns below a root whose name may have any characters. */
#include "base/root_glob.h"

#include "shared/buf.h"
#include "shared/text.h"

#include <string.h>

static char *escape(const char *root)
{
	LP_AUTO_BUF struct lp_buf out = { 0 };

	lp_buf_append(&out, "", 0);
	for (; *root; root++)
		lp_buf_printf(&out, "%s%c", strchr("*?[\\", *root) ? "\\" : "", *root);
	return lp_buf_ok(&out) ? (char *)LP_TAKE(out.data) : NULL;
}

int lp_root_glob(const char *root, const char *pattern, glob_t *found, struct lppack_error *err)
{
	LP_AUTO_FREE char *literal = escape(root);
	LP_AUTO_FREE char *path = literal ? lp_text_format("%s%s", literal, pattern) : NULL;
	int rc = path ? glob(path, 0, NULL, found) : GLOB_NOSPACE;

	return rc == GLOB_NOSPACE ? lp_fail_nomem(err) : 0;
}
