/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verifies a bundle, lists its kernels, and extracts each one's module into a folder of the kernel's: unpack BUNDLE KEY */
#include <lppack/lppack.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lppack_keyring *keyring = lppack_keyring_new(&err);
	struct lppack_verified *verified = NULL;
	struct lppack_bundle *bundle = NULL;
	struct lppack_entry *entry = NULL;

	if (argc == 3 && keyring && lppack_keyring_add(keyring, argv[2], &err) == 0)
		bundle = lppack_bundle_open(argv[1], &err);
	if (bundle)
		verified = lppack_bundle_verify(bundle, keyring, &err);
	while (verified && lppack_verified_entry_next(verified, &entry, &err) > 0) {
		char *path = NULL;

		mkdir(lppack_entry_kernel_release(entry), 0755);
		if (lppack_entry_extract(entry, lppack_entry_kernel_release(entry), 0, &path, &err) < 0)
			break;
		printf("%s %s\n", lppack_entry_build_id(entry), path);
		free(path);
	}
	if (err.code || argc != 3)
		fprintf(stderr, "unpack: %s\n", err.code ? err.message : "usage: unpack BUNDLE KEY");
	lppack_entry_free(entry);
	lppack_verified_free(verified);
	lppack_bundle_close(bundle);
	lppack_keyring_free(keyring);
	return argc != 3 ? LPPACK_E_USAGE : err.code;
}
