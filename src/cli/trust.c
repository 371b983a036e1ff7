/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack trust: lists, changes, tests and signs the keys and the policy of a machine. */
#include "cli/cleanup.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/signers.h"
#include "cli/source.h"
#include "cli/trust_report.h"
#include "cli/verbs.h"

#include <lppack/trust.h>

#include <string.h>

struct trust_values {
	struct text_list keys;    /* --keys */
	const char *policy;
	const char *name;
	struct text_list signers; /* --key, --cert and --chain, in order */
	const char *passphrase_file;
	const char *root;
	bool json;
};

#define FIELD(field) .offset = offsetof(struct trust_values, field)

static const struct option_spec options[] = {
	{ .name = "name", .kind = OPTION_TEXT, .completion = COMPLETE_WORD, .argument = "NAME", FIELD(name),
	  .help = "add: the file's name in keys.d; default: as FILE's" },
	KEYS_ROW(struct trust_values),
	POLICY_ROW(struct trust_values),
	{ .name = "key", .kind = OPTION_LIST, .completion = COMPLETE_FILE, .argument = "FILE|URI", FIELD(signers),
	  .help = "sign: with this private key (repeatable)" },
	SIGNER_ROWS(struct trust_values, signers),
	ROOT_ROW(struct trust_values),
	JSON_ROW(struct trust_values),
	OPTION_HELP_ROW,
	{ 0 },
};

static void print_document(const struct lppack_value *map)
{
	struct lp_json json = LP_JSON_TO(stdout);

	lp_json_open(&json, NULL, '{');
	json_members(&json, map, NULL);
	lp_json_close(&json, '}');
}

static void print_key(const struct lppack_value *key)
{
	const char *kind = value_text_at(key, "kind");
	const char *algorithm = value_text_at(key, "algorithm");
	const char *from = value_text_at(key, "not_before");
	const char *until = value_text_at(key, "not_after");
	const char *why = value_text_at(key, "revoked_why");

	headline_print(value_text_at(key, "file"), kind);
	if (!algorithm)
		return;
	subfield_print("key id", value_text_at(key, "id"));
	subfield_print("algorithm", algorithm);
	subfield_print("subject", value_text_at(key, "subject"));
	subfield_print("name", value_text_at(key, "name"));
	subfield_print_list("streams", lppack_value_get(key, "streams"));
	subfield_print_list("schemes", lppack_value_get(key, "schemes"));
	if (from || until)
		subfield_printf("window", "%s to %s", from ? from : "ever", until ? until : "ever");
	if (lppack_value_get(key, "listed") && !lppack_value_bool(lppack_value_get(key, "listed")))
		note_print("the policy does not list it: its signatures do not count");
	if (lppack_value_bool(lppack_value_get(key, "revoked")))
		subfield_printf("REVOKED", "%s", why ? why : "by the policy");
}

static void print_policy(const struct lppack_value *policy)
{
	const char *file = value_text_at(policy, "file");

	if (!file) {
		printf("No policy is installed: one signature by any of these keys suffices for any stream.\n");
		return;
	}
	headline_print(file, "policy");
	subfield_print("version", value_text_at(policy, "version"));
	subfield_print("created", value_text_at(policy, "created"));
	subfield_print("expires", value_text_at(policy, "expires"));
	subfield_print("threshold", value_text_at(policy, "threshold"));
	subfield_printf("updates", "signed by %s", value_text_at(policy, "update_threshold"));
	subfield_print_list("needs", lppack_value_get(policy, "required_schemes"));
	subfield_printf("revoked", "%zu keys, %zu bundles",
			lppack_value_count(lppack_value_get(policy, "revoked_keys")),
			lppack_value_count(lppack_value_get(policy, "revoked_bundles")));
}

/* What is there to take trust away, and takes none. */
static void warn_of_gaps(const struct lppack_value *map)
{
	const struct lppack_value *warnings = lppack_value_get(map, "warnings");

	for (size_t i = 0; i < lppack_value_count(warnings); i++) {
		const struct lppack_value *warning = lppack_value_at(warnings, i, NULL);

		warning_print(value_text_at(warning, "hint"), "%s", value_text_at(warning, "text"));
	}
}

static int trust_list(const struct trust_values *o, const struct text_list *files, struct lppack_error *err)
{
	struct lppack_value *trust AUTO(value) = lppack_trust_describe(o->root, err);
	const struct lppack_value *keys = lppack_value_get(trust, "keys");

	(void)files;
	if (!trust)
		return -err->code;
	if (o->json) {
		print_document(trust);
		return LPPACK_OK;
	}
	for (size_t i = 0; i < lppack_value_count(keys); i++)
		print_key(lppack_value_at(keys, i, NULL));
	if (lppack_value_count(keys) == 0)
		printf("No key is trusted: no bundle will be accepted.\n");
	else
		printf("\n");
	print_policy(lppack_value_get(trust, "policy"));
	warn_of_gaps(trust);
	return LPPACK_OK;
}

