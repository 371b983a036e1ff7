/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine/boot_count.h"

#include "base/value_add.h"
#include "shared/array.h"
#include "base/export.h"
#include "shared/text.h"
#include "format/yaml.h"
#include "machine/boot_choice.h"
#include "machine/state.h"

#include <lppack/store.h>
#include <string.h>

#define BOOT_FORMAT 1
/* Bundles whose boots are remembered, and boots of each: the oldest go. */
#define BUNDLES_MAX 16
#define BOOTS_MAX 8
#define UNKNOWN_BOOT "unknown"

/* Boots that began with a bundle and of which none was confirmed since. */
struct trial {
	struct lp_digest digest;
	char **boots; /* boot ids, oldest first */
	size_t n;
};

struct trials {
	struct trial *items;
	size_t n;
	char *confirmed; /* the latest boot that was; NULL */
};

static void trial_free(struct trial *trial)
{
	for (size_t i = 0; i < trial->n; i++)
		free(trial->boots[i]);
	free(trial->boots);
	*trial = (struct trial){ 0 };
}

static void trials_free(struct trials *trials)
{
	for (size_t i = 0; i < trials->n; i++)
		trial_free(&trials->items[i]);
	free(trials->items);
	free(trials->confirmed);
	*trials = (struct trials){ 0 };
}

#define AUTO_TRIALS LP_AUTO(trials_free)

static void remove_trial(struct trials *trials, size_t i)
{
	trial_free(&trials->items[i]);
	trials->n--;
	memmove(&trials->items[i], &trials->items[i + 1], (trials->n - i) * sizeof(*trials->items));
}

static int add_boot(struct trial *trial, const char *boot, struct lppack_error *err)
{
	char **item = lp_array_add(&trial->boots, &trial->n, sizeof(*item));

	if (item)
		*item = strdup(boot);
	if (!item || !*item)
		return lp_fail_nomem(err);
	if (trial->n > BOOTS_MAX) {
		free(trial->boots[0]);
		trial->n--;
		memmove(trial->boots, trial->boots + 1, trial->n * sizeof(*trial->boots));
	}
	return 0;
}

static void decode_trial(struct lp_doc *item, struct trial *trial)
{
	static const char *const keys[] = { "digest", "boots", NULL };
	const struct lppack_value *boots;

	lp_doc_keys(item, keys);
	lp_doc_digest(item, "digest", &trial->digest);
	boots = lp_doc_list(item, "boots", true);
	for (size_t i = 0; item->rc == 0 && i < lppack_value_count(boots); i++) {
		const char *boot = lp_doc_text_item(item, boots, i);

		if (boot)
			item->rc = add_boot(trial, boot, item->err);
	}
}

static int decode(const struct lppack_value *tree, const char *path, struct trials *out, struct lppack_error *err)
{
	static const char *const keys[] = { "format", "confirmed", "trials", NULL };
	struct lp_doc doc = { .map = tree, .name = path, .code = LPPACK_E_STATE, .err = err };
	const struct lppack_value *list;
	uint64_t format = 0;

	lp_doc_keys(&doc, keys);
	lp_doc_int(&doc, "format", true, BOOT_FORMAT, &format);
	lp_doc_text_dup(&doc, "confirmed", false, &out->confirmed);
	list = lp_doc_list(&doc, "trials", true);
	for (size_t i = 0; doc.rc == 0 && i < lppack_value_count(list); i++) {
		struct lp_doc item = lp_doc_item(&doc, list, i);
		struct trial *trial = lp_array_add(&out->items, &out->n, sizeof(*trial));

		if (!trial)
			return lp_fail_nomem(err);
		decode_trial(&item, trial);
		lp_doc_join(&doc, &item);
	}
	return doc.rc < 0 ? lp_hint(err, doc.rc, "lppack confirm --retry begins it anew") : 0;
}

static int read_trials(const char *root, struct trials *out, struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_text_format("%s" LP_STATE_DIRECTORY "/" LP_BOOT_FILE, root);
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	int rc;

	*out = (struct trials){ 0 };
	if (!path)
		return lp_fail_nomem(err);
	rc = lp_state_file_read(root, LP_BOOT_FILE, &tree, err);
	if (rc > 0)
		rc = decode(tree, path, out, err);
	if (rc < 0)
		trials_free(out);
	return rc < 0 ? rc : 0;
}

