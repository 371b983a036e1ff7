/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* lppack keygen: makes a pair of keys. */
#include "cli/cleanup.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/passphrase.h"
#include "cli/verbs.h"

#include <lppack/keys.h>

struct keygen_options {
	const char *output;
	const char *type;
	bool encrypt;
	const char *passphrase_file;
	bool json;
};

static const struct option_spec options[] = {
	{ .name = "output", .letter = 'o', .kind = OPTION_TEXT, .completion = COMPLETE_FILE, .argument = "NAME",
	  .offset = offsetof(struct keygen_options, output), .required = true,
	  .help = "write NAME.key and NAME.pub; neither may exist" },
	{ .name = "type", .letter = 't', .kind = OPTION_TEXT, .completion = COMPLETE_WORD, .argument = "TYPE",
	  .offset = offsetof(struct keygen_options, type),
	  .help = "ed25519 (default), ecdsa-p256, ecdsa-p384, rsa-3072 or rsa-4096" },
	{ .name = "encrypt", .kind = OPTION_FLAG, .offset = offsetof(struct keygen_options, encrypt),
	  .help = "encrypt NAME.key with a passphrase" },
	PASSPHRASE_ROW(struct keygen_options),
	{ .name = "json", .kind = OPTION_FLAG, .offset = offsetof(struct keygen_options, json),
	  .help = "print JSON" },
	OPTION_HELP_ROW,
	{ 0 },
};

static void print(const char *id, const char *private_key, const char *public_key, bool as_json)
{
	struct lp_json json = LP_JSON_TO(stdout);

	if (as_json) {
		lp_json_open(&json, NULL, '{');
		lp_json_text(&json, "id", id);
		lp_json_text(&json, "private_key", private_key);
		lp_json_text(&json, "public_key", public_key);
		lp_json_close(&json, '}');
		return;
	}
	field_print("key id", id);
	field_printf("private key", "%s  (signs bundles: keep it secret)", private_key);
	field_printf("public key", "%s  (install it in %s)", public_key, LPPACK_KEYS_DIR_ADMIN);
}

static int keygen_run(const void *values, const struct text_list *arguments, struct lppack_error *err)
{
	const struct keygen_options *o = values;
	struct passphrase passphrase = { .file = o->passphrase_file, .is_new = true };
	LPPACK_OPTIONS(lppack_key_options, how, .type = o->type, .context = &passphrase);
	char id[LPPACK_KEY_ID_SIZE] = "";
	char *private_key LP_AUTO_FREE = NULL;
	char *public_key LP_AUTO_FREE = NULL;
	int rc = 0;

	(void)arguments;
	if (asprintf(&private_key, "%s.key", o->output) < 0) {
		private_key = NULL;
		return cli_fail(err, LPPACK_E_NO_MEMORY, NULL, "out of memory");
	}
	if (asprintf(&public_key, "%s.pub", o->output) < 0) {
		public_key = NULL;
		return cli_fail(err, LPPACK_E_NO_MEMORY, NULL, "out of memory");
	}
	if (o->encrypt || o->passphrase_file)
		how.passphrase = passphrase_get;
	rc = lppack_key_generate(o->output, &how, id, err);
	if (rc < 0)
		return rc;
	print(id, private_key, public_key, o->json);
	return 0;
}

const struct verb verb_keygen = {
	.name = "keygen",
	.arguments = "",
	.summary = "make a key pair that signs bundles",
	.options = options,
	.values_size = sizeof(struct keygen_options),
	.run = keygen_run,
};
