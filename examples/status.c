/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Says how a machine is off, in one line, and prints the rest as JSON: status [ROOT] */
#include <lppack/lppack.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lppack_host *host = lppack_host_open(argc > 1 ? argv[1] : NULL, &err);
	struct lppack_value *status = host ? lppack_host_status(host, &err) : NULL;
	char *json = status ? lppack_value_to_json(status) : NULL;
	int finding = lppack_status_check(status);

	if (status)
		printf("%s\n%s", finding ? lppack_error_meaning(finding) : "nothing is to be done", json ? json : "");
	else
		fprintf(stderr, "status: %s\n", err.message);
	free(json);
	lppack_value_free(status);
	lppack_host_close(host);
	return err.code;
}
