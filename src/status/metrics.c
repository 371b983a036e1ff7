/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The answer of lppack status in the Prometheus text exposition format, version 0.0.4. */
#include "status/status.h"

#include "shared/text.h"
#include "base/export.h"

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

static void put_value(struct lp_buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' || *text == '"')
			lp_buf_append(out, "\\", 1);
		if (*text == '\n')
			lp_buf_text(out, "\\n");
		else
			lp_buf_append(out, text, 1);
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

static const char *text_of(const struct lppack_value *map, const char *key)
{
	return lppack_value_text(lppack_value_get(map, key));
}

static size_t count_of(const struct lppack_value *map, const char *key)
{
	return lppack_value_count(lppack_value_get(map, key));
}

static void put_patches(struct lp_buf *out, const struct lppack_value *status)
{
	const struct lppack_value *patches = lppack_value_get(status, "patches");

	single(out, "patches", "Livepatches that the kernel lists.", lppack_value_count(patches));
	begin(out, "patch_enabled", "Whether the livepatch is enabled; foreign: not loaded by lppack.");
	for (size_t i = 0; i < lppack_value_count(patches); i++) {
		const struct lppack_value *patch = lppack_value_at(patches, i, NULL);
		const struct label labels[] = { { "patch", text_of(patch, "name") },
						{ "foreign", text_of(patch, "foreign") },
						{ 0 } };

		sample(out, "patch_enabled", labels, (uint64_t)lppack_value_bool(lppack_value_get(patch, "enabled")));
	}
	begin(out, "level_serial", "Serial of the bundle that is in force.");
	for (size_t i = 0; i < lppack_value_count(patches); i++) {
		const struct lppack_value *bundle = lppack_value_get(lppack_value_at(patches, i, NULL), "bundle");
		const struct label labels[] = { { "stream", text_of(bundle, "stream") },
						{ "epoch", text_of(bundle, "epoch") },
						{ 0 } };

		if (bundle)
			sample(out, "level_serial", labels, lppack_value_int(lppack_value_get(bundle, "serial"), 0));
	}
	begin(out, "level_applied_timestamp_seconds", "When the bundle that is in force was applied.");
	for (size_t i = 0; i < lppack_value_count(patches); i++) {
		const struct lppack_value *bundle = lppack_value_get(lppack_value_at(patches, i, NULL), "bundle");
		const char *at = text_of(bundle, "applied_at");
		const struct label labels[] = { { "stream", text_of(bundle, "stream") }, { 0 } };
		int64_t seconds;

		if (at && lp_time_parse(at, &seconds) == 0)
			sample(out, "level_applied_timestamp_seconds", labels, (uint64_t)seconds);
	}
}

static void put_fixes(struct lp_buf *out, const struct lppack_value *status)
{
	static const char *const states[] = {
		"in_force", "pending", "not_applicable", "unfixable", "held", "available"
	};
	const struct lppack_value *fixes = lppack_value_get(status, "fixes");

	begin(out, "fixes", "Fixes by state.");
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		const struct label labels[] = { { "state", states[i] }, { 0 } };

		sample(out, "fixes", labels, count_of(fixes, states[i]));
	}
}

static void put_coverage(struct lp_buf *out, const struct lppack_value *status)
{
	const struct lppack_value *coverage = lppack_value_get(status, "coverage");

	begin(out, "kernel_covered",
	      "Whether an installed level has a livepatch for the installed kernel; absent where it cannot be told.");
	for (size_t i = 0; i < lppack_value_count(coverage); i++) {
		const struct lppack_value *kernel = lppack_value_at(coverage, i, NULL);
		const struct label labels[] = { { "release", text_of(kernel, "release") },
						{ "running", text_of(kernel, "running") },
						{ 0 } };

		if (lppack_value_get(kernel, "covered"))
			sample(out, "kernel_covered", labels,
			       (uint64_t)lppack_value_bool(lppack_value_get(kernel, "covered")));
	}
}

