/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verifies a bundle and writes one kernel's module into the working directory, step by step: steps BUNDLE KEY ID */
#include <lppack/lppack.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lppack_keyring *keyring = argc == 4 ? lppack_keyring_new(&err) : NULL;
	struct lppack_bundle *bundle = NULL;
	struct lppack_verified *verified = NULL;
	struct lppack_entry *entry = NULL;
	char *path = NULL;

	if (keyring && lppack_keyring_add(keyring, argv[2], &err) == 0)
		bundle = lppack_bundle_open(argv[1], &err);
	if (bundle)
		verified = lppack_bundle_verify(bundle, keyring, &err);
	if (verified)
		entry = lppack_verified_select(verified, argv[3], &err);
	if (entry && lppack_verified_expires(verified) && lppack_verified_expires(verified) <= time(NULL))
		fprintf(stderr, "steps: %s has expired\n", argv[1]);
	if (entry && lppack_entry_extract(entry, ".", 0, &path, &err) == 0)
		printf("%s\n", path);
	if (argc != 4)
		fprintf(stderr, "usage: steps BUNDLE KEY BUILD-ID\n");
	else if (err.code)
		fprintf(stderr, "steps: %s%s%s\n", err.message, err.hint[0] ? "; " : "", err.hint);
	free(path);
	lppack_entry_free(entry);
	lppack_verified_free(verified);
	lppack_bundle_close(bundle);
	lppack_keyring_free(keyring);
	return argc == 4 ? err.code : LPPACK_E_USAGE;
}
