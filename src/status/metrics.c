/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing a status in the Prometheus text exposition format, version 0.0.4. */
#include "shared/text.h"
#include "base/export.h"
#include "status/describe.h"
#include "status/modules.h"
#include "status/status.h"

#include <stdio.h>
#include <string.h>

struct label {
	const char *name;
	const char *value;
};

/* Every metric is a gauge: its HELP and TYPE stand once, before its samples. */
static void begin(struct lp_buf *out, const char *name, const char *help)
{
	lp_buf_printf(out, "# HELP lppack_%s %s\n# TYPE lppack_%s gauge\n", name, help, name);
}

/* A label's value has to be UTF-8; what only a terminal would obey is of no use in it. */
static void put_value(struct lp_buf *out, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		uint32_t point;
		size_t n = lp_text_shown_length(text, left, &point);

		if (*text == '\n')
			lp_buf_text(out, "\\n");
		else if (n == 0)
			lp_buf_text(out, "?");
		else
			lp_buf_printf(out, "%s%.*s", *text == '\\' || *text == '"' ? "\\" : "", (int)n, text);
		n = n ? n : 1;
		text += n;
		left -= n;
	}
}

/* labels: NULL-terminated by name, or NULL. */
static void sample(struct lp_buf *out, const char *name, const struct label *labels, uint64_t value)
{
	bool first = true;

	lp_buf_printf(out, "lppack_%s", name);
	for (; labels && labels->name; labels++) {
		if (!labels->value)
			continue;
		lp_buf_printf(out, "%c%s=\"", first ? '{' : ',', labels->name);
		put_value(out, labels->value);
		lp_buf_text(out, "\"");
		first = false;
	}
	lp_buf_printf(out, "%s %llu\n", first ? "" : "}", (unsigned long long)value);
}

static void single(struct lp_buf *out, const char *name, const char *help, uint64_t value)
{
	begin(out, name, help);
	sample(out, name, NULL, value);
}

static void put_patches(struct lp_buf *out, const struct lppack_status *status)
{
	single(out, "patches", "Livepatches that the kernel lists.", status->n_patches);
	begin(out, "patch_enabled", "Whether the livepatch is enabled; foreign: not loaded by lppack.");
	for (size_t i = 0; i < status->n_patches; i++) {
		const struct lppack_status_patch *patch = &status->patches[i].view;
		const struct label labels[] = { { "patch", patch->name },
						{ "foreign", patch->foreign ? "true" : "false" },
						{ 0 } };

		sample(out, "patch_enabled", labels, patch->enabled == 1);
	}
	begin(out, "level_serial", "Serial of the bundle that is in force.");
	for (size_t i = 0; i < status->n_patches; i++) {
		const struct lppack_status_patch *patch = &status->patches[i].view;
		char epoch[32];
		const struct label labels[] = { { "stream", patch->stream }, { "epoch", epoch }, { 0 } };

		snprintf(epoch, sizeof(epoch), "%llu", (unsigned long long)patch->epoch);
		if (patch->stream)
			sample(out, "level_serial", labels, patch->serial);
	}
	begin(out, "level_applied_timestamp_seconds", "When the bundle that is in force was applied.");
	for (size_t i = 0; i < status->n_patches; i++) {
		const struct lppack_status_patch *patch = &status->patches[i].view;
		const struct label labels[] = { { "stream", patch->stream }, { 0 } };

		if (patch->stream)
			sample(out, "level_applied_timestamp_seconds", labels, (uint64_t)patch->applied_at);
	}
}

static void put_fixes(struct lp_buf *out, const struct lppack_status *status)
{
	begin(out, "fixes", "Fixes by state.");
	for (unsigned int state = 0; state <= LPPACK_FIX_AVAILABLE; state++) {
		const struct label labels[] = { { "state", lp_fix_state_names[state] }, { 0 } };
		uint64_t n = 0;

		for (size_t i = 0; i < status->n_fixes; i++)
			n += status->fixes[i].view.state == state;
		sample(out, "fixes", labels, n);
	}
}

static void put_coverage(struct lp_buf *out, const struct lppack_status *status)
{
	begin(out, "kernel_covered",
	      "Whether an installed level has a livepatch for the installed kernel; absent where it cannot be told.");
	for (size_t i = 0; i < status->n_kernels; i++) {
		const struct lppack_status_kernel *kernel = &status->kernels[i];
		const struct label labels[] = { { "release", kernel->release },
						{ "running", kernel->running ? "true" : "false" },
						{ 0 } };

		if (kernel->covered >= 0)
			sample(out, "kernel_covered", labels, (uint64_t)kernel->covered);
	}
}

