/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Trust policies, as the reader takes them from a file whose signatures were checked, and whose signers may be the
 * enemy. */
#include "replay.h"

#include "trust/policy.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_POLICY struct lp_policy policy = { 0 };
	int rc = lp_policy_parse(data, size, "fuzz", &policy, &err);

	if (rc != -err.code || (rc < 0 && !err.message[0]))
		abort();
	/* Whatever is accepted asks for at least one key, and lists what it says it lists. */
	if (rc == 0 &&
	    (!policy.version || !policy.threshold || !policy.update_threshold || (policy.has_keys && !policy.n_keys)))
		abort();
	return 0;
}

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define HEAD "format: 1\nversion: 3\ncreated: 2026-06-01T00:00:00Z\n"

void fuzz_seeds(void (*feed)(const void *bytes, size_t n))
{
	static const char *const seeds[] = {
		HEAD,
		HEAD "threshold: 2\nkeys:\n  - id: " ID_A "\n    name: a\n    public_key: AAAA\n"
		     "    streams: [\"w*\", b]\n    schemes: [cms]\n"
		     "    not_before: 2026-01-01T00:00:00Z\n    not_after: 2027-01-01T00:00:00Z\n"
		     "  - id: " ID_B "\nrequired_schemes: [ed25519, cms]\n"
		     "update:\n  threshold: 1\n  keys: [" ID_A "]\n",
		HEAD "expires: 2027-06-01T00:00:00Z\n",
		HEAD "revoked_keys:\n  - id: " ID_A "\n    reason: r\nrevoked_bundles:\n  - digest: " ID_B "\n"
		     "minimum:\n  - stream: web\n    epoch: 1\n    serial: 2\ncrls: /c\nrequire_crls: true\nx-a: b\n",
	};

	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
		feed(seeds[i], strlen(seeds[i]));
}
