/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prints what needs attention on a machine, and the fixes by what became of them: status [ROOT] */
#include <lppack/lppack.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	static const char *const states[] = { "active", "pending", "not applicable", "unfixable", "held", "available" };
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lppack_host *host = lppack_host_open(argc > 1 ? argv[1] : NULL, &err);
	struct lppack_status *status = host ? lppack_host_status(host, &err) : NULL;
	const struct lppack_status_finding *finding;
	const struct lppack_status_fix *fix;
	int code = lppack_status_check(status);

	lppack_host_close(host);
	if (!status) {
		fprintf(stderr, "status: %s\n", err.message);
		return err.code;
	}
	printf("%s: %s\n", lppack_status_effective_version(status),
	       code ? lppack_error_meaning(code) : "nothing is to be done");
	for (size_t i = 0; (finding = lppack_status_finding_at(status, i)); i++)
		printf("  %s\n", finding->text);
	for (size_t i = 0; (fix = lppack_status_fix_at(status, i)); i++)
		printf("%s %s\n", fix->id, states[fix->state]);
	lppack_status_free(status);
	return 0;
}
