/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking what a release takes away, kernel by kernel. */
#include "apply/losses.h"

#include "machine/coverage.h"

int lp_losses_find_active(const struct lp_snapshot *snapshot, const struct lp_applied *next,
			  const struct lp_fixes *fixes, struct lp_losses *out, struct lppack_error *err)
{
	const struct lp_applied *applied = &snapshot->state.applied;
	struct lp_module_facts module = applied->module;
	const struct lp_coverage_facts now = { applied->release, &applied->kernel, &applied->claims, &module };
	const struct lp_coverage_facts after = { next->release, &next->kernel, &next->claims, &next->module };

	if (!snapshot->ours || snapshot->ours->enabled == 0)
		return 0;
	/* Of active states the kernel itself lets none go. */
	module.n_states = 0;
	return lp_losses_compare(&now, &after, fixes, &next->id.digest, out, err);
}

static int compare_kernel(const struct lp_installed_kernel *kernel, struct lp_contents *next,
			  const struct lp_fixes *fixes, struct lp_losses *out, struct lppack_error *err)
{
	LP_AUTO_METADATA struct lp_metadata now_metadata = { 0 };
	LP_AUTO_METADATA struct lp_metadata next_metadata = { 0 };
	LP_AUTO_CLAIMS struct lp_claims now_claims = { 0 };
	LP_AUTO_CLAIMS struct lp_claims next_claims = { 0 };
	struct lp_coverage_facts now = { kernel->release, &kernel->build_id, &now_claims, &now_metadata.facts };
	struct lp_coverage_facts after = { kernel->release, &kernel->build_id, &next_claims, NULL };
	int rc = lp_claims_read(kernel->covered_by->opened->contents, &kernel->build_id, &now_claims, &now_metadata, err);

	if (rc <= 0)
		return rc;
	rc = lp_claims_read(next, &kernel->build_id, &next_claims, &next_metadata, err);
	if (rc < 0)
		return rc;
	if (rc > 0)
		after.module = &next_metadata.facts;
	return lp_losses_compare(&now, &after, fixes, &next->manifest.id.digest, out, err);
}

int lp_losses_find_installed(const struct lp_snapshot *snapshot, struct lp_contents *next, struct lp_losses *out,
			     struct lppack_error *err)
{
	LP_AUTO_BOOT_CANDIDATES struct lp_boot_candidates candidates = { 0 };
	LP_AUTO_COVERAGE struct lp_coverage coverage = { 0 };
	LP_AUTO_FIXES struct lp_fixes fixes = { 0 };
	int rc = lp_boot_candidates_read(snapshot, NULL, &candidates, err);

	if (rc < 0)
		return rc;
	rc = lp_coverage_read(snapshot->host, &candidates, &coverage, err);
	if (rc < 0)
		return rc;
	rc = lp_contents_fixes(next, &fixes, err);
	for (size_t i = 0; rc == 0 && i < coverage.n; i++)
		if (coverage.kernels[i].covered_by &&
		    !lp_digest_equal(&coverage.kernels[i].covered_by->id.digest, &next->manifest.id.digest))
			rc = compare_kernel(&coverage.kernels[i], next, &fixes, out, err);
	return rc;
}

int lp_losses_leave(const struct lp_losses *found, const struct lp_losses *allowed, struct lp_losses *out,
		    struct lppack_error *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < found->n; i++)
		if (!lp_losses_have(allowed, &found->items[i]))
			rc = lp_losses_add(out, &found->items[i], err);
	return rc;
}
