/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Asking what a release takes away, kernel by kernel. */
#include "apply/losses.h"

#include "shared/text.h"
#include "machine/coverage.h"

#include <stdlib.h>

int lp_losses_find_active(const struct lp_snapshot *snapshot, const struct lp_coverage_facts *next,
			  const struct lp_fixes *fixes, const struct lp_digest *digest, struct lp_losses *out,
			  struct lppack_error *err)
{
	const struct lp_applied *applied = &snapshot->state.applied;
	struct lp_module_facts module = applied->module;
	const struct lp_coverage_facts now = { applied->release, &applied->kernel, &applied->claims, &module };

	if (!snapshot->ours || snapshot->ours->enabled == 0)
		return 0;
	/* Of active states the kernel itself lets none go. */
	module.n_states = 0;
	return lp_losses_compare(&now, next, fixes, digest, out, err);
}

/* What is to be installed, for one kernel after the other. */
struct successor {
	const struct lp_snapshot *snapshot;
	struct lp_contents *contents;
	struct lp_fixes fixes;
	struct lp_losses *out;
};

static int compare_kernel(const struct successor *next, const struct lp_installed_kernel *kernel,
			  struct lppack_error *err)
{
	const struct lp_release_id *id = &next->contents->manifest.id;
	LP_AUTO_METADATA struct lp_metadata now_metadata = { 0 };
	LP_AUTO_METADATA struct lp_metadata next_metadata = { 0 };
	LP_AUTO_CLAIMS struct lp_claims now_claims = { 0 };
	LP_AUTO_CLAIMS struct lp_claims next_claims = { 0 };
	const struct lp_coverage_facts now = { kernel->release, &kernel->build_id, &now_claims, &now_metadata.facts };
	struct lp_coverage_facts after = { kernel->release, &kernel->build_id, &next_claims, NULL };
	int rc = lp_claims_read(next->contents, &kernel->build_id, &next_claims, &next_metadata, err);

	if (rc > 0)
		after.module = &next_metadata.facts;
	/* An install that has nothing for the running kernel leaves what is active. */
	if (rc > 0 && kernel->is_running && lp_text_equal(next->snapshot->state.applied.id.stream, id->stream))
		rc = lp_losses_find_active(next->snapshot, &after, &next->fixes, &id->digest, next->out, err);
	if (rc < 0 || !kernel->covered_by || lp_digest_equal(&kernel->covered_by->id.digest, &id->digest))
		return rc;
	rc = lp_claims_read(kernel->covered_by->opened->contents, &kernel->build_id, &now_claims, &now_metadata, err);
	return rc <= 0 ? rc : lp_losses_compare(&now, &after, &next->fixes, &id->digest, next->out, err);
}

/* It need not be among the installed ones: its file may be elsewhere, or gone. */
static int compare_running(const struct successor *next, const struct lp_boot_candidates *candidates,
			   struct lppack_error *err)
{
	const struct lp_kernel_facts *facts = &next->snapshot->host->kernel;
	struct lp_installed_kernel kernel = { .release = facts->release ? facts->release : (char *)"the running kernel",
					      .is_running = true,
					      .build_id = facts->build_id };
	int rc;

	if (!facts->build_id.len)
		return 0;
	rc = lp_coverage_match(&kernel, candidates) ? compare_kernel(next, &kernel, err) : lp_fail_nomem(err);
	free(kernel.module);
	return rc;
}

int lp_losses_find_installed(const struct lp_snapshot *snapshot, struct lp_contents *contents, struct lp_losses *out,
			     struct lppack_error *err)
{
	LP_AUTO_BOOT_CANDIDATES struct lp_boot_candidates candidates = { 0 };
	LP_AUTO_COVERAGE struct lp_coverage coverage = { 0 };
	struct successor next = { .snapshot = snapshot, .contents = contents, .out = out };
	int rc = lp_boot_candidates_read(snapshot, NULL, &candidates, err);

	if (rc < 0)
		return rc;
	rc = lp_coverage_read(snapshot->host, &candidates, &coverage, err);
	if (rc < 0)
		return rc;
	rc = lp_contents_fixes(contents, &next.fixes, err);
	if (rc == 0)
		rc = compare_running(&next, &candidates, err);
	for (size_t i = 0; rc == 0 && i < coverage.n; i++)
		if (!coverage.kernels[i].unreadable && !coverage.kernels[i].is_running)
			rc = compare_kernel(&next, &coverage.kernels[i], err);
	lp_fixes_free(&next.fixes);
	return rc;
}
