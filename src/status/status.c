/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Holding a status, and the getters of it. */
#include "status/status.h"

#include "shared/array.h"
#include "base/export.h"

#include <string.h>

LP_EXPORT void lppack_status_free(struct lppack_status *status)
{
	if (!status)
		return;
	for (size_t i = 0; i < status->n_modules; i++)
		free(status->modules[i].name);
	for (size_t i = 0; i < status->n_fixes; i++)
		lp_text_list_free(&status->fixes[i].objects);
	for (size_t i = 0; i < status->n_reasons; i++)
		free(status->reasons[i].text);
	for (size_t i = 0; i < status->n_findings; i++)
		free((char *)status->findings[i].text);
	free(status->modules);
	free(status->fixes);
	free(status->reasons);
	free(status->findings);
	free(status->patches);
	free(status->releases);
	free(status->kernels);
	free(status->problems);
	lppack_keyring_free(status->keyring);
	free(status->effective_version);
	lp_blockers_free(status->blockers, status->n_blockers);
	lp_claims_free(&status->active);
	lp_claims_free(&status->newest.claims);
	lp_coverage_free(&status->coverage);
	lp_boot_candidates_free(&status->candidates);
	lp_snapshot_free(&status->snapshot);
	lppack_host_close(status->host);
	free(status);
}

int lp_status_add_problem(struct lppack_status *status, const struct lppack_error *problem, struct lppack_error *err)
{
	struct lppack_error *added;

	for (size_t i = 0; i < status->n_problems; i++)
		if (strcmp(status->problems[i].message, problem->message) == 0)
			return 0;
	added = lp_array_add(&status->problems, &status->n_problems, sizeof(*added));
	if (!added)
		return lp_fail_nomem(err);
	*added = *problem;
	return 0;
}

LP_EXPORT int lppack_status_check(const struct lppack_status *status)
{
	return status && status->n_findings ? status->findings[0].code : LPPACK_OK;
}

LP_EXPORT const struct lppack_status_finding *lppack_status_finding_at(const struct lppack_status *status, size_t i)
{
	return i < status->n_findings ? &status->findings[i] : NULL;
}

LP_EXPORT const struct lppack_status_patch *lppack_status_patch_at(const struct lppack_status *status, size_t i)
{
	return i < status->n_patches ? &status->patches[i].view : NULL;
}

LP_EXPORT const struct lppack_status_fix *lppack_status_fix_at(const struct lppack_status *status, size_t i)
{
	return i < status->n_fixes ? &status->fixes[i].view : NULL;
}

LP_EXPORT const struct lppack_status_release *lppack_status_release_at(const struct lppack_status *status, size_t i)
{
	return i < status->n_releases ? &status->releases[i].view : NULL;
}

LP_EXPORT const struct lppack_status_kernel *lppack_status_kernel_at(const struct lppack_status *status, size_t i)
{
	return i < status->n_kernels ? &status->kernels[i] : NULL;
}

LP_EXPORT const char *lppack_status_effective_version(const struct lppack_status *status)
{
	return status->effective_version;
}

LP_EXPORT int lppack_status_supported(const struct lppack_status *status)
{
	return status->is_supported;
}

LP_EXPORT int lppack_status_set_up(const struct lppack_status *status)
{
	return status->is_set_up;
}

LP_EXPORT int lppack_status_in_transition(const struct lppack_status *status)
{
	return status->in_transition;
}

LP_EXPORT int lppack_status_fixes_known(const struct lppack_status *status)
{
	return status->active.is_known || status->snapshot.stack.n == 0;
}
