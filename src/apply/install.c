/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Putting a bundle where boots find it, and taking old ones away. */
#include "apply/install.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/directory.h"
#include "base/export.h"
#include "base/options.h"
#include "base/output.h"
#include "base/root.h"
#include "base/value_add.h"
#include "format/release.h"
#include "crypto/digest.h"
#include "machine/boot_choice.h"
#include "machine/boot_unit.h"
#include "machine/coverage.h"
#include "machine/follow.h"
#include "machine/store.h"
#include "apply/losses.h"
#include "apply/recover.h"
#include "apply/transaction.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#define COPY_ROOM (1u << 16)

struct install {
	struct lppack_host *host;
	const char *root;
	struct lppack_bundle *source; /* as it was given: its head says what it claims to be */
	const struct lppack_keyring *keyring;
	struct lppack_install_options options;
	struct lppack_wait wait;
	struct lppack_bundle *copy;       /* what is verified, and what is put in place */
	struct lppack_verified *verified; /* of the copy */
	struct lp_snapshot snapshot;      /* read with the lock held; what is written changes it alike */
	bool is_rebuilt;                  /* the store was damaged */
	struct lppack_value *warnings;
	bool already;
	struct lp_losses losses;
	char *switched_from; /* the stream that the machine followed before, if it is another */
	char **pruned; /* digests, in hex */
	size_t n_pruned;
};

static void install_free(struct install *install)
{
	lppack_verified_free(install->verified);
	lppack_bundle_close(install->copy);
	lp_snapshot_free(&install->snapshot);
	lppack_value_free(install->warnings);
	free(install->switched_from);
	lp_losses_free(&install->losses);
	for (size_t i = 0; i < install->n_pruned; i++)
		free(install->pruned[i]);
	free(install->pruned);
}

/* A bundle, or what lp_output_open() calls one that is being written: ".HEX.lpb.PID.N.tmp". */
static bool is_own_name(const char *name)
{
	char bundle[2 * LP_DIGEST_SIZE + sizeof(LP_STORE_SUFFIX)];
	struct lp_digest digest;
	size_t n;

	if (*name != '.')
		return lp_store_parse_name(name, &digest);
	snprintf(bundle, sizeof(bundle), "%s", name + 1);
	if (!lp_store_parse_name(bundle, &digest))
		return false;
	name += 1 + strlen(bundle);
	for (int i = 0; i < 2; i++) {
		n = *name == '.' ? strspn(name + 1, "0123456789") : 0;
		if (n == 0)
			return false;
		name += 1 + n;
	}
	return strcmp(name, ".tmp") == 0;
}

/* The directory of bundles, or NULL where it may hold what is somebody else's: a link, or one that others can write. */
static DIR *open_own(const char *root, struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_text_format("%s" LP_STORE_BUNDLES, root);
	const char *name;
	LP_AUTO_CLOSE int parent = lp_root_open_parent(root, LP_STORE_BUNDLES, &name);
	LP_AUTO_CLOSE int fd = parent < 0 ? -1 : openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = NULL;

	if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
		lp_fail(err, LPPACK_E_UNSAFE_FILE, "mount the other file system there instead",
			"%s" LP_STORE_BUNDLES ": is a link, not a directory of lppack's own", root);
	else if (fd < 0)
		lp_fail_sys(err, LPPACK_E_IO, NULL, "%s" LP_STORE_BUNDLES ": cannot be opened", root);
	else if (!path)
		lp_fail_nomem(err);
	else if (lp_fd_check_safe(fd, path, err) == 0) {
		dir = fdopendir(fd);
		fd = dir ? -1 : fd;
		if (!dir)
			lp_fail_nomem(err);
	}
	return dir;
}

/* Where nothing is swept, bundles that no release needs pile up: whoever installs is to know. */
static int warn_unswept(struct install *install, struct lppack_error *err)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	LP_AUTO_FREE char *text = NULL;
	DIR *dir = open_own(install->root, &why);

	if (dir) {
		closedir(dir);
		return 0;
	}
	text = lp_text_format("%s; bundles that are no longer needed stay there: %s", why.message, why.hint);
	lp_value_push(&install->warnings, text ? lp_value_string(text) : NULL);
	return install->warnings ? 0 : lp_fail_nomem(err);
}

/* What an interrupted call left: files that the store does not name. A store that was just rebuilt may lack a release
 * whose file could not be read now. The caller holds the lock. */
