/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kill switch, and the count of boots that did not become healthy. */
#include "machine/boot_count.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/export.h"
#include "base/options.h"
#include "base/root.h"
#include "base/value_add.h"
#include "format/doc.h"
#include "format/release.h"
#include "format/state_file.h"
#include "format/yaml.h"
#include "bundle/describe.h"
#include "machine/boot_choice.h"
#include "machine/state.h"

#include <lppack/store.h>

#include <errno.h>
#include <string.h>

/* Bundles whose boots are remembered, and boots of each: the oldest go. */
#define BUNDLES_MAX 16
#define BOOTS_MAX 8
#define UNKNOWN_BOOT "unknown"

static void trial_free(struct lp_boot_trial *trial)
{
	for (size_t i = 0; i < trial->n; i++)
		free(trial->boots[i]);
	free(trial->boots);
	*trial = (struct lp_boot_trial){ 0 };
}

void lp_boot_trials_free(struct lp_boot_trials *trials)
{
	for (size_t i = 0; i < trials->n; i++)
		trial_free(&trials->items[i]);
	free(trials->items);
	free(trials->confirmed);
	*trials = (struct lp_boot_trials){ 0 };
}

static void remove_trial(struct lp_boot_trials *trials, size_t i)
{
	trial_free(&trials->items[i]);
	trials->n--;
	memmove(&trials->items[i], &trials->items[i + 1], (trials->n - i) * sizeof(*trials->items));
}

static int add_boot(struct lp_boot_trial *trial, const char *boot, struct lppack_error *err)
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

static void decode_trial(struct lp_doc *item, struct lp_boot_trial *trial)
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

static int decode_trials(const struct lppack_value *tree, const char *path, struct lp_boot_trials *out,
			 struct lppack_error *err)
{
	static const char *const keys[] = { "format", "confirmed", "trials", NULL };
	struct lp_doc doc = { .map = tree, .name = path, .code = LPPACK_E_STATE, .err = err };
	const struct lppack_value *list;

	lp_doc_keys(&doc, keys);
	lp_state_file_format(&doc);
	lp_doc_text_dup(&doc, "confirmed", false, &out->confirmed);
	list = lp_doc_list(&doc, "trials", true);
	for (size_t i = 0; doc.rc == 0 && i < lppack_value_count(list); i++) {
		struct lp_doc item = lp_doc_item(&doc, list, i);
		struct lp_boot_trial *trial = lp_array_add(&out->items, &out->n, sizeof(*trial));

		if (!trial)
			return lp_fail_nomem(err);
		decode_trial(&item, trial);
		lp_doc_join(&doc, &item);
	}
	return doc.rc < 0 ? lp_hint(err, doc.rc, "lppack confirm --retry begins it anew") : 0;
}

int lp_boot_trials_read(const char *root, struct lp_boot_trials *out, struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_text_format("%s" LP_STATE_DIRECTORY "/" LP_BOOT_FILE, root);
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	int rc;

	*out = (struct lp_boot_trials){ 0 };
	if (!path)
		return lp_fail_nomem(err);
	rc = lp_state_file_read(root, LP_BOOT_FILE, &tree, err);
	if (rc > 0)
		rc = decode_trials(tree, path, out, err);
	if (rc < 0)
		lp_boot_trials_free(out);
	return rc < 0 ? rc : 0;
}

static int write_trials(const char *root, const struct lp_boot_trials *trials, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();
	struct lppack_value *list = lp_value_list();

	for (size_t i = 0; i < trials->n; i++) {
		struct lppack_value *item = lp_value_map();

		lp_value_add_digest(&item, "digest", &trials->items[i].digest);
		lp_value_add_texts(&item, "boots", trials->items[i].boots, trials->items[i].n);
		lp_value_push(&list, item);
	}
	lp_value_add_int(&map, "format", LP_STATE_FORMAT);
	lp_value_add_text(&map, "confirmed", trials->confirmed);
	lp_value_add(&map, "trials", list);
	return map ? lp_state_file_write(root, LP_BOOT_FILE, map, err) : lp_fail_nomem(err);
}

struct lp_boot_trial *lp_boot_trials_find(const struct lp_boot_trials *trials, const struct lp_digest *digest)
{
	for (size_t i = 0; i < trials->n; i++)
		if (lp_digest_equal(&trials->items[i].digest, digest))
			return &trials->items[i];
	return NULL;
}

bool lp_boot_trial_has(const struct lp_boot_trial *trial, const char *boot)
{
	for (size_t i = 0; i < trial->n; i++)
		if (strcmp(trial->boots[i], boot) == 0)
			return true;
	return false;
}

/* Boots before this one. A kernel that does not tell its boot id is another boot each time. */
size_t lp_boot_trial_failed(const struct lp_boot_trial *trial, const char *boot)
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

