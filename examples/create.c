/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Builds a bundle without a spec file, with a key from memory: create KEY MODULE KERNEL OUTPUT */
#include <lppack/lppack.h>
#include <stdio.h>
#include <string.h>

static struct lppack_spec *describe_release(const char *module, const char *kernel, struct lppack_error *err)
{
	static const char *const functions[] = { "getpid", NULL };
	LPPACK_OPTIONS(lppack_spec_fix, fix, .id = "CVE-2026-0001", .summary = "an example", .severity = "high",
		       .functions = functions);
	LPPACK_OPTIONS(lppack_spec_kernel, pair, .module = module, .kernel = kernel);
	struct lppack_spec *spec = lppack_spec_new("example", 1, err);

	if (spec && lppack_spec_add_fix(spec, &fix, err) == 0 && lppack_spec_add_kernel(spec, &pair, err) == 0 &&
	    lppack_spec_set_expires(spec, "2036-01-31T00:00:00Z", err) == 0)
		return spec;
	lppack_spec_free(spec);
	return NULL;
}

int main(int argc, char **argv)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LPPACK_OPTIONS(lppack_signer_options, how, .flags = 0);
	struct lppack_signer *signer = NULL;
	struct lppack_spec *spec = NULL;
	char pem[8192];
	FILE *file;
	int rc = -1;

	if (argc != 5) {
		fprintf(stderr, "usage: create KEY MODULE KERNEL OUTPUT\n");
		return LPPACK_E_USAGE;
	}
	file = fopen(argv[1], "r");
	if (!file) {
		perror(argv[1]);
		return LPPACK_E_IO;
	}
	how.key_bytes.data = pem;
	how.key_bytes.size = fread(pem, 1, sizeof(pem), file);
	fclose(file);
	spec = describe_release(argv[2], argv[3], &err);
	signer = spec ? lppack_signer_open(NULL, &how, &err) : NULL;
	if (signer)
		rc = lppack_bundle_create(spec, (const struct lppack_signer *const *)&signer, 1, argv[4], NULL, NULL,
					  &err);
	memset(pem, 0, sizeof(pem));
	if (rc < 0)
		fprintf(stderr, "create: %s\n", err.message);
	else
		printf("%s: signed by %s\n", argv[4], lppack_signer_id(signer));
	lppack_signer_free(signer);
	lppack_spec_free(spec);
	return err.code;
}
