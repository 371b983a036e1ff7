/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verifies a bundle and writes one kernel's module into the working directory, in one call: extract BUNDLE KEY ID */
#include <lppack/lppack.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lppack_keyring *keyring = lppack_keyring_new(&err);
	char *path = NULL;
	int rc;

	if (argc != 4) {
		fprintf(stderr, "usage: extract BUNDLE KEY BUILD-ID\n");
		return LPPACK_E_USAGE;
	}
	rc = keyring ? lppack_keyring_add(keyring, argv[2], &err) : -err.code;
	if (rc == 0)
		rc = lppack_bundle_extract(argv[1], keyring, argv[3], ".", 0, &path, &err);
	if (rc == 0)
		printf("%s\n", path);
	else
		fprintf(stderr, "extract: %s\n", err.message);
	free(path);
	lppack_keyring_free(keyring);
	return -rc;
}