static int add(const struct trust_values *o, const struct text_list *files, struct lppack_error *err)
{
	for (size_t i = 0; i < files->n; i++) {
		struct lppack_value *added AUTO(value) = lppack_trust_add(o->root, files->items[i], o->name, err);

		if (!added)
			return -err->code;
		if (o->json)
			print_document(added);
		else
			print_key(added);
		if (value_text_at(added, "revoked_by"))
			warning_print("look whether it should be trusted; lppack trust list says whether it counts",
				      "%s: is revoked by %s", files->items[i], value_text_at(added, "revoked_by"));
	}
	return LPPACK_OK;
}

/* What the removal did not end, and a machine that trusts nobody any more. Returns the exit status. */
static int warn_of_what_is_left(const char *what, const struct lppack_value *gone)
{
	const struct lppack_value *still = lppack_value_get(gone, "still");
	const char *unjudged = value_text_at(gone, "unjudged");

	for (size_t i = 0; i < lppack_value_count(still); i++) {
		const struct lppack_value *reason = lppack_value_at(still, i, NULL);

		warning_print(value_text_at(reason, "end"), "%s: key %.16s... still counts by the %s %s", what,
			      value_text_at(reason, "id"), value_text_at(reason, "by"), value_text_at(reason, "file"));
	}
	if (unjudged)
		warning_print("mend that, then look at: lppack trust list",
			      "%s: whether the key still counts cannot be said: %s", what, unjudged);
	else if (lppack_value_int(lppack_value_get(gone, "left"), 1) == 0)
		warning_print("add one: lppack trust add FILE",
			      "no key is trusted any more: no bundle will be accepted");
	return lppack_value_count(still) ? LPPACK_E_STILL_TRUSTED : LPPACK_OK;
}

static int remove_key(const struct trust_values *o, const struct text_list *files, struct lppack_error *err)
{
	struct lppack_value *gone AUTO(value) = lppack_trust_remove(o->root, files->items[0], err);
	bool is_file;
	size_t n_still;

	if (!gone)
		return -err->code;
	n_still = lppack_value_count(lppack_value_get(gone, "still"));
	if (o->json) {
		print_document(gone);
		return n_still ? LPPACK_E_STILL_TRUSTED : LPPACK_OK;
	}
	is_file = strlen(files->items[0]) != 64;
	headline_print(files->items[0], n_still ? "still trusted" : is_file ? "the file is gone" : "no longer trusted");
	subfield_print_list("removed", lppack_value_get(gone, "removed"));
	subfield_print_list("masked", lppack_value_get(gone, "masked"));
	return warn_of_what_is_left(files->items[0], gone);
}

static struct lppack_value *judge_bundle(const struct trust_values *o, const char *path, struct lppack_error *err)
{
	const struct trust_options trust = { .keys = &o->keys, .policy = o->policy, .root = o->root };
	struct source source AUTO_SOURCE = { 0 };

	if (source_load_trust(&source, &trust, err) < 0)
		return NULL;
	source.bundle = lppack_bundle_open(path, err);
	return source.bundle ? lppack_bundle_judge(source.bundle, source.keyring, err) : NULL;
}

static void print_judgment(const struct lppack_value *judgment, const char *path)
{
	const char *policy = value_text_at(judgment, "policy");
	const char *version = value_text_at(judgment, "version");

	headline_print(path, lppack_value_bool(lppack_value_get(judgment, "trusted")) ? "trusted" : "REFUSED");
	subfield_print("verdict", value_text_at(judgment, "verdict"));
	subfield_print("rule", value_text_at(judgment, "rule"));
	note_print(value_text_at(judgment, "reason"));
	if (version)
		subfield_printf("version", "%s, after %s", version, value_text_at(judgment, "from"));
	subfield_printf("keys", "%s good, %s needed", value_text_at(judgment, "good"),
			value_text_at(judgment, "threshold"));
	subfield_print("policy", policy ? policy : "none");
	judgment_print_signatures(stdout, judgment);
}

static int test(const struct trust_values *o, const struct text_list *files, struct lppack_error *err)
{
	struct lppack_value *judgment AUTO(value) = NULL;
	const char *path = files->items[0];
	bool is_bundle = false;
	int rc = source_detect_bundle(path, &is_bundle, err);

	if (rc < 0)
		return rc;
	if (is_bundle)
		judgment = judge_bundle(o, path, err);
	else if (o->keys.n || o->policy)
		cli_fail(err, LPPACK_E_USAGE, "leave --keys and --policy out",
			 "%s: no bundle, and a policy is judged by what is installed", path);
	else
		judgment = lppack_policy_judge(path, o->root, err);
	if (!judgment)
		return -err->code;
	if (o->json)
		print_document(judgment);
	else
		print_judgment(judgment, path);
	warn_of_gaps(judgment);
	return judgment_status(judgment);
}

static int update(const struct trust_values *o, const struct text_list *files, struct lppack_error *err)
{
	struct lppack_value *done AUTO(value) = lppack_trust_update(o->root, files->items, files->n, err);

	if (!done)
		return -err->code;
	if (o->json) {
		print_document(done);
		return LPPACK_OK;
	}
	headline_print(value_text_at(done, "file"), "policy installed");
	subfield_printf("version", "%s, after %s", value_text_at(done, "to"), value_text_at(done, "from"));
	subfield_print("kept", value_text_at(done, "kept"));
	judgment_print_signatures(stdout, done);
	return LPPACK_OK;
}

