/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The YAML subset, and the three documents that are read with it. */
#include "format/manifest.h"
#include "format/fixes.h"
#include "format/metadata.h"
#include "replay.h"

#include "format/format.h"
#include "format/yaml.h"

#include <stdlib.h>
#include <string.h>

static void expect(int rc, const struct lppack_error *err)
{
	if (rc != -err->code || (rc < 0 && !err->message[0]))
		abort();
}

/* What is canonical is YAML too, and written again it is the same. */
static void try_tree(const uint8_t *data, size_t size)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_VALUE struct lppack_value *loose = NULL;
	LP_AUTO_VALUE struct lppack_value *strict = NULL;
	LP_AUTO_BUF struct lp_buf again = { 0 };
	int rc = lp_yaml_parse(data, size, "fuzz", LPPACK_E_SPEC, &loose, &err);

	expect(rc, &err);
	lppack_error_clear(&err);
	expect(lp_yaml_parse_canonical(data, size, "fuzz", &strict, &err), &err);
	if (!strict)
		return;
	lp_yaml_emit(strict, &again);
	if (rc < 0 || again.len != size || memcmp(again.data, data, size) != 0)
		abort();
}

static void try_manifest(const uint8_t *data, size_t size)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_MANIFEST struct lp_manifest manifest = { 0 };
	LP_AUTO_MANIFEST struct lp_manifest twice = { 0 };
	LP_AUTO_BUF struct lp_buf text = { 0 };
	int rc = lp_manifest_decode(data, size, "fuzz", &manifest, &err);

	expect(rc, &err);
	if (rc == 0 && lp_manifest_encode(&manifest, &text, &err) == 0 &&
	    lp_manifest_decode(text.data, text.len, "again", &twice, &err) < 0)
		abort();
}

static void try_fixes(const uint8_t *data, size_t size)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_FIXES struct lp_fixes fixes = { 0 };
	LP_AUTO_FIXES struct lp_fixes twice = { 0 };
	LP_AUTO_BUF struct lp_buf text = { 0 };
	int rc = lp_fixes_decode(data, size, "fuzz", &fixes, &err);

	expect(rc, &err);
	if (rc == 0 && lp_fixes_encode(&fixes, &text, &err) == 0 &&
	    lp_fixes_decode(text.data, text.len, "again", &twice, &err) < 0)
		abort();
}

static void try_metadata(const uint8_t *data, size_t size)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_METADATA struct lp_metadata metadata = { 0 };
	LP_AUTO_METADATA struct lp_metadata twice = { 0 };
	LP_AUTO_BUF struct lp_buf text = { 0 };
	int rc = lp_metadata_decode(data, size, "fuzz", &metadata, &err);

	expect(rc, &err);
	if (rc < 0 || lp_metadata_encode(&metadata, &text, &err) < 0)
		return;
	if (lp_metadata_decode(text.data, text.len, "again", &twice, &err) < 0 ||
	    lp_metadata_compare(&metadata.facts, &twice.facts, "fuzz", &err) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_tree(data, size);
	try_manifest(data, size);
	try_fixes(data, size);
	try_metadata(data, size);
	return 0;
}

#define DIGEST "\"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"\n"

void fuzz_seeds(void (*feed)(const void *bytes, size_t n))
{
	static const char *const seeds[] = {
		"format: 1\nincompat: []\ncompat:\n  - \"a\"\nstream: \"s\"\nepoch: 0\nserial: 7\n"
		"version: \"7\"\ncreated: \"2026-07-01T12:00:00Z\"\nexpires: \"2027-07-01T12:00:00Z\"\n"
		"rollback_floor: 3\nkernels: 1\nlimits:\n  module_size: 5\n  frame_size: 5\n"
		"  metadata_size: 5\n  base_depth: 0\nsignature_area: 2048\nfixes:\n  size: 38\n"
		"  sha256: " DIGEST
		"fence:\n  size: 64\n"
		"  sha256: " DIGEST
		"pages_size: 4096\npayload_size: 9728\n",
		"fixes:\n  - id: \"CVE-2026-1\"\n    summary: \"a \\\"b\\\" \\\\\"\n    severity: \"low\"\n"
		"    cvss: \"7\"\n    since: 1\n    functions:\n      - \"f\"\nunfixable:\n  - id: \"a\"\n"
		"    reason: \"b\"\nwithdrawn:\n  - kind: \"fix\"\n    id: \"a\"\n    reason: \"b\"\n",
		"build_id: \"01020304\"\nrelease: \"6.1\"\narch: \"x86_64\"\nvermagic: \"6.1 SMP\"\nmodule:\n"
		"  name: \"m\"\n  size: 5\n"
		"  sha256: " DIGEST
		"  build_id: \"01020304\"\n  srcversion: \"A\"\n  depends: \"b\"\n  builder: \"source\"\n"
		"  replace: \"proved\"\n  signed: false\nobjects:\n  - name: \"vmlinux\"\n    callbacks:\n"
		"      - \"pre_patch\"\n    functions:\n      - name: \"f\"\n        sympos: 1\nstates:\n"
		"  - id: 1\n    version: 2\nnot_applicable:\n  - \"CVE-2026-1\"\n",
		"x-a:\n  - - 1\n    - true\n    - {}\n  - b: \"c\"\n    d: []\n",
		"a: [1, 'two', {three: \"3\"}] # four\nb: |\n  text\n",
	};

	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
		feed(seeds[i], strlen(seeds[i]));
}
