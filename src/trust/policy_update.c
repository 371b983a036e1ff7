/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policies that follow each other, as TUF's root metadata do (The Update Framework, 5.3): version N+1 is accepted if
 * the rule for updates of N is met by its signatures, and its own too.
 *
 * The signatures of FILE are in the directory FILE.sigs, one file KEYID.SCHEME a signer, with the data of a bundle's
 * signature member (format-spec, "Signatures"), over the same encoding with LP_POLICY_MEDIA_TYPE.
 */
#include "shared/array.h"
#include "shared/text.h"
#include "base/directory.h"
#include "base/export.h"
#include "base/file.h"
#include "base/output.h"
#include "base/root.h"
#include "format/format.h"
#include "format/head.h"
#include "format/manifest.h"
#include "runtime/kernel_io.h"
#include "runtime/lock.h"
#include "bundle/describe.h"
#include "trust/judge.h"
#include "trust/meetable.h"
#include "trust/policy_memory.h"
#include "trust/signer.h"

#include <lppack/trust.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

LP_DEFINE_CLEANUP(struct lppack_keyring, lppack_keyring_free)
#define LP_AUTO_RING LP_AUTO(cleanup_lppack_keyring_free)

/* A policy file with its signatures. */
struct candidate {
	struct lp_buf bytes;
	struct lp_buf message;
	struct lp_signature *signatures; /* as files, by name */
	size_t n;
	struct lp_policy policy;
	struct lp_signature_report reports[LP_SIGNATURES_MAX];
};

static void candidate_free(struct candidate *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->signatures[i].bytes);
	free(c->signatures);
	lp_buf_free(&c->bytes);
	lp_buf_free(&c->message);
	lp_policy_free(&c->policy);
}

#define AUTO_CANDIDATE LP_AUTO(candidate_free)

static int is_signature_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int read_signature(struct candidate *c, int dirfd, const char *directory, const char *name,
			  struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_text_format("%s/%s", directory, name);
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	struct lp_signature *added;
	int rc;

	if (!path)
		return lp_fail_nomem(err);
	if (c->n == LP_SIGNATURES_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, "leave away those that are not needed",
			       "%s: more than %u signatures", directory, LP_SIGNATURES_MAX);
	rc = lp_file_read(dirfd, name, LP_SIGNATURE_MAX, &bytes, err);
	if (rc < 0)
		return lp_wrap(err, rc, "%s", directory);
	added = lp_array_add(&c->signatures, &c->n, sizeof(*added));
	if (!added)
		return lp_fail_nomem(err);
	if (snprintf(added->name, sizeof(added->name), LP_MEMBER_SIGNATURES "%s", name) >= (int)sizeof(added->name))
		return lp_fail(err, LPPACK_E_STRUCTURE, "a signature's file is named KEYID.SCHEME",
			       "%s: not the name of a signature", path);
	added->size = bytes.len;
	added->bytes = LP_TAKE(bytes.data);
	return 0;
}