/* 1 if lppack.apply is off; the last one counts, as with the kernel's own parameters. Without /proc nobody has said
 * so. */
static int read_kill_switch(struct lppack_host *host, struct lppack_error *err)
{
	static const char key[] = "lppack.apply=";
	LP_AUTO_BUF struct lp_buf line = { 0 };
	struct lppack_error why = LPPACK_ERROR_INIT;
	bool off = false;
	char *word;
	char *at;

	if (lp_below_read(host->io.rootfd, "proc/cmdline", 65536, &line, &why) < 0)
		return why.sys_errno == ENOENT ?
			       0 :
			       lp_fail(err, (enum lppack_code)why.code, why.hint, "%s/%s", host->io.root, why.message);
	at = (char *)line.data;
	while ((word = strsep(&at, " \t\n")))
		if (strncmp(word, key, strlen(key)) == 0)
			off = is_off(word + strlen(key));
	return off;
}

int lp_kill_switch_is_on(struct lppack_host *host)
{
	return read_kill_switch(host, NULL) > 0;
}

int lp_kill_switch_check(struct lppack_host *host, struct lppack_error *err)
{
	int rc = read_kill_switch(host, err);

	if (rc <= 0)
		return rc;
	return lp_fail(err, LPPACK_E_DISABLED, "boot without lppack.apply=0 to livepatch this machine again",
		       "%s/proc/cmdline: lppack.apply=0 keeps livepatches away until the next boot", host->io.root);
}

int lp_boot_check(const struct lp_boot_trials *trials, const char *boot, const struct lp_release_id *id,
		  struct lppack_error *err)
{
	const struct lp_boot_trial *trial = lp_boot_trials_find(trials, &id->digest);
	size_t failed = trial ? lp_boot_trial_failed(trial, boot) : 0;

	if (failed < LP_BOOT_ATTEMPTS)
		return 0;
	return lp_fail(err, LPPACK_E_BOOT_LOOP, "install a newer level, or try it again: lppack confirm --retry",
		       "%zu boots that began with %s serial %llu did not become healthy: it is skipped", failed,
		       id->stream, (unsigned long long)id->serial);
}

int lp_boot_begin(const char *root, struct lp_boot_trials *trials, const char *boot, const struct lp_digest *digest,
		  struct lppack_error *err)
{
	struct lp_boot_trial *trial = lp_boot_trials_find(trials, digest);
	int rc;

	/* What is called again in a boot that has come up is no new start. */
	if (boot && ((trial && lp_boot_trial_has(trial, boot)) || lp_text_equal(trials->confirmed, boot)))
		return 0;
	if (!trial) {
		trial = lp_array_add(&trials->items, &trials->n, sizeof(*trial));
		if (!trial)
			return lp_fail_nomem(err);
		trial->digest = *digest;
	}
	rc = add_boot(trial, boot ? boot : UNKNOWN_BOOT, err);
	if (rc == 0 && trials->n > BUNDLES_MAX)
		remove_trial(trials, 0);
	return rc < 0 ? rc : write_trials(root, trials, err);
}

int lp_boot_confirm(struct lppack_host *host, bool *was_counted, struct lppack_error *err)
{
	LP_AUTO_BOOT_TRIALS struct lp_boot_trials trials = { 0 };
	const char *boot = lp_host_boot(host);
	const char *name = boot ? boot : UNKNOWN_BOOT;
	bool counted = false;
	int rc = lp_boot_trials_read(host->io.root, &trials, err);

	if (rc < 0)
		return rc;
	for (size_t i = trials.n; i-- > 0;)
		if (lp_boot_trial_has(&trials.items[i], name)) {
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

LP_EXPORT int lppack_boot_confirm(struct lppack_host *host, uint32_t flags, const struct lppack_wait *wait,
				  struct lppack_error *err)
{
	LP_AUTO_CLOSE int lock = -1;
	bool counted = false;
	int rc = lp_flags_check("lppack_boot_confirm()", flags, LPPACK_CONFIRM_RETRY, err);

	if (rc < 0)
		return rc;
	lock = lp_host_lock_for(host, wait, err);
	if (lock < 0)
		return lock;
	/* Not read before: that may be what is damaged. */
	rc = flags & LPPACK_CONFIRM_RETRY ? lp_boot_forget(host, err) : lp_boot_confirm(host, &counted, err);
	return rc < 0 ? rc : counted;
}

bool lp_boot_trials_has(const struct lp_boot_trials *trials, const char *boot)
{
	for (size_t i = 0; i < trials->n; i++)
		if (boot && lp_boot_trial_has(&trials->items[i], boot))
			return true;
	return false;
}
