/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading, asking and writing the memory of the policy. */
#include "trust/policy_memory.h"

#include "shared/text.h"
#include "base/value_add.h"
#include "format/doc.h"
#include "format/state_file.h"
#include "format/yaml.h"

int lp_policy_memory_read(const char *root, struct lp_policy_memory *out, struct lppack_error *err)
{
	static const char *const keys[] = { "format", "version", "created", "digest", NULL };
	LP_AUTO_FREE char *path = lp_text_format("%s" LP_STATE_DIRECTORY "/" LP_POLICY_MEMORY_FILE, root);
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	struct lp_doc doc = { .name = path, .code = LPPACK_E_STATE, .err = err };
	int rc = path ? lp_state_file_read(root, LP_POLICY_MEMORY_FILE, &tree, err) : lp_fail_nomem(err);

	*out = (struct lp_policy_memory){ 0 };
	if (rc <= 0)
		return rc;
	doc.map = tree;
	lp_doc_keys(&doc, keys);
	lp_state_file_format(&doc);
	lp_doc_int(&doc, "version", true, LP_NUMBER_MAX, &out->version);
	lp_doc_time(&doc, "created", true, &out->created);
	lp_doc_digest(&doc, "digest", &out->digest);
	if (doc.rc == 0 && out->version == 0)
		lp_doc_fail(&doc, "version", NULL, "'version' must be at least 1");
	if (doc.rc == -LPPACK_E_STATE)
		lp_hint(err, doc.rc, "restore it from a backup: lppack does not go on from a damaged memory");
	return doc.rc;
}

/* What gives the memory up: the file and its marks. */
static int hint_anew(const char *root, const char *first, int rc, struct lppack_error *err)
{
	static const char *const places[] = { LP_STATE_DIRECTORY "/", LP_STATE_MARKS_INNER "/",
					      LP_STATE_MARKS_OUTER "/" };
	LP_AUTO_BUF struct lp_buf command = { 0 };

	lp_buf_text(&command, "rm -f");
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		LP_AUTO_FREE char *path = lp_text_format("%s%s" LP_POLICY_MEMORY_FILE, root, places[i]);
		LP_AUTO_FREE char *quoted = path ? lp_text_quote(path) : NULL;

		if (!quoted)
			return lp_fail_nomem(err);
		lp_buf_printf(&command, " %s", quoted);
	}
	if (!lp_buf_ok(&command))
		return lp_fail_nomem(err);
	return lp_hint(err, rc, "%s; or begin anew, knowing that an older policy is then accepted: %s", first,
		       (const char *)command.data);
}

static int fail_gone(const struct lp_policy_memory *memory, const char *root, struct lppack_error *err)
{
	char hex[LP_DIGEST_TEXT];
	int rc;

	lp_hex_encode(memory->digest.bytes, LP_DIGEST_SIZE, hex);
	rc = lp_fail(err, LPPACK_E_STATE, NULL,
		     "%s" LP_POLICY_ADMIN ": no policy is installed, but version %llu (SHA-256 %s) was in use here",
		     root, (unsigned long long)memory->version, hex);
	return hint_anew(root, "put it back", rc, err);
}

static int fail_older(const struct lp_policy_memory *memory, const char *root, const struct lp_policy *policy,
		      struct lppack_error *err)
{
	int rc = lp_fail(err, LPPACK_E_DOWNGRADE, NULL,
			 "%s: version %llu, but version %llu was in use here (rule version)", policy->name,
			 (unsigned long long)policy->version, (unsigned long long)memory->version);

	return hint_anew(root, "put that one back, or a newer one", rc, err);
}

static int fail_backdated(const struct lp_policy_memory *memory, const struct lp_policy *policy,
			  struct lppack_error *err)
{
	char created[LP_TIME_TEXT];
	char known[LP_TIME_TEXT];

	lp_time_format(policy->created, created);
	lp_time_format(memory->created, known);
	return lp_fail(err, LPPACK_E_DOWNGRADE, "make the next one with the time at which it is made",
		       "%s: created on %s, before version %llu that it follows (%s) (rule created)", policy->name,
		       created, (unsigned long long)memory->version, known);
}

int lp_policy_memory_check(const struct lp_policy_memory *memory, const char *root, const struct lp_policy *policy,
			   struct lppack_error *err)
{
	if (memory->version && !policy->version)
		return fail_gone(memory, root, err);
	if (policy->version < memory->version)
		return fail_older(memory, root, policy, err);
	if (policy->version > memory->version + LP_POLICY_STEP)
		return lp_fail(err, LPPACK_E_LIMIT,
			       "count policies from 1 on: who takes the highest version leaves no next one",
			       "%s: version %llu is more than %u above the last one in use here, %llu (rule version)",
			       policy->name, (unsigned long long)policy->version, LP_POLICY_STEP,
			       (unsigned long long)memory->version);
	if (policy->version && policy->version == memory->version && !lp_digest_equal(&policy->digest, &memory->digest))
		return lp_fail(err, LPPACK_E_EQUIVOCATION, "raise its 'version' by one with every change",
			       "%s: is not the version %llu that was in use here (rule version)", policy->name,
			       (unsigned long long)policy->version);
	if (policy->created < memory->created)
		return fail_backdated(memory, policy, err);
	return 0;
}

bool lp_policy_is_of_future(int64_t created, int64_t now)
{
	return created - LP_POLICY_CLOCK_SLACK > now;
}

int lp_policy_memory_see(const char *root, const struct lp_policy_memory *used, int64_t now, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	struct lp_policy_memory memory;
	int rc = lp_policy_memory_read(root, &memory, err);

	if (rc < 0)
		return rc;
	if (used->version <= memory.version || lp_policy_is_of_future(used->created, now))
		return 0;
	tree = lp_value_map();
	lp_value_add_int(&tree, "format", LP_STATE_FORMAT);
	lp_value_add_int(&tree, "version", used->version);
	lp_value_add_time(&tree, "created", used->created);
	lp_value_add_digest(&tree, "digest", &used->digest);
	return tree ? lp_state_file_write(root, LP_POLICY_MEMORY_FILE, tree, err) : lp_fail_nomem(err);
}