static void put_findings(struct lp_buf *out, const struct lppack_value *status)
{
	const struct lppack_value *findings = lppack_value_get(status, "findings");
	const char *before = "";

	begin(out, "finding", "What lppack status --check reports; absent while all is well.");
	/* Findings of one name stand together; a sample may occur only once. */
	for (size_t i = 0; i < lppack_value_count(findings); i++) {
		const char *name = text_of(lppack_value_at(findings, i, NULL), "name");
		const struct label labels[] = { { "name", name }, { 0 } };

		if (!name || strcmp(name, before) == 0)
			continue;
		sample(out, "finding", labels, 1);
		before = name;
	}
}

static uint64_t count_holds(const struct lppack_value *status)
{
	const struct lppack_value *holds = lppack_value_get(status, "holds");
	uint64_t n = 0;

	for (size_t i = 0; i < lppack_value_count(holds); i++)
		n += !lppack_value_bool(lppack_value_get(lppack_value_at(holds, i, NULL), "over"));
	return n;
}

static void put_transition(struct lp_buf *out, const struct lppack_value *status)
{
	single(out, "transition", "Whether a transition is running.",
	       (uint64_t)lppack_value_bool(lppack_value_get(status, "transition")));
	begin(out, "transition_blockers", "Tasks that the transition waits for; absent where only root is told.");
	if (lppack_value_bool(lppack_value_get(status, "blockers_known")))
		sample(out, "transition_blockers", NULL, count_of(status, "blockers"));
	single(out, "unfinished", "Whether a call of lppack was cut short or is at work.",
	       lppack_value_get(status, "unfinished") != NULL);
}

static uint64_t count_skipped(const struct lppack_value *boot)
{
	const struct lppack_value *trials = lppack_value_get(boot, "trials");
	uint64_t n = 0;

	for (size_t i = 0; i < lppack_value_count(trials); i++)
		n += (uint64_t)lppack_value_bool(lppack_value_get(lppack_value_at(trials, i, NULL), "skipped"));
	return n;
}

LP_EXPORT char *lppack_status_metrics(const struct lppack_value *status, struct lppack_error *err)
{
	const struct lppack_value *kernel = lppack_value_get(status, "kernel");
	const struct lppack_value *reboot = lppack_value_get(status, "reboot");
	const struct lppack_value *memory = lppack_value_get(status, "memory");
	const struct label info[] = { { "release", text_of(kernel, "release") },
				      { "arch", text_of(kernel, "arch") },
				      { "build_id", text_of(kernel, "build_id") },
				      { "effective_version", text_of(status, "effective_version") },
				      { 0 } };
	LP_AUTO_BUF struct lp_buf out = { 0 };

	begin(&out, "kernel_info", "The running kernel.");
	sample(&out, "kernel_info", info, 1);
	put_patches(&out, status);
	put_fixes(&out, status);
	put_transition(&out, status);
	single(&out, "module_memory_bytes", "Memory of the livepatch modules, in force or left over.",
	       lppack_value_int(lppack_value_get(memory, "bytes"), 0));
	single(&out, "modules", "Livepatch modules that are loaded, in force or left over.",
	       count_of(memory, "modules"));
	single(&out, "reboot_needed", "Whether only a reboot can bring what is missing.",
	       (uint64_t)lppack_value_bool(lppack_value_get(reboot, "needed")));
	put_coverage(&out, status);
	single(&out, "levels_installed", "Levels that are installed.", count_of(status, "levels"));
	single(&out, "holds", "Holds that are set, but for freezes that are over.", count_holds(status));
	single(&out, "bundles_skipped", "Bundles that are skipped because boots with them did not become healthy.",
	       count_skipped(lppack_value_get(status, "boot")));
	put_findings(&out, status);
	if (lp_buf_ok(&out))
		return (char *)LP_TAKE(out.data);
	lp_fail_nomem(err);
	return NULL;
}
