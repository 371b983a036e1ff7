/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack sign: add, remove, list and carry signatures. */
#include "cli/cleanup.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/print.h"
#include "cli/signers.h"
#include "cli/source.h"
#include "cli/units.h"
#include "cli/verbs.h"

#include <lppack/sign.h>

#include <errno.h>
#include <string.h>

struct sign_options {
	struct text_list keys; /* --key, --cert and --chain, in order */
	const char *passphrase_file;
	const char *remove;
	bool list;
	bool emit;
	const char *output;
	const char *attach;
	bool json;
};

#define FIELD(name) .offset = offsetof(struct sign_options, name)

static const struct option_spec options[] = {
	{ .name = "key", .kind = OPTION_LIST, .completion = COMPLETE_FILE, .argument = "FILE|URI", FIELD(keys),
	  .help = "sign with this private key (repeatable)" },
	SIGNER_ROWS(struct sign_options, keys),
	{ .name = "remove", .kind = OPTION_TEXT, .completion = COMPLETE_WORD, .argument = "KEYID", FIELD(remove),
	  .help = "remove the signature of this key; the id's beginning suffices" },
	{ .name = "list", .letter = 'l', .kind = OPTION_FLAG, FIELD(list), .help = "list the signatures" },
	{ .name = "emit", .kind = OPTION_FLAG, FIELD(emit), .help = "write the bytes that are to be signed elsewhere" },
	{ .name = "output", .letter = 'o', .kind = OPTION_TEXT, .completion = COMPLETE_FILE, .argument = "FILE",
	  FIELD(output), .help = "with --emit: into FILE instead of standard output" },
	{ .name = "attach", .kind = OPTION_TEXT, .completion = COMPLETE_FILE, .argument = "SIGNATURE", FIELD(attach),
	  .help = "add a signature made elsewhere; with --key the signer's public key" },
	JSON_ROW(struct sign_options),
	OPTION_HELP_ROW,
	{ 0 },
};

static const char *const statuses[][2] = {
	{ "valid", "fits its key" },
	{ "malformed", "WRONG" },
	{ "unsupported", "cannot be checked" },
};

static void sign_print_signatures(const struct lppack_value *signatures)
{
	size_t n = lppack_value_count(signatures);

	if (n == 0)
		subfield_print("signed by", "nobody");
	for (size_t i = 0; i < n; i++) {
		const struct lppack_value *signature = lppack_value_at(signatures, i, NULL);
		const char *id = value_text_at(signature, "id");
		const char *scheme = value_text_at(signature, "scheme");
		const char *status = value_text_at(signature, "status");

		for (size_t k = 0; k < sizeof(statuses) / sizeof(statuses[0]); k++)
			if (status && strcmp(status, statuses[k][0]) == 0)
				status = statuses[k][1];
		subfield_printf(i == 0 ? "signed by" : "", "%s  %s  %s", id ? id : "?", scheme ? scheme : "?",
				status ? status : "?");
		note_print(value_text_at(signature, "reason"));
	}
}

static void print_work(const struct lppack_value *report)
{
	const char *method = value_text_at(report, "method");
	uint64_t copied = lppack_value_int(lppack_value_get(report, "bytes_copied"), 0);
	char read[UNITS_TEXT], written[UNITS_TEXT], by_kernel[UNITS_TEXT];

	subfield_printf("changed", "%s: %s read, %s written%s%s%s", method ? method : "?",
			size_format(lppack_value_int(lppack_value_get(report, "bytes_read"), 0), read),
			size_format(lppack_value_int(lppack_value_get(report, "bytes_written"), 0), written),
			copied ? ", " : "", copied ? size_format(copied, by_kernel) : "",
			copied ? " copied unread" : "");
}

static void sign_print_change(const struct lppack_value *report, const struct sign_options *o)
{
	const char *path = value_text_at(report, "path");
	const char *stream = value_text_at(report, "stream");
	char *serial LP_AUTO_FREE = describe_format_serial(report);

	headline_print(path ? path : "?", o->remove ? "signature removed" : "signed");
	subfield_printf("stream", "%s, %s", stream ? stream : "?", serial ? serial : "?");
	subfield_print("digest", value_text_at(report, "digest"));
	sign_print_signatures(lppack_value_get(report, "signatures"));
	print_work(report);
	if (o->remove && lppack_value_count(lppack_value_get(report, "signatures")) == 0)
		warning_print("sign it: lppack sign --key", "%s: no signature is left, so nobody accepts it",
			      path ? path : "?");
}

static int sign_print_report(const struct lppack_value *report, const struct sign_options *o)
{
	struct lp_json json = LP_JSON_TO(stdout);

	if (o->json)
		json_value(&json, NULL, report);
	else
		sign_print_change(report, o);
	return LPPACK_OK;
}

