/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Says whether a livepatch module will load into a kernel, by that kernel's files: check MODULE VMLINUZ */
#include <lppack/lppack.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LPPACK_OPTIONS(lppack_kernel_files, files, .vmlinuz = argv[argc - 1]);
	struct lppack_kernel *kernel = NULL;
	struct lppack_value *report = NULL;
	const struct lppack_value *verdict;

	if (argc != 3) {
		fprintf(stderr, "usage: check MODULE VMLINUZ\n");
		return LPPACK_E_USAGE;
	}
	kernel = lppack_kernel_open(&files, &err);
	if (kernel)
		report = lppack_kernel_check_file(kernel, argv[1], &err);
	verdict = lppack_value_get(report, "verdict");
	if (verdict)
		printf("%s\n", lppack_value_text(lppack_value_get(verdict, "loads")));
	else
		fprintf(stderr, "check: %s\n", err.message);
	lppack_value_free(report);
	lppack_kernel_close(kernel);
	return err.code;
}