static int trust_sign(const struct trust_values *o, const struct text_list *files, struct lppack_error *err)
{
	struct signers signers AUTO_SIGNERS = { 0 };
	int rc;

	if (!o->signers.n)
		return cli_fail(err, LPPACK_E_USAGE, "name the private key that signs it",
				"trust sign: --key FILE is missing");
	rc = signers_open(&signers, &o->signers, o->passphrase_file, err);
	for (size_t i = 0; rc == 0 && i < signers.n; i++)
		rc = lppack_policy_sign(files->items[0], signers.at[i], err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < signers.n && !o->json; i++)
		path_print("%s.sigs/%s.%s", files->items[0], lppack_signer_id(signers.at[i]),
			   lppack_signer_scheme(signers.at[i]));
	if (o->json) {
		struct lp_json json = LP_JSON_TO(stdout);

		lp_json_open(&json, NULL, '{');
		lp_json_open(&json, "signers", '[');
		for (size_t i = 0; i < signers.n; i++)
			lp_json_text(&json, NULL, lppack_signer_id(signers.at[i]));
		lp_json_close(&json, ']');
		lp_json_close(&json, '}');
	}
	return LPPACK_OK;
}

static const struct action {
	const char *word;
	const char *arguments;
	size_t min, max;
	const char *const *goes_with; /* the options, NULL-terminated; --root and --json go with all */
	int (*run)(const struct trust_values *o, const struct text_list *files, struct lppack_error *err);
} actions[] = {
	{ "list", "", 0, 0, (const char *const[]){ NULL }, trust_list },
	{ "add", " FILE...", 1, SIZE_MAX, (const char *const[]){ "name", NULL }, add },
	{ "remove", " NAME|KEY-ID", 1, 1, (const char *const[]){ NULL }, remove_key },
	{ "test", " FILE", 1, 1, (const char *const[]){ "keys", "policy", NULL }, test },
	{ "update", " FILE...", 1, SIZE_MAX, (const char *const[]){ NULL }, update },
	{ "sign", " FILE", 1, 1, (const char *const[]){ "key", "passphrase-file", NULL }, trust_sign },
};

static bool goes_with(const struct action *action, const char *option)
{
	for (const char *const *name = action->goes_with; *name; name++)
		if (strcmp(*name, option) == 0)
			return true;
	return false;
}

/* An option that would not count is a mistake. */
static int trust_check_options(const struct action *action, const struct trust_values *o, struct lppack_error *err)
{
	const struct {
		const char *name;
		bool is_given;
	} given[] = {
		{ "name", o->name != NULL },     { "keys", o->keys.n > 0 },
		{ "policy", o->policy != NULL }, { "key", o->signers.n > 0 },
		{ "passphrase-file", o->passphrase_file != NULL },
	};

	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++)
		if (given[i].is_given && !goes_with(action, given[i].name))
			return cli_fail(err, LPPACK_E_USAGE, "leave it out", "trust %s: --%s does not go with it",
					action->word, given[i].name);
	return 0;
}

static const struct action *find_action(const char *word)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (strcmp(actions[i].word, word) == 0)
			return &actions[i];
	return NULL;
}

static int trust_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct trust_values *o = values;
	const struct action *action = find_action(arguments->items[0]);
	const struct text_list files = { .items = arguments->items + 1, .n = arguments->n - 1 };
	int rc;

	if (!action)
		return cli_fail(err, LPPACK_E_USAGE, "say list, add, remove, test, update or sign",
				"trust: unknown word '%s'", arguments->items[0]);
	if (files.n < action->min || files.n > action->max) {
		rc = cli_fail(err, LPPACK_E_USAGE, NULL, "trust %s: %s", action->word,
			      files.n < action->min ? "the argument is missing" : "too many arguments");
		return cli_hint(err, rc, "lppack trust %s%s", action->word, action->arguments);
	}
	if (o->name && files.n > 1)
		return cli_fail(err, LPPACK_E_USAGE, "add them one by one", "trust add: --name goes with one FILE");
	rc = trust_check_options(action, o, err);
	return rc < 0 ? rc : action->run(o, &files, err);
}

const struct verb verb_trust = {
	.name = "trust",
	.arguments = "list|add|remove|test|update|sign [FILE]...",
	.summary = "manage the keys and the policy that this machine trusts",
	.details = "  list                 tell which keys are trusted, and by which policy\n"
		   "  add FILE...          install public keys or certificates\n"
		   "  remove NAME|KEY-ID   end the trust in a key\n"
		   "  test FILE            tell how a bundle or policy is judged; change nothing\n"
		   "  update FILE...       install the next policy, or several that follow each other\n"
		   "  sign FILE            sign a policy\n",
	.options = options,
	.values_size = sizeof(struct trust_values),
	.min_arguments = 1,
	.max_arguments = SIZE_MAX,
	.completion = COMPLETE_FILE,
	.run = trust_run,
};
