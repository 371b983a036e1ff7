/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys and policies as people read them. */
#include "cli/trust_report.h"

#include "cli/output.h"
#include "cli/print.h"

#include <lppack/error.h>

#include <string.h>

void judgment_print_signatures(FILE *out, const struct lppack_value *judgment)
{
	const struct lppack_value *signatures = lppack_value_get(judgment, "signatures");

	for (size_t i = 0; i < lppack_value_count(signatures); i++) {
		const struct lppack_value *signature = lppack_value_at(signatures, i, NULL);
		const char *id = value_text_at(signature, "id");
		const char *scheme = value_text_at(signature, "scheme");
		const char *status = value_text_at(signature, "status");
		const char *reason = value_text_at(signature, "reason");

		line_print(out, "  signature %s  %s  %s%s%s", id && *id ? id : "?", scheme && *scheme ? scheme : "?",
			   status ? status : "?", reason ? ": " : "", reason ? reason : "");
	}
}

int judgment_status(const struct lppack_value *judgment)
{
	const char *verdict = value_text_at(judgment, "verdict");
	int code;

	if (verdict && strcmp(verdict, "OK") == 0)
		return LPPACK_OK;
	for (size_t i = 0; verdict && (code = lppack_error_at(i)) != 0; i++)
		if (strcmp(lppack_error_name(code), verdict) == 0)
			return code;
	return LPPACK_E_INTERNAL;
}
