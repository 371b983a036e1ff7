/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a caller gives by a path or in memory. */
#include "trust/source.h"

#include "base/file.h"

#include <fcntl.h>

const char *lp_source_name(const struct lp_source *source)
{
	return source->path ? source->path : source->what;
}

int lp_source_read(const struct lp_source *source, size_t max, struct lp_buf *room, struct lppack_bytes *out,
		   struct lppack_error *err)
{
	int rc;

	*out = *source->bytes;
	if (source->path && out->data)
		return lp_fail(err, LPPACK_E_USAGE, "name a file, or give its bytes", "%s: %s is given twice",
			       source->path, source->what);
	if (!source->path)
		return 0;
	rc = lp_file_read(AT_FDCWD, source->path, max, room, err);
	if (rc < 0)
		return rc;
	/* A file without bytes is given all the same. */
	*out = (struct lppack_bytes){ .data = room->data ? (const void *)room->data : "", .size = room->len };
	return 0;
}
