/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plans to apply a bundle, prints the plan, and with "yes" carries it out: apply BUNDLE KEY ROOT [yes]. A root that is not
 * this machine's can be planned for, but not changed. */
#include <lppack/lppack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void show_progress(void *context, const struct lppack_progress *now)
{
	(void)context;
	fprintf(stderr, "%s, %.1f s\n", now->phase, (double)now->elapsed_ns / 1e9);
}

static void print_tree(struct lppack_value *tree)
{
	char *json = tree ? lppack_value_to_json(tree) : NULL;

	printf("%s", json ? json : "");
	free(json);
	lppack_value_free(tree);
}

int main(int argc, char **argv)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LPPACK_OPTIONS(lppack_wait, wait, .progress = show_progress);
	LPPACK_OPTIONS(lppack_apply_options, how, .flags = LPPACK_APPLY_REPLACE, .wait = &wait);
	struct lppack_keyring *keyring = lppack_keyring_new(&err);
	struct lppack_verified *verified = NULL;
	struct lppack_receipt *receipt = NULL;
	struct lppack_bundle *bundle = NULL;
	struct lppack_host *host = NULL;
	struct lppack_plan *plan = NULL;

	if (argc < 4) {
		fprintf(stderr, "usage: apply BUNDLE KEY ROOT [yes]\n");
		return LPPACK_E_USAGE;
	}
	if (keyring && lppack_keyring_add(keyring, argv[2], &err) == 0)
		bundle = lppack_bundle_open(argv[1], &err);
	if (bundle)
		verified = lppack_bundle_verify(bundle, keyring, &err);
	if (verified)
		host = lppack_host_open(argv[3], &err);
	if (host)
		plan = lppack_plan_new(host, verified, &how, &err);
	if (plan)
		print_tree(lppack_plan_describe(plan, NULL));
	if (plan && argc > 4 && strcmp(argv[4], "yes") == 0)
		receipt = lppack_plan_apply(plan, &err);
	if (receipt)
		print_tree(lppack_receipt_describe(receipt, NULL));
	if (err.code)
		fprintf(stderr, "apply: %s\n", err.message);
	lppack_receipt_free(receipt);
	lppack_plan_free(plan);
	lppack_host_close(host);
	lppack_verified_free(verified);
	lppack_bundle_close(bundle);
	lppack_keyring_free(keyring);
	return err.code;
}