static void sweep(const struct install *install)
{
	const struct lp_store *store = &install->snapshot.store;
	DIR *dir = install->is_rebuilt ? NULL : open_own(install->root, NULL);
	const struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		struct lp_digest digest;
		bool is_named = lp_store_parse_name(entry->d_name, &digest) && lp_store_find(store, &digest);

		if (is_own_name(entry->d_name) && !is_named)
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	closedir(dir);
}

static int copy_bytes(struct lp_input *from, struct lp_output *to, struct lppack_error *err)
{
	LP_AUTO_FREE uint8_t *room = malloc(COPY_ROOM);

	if (!room)
		return lp_fail_nomem(err);
	for (uint64_t at = 0; at < from->size;) {
		size_t n = from->size - at < COPY_ROOM ? (size_t)(from->size - at) : COPY_ROOM;
		int rc = lp_input_read(from, at, room, n, err);

		if (rc < 0)
			return rc;
		rc = lp_output_write(to, room, n, err);
		if (rc < 0)
			return rc;
		at += n;
	}
	return 0;
}

/* Verified is the copy, which nobody else can change, and not the file that it was made from. */
static int verify_copy(struct install *install, const struct lp_output *out, struct lppack_error *err)
{
	LPPACK_OPTIONS(lppack_verify_options, options, .progress = install->wait.progress,
		       .context = install->wait.context);
	int fd = fcntl(out->fd, F_DUPFD_CLOEXEC, 3);

	if (fd < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be opened twice", out->path);
	install->copy = lppack_bundle_open_fd(fd, install->source->in.name, err);
	if (install->copy)
		install->verified = lppack_bundle_verify(install->copy, install->keyring, err);
	if (!install->verified)
		return -err->code;
	return lppack_verified_check_all(install->verified, &options, err);
}

/* What installed kernels lose of what their boots apply now. Who changes the stream is told. */
static int check_losses(struct install *install, struct lppack_error *err)
{
	struct lp_contents *c = lp_verified_contents(install->verified);
	int rc = lp_snapshot_open_releases(&install->snapshot, err);

	if (rc < 0)
		return rc;
	rc = lp_losses_find_installed(&install->snapshot, c, &install->losses, err);
	if (rc < 0 || install->switched_from || install->options.flags & LPPACK_INSTALL_ALLOW_LOSS)
		return rc;
	return lp_losses_check(&install->losses, &install->snapshot.state.allowed, c->bundle->in.name, err);
}

/* Of the followed stream, and by its memory: nothing older than what this machine has seen is put where boots find it. */
static int check_release(struct install *install, struct lppack_error *err)
{
	const struct lp_contents *c = lp_verified_contents(install->verified);
	bool may_switch = install->options.flags & LPPACK_INSTALL_SWITCH_STREAM;
	const struct lp_freshness_options options = { .expires = c->manifest.expires,
						      .allow_downgrade =
							      install->options.flags & LPPACK_INSTALL_ALLOW_DOWNGRADE,
						      .retired = lp_verified_is_retired(install->verified) };
	int rc = lp_follow_check(&install->snapshot, &c->manifest.id, c->bundle->in.name, may_switch, err);

	if (rc < 0)
		return rc;
	if (lp_snapshot_is_other_stream(&install->snapshot, c->manifest.id.stream)) {
		install->switched_from = strdup(lp_snapshot_stream(&install->snapshot));
		if (!install->switched_from)
			return lp_fail_nomem(err);
	}
	lp_verified_warn(install->verified, &install->warnings);
	rc = lp_snapshot_check_fresh(&install->snapshot, &c->manifest.id, c->bundle->in.name, &options,
				     &install->warnings, err);
	if (rc < 0)
		return rc;
	/* What is refused was not seen on its way. */
	rc = check_losses(install, err);
	if (rc == 0)
		rc = lp_verified_remember_policy(install->verified, install->root, err);
	return rc < 0 ? rc :
			lp_freshness_see(install->root, &install->snapshot.freshness, &c->manifest.id,
					 c->bundle->in.name, &options, err);
}

/* What was lost on purpose before and is back, and what is lost on purpose now. 1 if that changes the state. */
static int settle_losses(struct install *install, struct lppack_error *err)
{
	struct lp_losses *allowed = &install->snapshot.state.allowed;
	bool is_allowed = install->options.flags & LPPACK_INSTALL_ALLOW_LOSS && !install->switched_from;
	size_t before = allowed->n;
	size_t settled;
	int rc = 0;

	for (size_t i = 0; i < allowed->n;) {
		const struct lp_build_id build_id = allowed->items[i].build_id;
		LP_AUTO_METADATA struct lp_metadata metadata = { 0 };
		LP_AUTO_CLAIMS struct lp_claims claims = { 0 };
		const struct lp_coverage_facts has = { NULL, &build_id, &claims, &metadata.facts };
		size_t n = allowed->n;

		rc = lp_claims_read(lp_verified_contents(install->verified), &build_id, &claims, &metadata, err);
		if (rc < 0)
			return rc;
		if (rc > 0)
			lp_losses_settle(allowed, &has);
		i += allowed->n == n;
	}
	settled = allowed->n;
	rc = is_allowed ? lp_losses_add_all(allowed, &install->losses, err) : 0;
	return rc < 0 ? rc : settled != before || allowed->n != settled;
}

/* What boots are to begin with, once the store names it. */
static int choose_target(struct install *install, struct lppack_error *err)
{
	const struct lp_release_id *id = &lp_verified_contents(install->verified)->manifest.id;
	struct lp_state *state = &install->snapshot.state;
	bool is_new = !state->has_target || !lp_digest_equal(&state->target, &id->digest);
	int rc = settle_losses(install, err);

	if (rc < 0)
		return rc;
	is_new |= rc;
	rc = lp_follow_set(state, id->stream, err);
	if (rc < 0 || (rc == 0 && !is_new))
		return rc;
	state->has_target = true;
	state->target = id->digest;
	return lp_state_write(install->root, state, err);
}

/* Applied, the one below it, the one that boots begin with, and the one that they end with. */
static bool is_needed(const struct lp_snapshot *snapshot, const struct lp_boot_candidate *candidate)
{
	const struct lp_installed *release = candidate->release;
	const struct lp_release_id *applied = &snapshot->state.applied.id;

	if (release == lp_snapshot_target(snapshot) || candidate->at_boot == LP_BOOT_CHOICE_APPLIED)
		return true;
	return snapshot->state.has_applied && (lp_digest_equal(&release->id.digest, &applied->digest) ||
					       release == lp_store_below(&snapshot->store, applied));
}

static int note_pruned(struct install *install, const struct lp_installed *release, struct lppack_error *err)
{
	char **item = lp_array_add(&install->pruned, &install->n_pruned, sizeof(*item));
	char hex[LP_DIGEST_TEXT];

	lp_hex_encode(release->id.digest.bytes, LP_DIGEST_SIZE, hex);
	if (item)
		*item = strdup(hex);
	return item && *item ? 0 : lp_fail_nomem(err);
}

/* Which releases of the store are to go. */
static int choose_drops(const struct install *install, uint64_t keep, bool *drop, struct lppack_error *err)
{
	const struct lp_store *store = &install->snapshot.store;
	const char *stream = lp_verified_contents(install->verified)->manifest.id.stream;
	LP_AUTO_BOOT_CANDIDATES struct lp_boot_candidates candidates = { 0 };
	size_t n = 0;
	int rc = lp_boot_candidates_read(&install->snapshot, NULL, &candidates, err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < store->n; i++)
		if (strcmp(store->releases[i].id.stream, stream) == 0)
			drop[i] = ++n > keep && !is_needed(&install->snapshot, &candidates.items[i]);
	return 0;
}

static int prune(struct install *install, uint64_t keep, struct lppack_error *err)
{
	struct lp_store *store = &install->snapshot.store;
	LP_AUTO_FREE bool *drop = calloc(store->n, sizeof(*drop));
	int rc = drop ? choose_drops(install, keep, drop, err) : lp_fail_nomem(err);

	if (rc < 0)
		return rc;
	for (size_t i = store->n; i-- > 0;) {
		if (!drop[i])
			continue;
		rc = note_pruned(install, &store->releases[i], err);
		if (rc < 0)
			return rc;
		lp_installed_free(&store->releases[i]);
		store->n--;
		memmove(&store->releases[i], &store->releases[i + 1], (store->n - i) * sizeof(*store->releases));
	}
	return install->n_pruned ? lp_store_write(install->root, store, err) : 0;
}

/* The store names the release, and the state has boots begin with it. Where boots begin with nothing, the state comes
 * first: a cut between the two leaves boots what they had before, and never a release that no boot begins with. */
static int name_release(struct install *install, struct lppack_error *err)
{
	struct lp_store *store = &install->snapshot.store;
	bool is_first = !lp_snapshot_target(&install->snapshot);
	int rc = lp_store_add(store, install->verified, time(NULL), err);

	if (rc < 0)
		return rc;
	if (is_first) {
		rc = choose_target(install, err);
		if (rc < 0)
			return rc;
	}
	if (!install->already || install->is_rebuilt)
		rc = lp_store_write(install->root, store, err);
	return rc < 0 || is_first ? rc : choose_target(install, err);
}

/* First the file, then what names it, then the store without what is pruned, and last the pruned files: a cut between two
 * steps leaves a file or a release too many, which the next call takes away, and never a name without its file. */
static int put_in_place(struct install *install, struct lp_output *out, struct lppack_error *err)
{
	uint64_t keep = install->options.keep ? install->options.keep : install->snapshot.config.keep_levels;
	int rc = check_release(install, err);

	if (rc < 0)
		return rc;
	rc = lp_output_commit(out, false, err);
	if (rc < 0)
		return rc;
	rc = name_release(install, err);
	if (rc < 0)
		return rc;
	rc = lp_snapshot_open_releases(&install->snapshot, err);
	if (rc < 0)
		return rc;
	rc = prune(install, keep, err);
	if (rc < 0)
		return rc;
	sweep(install);
	return 0;
}

static int copy_and_verify(struct install *install, struct lppack_error *err)
{
	const struct lp_buf *manifest = &install->source->head.manifest;
	LP_AUTO_OUTPUT struct lp_output out = { .fd = -1, .dirfd = -1 };
	LP_AUTO_FREE char *path = NULL;
	struct lp_digest claimed;
	/* The bytes' digest only: nobody has vouched for what they say. */
	int rc = lp_sha256(manifest->data, manifest->len, &claimed, err);

	if (rc < 0)
		return rc;
	path = lp_store_path("", &claimed);
	if (!path)
		return lp_fail_nomem(err);
	install->already = lp_store_find(&install->snapshot.store, &claimed);
	rc = lp_output_open_below(&out, install->root, path, 0644, err);
	if (rc < 0)
		return rc;
	rc = copy_bytes(&install->source->in, &out, err);
	if (rc < 0)
		return rc;
	rc = verify_copy(install, &out, err);
	if (rc < 0)
		return rc;
	if (!lp_digest_equal(&claimed, &lp_verified_contents(install->verified)->manifest.id.digest))
		return lp_fail(err, LPPACK_E_CORRUPT, "try again with a file that nobody is writing",
			       "%s: has changed while it was read", install->source->in.name);
	return put_in_place(install, &out, err);
}

/* A store that is damaged is made again of the files that are there. */
static int check_store(struct install *install, struct lppack_error *err)
{
	struct lppack_error *why = &install->snapshot.damage[LP_PART_STORE];
	LP_AUTO_FREE char *text = NULL;
	int rc;

	if (why->code != LPPACK_E_STATE)
		return lp_snapshot_check(&install->snapshot, LP_PART_STORE, err);
	rc = lp_store_rebuild(install->root, &install->snapshot.store, err);
	if (rc < 0)
		return rc;
	install->is_rebuilt = true;
	text = lp_text_format("%s; it is written anew, with %zu levels whose files are there", why->message,
			      install->snapshot.store.n);
	lp_value_push(&install->warnings, text ? lp_value_string(text) : NULL);
	return install->warnings ? 0 : lp_fail_nomem(err);
}

/* A killed call is finished before the target changes: it would else set its own over it later. */
static int recover_first(struct install *install, struct lppack_error *err)
{
	const struct lp_terms terms = { 0 };
	struct lp_journal *journal = &install->snapshot.journal;
	struct lppack_error why = LPPACK_ERROR_INIT;
	LP_AUTO_FREE char *text = NULL;
	int rc;

	if (!lp_kernel_io_is_running(&install->host->io))
		return 0;
	rc = lp_recover_locked(&install->snapshot, &terms, true, NULL, &why);
	if (rc == -LPPACK_E_STATE || rc == -LPPACK_E_UNSUPPORTED || rc == -LPPACK_E_NO_MEMORY)
		return lp_error_move(err, &why);
	if (rc < 0) {
		text = lp_text_format("%s; to mend that: lppack recover", why.message);
		lp_value_push(&install->warnings, text ? lp_value_string(text) : NULL);
	}
	if (!install->warnings)
		return lp_fail_nomem(err);
	/* What waits for tasks, or needs the operator, is left to a later call, which must not change what boots begin
	 * with. */
	if (!install->snapshot.is_unfinished || journal->keep_target)
		return 0;
	journal->keep_target = true;
	return lp_journal_write(install->root, journal, err);
}

static int install_run(struct install *install, struct lppack_error *err)
{
	int rc;

	lp_snapshot_read(&install->snapshot, install->host);
	rc = recover_first(install, err);
	if (rc < 0)
		return rc;
	rc = lp_directory_make(install->root, LP_STORE_BUNDLES, err);
	if (rc < 0)
		return rc;
	rc = warn_unswept(install, err);
	if (rc < 0)
		return rc;
	rc = check_store(install, err);
	if (rc < 0)
		return rc;
	rc = lp_snapshot_check(&install->snapshot, LP_PART_STATE, err);
	if (rc < 0)
		return rc;
	sweep(install);
	return copy_and_verify(install, err);
}

static struct lppack_value *install_describe(struct install *install, struct lppack_error *err)
{
	struct lp_contents *c = lp_verified_contents(install->verified);
	struct lppack_value *map = lp_value_map();
	LP_AUTO_FREE char *path = lp_store_path(install->root, &c->manifest.id.digest);
	LP_AUTO_BOOT_CANDIDATES struct lp_boot_candidates candidates = { 0 };
	LP_AUTO_COVERAGE struct lp_coverage coverage = { 0 };
	int enabled = lp_boot_is_enabled(install->host);

	if (lp_boot_candidates_read(&install->snapshot, NULL, &candidates, err) < 0 ||
	    lp_coverage_read(install->host, &candidates, &coverage, err) < 0) {
		lppack_value_free(map);
		return NULL;
	}
	lp_value_add(&map, "bundle", lppack_verified_describe(install->verified, 0, err));
	lp_value_add(&map, "path", path ? lp_value_string(path) : NULL);
	lp_value_add_bool(&map, "already", install->already);
	lp_value_add_text(&map, "switched_from", install->switched_from);
	if (install->losses.n)
		lp_value_add(&map, "losses", lp_losses_encode(&install->losses));
	lp_value_add_texts(&map, "pruned", install->pruned, install->n_pruned);
	lp_value_add(&map, "levels", lp_boot_candidates_describe(&install->snapshot, &candidates));
	lp_value_add(&map, "coverage", lp_coverage_describe(&coverage));
	if (enabled >= 0)
		lp_value_add_bool(&map, "enabled", enabled);
	lp_value_add(&map, "warnings", lp_value_copy(install->warnings));
	if (!map)
		lp_fail_nomem(err);
	return map;
}

struct lppack_value *lp_store_install(struct lppack_host *host, struct lppack_bundle *bundle,
				      const struct lppack_keyring *keyring,
				      const struct lppack_install_options *options, struct lppack_verified **verified,
				      struct lppack_error *err)
{
	LP_AUTO(install_free)
	struct install install = {
		.host = host, .root = host->io.root, .source = bundle, .keyring = keyring, .warnings = lp_value_list()
	};
	struct lppack_error own = LPPACK_ERROR_INIT;
	LP_AUTO_CLOSE int lock = -1;
	struct lppack_value *map;

	if (LP_OPTIONS_TAKE(lppack_install_options, flags, &install.options, options, err) < 0 ||
	    LP_OPTIONS_TAKE(lppack_wait, wait_ns, &install.wait, install.options.wait, err) < 0)
		return NULL;
	if (install.options.keep > LP_KEEP_MAX) {
		lp_fail(err, LPPACK_E_USAGE, NULL, "at most %d levels are kept", LP_KEEP_MAX);
		return NULL;
	}
	lock = lp_host_lock_for(host, install.options.wait, err);
	if (lock < 0)
		return NULL;
	if (install_run(&install, &own) < 0) {
		lp_error_move(err, &own);
		return NULL;
	}
	map = install_describe(&install, err);
	if (map && verified)
		*verified = LP_TAKE(install.verified);
	return map;
}
