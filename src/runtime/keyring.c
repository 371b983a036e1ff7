/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the running kernel asks of a module's signature, and which keys it knows. */
#include "runtime/keyring.h"

#include "shared/text.h"
#include "base/root.h"
#include "runtime/kernel_io.h"

#include <errno.h>
#include <string.h>

#define KEYS_MAX (1u << 20) /* of /proc/keys */
#define DESCRIPTION_MAX 4095 /* security/keys/keyctl.c: KEY_MAX_DESC_SIZE, with its NUL */
#define EXACT "ex:" /* crypto/asymmetric_keys/asymmetric_type.c: asymmetric_key_match_preparse() */

enum lp_signature_policy lp_keyring_signature_policy(const struct lp_kernel_io *io)
{
	char text[128];

	if (lp_attr_read(io->rootfd, "sys/kernel/security/lockdown", text, sizeof(text)) > 0 &&
	    (strstr(text, "[integrity]") || strstr(text, "[confidentiality]")))
		return LP_SIGNATURE_LOCKDOWN;
	if (lp_attr_read(io->rootfd, LP_MODULE_DIR "/module/parameters/sig_enforce", text, sizeof(text)) > 0 &&
	    (*text == 'Y' || *text == '1'))
		return LP_SIGNATURE_ENFORCED;
	return LP_SIGNATURE_OPTIONAL;
}

/* The number of one of the kernel's own keyrings (Documentation/security/keys/core.rst, "/proc/keys"), or 0. Users
 * cannot make one whose name begins with a dot. */
static int32_t find_keyring(const char *keys, const char *name)
{
	size_t n = strlen(name);

	for (const char *line = keys; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		char type[16];
		char description[64];
		unsigned int serial;

		if (sscanf(line, "%x %*s %*s %*s %*s %*s %*s %15s %63s", &serial, type, description) == 3 &&
		    strcmp(type, "keyring") == 0 && strncmp(description, name, n) == 0 && description[n] == ':')
			return (int32_t)serial;
	}
	return 0;
}

/* A key that is there, and that a process may not search, is there (security/keys/keyring.c: keyring_search_iterator()
 * matches before it asks for the permission). */
static enum lp_key_verdict search_keyring(struct lp_kernel_io *io, int32_t keyring, const char *description)
{
	if (io->ops->search_key(io->context, keyring, description) >= 0 || errno == EACCES)
		return LP_KEY_KNOWN;
	return errno == ENOKEY ? LP_KEY_NOT_FOUND : LP_KEY_UNKNOWN;
}

/* Whether a key that cannot be there is not found: else the keyring itself may not be searched, and says nothing. */
static bool is_searchable(struct lp_kernel_io *io, int32_t keyring)
{
	return keyring && search_keyring(io, keyring, EXACT "0000000000000000") == LP_KEY_NOT_FOUND;
}

/* kernel/module/signing.c asks the secondary keyring, which is linked to the others, or without it the built-in one. */
static enum lp_key_verdict find_in_kernel(struct lp_kernel_io *io, const char *keys, const char *description)
{
	int32_t secondary = find_keyring(keys, ".secondary_trusted_keys");
	int32_t trusted = secondary ? secondary : find_keyring(keys, ".builtin_trusted_keys");
	int32_t platform = find_keyring(keys, ".platform");
	enum lp_key_verdict verdict =
		is_searchable(io, trusted) ? search_keyring(io, trusted, description) : LP_KEY_UNKNOWN;

	if (verdict != LP_KEY_NOT_FOUND || !platform)
		return verdict;
	verdict = is_searchable(io, platform) ? search_keyring(io, platform, description) : LP_KEY_UNKNOWN;
	return verdict == LP_KEY_KNOWN ? LP_KEY_PLATFORM : verdict;
}

enum lp_key_verdict lp_keyring_find_key(struct lp_kernel_io *io, const void *id, size_t n)
{
	LP_AUTO_BUF struct lp_buf keys = { 0 };
	LP_AUTO_FREE char *description = malloc(sizeof(EXACT) + 2 * n);

	if (!io->ops->search_key || !description || n == 0 || sizeof(EXACT) - 1 + 2 * n > DESCRIPTION_MAX)
		return LP_KEY_UNKNOWN;
	memcpy(description, EXACT, sizeof(EXACT));
	lp_hex_encode(id, n, description + strlen(EXACT));
	if (lp_below_read(io->rootfd, "proc/keys", KEYS_MAX, &keys, NULL) < 0 || !keys.data)
		return LP_KEY_UNKNOWN;
	return find_in_kernel(io, (const char *)keys.data, description);
}
