/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening and verifying the bundle that a verb is about. */
#include "cli/source.h"

#include "shared/text.h"
#include "cli/output.h"
#include "cli/units.h"

#include <lppack/check.h>
#include <lppack/inspect.h>
#include <lppack/trust.h>

#include <string.h>
#include <time.h>
#include <unistd.h>

int source_load_trust(struct source *source, const struct trust_options *trust, struct lppack_error *err)
{
	int rc;

	source->keyring = lppack_keyring_new(err);
	if (!source->keyring)
		return -err->code;
	rc = trust->keys->n ? 0 : lppack_keyring_add_default(source->keyring, trust->root, err);
	for (size_t i = 0; rc == 0 && i < trust->keys->n; i++)
		rc = lppack_keyring_add(source->keyring, trust->keys->items[i], err);
	if (rc < 0 || !trust->policy)
		return rc;
	return lppack_keyring_set_policy(source->keyring, trust->policy, err);
}

int source_load_keys(struct source *source, const struct text_list *keys, const char *root, struct lppack_error *err)
{
	const struct trust_options trust = { .keys = keys, .root = root };

	return source_load_trust(source, &trust, err);
}

int source_open(struct source *source, const char *path, const struct text_list *keys, const char *root,
		struct lppack_error *err)
{
	const struct trust_options trust = { .keys = keys, .root = root };

	return source_open_trusted(source, path, &trust, err);
}

int source_open_trusted(struct source *source, const char *path, const struct trust_options *trust,
			struct lppack_error *err)
{
	int rc = source_load_trust(source, trust, err);

	if (rc < 0)
		return rc;
	source->bundle = lppack_bundle_open(path, err);
	if (!source->bundle)
		return -err->code;
	source->verified = lppack_bundle_verify(source->bundle, source->keyring, err);
	return source->verified ? 0 : -err->code;
}

void source_close(struct source *source)
{
	lppack_verified_free(source->verified);
	lppack_bundle_close(source->bundle);
	lppack_keyring_free(source->keyring);
	*source = (struct source){ 0 };
}

bool source_is_expired(const struct source *source)
{
	int64_t expires = lppack_verified_expires(source->verified);

	return expires && expires <= (int64_t)time(NULL);
}

void source_warn_expired(const struct source *source, const char *path)
{
	char when[LP_TIME_TEXT];

	if (!source_is_expired(source))
		return;
	lp_time_format(lppack_verified_expires(source->verified), when);
	warning_print("look for a newer bundle of the stream, and check this machine's clock",
		      "%s: the bundle expired on %s", path, when);
}

char *kernel_resolve(const char *text, struct lppack_error *err)
{
	bool is_file = access(text, F_OK) == 0;
	char *build_id = NULL;

	if (is_file || !text_is_build_id(text)) {
		build_id = lppack_kernel_file_build_id(text, err);
		if (!build_id && !is_file)
			cli_hint(err, 0, "--kernel takes a kernel file or a build ID of 8 to 64 lower-case hex digits");
		return build_id;
	}
	build_id = strdup(text);
	if (!build_id)
		cli_fail(err, LPPACK_E_NO_MEMORY, NULL, "out of memory");
	return build_id;
}

int source_detect_bundle(const char *path, bool *is_bundle, struct lppack_error *err)
{
	struct lppack_error why = LPPACK_ERROR_INIT;
	struct lppack_bundle *bundle = lppack_bundle_open(path, &why);

	*is_bundle = bundle != NULL;
	lppack_bundle_close(bundle);
	if (bundle || why.code == LPPACK_E_NOT_BUNDLE)
		return 0;
	return cli_fail(err, (enum lppack_code)why.code, why.hint, "%s", why.message);
}

void confinement_print(void)
{
	static const char *const by[] = { NULL, "Landlock", "seccomp", "Landlock and seccomp" };
	uint32_t confinement = lppack_cell_confinement() & (LPPACK_CONFINED_LANDLOCK | LPPACK_CONFINED_SECCOMP);

	if (confinement)
		line_print(stderr, "lppack: unsigned files are read in a process that %s confines", by[confinement]);
	else
		line_print(stderr,
			   "lppack: unsigned files are read in a process of its own that nothing confines: neither "
			   "Landlock nor seccomp is there");
}