/* No directory: not signed. */
static int read_signatures(struct candidate *c, const char *path, struct lppack_error *err)
{
	LP_AUTO_FREE char *directory = lp_text_format("%s.sigs", path);
	LP_AUTO_CLOSE int fd = directory ? open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	LP_AUTO_NAMES struct lp_directory_names names = { 0 };

	if (!directory)
		return lp_fail_nomem(err);
	if (fd < 0)
		return errno == ENOENT && lp_root_is_absent("", directory) ?
			       0 :
			       lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be opened", directory);
	if (lp_directory_list(fd, is_signature_file, &names) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be listed", directory);
	for (int i = 0; i < names.n; i++) {
		int rc = read_signature(c, fd, directory, names.items[i]->d_name, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

static int check_signatures(struct candidate *c, const char *path, struct lppack_error *err)
{
	int first = 0;

	for (size_t i = 0; i < c->n; i++) {
		int rc = lp_signature_check(&c->signatures[i], &c->message, path, &c->reports[i],
					    first < 0 ? NULL : err);

		if (first == 0)
			first = rc;
	}
	return first;
}

/* Whatever the file says is not looked at before the signatures were. */
static int open_candidate(struct candidate *c, const char *path, struct lppack_error *err)
{
	int rc = lp_file_read(AT_FDCWD, path, LP_POLICY_MAX, &c->bytes, err);

	if (rc < 0)
		return rc;
	lp_pre_authentication_as(LP_POLICY_MEDIA_TYPE, c->bytes.data, c->bytes.len, &c->message);
	if (!lp_buf_ok(&c->message))
		return lp_fail_nomem(err);
	rc = read_signatures(c, path, err);
	return rc < 0 ? rc : check_signatures(c, path, err);
}

/* root: for messages. */
static int check_version(const struct lppack_keyring *now, const struct candidate *c, const char *root,
			 const char *path, struct lppack_error *err)
{
	const struct lp_policy_memory known = { .version = now->policy.version,
						.created = now->policy.created,
						.digest = now->policy.digest };
	uint64_t from = now->policy.version;
	uint64_t to = c->policy.version;

	if (to <= from)
		return lp_fail(err, LPPACK_E_DOWNGRADE, "look for a newer policy",
			       "%s: version %llu, but version %llu is installed (rule version)", path,
			       (unsigned long long)to, (unsigned long long)from);
	/* Without a policy there is nothing that the first one has to follow. */
	if (from && to != from + 1)
		return lp_fail(err, LPPACK_E_POLICY, "name the versions between too, in their order",
			       "%s: version %llu does not follow version %llu (rule version)", path,
			       (unsigned long long)to, (unsigned long long)from);
	return lp_policy_memory_check(&known, root, &c->policy, err);
}

static int fail_time(int64_t when, enum lppack_code code, const char *path, const char *what, const char *hint,
		     struct lppack_error *err)
{
	char time[LP_TIME_TEXT];

	lp_time_format(when, time);
	return lp_fail(err, code, hint, "%s: %s %s", path, what, time);
}

/* Policies between may be over: a machine that was away takes them on the way to the last one. */
static int check_times(const struct lp_policy *policy, const char *path, bool is_last, struct lp_ruling *ruling,
		       struct lppack_error *err)
{
	int64_t now = (int64_t)time(NULL);

	ruling->rule = "created";
	if (lp_policy_is_of_future(policy->created, now))
		return fail_time(
			policy->created, LPPACK_E_CLOCK, path,
			"this machine's clock is before the time at which the policy was created (rule created):",
			"set the clock (timedatectl); if it is right, ask who made the policy", err);
	ruling->rule = "expires";
	if (is_last && policy->expires && now >= policy->expires)
		return fail_time(policy->expires, LPPACK_E_EXPIRED, path,
				 "the policy expired on (rule expires):", "look for the next one", err);
	ruling->rule = NULL;
	return 0;
}

/* The reports afresh: a signature that an old policy refuses may be good by the new one, and the other way round. */
static int judge_by(const struct lppack_keyring *ring, struct candidate *c, const char *path, struct lp_ruling *ruling,
		    struct lppack_error *err)
{
	const struct lp_subject subject = {
		.name = path, .message = &c->message, .is_policy = true, .id.created = c->policy.created
	};
	int rc = check_signatures(c, path, err);

	return rc < 0 ? rc : lp_policy_decide(ring, &subject, c->reports, c->n, ruling, err);
}

/* The keys that are there under the new policy. */
static struct lppack_keyring *make_next_ring(const char *root, const struct candidate *c, const char *path,
					     struct lppack_error *err)
{
	LP_AUTO_RING struct lppack_keyring *ring = lppack_keyring_new(err);
	LP_AUTO_POLICY struct lp_policy policy = { 0 };

	if (!ring || lp_keyring_add_directories(ring, root, err) < 0 ||
	    lp_policy_parse(c->bytes.data, c->bytes.len, path, &policy, err) < 0 ||
	    lp_keyring_take_policy(ring, &policy, root, err) < 0)
		return NULL;
	return LP_TAKE(ring);
}

/* On success *next is the ring under the new policy. *by: whose rule the ruling is of. */
static int judge_update(const char *root, const struct lppack_keyring *now, const char *path, bool is_last,
			struct candidate *c, struct lppack_keyring **next, struct lp_ruling *ruling, const char **by,
			struct lppack_error *err)
{
	struct lp_subject subject = { .name = path, .message = &c->message, .is_policy = true };
	int rc = open_candidate(c, path, err);

	*by = "installed";
	if (rc < 0)
		return rc;
	rc = lp_keyring_judge(now, &subject, c->reports, c->n, ruling, err);
	if (rc < 0)
		return rc;
	rc = lp_policy_parse(c->bytes.data, c->bytes.len, path, &c->policy, err);
	if (rc < 0)
		return rc;
	rc = judge_by(now, c, path, ruling, err);
	if (rc < 0)
		return rc;
	ruling->rule = "version";
	rc = check_version(now, c, root, path, err);
	if (rc < 0)
		return rc;
	rc = check_times(&c->policy, path, is_last, ruling, err);
	if (rc < 0)
		return rc;
	*next = make_next_ring(root, c, path, err);
	if (!*next)
		return -LPPACK_E_POLICY;
	*by = "own";
	rc = judge_by(*next, c, path, ruling, err);
	return rc < 0 ? lp_wrap(err, rc, "by the new policy itself") : 0;
}

static struct lppack_keyring *open_installed(const char *root, struct lppack_error *err)
{
	LP_AUTO_RING struct lppack_keyring *ring = lppack_keyring_new(err);

	if (!ring || lppack_keyring_add_default(ring, root, err) < 0)
		return NULL;
	return LP_TAKE(ring);
}

LP_EXPORT struct lppack_value *lppack_policy_judge(const char *path, const char *root, struct lppack_error *err)
{
	LP_AUTO_RING struct lppack_keyring *now = open_installed(root, err);
	LP_AUTO_RING struct lppack_keyring *next = NULL;
	AUTO_CANDIDATE struct candidate c = { 0 };
	struct lppack_error cause = LPPACK_ERROR_INIT;
	struct lp_ruling ruling = { 0 };
	struct lppack_value *map;
	const char *by = NULL;

	if (!now)
		return NULL;
	judge_update(lp_root_prefix(root), now, path, true, &c, &next, &ruling, &by, &cause);
	map = lp_value_map();
	lp_describe_ruling(&map, next ? next : now, &ruling, c.reports, c.n, &cause);
	lp_value_add_text(&map, "judged_by", by);
	if (c.policy.version)
		lp_value_add_int(&map, "version", c.policy.version);
	lp_value_add_int(&map, "from", now->policy.version);
	if (!map)
		lp_fail_nomem(err);
	return map;
}

/* *kept: the path, or NULL where there was none. */
static int keep_old(const char *root, const struct lp_policy *old, char **kept, struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_text_format("%s" LPPACK_POLICY_ADMIN, root);
	LP_AUTO_FREE char *target =
		lp_text_format("%s" LPPACK_POLICY_ADMIN ".%llu", root, (unsigned long long)old->version);
	LP_AUTO_OUTPUT struct lp_output out = { .fd = -1, .dirfd = -1 };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	int rc;

	if (!path || !target)
		return lp_fail_nomem(err);
	/* The vendor's stays where it is. */
	if (!old->name || strcmp(old->name, path) != 0)
		return 0;
	rc = lp_root_read_safe(root, LPPACK_POLICY_ADMIN, LP_POLICY_MAX, &bytes, err);
	if (rc < 0)
		return rc;
	rc = lp_output_open_below(&out, root, target + strlen(root), 0644, err);
	if (rc < 0)
		return rc;
	rc = lp_output_write(&out, bytes.data, bytes.len, err);
	if (rc < 0)
		return rc;
	rc = lp_output_commit(&out, false, err);
	if (rc < 0)
		return rc;
	*kept = LP_TAKE(target);
	return 0;
}

static int install_policy(const char *root, const struct candidate *c, struct lppack_error *err)
{
	LP_AUTO_OUTPUT struct lp_output out = { .fd = -1, .dirfd = -1 };
	int rc = lp_directory_make(root, "/etc/lppack", err);

	if (rc < 0)
		return rc;
	rc = lp_output_open_below(&out, root, LPPACK_POLICY_ADMIN, 0644, err);
	if (rc < 0)
		return rc;
	/* Verifying does not need root, whatever the umask is. */
	if (fchmod(out.fd, 0644) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: its mode cannot be set", out.path);
	rc = lp_output_write(&out, c->bytes.data, c->bytes.len, err);
	return rc < 0 ? rc : lp_output_commit(&out, false, err);
}

/* After the file: a cut between the two leaves a policy above the remembered one, which is no alarm. */
static int remember(const char *root, const struct candidate *c, struct lppack_error *err)
{
	const struct lp_policy_memory used = { .version = c->policy.version,
					       .created = c->policy.created,
					       .digest = c->policy.digest };

	return lp_policy_memory_see(root, &used, (int64_t)time(NULL), err);
}

static struct lppack_value *describe_update(const char *root, uint64_t from, const struct candidate *last,
					    const char *kept)
{
	struct lppack_value *map = lp_value_map();
	LP_AUTO_FREE char *path = lp_text_format("%s" LPPACK_POLICY_ADMIN, root);

	lp_value_add_int(&map, "from", from);
	lp_value_add_int(&map, "to", last->policy.version);
	lp_value_add(&map, "file", path ? lp_value_string(path) : NULL);
	lp_value_add_text(&map, "kept", kept);
	lp_value_add(&map, "signatures", lp_describe_signers(last->reports, last->n));
	return map;
}

/* Judges each policy by the one before it; changes nothing. *old: the policy that is installed. */
static int prepare_update(const char *root, const char *const *paths, size_t n, struct lp_policy *old,
			  struct candidate *last, struct lppack_error *err)
{
	LP_AUTO_RING struct lppack_keyring *ring = open_installed(root, err);
	int rc = ring ? lp_policy_read_default(root, old, err) : -LPPACK_E_POLICY;

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < n; i++) {
		LP_AUTO_RING struct lppack_keyring *next = NULL;
		struct lp_ruling ruling = { 0 };
		const char *by = NULL;

		candidate_free(last);
		*last = (struct candidate){ 0 };
		rc = judge_update(root, ring, paths[i], i + 1 == n, last, &next, &ruling, &by, err);
		if (rc < 0)
			return rc;
		lppack_keyring_free(ring);
		ring = LP_TAKE(next);
	}
	return 0;
}

static struct lppack_value *install_update(const char *root, const char *const *paths, size_t n,
					   struct lppack_error *err)
{
	LP_AUTO_POLICY struct lp_policy old = { 0 };
	AUTO_CANDIDATE struct candidate last = { 0 };
	LP_AUTO_FREE char *kept = NULL;
	struct lppack_value *map;

	if (prepare_update(root, paths, n, &old, &last, err) < 0 || keep_old(root, &old, &kept, err) < 0 ||
	    install_policy(root, &last, err) < 0 || remember(root, &last, err) < 0)
		return NULL;
	map = describe_update(root, old.version, &last, kept);
	if (!map)
		lp_fail_nomem(err);
	return map;
}

/* Under the machine's lock from the reading of the old policy on: of two updates at once, the one that began first
 * could else put the lower version in place last. What is refused anyway does not come to the lock, which leaves a
 * file. */
LP_EXPORT struct lppack_value *lppack_trust_update(const char *root, const char *const *paths, size_t n,
						   struct lppack_error *err)
{
	const char *prefix = lp_root_prefix(root);
	LP_AUTO_POLICY struct lp_policy old = { 0 };
	AUTO_CANDIDATE struct candidate last = { 0 };
	LP_AUTO(lp_kernel_io_close) struct lp_kernel_io io = { 0 };
	LP_AUTO_CLOSE int lock = -1;

	if (prepare_update(prefix, paths, n, &old, &last, err) < 0 || lp_kernel_io_open(&io, root, NULL, NULL, err) < 0)
		return NULL;
	lock = lp_lock_take(&io, err);
	return lock < 0 ? NULL : install_update(prefix, paths, n, err);
}

static int write_signature(const char *path, const struct lp_signature *signature, struct lppack_error *err)
{
	const char *name = signature->name + strlen(LP_MEMBER_SIGNATURES);
	LP_AUTO_FREE char *directory = lp_text_format("%s.sigs", path);
	LP_AUTO_FREE char *file = lp_text_format("%s.sigs/%s", path, name);
	LP_AUTO_OUTPUT struct lp_output out = { .fd = -1, .dirfd = -1 };
	struct stat st;
	int rc;

	if (!directory || !file)
		return lp_fail_nomem(err);
	if (lstat(file, &st) == 0)
		return lp_fail(err, LPPACK_E_SIGNED, "remove that file to sign anew",
			       "%s: the key has signed it already", file);
	if (mkdir(directory, 0755) < 0 && errno != EEXIST)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be made", directory);
	rc = lp_output_open(&out, file, 0644, err);
	if (rc < 0)
		return rc;
	rc = lp_output_write(&out, signature->bytes, signature->size, err);
	return rc < 0 ? rc : lp_output_commit(&out, true, err);
}

LP_EXPORT int lppack_policy_sign(const char *path, const struct lppack_signer *signer, struct lppack_error *err)
{
	AUTO_CANDIDATE struct candidate c = { 0 };
	struct lp_signature signature = { 0 };
	int rc = lp_file_read(AT_FDCWD, path, LP_POLICY_MAX, &c.bytes, err);

	/* Nobody is to sign what no machine would take: it is parsed first. */
	if (rc < 0)
		return rc;
	rc = lp_policy_parse(c.bytes.data, c.bytes.len, path, &c.policy, err);
	if (rc < 0)
		return rc;
	rc = lp_policy_check_meetable(&c.policy, NULL, 0, err);
	if (rc < 0)
		return rc;
	lp_pre_authentication_as(LP_POLICY_MEDIA_TYPE, c.bytes.data, c.bytes.len, &c.message);
	if (!lp_buf_ok(&c.message))
		return lp_fail_nomem(err);
	rc = lp_signer_sign(signer, &c.message, &signature, err);
	if (rc == 0)
		rc = write_signature(path, &signature, err);
	free(signature.bytes);
	return rc;
}