static int write_trials(const char *root, const struct trials *trials, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < trials->n; i++) {
		struct lppack_value *item = lp_value_map();

		lp_value_add_digest(&item, "digest", &trials->items[i].digest);
		lp_value_add_texts(&item, "boots", trials->items[i].boots, trials->items[i].n);
		lp_value_push(&list, item);
	}
	lp_value_add_int(&map, "format", BOOT_FORMAT);
	lp_value_add_text(&map, "confirmed", trials->confirmed);
	lp_value_add(&map, "trials", list);
	return map ? lp_state_file_write(root, LP_BOOT_FILE, map, err) : lp_fail_nomem(err);
}

static struct trial *find_trial(const struct trials *trials, const struct lp_digest *digest)
{
	for (size_t i = 0; i < trials->n; i++)
		if (lp_digest_equal(&trials->items[i].digest, digest))
			return &trials->items[i];
	return NULL;
}

static bool has_boot(const struct trial *trial, const char *boot)
{
	for (size_t i = 0; i < trial->n; i++)
		if (strcmp(trial->boots[i], boot) == 0)
			return true;
	return false;
}

/* Boots before this one. A kernel that does not tell its boot id is another boot each time. */
static size_t count_failed(const struct trial *trial, const char *boot)
{
	size_t n = 0;

	for (size_t i = 0; i < trial->n; i++)
		n += !boot || strcmp(trial->boots[i], boot) != 0;
	return n;
}

/* As the kernel reads a boolean: include/linux/kstrtox.h, kstrtobool(). */
static bool is_off(const char *value)
{
	return *value == '0' || *value == 'n' || *value == 'N' || strncasecmp(value, "of", 2) == 0;
}

/* 1 if lppack.apply is off; the last one counts, as with the kernel's own parameters. */
static int read_switch(struct lppack_host *host)
{
	static const char key[] = "lppack.apply=";
	LP_AUTO_BUF struct lp_buf line = { 0 };
	char *at;
	char *word;
	bool off = false;

	if (lp_file_read(host->io.rootfd, "proc/cmdline", 65536, &line, NULL) < 0)
		return 0;
	at = (char *)line.data;
	while ((word = strsep(&at, " \t\n")))
		if (strncmp(word, key, strlen(key)) == 0)
			off = is_off(word + strlen(key));
	return off;
}

int lp_kill_switch_check(struct lppack_host *host, struct lppack_error *err)
{
	if (!read_switch(host))
		return 0;
	return lp_fail(err, LPPACK_E_DISABLED, "boot without lppack.apply=0 to livepatch this machine again",
		       "%s/proc/cmdline: lppack.apply=0 keeps livepatches away until the next boot", host->io.root);
}

int lp_boot_check(struct lppack_host *host, const struct lp_installed *level, struct lppack_error *err)
{
	AUTO_TRIALS struct trials trials = { 0 };
	LP_AUTO_FREE char *boot = lp_host_boot_id(&host->io);
	const struct trial *trial;
	size_t failed;
	int rc = read_trials(host->io.root, &trials, err);

	if (rc < 0)
		return rc;
	trial = find_trial(&trials, &level->id.digest);
	failed = trial ? count_failed(trial, boot) : 0;
	if (failed < LP_BOOT_ATTEMPTS)
		return 0;
	return lp_fail(err, LPPACK_E_BOOT_LOOP, "install a newer level, or try it again: lppack confirm --retry",
		       "%zu boots that began with %s serial %llu did not become healthy: it is skipped", failed,
		       level->id.stream, (unsigned long long)level->id.serial);
}

int lp_boot_begin(struct lppack_host *host, const struct lp_digest *digest, struct lppack_error *err)
{
	AUTO_TRIALS struct trials trials = { 0 };
	LP_AUTO_FREE char *boot = lp_host_boot_id(&host->io);
	struct trial *trial;
	int rc = read_trials(host->io.root, &trials, err);

	if (rc < 0)
		return rc;
	trial = find_trial(&trials, digest);
	/* What is called again in a boot that has come up is no new start. */
	if (boot && ((trial && has_boot(trial, boot)) || lp_text_equal(trials.confirmed, boot)))
		return 0;
	if (!trial) {
		trial = lp_array_add(&trials.items, &trials.n, sizeof(*trial));
		if (!trial)
			return lp_fail_nomem(err);
		trial->digest = *digest;
	}
	rc = add_boot(trial, boot ? boot : UNKNOWN_BOOT, err);
	if (rc == 0 && trials.n > BUNDLES_MAX)
		remove_trial(&trials, 0);
	return rc < 0 ? rc : write_trials(host->io.root, &trials, err);
}

