/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verifies a bundle and lists its kernels, each with the fixes that it gets: list BUNDLE KEY */
#include <lppack/lppack.h>
#include <stdio.h>

static int fail(const struct lppack_error *err)
{
	fprintf(stderr, "list: %s%s%s\n", err->message, err->hint[0] ? "; " : "", err->hint);
	return err->code;
}

/* The fixes that the kernel's module has; each pass over them begins anew with NULL. */
static int print_fixes(struct lppack_verified *verified, const struct lppack_entry *entry, struct lppack_error *err)
{
	const struct lppack_fix *fix = NULL;
	int rc;

	while ((rc = lppack_verified_fix_next(verified, &fix, err)) > 0)
		if (lppack_entry_has_fix(entry, fix))
			printf("    %s%s%s\n", lppack_fix_id(fix), lppack_fix_summary(fix) ? ": " : "",
			       lppack_fix_summary(fix) ? lppack_fix_summary(fix) : "");
	return rc;
}

int main(int argc, char **argv)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lppack_keyring *keyring = lppack_keyring_new(&err);
	struct lppack_bundle *bundle = NULL;
	struct lppack_verified *verified = NULL;
	struct lppack_entry *entry = NULL;

	if (argc != 3) {
		fprintf(stderr, "usage: list BUNDLE KEY\n");
		return LPPACK_E_USAGE;
	}
	if (keyring && lppack_keyring_add(keyring, argv[2], &err) == 0)
		bundle = lppack_bundle_open(argv[1], &err);
	if (bundle)
		verified = lppack_bundle_verify(bundle, keyring, &err);
	/* What was made from them keeps them alive as long as it needs them. */
	lppack_bundle_close(bundle);
	lppack_keyring_free(keyring);
	if (!verified)
		return fail(&err);
	printf("%s, serial %llu, for %llu kernels\n", lppack_verified_stream(verified),
	       (unsigned long long)lppack_verified_serial(verified),
	       (unsigned long long)lppack_verified_kernels(verified));
	while (lppack_verified_entry_next(verified, &entry, &err) > 0) {
		printf("%s %s: %s, %zu functions\n", lppack_entry_build_id(entry), lppack_entry_kernel_release(entry),
		       lppack_entry_module_name(entry), lppack_entry_functions(entry));
		if (print_fixes(verified, entry, &err) < 0)
			break;
	}
	lppack_entry_free(entry);
	lppack_verified_free(verified);
	return err.code ? fail(&err) : 0;
}
