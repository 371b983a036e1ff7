/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening the keys that sign, with their passphrases. */
#include "cli/signers.h"

#include "cli/output.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void signers_close(struct signers *signers)
{
	for (size_t i = 0; i < signers->n; i++)
		lppack_signer_free(signers->at[i]);
	lppack_signer_free(signers->module);
	free(signers->at);
	*signers = (struct signers){ 0 };
}

/* The --cert or --chain that stands at list[i], into *slot. */
static int take_file(const struct text_list *list, size_t i, const char **slot, struct lppack_error *err)
{
	if (*slot)
		return cli_fail(err, LPPACK_E_USAGE, "write --key KEY --cert CERT --chain FILE, key by key",
				"--%s is given twice for one key: %s", list->names[i], list->items[i]);
	*slot = list->items[i];
	return 0;
}

static bool is_key(const char *name)
{
	return strcmp(name, "key") == 0 || strcmp(name, "sign-module") == 0;
}

/* As ssh does; a key elsewhere (a URI) has no mode. */
static void warn_if_readable(const char *key)
{
	struct stat st;

	if (stat(key, &st) == 0 && S_ISREG(st.st_mode) && st.st_mode & (S_IRWXG | S_IRWXO))
		warning_print("make it your own: chmod 600", "%s: a private key that others can open (mode %04o)", key,
			      (unsigned int)st.st_mode & 07777);
}

static int open_module_signer(struct signers *signers, const char *key, const struct lppack_signer_options *options,
			      struct lppack_error *err)
{
	struct lppack_signer_options for_modules = *options;

	for_modules.flags = LPPACK_SIGNER_FOR_MODULES;
	if (signers->module)
		return cli_fail(err, LPPACK_E_USAGE, "the kernel looks at one signature of a module",
				"--sign-module is given twice: %s", key);
	if (!options->certificate)
		return cli_fail(err, LPPACK_E_USAGE, "write --sign-module KEY --cert CERT",
				"--sign-module %s has no --cert after it", key);
	signers->module = lppack_signer_open(key, &for_modules, err);
	if (!signers->module)
		return cli_wrap(err, -err->code, "--sign-module");
	warn_if_readable(key);
	return 0;
}

/* One --key or --sign-module at list[*at] and what belongs to it. */
static int open_one(struct signers *signers, const struct text_list *list, size_t *at,
		    struct lppack_signer_options *options, struct lppack_error *err)
{
	const char *name = list->names[*at];
	const char *key = list->items[*at];
	int rc = 0;

	options->certificate = options->chain = NULL;
	if (!is_key(name))
		return cli_fail(err, LPPACK_E_USAGE, "write --key KEY --cert CERT --chain FILE, key by key",
				"--%s %s has no --key before it", name, key);
	for ((*at)++; rc == 0 && *at < list->n && !is_key(list->names[*at]); (*at)++)
		rc = take_file(list, *at,
			       strcmp(list->names[*at], "cert") == 0 ? &options->certificate : &options->chain, err);
	if (rc < 0)
		return rc;
	if (strcmp(name, "sign-module") == 0)
		return open_module_signer(signers, key, options, err);
	signers->at[signers->n] = lppack_signer_open(key, options, err);
	if (!signers->at[signers->n])
		return -err->code;
	warn_if_readable(key);
	signers->n++;
	return 0;
}

int signers_open(struct signers *signers, const struct text_list *list, const char *passphrase_file,
		 struct lppack_error *err)
{
	struct passphrase passphrase = { .file = passphrase_file };
	LPPACK_OPTIONS(lppack_signer_options, options, .passphrase = passphrase_get, .context = &passphrase);
	int rc = 0;

	signers->at = calloc(list->n ? list->n : 1, sizeof(struct lppack_signer *));
	if (!signers->at)
		return cli_fail(err, LPPACK_E_NO_MEMORY, NULL, "out of memory");
	for (size_t i = 0; rc == 0 && i < list->n;)
		rc = open_one(signers, list, &i, &options, err);
	return rc;
}
