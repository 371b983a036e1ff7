/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a bundle fixes, one by one. */
#include "bundle/fix.h"

#include "base/export.h"

LP_EXPORT const char *lppack_fix_id(const struct lppack_fix *fix)
{
	return fix->fix->id;
}

LP_EXPORT const char *lppack_fix_summary(const struct lppack_fix *fix)
{
	return fix->fix->summary;
}

LP_EXPORT const char *lppack_fix_severity(const struct lppack_fix *fix)
{
	return fix->fix->severity;
}

LP_EXPORT const char *lppack_fix_cvss(const struct lppack_fix *fix)
{
	return fix->fix->cvss;
}

LP_EXPORT uint64_t lppack_fix_since(const struct lppack_fix *fix)
{
	return fix->fix->since;
}