static int sign_list(const char *path, const struct sign_options *o, struct lppack_error *err)
{
	struct lppack_value *map AUTO(value) = lppack_signature_list(path, err);
	struct lp_json json = LP_JSON_TO(stdout);

	if (!map)
		return -err->code;
	if (o->json) {
		json_value(&json, NULL, map);
		return LPPACK_OK;
	}
	headline_print(path, "signatures, compared with their own keys; whom to trust is not asked");
	subfield_print("digest", value_text_at(map, "digest"));
	sign_print_signatures(lppack_value_get(map, "signatures"));
	return LPPACK_OK;
}

static int emit(const char *path, const struct sign_options *o, struct lppack_error *err)
{
	void *message LP_AUTO_FREE = NULL;
	size_t n = 0;
	int rc;

	if (o->output)
		return lppack_signature_emit(path, o->output, err);
	rc = lppack_signature_message(path, &message, &n, err);
	if (rc < 0)
		return rc;
	if (fwrite(message, 1, n, stdout) != n || fflush(stdout) != 0)
		return cli_fail(err, LPPACK_E_IO, NULL, "standard output cannot be written: %s", strerror(errno));
	return 0;
}

static int attach(const char *path, const struct sign_options *o, struct lppack_error *err)
{
	struct lppack_value *report AUTO(value) = NULL;
	const char *key = o->keys.n ? o->keys.items[0] : NULL;
	LPPACK_OPTIONS(lppack_attach_options, how, .signature = o->attach, .public_key = key);
	int rc = 0;

	if (o->keys.n > 1 || (key && strcmp(o->keys.names[0], "key") != 0))
		return cli_fail(err, LPPACK_E_USAGE, "a CMS carries its certificates; --key names one public key",
				"sign: --attach goes with one --key, and with neither --cert nor --chain");
	rc = lppack_signature_attach(path, &how, &report, err);
	return rc < 0 ? rc : sign_print_report(report, o);
}

static int sign_sign(const char *path, const struct sign_options *o, struct lppack_error *err)
{
	struct signers signers AUTO_SIGNERS = { 0 };
	struct lppack_value *report AUTO(value) = NULL;
	int rc = signers_open(&signers, &o->keys, o->passphrase_file, err);

	if (rc < 0)
		return rc;
	rc = lppack_bundle_sign(path, (const struct lppack_signer *const *)signers.at, signers.n, &report, err);
	return rc < 0 ? rc : sign_print_report(report, o);
}

/* Each verb does one thing, and an option that would not count is a mistake. */
static int sign_check_options(const struct sign_options *o, struct lppack_error *err)
{
	static const char one_hint[] = "give --key, --remove, --list, --emit or --attach";
	int modes = (o->remove != NULL) + o->list + o->emit + (o->attach != NULL);

	if (modes > 1)
		return cli_fail(err, LPPACK_E_USAGE, one_hint, "sign: more than one thing to do");
	if (modes == 0 && o->keys.n == 0)
		return cli_fail(err, LPPACK_E_USAGE, one_hint, "sign: nothing to do");
	if (o->keys.n && modes && !o->attach)
		return cli_fail(err, LPPACK_E_USAGE, one_hint, "sign: --%s does not go with --%s", o->keys.names[0],
				o->remove ? "remove" : o->list ? "list" : "emit");
	if (o->passphrase_file && modes)
		return cli_fail(err, LPPACK_E_USAGE, NULL, "sign: --passphrase-file goes with a private --key only");
	if (o->output && !o->emit)
		return cli_fail(err, LPPACK_E_USAGE, "the bundle is signed in place",
				"sign: --output goes with --emit only");
	if (o->json && o->emit)
		return cli_fail(err, LPPACK_E_USAGE, NULL, "sign: --emit writes the bytes themselves, and no JSON");
	return 0;
}

static int sign_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct sign_options *o = values;
	const char *path = arguments->items[0];
	struct lppack_value *report AUTO(value) = NULL;
	int rc = sign_check_options(o, err);

	if (rc < 0)
		return rc;
	if (o->list)
		return sign_list(path, o, err);
	if (o->emit)
		return emit(path, o, err);
	if (o->attach)
		return attach(path, o, err);
	if (!o->remove)
		return sign_sign(path, o, err);
	rc = lppack_signature_remove(path, o->remove, &report, err);
	return rc < 0 ? rc : sign_print_report(report, o);
}

const struct verb verb_sign = {
	.name = "sign",
	.arguments = "FILE",
	.summary = "add, remove, list or attach a bundle's signatures",
	.details = "The payload is not read. Verify a bundle before you sign it: sign asks nobody's keys.\n",
	.options = options,
	.values_size = sizeof(struct sign_options),
	.min_arguments = 1,
	.max_arguments = 1,
	.completion = COMPLETE_FILE,
	.run = sign_run,
};
