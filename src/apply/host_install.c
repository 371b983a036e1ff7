/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Installing a bundle and applying it: what is asked in which order, and what of it is a failure. */
#include "base/export.h"
#include "base/options.h"
#include "apply/install.h"
#include "apply/plan.h"

struct install_report {
	struct lppack_install_report public; /* first: it is what the caller has */
	struct lppack_error error;
	struct lppack_value *installed;
	struct lppack_value *recovered;
	struct lppack_plan *plan;
	struct lppack_receipt *receipt;
};

LP_EXPORT void lppack_install_report_free(struct lppack_install_report *report)
{
	struct install_report *r = (struct install_report *)report;

	if (!r)
		return;
	lppack_value_free(r->installed);
	lppack_value_free(r->recovered);
	lppack_receipt_free(r->receipt);
	lppack_plan_free(r->plan);
	free(r);
}

static void free_report(struct install_report **report)
{
	if (*report)
		lppack_install_report_free(&(*report)->public);
}

static int take_options(struct lppack_install_options *options, struct lppack_apply_options *apply,
			const struct lppack_install_options *given, struct lppack_error *err)
{
	int rc = LP_OPTIONS_TAKE(lppack_install_options, flags, options, given, err);

	if (rc < 0)
		return rc;
	rc = lp_flags_check("struct lppack_install_options", options->flags,
			    LPPACK_INSTALL_ALLOW_DOWNGRADE | LPPACK_INSTALL_NO_APPLY | LPPACK_INSTALL_SWITCH_STREAM |
				    LPPACK_INSTALL_ALLOW_LOSS,
			    err);
	if (rc < 0)
		return rc;
	rc = lp_apply_options_take(apply, options->apply, err);
	if (rc < 0)
		return rc;
	if (apply->flags & LPPACK_APPLY_ROLLBACK)
		return lp_fail(err, LPPACK_E_USAGE, "apply the release with it, or install without it",
			       "struct lppack_install_options: what is installed is not rolled back to");
	apply->size = sizeof(*apply);
	apply->flags &=
		~(uint32_t)(LPPACK_APPLY_ALLOW_DOWNGRADE | LPPACK_APPLY_SWITCH_STREAM | LPPACK_APPLY_ALLOW_LOSS);
	apply->flags |= LPPACK_APPLY_REPLACE;
	if (options->flags & LPPACK_INSTALL_ALLOW_DOWNGRADE)
		apply->flags |= LPPACK_APPLY_ALLOW_DOWNGRADE;
	if (options->flags & LPPACK_INSTALL_ALLOW_LOSS)
		apply->flags |= LPPACK_APPLY_ALLOW_LOSS;
	return 0;
}

static int apply_release(struct install_report *r, struct lppack_host *host, struct lppack_verified *verified,
			 const struct lppack_apply_options *how, struct lppack_error *err)
{
	LPPACK_OPTIONS(lppack_recover_options, recover, .timeout_ns = how->timeout_ns, .wait = how->wait);

	r->recovered = lppack_host_recover(host, &recover, err);
	if (!r->recovered)
		return -err->code;
	r->plan = lp_plan_new(host, verified, LP_PLAN_GIVEN, how, err);
	if (!r->plan)
		return -err->code;
	r->receipt = lppack_plan_apply(r->plan, err);
	return -err->code;
}

/* What becomes of the kernel is in the report, and changes nothing about what is installed. */
static int apply_if_wanted(struct install_report *r, struct lppack_host *host, struct lppack_verified *verified,
			   uint32_t flags, const struct lppack_apply_options *how)
{
	int rc;

	if (flags & LPPACK_INSTALL_NO_APPLY) {
		r->public.not_applied = LPPACK_NOT_APPLIED_FLAG;
		return 0;
	}
	if (!lp_kernel_io_is_running(&host->io)) {
		r->public.not_applied = LPPACK_NOT_APPLIED_OTHER_MACHINE;
		return 0;
	}
	rc = apply_release(r, host, verified, how, &r->error);
	/* What does not fit this kernel was installed for another one. */
	if (rc == -LPPACK_E_NO_KERNEL && !r->plan && r->recovered) {
		r->public.not_applied = LPPACK_NOT_APPLIED_NO_KERNEL;
		lppack_error_clear(&r->error);
		return 0;
	}
	return rc;
}

LP_EXPORT int lppack_host_install(struct lppack_host *host, struct lppack_bundle *bundle,
				  const struct lppack_keyring *keyring, const struct lppack_install_options *given,
				  struct lppack_install_report **report, struct lppack_error *err)
{
	LP_AUTO(free_report) struct install_report *r = calloc(1, sizeof(*r));
	LP_AUTO(cleanup_lppack_verified_free) struct lppack_verified *verified = NULL;
	struct lppack_error own = LPPACK_ERROR_INIT;
	struct lppack_install_options options;
	struct lppack_apply_options how;
	int rc;

	if (report)
		*report = NULL;
	if (!r)
		return lp_fail_nomem(err);
	rc = take_options(&options, &how, given, err);
	if (rc < 0)
		return rc;
	options.size = sizeof(options);
	r->installed = lp_store_install(host, bundle, keyring, &options, &verified, &own);
	if (!r->installed)
		return lp_error_move(err, &own);
	rc = apply_if_wanted(r, host, verified, options.flags, &how);
	if (rc < 0)
		lp_error_move(err, &r->error);
	r->public.size = sizeof(r->public);
	r->public.installed = r->installed;
	r->public.recovered = r->recovered;
	r->public.plan = r->plan;
	r->public.receipt = r->receipt;
	r->public.error = &r->error;
	if (report)
		*report = &LP_TAKE(r)->public;
	return rc;
}