int lp_boot_confirm(struct lppack_host *host, bool *was_counted, struct lppack_error *err)
{
	AUTO_TRIALS struct trials trials = { 0 };
	LP_AUTO_FREE char *boot = lp_host_boot_id(&host->io);
	const char *name = boot ? boot : UNKNOWN_BOOT;
	bool counted = false;
	int rc = read_trials(host->io.root, &trials, err);

	if (rc < 0)
		return rc;
	for (size_t i = trials.n; i-- > 0;)
		if (has_boot(&trials.items[i], name)) {
			remove_trial(&trials, i);
			counted = true;
		}
	if (was_counted)
		*was_counted = counted;
	if (!counted)
		return 0;
	free(trials.confirmed);
	trials.confirmed = strdup(name);
	return trials.confirmed ? write_trials(host->io.root, &trials, err) : lp_fail_nomem(err);
}

int lp_boot_forget(struct lppack_host *host, struct lppack_error *err)
{
	return lp_state_file_remove(host->io.root, LP_BOOT_FILE, err);
}

LP_EXPORT int lppack_boot_confirm(struct lppack_host *host, int retry, const struct lppack_wait *wait,
				  struct lppack_error *err)
{
	LP_AUTO_CLOSE int lock = lp_host_lock_for(host, wait, err);
	bool counted = false;
	int rc;

	if (lock < 0)
		return lock;
	/* Not read before: that may be what is damaged. */
	rc = retry ? lp_boot_forget(host, err) : lp_boot_confirm(host, &counted, err);
	return rc < 0 ? rc : counted;
}

/* Failed boots with a level that no boot tries any more are history: newer ones are before it, or it is gone. */
static struct lppack_value *describe_trial(const struct trial *trial, const char *boot,
					   const struct lp_boot_candidates *candidates)
{
	const struct lp_boot_candidate *candidate = lp_boot_candidates_find(candidates, &trial->digest);
	struct lppack_value *map = lp_value_map();

	if (candidate) {
		lp_release_describe(&map, &candidate->level->id);
	}
	lp_value_add_digest(&map, "digest", &trial->digest);
	lp_value_add_int(&map, "failed_boots", count_failed(trial, boot));
	lp_value_add_bool(&map, "this_boot", boot && has_boot(trial, boot));
	lp_value_add_bool(&map, "skipped",
			  candidate && candidate->at_boot == LP_BOOT_CHOICE_SKIPPED && candidate->is_passed_over);
	return map;
}

static struct lppack_value *describe_trials(struct lppack_host *host, const struct trials *trials, const char *boot)
{
	LP_AUTO_STORE struct lp_store store = { 0 };
	LP_AUTO_BOOT_CANDIDATES struct lp_boot_candidates candidates = { 0 };
	struct lppack_value *list = lp_value_list();

	/* A damaged store takes their names only, and is told of by itself. */
	if (lp_store_read(host->io.root, &store, NULL) == 0 && lp_boot_candidates_read(host, &store, &candidates, NULL) < 0)
		lp_value_push(&list, NULL);
	for (size_t i = 0; i < trials->n; i++)
		lp_value_push(&list, describe_trial(&trials->items[i], boot, &candidates));
	return list;
}

static bool is_unconfirmed(const struct trials *trials, const char *boot)
{
	for (size_t i = 0; i < trials->n; i++)
		if (boot && has_boot(&trials->items[i], boot))
			return true;
	return false;
}

struct lppack_value *lp_boot_describe(struct lppack_host *host, struct lppack_error *err)
{
	AUTO_TRIALS struct trials trials = { 0 };
	LP_AUTO_FREE char *boot = lp_host_boot_id(&host->io);
	struct lppack_value *map = lp_value_map();
	int rc = read_trials(host->io.root, &trials, err);
	int enabled = lp_boot_is_enabled(host);

	lp_value_add_text(&map, "id", boot);
	if (enabled >= 0)
		lp_value_add_bool(&map, "enabled", enabled);
	lp_value_add_bool(&map, "disabled", read_switch(host));
	lp_value_add_bool(&map, "confirmed", boot && lp_text_equal(boot, trials.confirmed));
	lp_value_add_bool(&map, "unconfirmed", is_unconfirmed(&trials, boot));
	lp_value_add(&map, "trials", describe_trials(host, &trials, boot));
	if (rc == 0 && map)
		return map;
	lppack_value_free(map);
	if (rc == 0)
		lp_fail_nomem(err);
	return NULL;
}