static void put_expiry(struct lp_buf *out, const struct lppack_status *status)
{
	begin(out, "release_expires_timestamp_seconds",
	      "When an installed release expires; absent where it never does.");
	for (size_t i = 0; i < status->n_releases; i++) {
		const struct lppack_status_release *release = &status->releases[i].view;
		char serial[32];
		const struct label labels[] = { { "stream", release->stream }, { "serial", serial }, { 0 } };

		snprintf(serial, sizeof(serial), "%llu", (unsigned long long)release->serial);
		if (release->expires)
			sample(out, "release_expires_timestamp_seconds", labels, (uint64_t)release->expires);
	}
}

static void put_findings(struct lp_buf *out, const struct lppack_status *status)
{
	begin(out, "finding", "What lppack status --check reports; absent while all is well.");
	/* Findings of one name stand together; a sample may occur only once. */
	for (size_t i = 0; i < status->n_findings; i++) {
		const struct lppack_status_finding *finding = &status->findings[i];
		const struct label labels[] = {
			{ "name", lppack_error_name(finding->code) },
			{ "severity", finding->severity == LPPACK_SEVERITY_CRITICAL ? "critical" : "warning" },
			{ 0 },
		};

		if (i == 0 || status->findings[i].code != status->findings[i - 1].code)
			sample(out, "finding", labels, 1);
	}
}

static uint64_t count_holds(const struct lppack_status *status)
{
	const struct lp_holds *holds = &status->snapshot.holds;
	uint64_t n = 0;

	for (size_t i = 0; i < holds->n; i++)
		n += !lp_hold_is_over(&holds->items[i], status->now);
	return n;
}

static void put_transition(struct lp_buf *out, const struct lppack_status *status)
{
	single(out, "transition", "Whether a transition is running.", status->in_transition);
	begin(out, "transition_blockers", "Tasks that the transition waits for; absent where only root is told.");
	if (status->blockers_known)
		sample(out, "transition_blockers", NULL, status->n_blockers);
	single(out, "unfinished", "Whether a call of lppack was cut short or is at work.",
	       status->snapshot.is_unfinished);
}

static uint64_t count_skipped(const struct lppack_status *status)
{
	const struct lp_boot_trials *trials = &status->snapshot.trials;
	uint64_t n = 0;

	for (size_t i = 0; i < trials->n; i++)
		n += lp_boot_trial_is_skipped(&trials->items[i], &status->candidates);
	return n;
}

LP_EXPORT char *lppack_status_metrics(const struct lppack_status *status, struct lppack_error *err)
{
	const struct lp_kernel_facts *kernel = &status->host->kernel;
	char build_id[LP_BUILD_ID_TEXT];
	const struct label info[] = {
		{ "release", kernel->release },
		{ "arch", kernel->arch },
		{ "build_id", kernel->build_id.len ? lp_build_id_format(&kernel->build_id, build_id) : NULL },
		{ "effective_version", status->effective_version },
		{ 0 },
	};
	LP_AUTO_BUF struct lp_buf out = { 0 };

	begin(&out, "kernel_info", "The running kernel.");
	sample(&out, "kernel_info", info, 1);
	single(&out, "supported", "Whether the kernel can livepatch.", status->is_supported);
	single(&out, "set_up", "Whether a stream release is installed or was applied.", status->is_set_up);
	put_patches(&out, status);
	put_fixes(&out, status);
	put_transition(&out, status);
	single(&out, "module_memory_bytes", "Memory of the livepatch modules, in force or left over.",
	       lp_status_memory(status));
	single(&out, "modules", "Livepatch modules that are loaded, in force or left over.", status->n_modules);
	single(&out, "reboot_needed", "Whether only a reboot can bring what is missing.", status->n_reasons > 0);
	put_coverage(&out, status);
	put_expiry(&out, status);
	single(&out, "levels_installed", "Levels that are installed.", status->n_releases);
	single(&out, "holds", "Holds that are set, but for freezes that are over.", count_holds(status));
	single(&out, "bundles_skipped", "Bundles that are skipped because boots with them did not become healthy.",
	       count_skipped(status));
	put_findings(&out, status);
	if (lp_buf_ok(&out))
		return (char *)LP_TAKE(out.data);
	lp_fail_nomem(err);
	return NULL;
}
