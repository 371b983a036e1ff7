/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Applying what is installed, as boots do: which release is next when one is bad. */
#include "shared/array.h"
#include "base/export.h"
#include "base/options.h"
#include "apply/boot_open.h"
#include "apply/plan.h"

#include <lppack/store.h>

struct attempt {
	struct lppack_attempt public; /* first: reports list attempts by it */
	struct lppack_error error;
	struct lppack_value *skipped;
	struct lppack_bundle *bundle;
	struct lppack_verified *verified;
	struct lppack_plan *plan;
	struct lppack_receipt *receipt;
};

struct boot_report {
	struct lppack_boot_report public; /* first: it is what the caller has */
	struct lppack_value *recovered;
	struct attempt **attempts;
	size_t n;
};

/* What every attempt is made with. */
struct boot {
	struct lppack_host *host;
	const struct lppack_keyring *keyring;
	bool is_dry_run;
	enum lp_plan_origin origin;
	struct lppack_apply_options how;
	struct boot_report *report;
};

static void free_attempt(struct attempt *attempt)
{
	lppack_value_free(attempt->skipped);
	lppack_receipt_free(attempt->receipt);
	lppack_plan_free(attempt->plan);
	lppack_verified_free(attempt->verified);
	lppack_bundle_close(attempt->bundle);
	free(attempt);
}

LP_EXPORT void lppack_boot_report_free(struct lppack_boot_report *report)
{
	struct boot_report *r = (struct boot_report *)report;

	if (!r)
		return;
	for (size_t i = 0; i < r->n; i++)
		free_attempt(r->attempts[i]);
	free(r->attempts);
	lppack_value_free(r->recovered);
	free(r);
}

static void free_report(struct boot_report **report)
{
	if (*report)
		lppack_boot_report_free(&(*report)->public);
}

static int take_options(struct boot *boot, const struct lppack_boot_options *given, struct lppack_error *err)
{
	struct lppack_boot_options options;
	int rc = LP_OPTIONS_TAKE(lppack_boot_options, flags, &options, given, err);

	if (rc < 0)
		return rc;
	rc = lp_flags_check("struct lppack_boot_options", options.flags, LPPACK_BOOT_COUNT | LPPACK_BOOT_DRY_RUN, err);
	if (rc < 0)
		return rc;
	rc = lp_apply_options_take(&boot->how, options.apply, err);
	if (rc < 0)
		return rc;
	if (boot->how.flags & LPPACK_APPLY_ROLLBACK)
		return lp_fail(err, LPPACK_E_USAGE, "roll back with lppack_host_open_release() and a plan",
			       "struct lppack_boot_options: boots do not roll back");
	boot->is_dry_run = options.flags & LPPACK_BOOT_DRY_RUN;
	boot->origin = options.flags & LPPACK_BOOT_COUNT ? LP_PLAN_BOOT : LP_PLAN_INSTALLED;
	/* An installed release was accepted when it was installed: holds and failed boots decide which one to boot. */
	boot->how.flags |= LPPACK_APPLY_REPLACE | LPPACK_APPLY_ALLOW_DOWNGRADE;
	boot->how.size = sizeof(boot->how);
	return 0;
}

static int recover_first(struct boot *boot, struct lppack_error *err)
{
	LPPACK_OPTIONS(lppack_recover_options, options, .timeout_ns = boot->how.timeout_ns, .wait = boot->how.wait);
	struct lppack_error why = LPPACK_ERROR_INIT;

	if (boot->is_dry_run || !lp_kernel_io_is_running(&boot->host->io))
		return 0;
	boot->report->recovered = lppack_host_recover(boot->host, &options, &why);
	return boot->report->recovered ? 0 : lp_error_move(err, &why);
}

static struct attempt *add_attempt(struct boot_report *report, struct lppack_error *err)
{
	struct attempt **item = lp_array_add(&report->attempts, &report->n, sizeof(*item));

	if (item)
		*item = calloc(1, sizeof(**item));
	if (item && *item)
		return *item;
	if (item)
		report->n--;
	lp_fail_nomem(err);
	return NULL;
}

static int apply_release(const struct boot *boot, struct attempt *attempt)
{
	struct lppack_error *err = &attempt->error;

	attempt->plan = lp_plan_new(boot->host, attempt->verified, boot->origin, &boot->how, err);
	if (attempt->plan && !boot->is_dry_run)
		attempt->receipt = lppack_plan_apply(attempt->plan, err);
	return -err->code;
}

/* A release that turns out to be bad must not cost the machine the good ones below. */
static int try_releases(struct boot *boot, struct lppack_error *err)
{
	const struct attempt *passed = NULL;
	const struct attempt *first = NULL;
	int rc;

	do {
		struct attempt *attempt = add_attempt(boot->report, err);

		if (!attempt)
			return -LPPACK_E_NO_MEMORY;
		rc = lp_store_open_installed(boot->host, boot->keyring, passed ? passed->verified : NULL,
					     &attempt->bundle, &attempt->verified, &attempt->skipped, &attempt->error);
		if (rc < 0)
			return lp_error_move(err, first ? &first->error : &attempt->error);
		rc = apply_release(boot, attempt);
		first = first ? first : attempt;
		passed = attempt;
	} while (rc < 0 && lppack_error_about(rc) == LPPACK_ABOUT_RELEASE);
	return rc < 0 ? lp_error_move(err, &passed->error) : 0;
}

/* What the caller may see, once nothing of it moves any more. */
static struct lppack_boot_report *publish(struct boot_report *report)
{
	for (size_t i = 0; i < report->n; i++) {
		struct attempt *attempt = report->attempts[i];

		attempt->public = (struct lppack_attempt){ .size = sizeof(attempt->public),
							   .skipped = attempt->skipped,
							   .release = attempt->verified,
							   .plan = attempt->plan,
							   .receipt = attempt->receipt,
							   .error = &attempt->error };
	}
	report->public = (struct lppack_boot_report){
		.size = sizeof(report->public),
		.recovered = report->recovered,
		.attempts = (const struct lppack_attempt *const *)report->attempts,
		.n_attempts = report->n,
	};
	return &report->public;
}

LP_EXPORT int lppack_host_apply_installed(struct lppack_host *host, const struct lppack_keyring *keyring,
					  const struct lppack_boot_options *options, struct lppack_boot_report **report,
					  struct lppack_error *err)
{
	LP_AUTO(free_report) struct boot_report *made = calloc(1, sizeof(*made));
	struct boot boot = { .host = host, .keyring = keyring, .report = made };
	struct lppack_error own = LPPACK_ERROR_INIT;

	if (report)
		*report = NULL;
	if (!made)
		return lp_fail_nomem(err);
	if (take_options(&boot, options, &own) < 0 || recover_first(&boot, &own) < 0 || try_releases(&boot, &own) < 0)
		lp_error_move(err, &own);
	if (report && (made->n || made->recovered))
		*report = publish(LP_TAKE(made));
	return -own.code;
}
