/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the manifest: keys, ranges, names, versions and features. */
#include "format/manifest.h"
#include "format/format.h"
#include "format/head.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char usual[] = "format: 1\n"
			    "incompat: []\n"
			    "compat:\n"
			    "  - \"a.b\"\n"
			    "  - \"c\"\n"
			    "stream: \"demo\"\n"
			    "epoch: 2\n"
			    "serial: 9\n"
			    "version: \"2026.11 \\\"x\\\"\"\n"
			    "created: \"2026-11-21T12:00:00Z\"\n"
			    "expires: \"2027-11-21T12:00:00Z\"\n"
			    "rollback_floor: 4\n"
			    "kernels: 33\n"
			    "limits:\n"
			    "  module_size: 1000\n"
			    "  frame_size: 500\n"
			    "  metadata_size: 200\n"
			    "  base_depth: 1\n"
			    "signature_area: 8192\n"
			    "fixes:\n"
			    "  size: 40\n"
			    "  sha256: \"00000000000000000000000000000000000000000000000000000000000000aa\"\n"
			    "fence:\n"
			    "  size: 128\n"
			    "  sha256: \"00000000000000000000000000000000000000000000000000000000000000bb\"\n"
			    "pages_size: 8192\n"
			    "payload_size: 100000\n";

/* The manifest with one piece of text replaced. */
static char *with(const char *from, const char *to)
{
	char *at = strstr(usual, from);
	char *out = calloc(1, sizeof(usual) + strlen(to) + 1);

	assert_non_null(at);
	memcpy(out, usual, (size_t)(at - usual));
	strcat(out, to);
	strcat(out, at + strlen(from));
	return out;
}

static void assert_refused(const char *from, const char *to, int code, const char *words)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_MANIFEST struct lp_manifest m = { 0 };
	char *text = with(from, to);
	int rc = lp_manifest_decode(text, strlen(text), "b.lpb: manifest.yaml", &m, &err);

	free(text);
	if (rc != -code || err.code != code || !strstr(err.message, words) ||
	    strncmp(err.message, "b.lpb: manifest.yaml", 20) != 0)
		fail_msg("%s -> %s: %d: %s", from, to, rc, err.message);
	assert_null(m.id.stream);
}

static void assert_accepted(const char *from, const char *to)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_MANIFEST struct lp_manifest m = { 0 };
	char *text = with(from, to);
	int rc = lp_manifest_decode(text, strlen(text), "m", &m, &err);

	free(text);
	if (rc < 0)
		fail_msg("%s -> %s: %s", from, to, err.message);
}

static void there_and_back(void **state)
{
	LP_AUTO_MANIFEST struct lp_manifest m = { 0 };
	LP_AUTO_BUF struct lp_buf again = { 0 };

	(void)state;
	assert_int_equal(lp_manifest_decode(usual, strlen(usual), "m", &m, NULL), 0);
	assert_int_equal(m.compat.n, 2);
	assert_string_equal(m.id.stream, "demo");
	assert_int_equal(m.id.epoch, 2);
	assert_int_equal(m.id.serial, 9);
	assert_string_equal(m.id.version, "2026.11 \"x\"");
	assert_int_equal(m.expires - m.id.created, 365 * 86400);
	assert_int_equal(m.rollback_floor, 4);
	assert_int_equal(m.kernels, 33);
	assert_int_equal(m.module_max, 1000);
	assert_int_equal(m.frame_max, 500);
	assert_int_equal(m.metadata_max, 200);
	assert_int_equal(m.base_depth, 1);
	assert_int_equal(m.fixes.sha256.bytes[31], 0xaa);
	assert_int_equal(m.fence.sha256.bytes[31], 0xbb);
	assert_int_equal(m.payload_size, 100000);
	assert_int_equal(lp_manifest_encode(&m, &again, NULL), 0);
	assert_string_equal((char *)again.data, usual);
}

static void versions_and_features(void **state)
{
	(void)state;
	assert_refused("format: 1", "format: 2", LPPACK_E_UNSUPPORTED, "format 2");
	assert_refused("format: 1", "format: 18446744073709551615", LPPACK_E_UNSUPPORTED, "18446744073709551615");
	assert_refused("format: 1", "format: \"1\"", LPPACK_E_STRUCTURE, "whole number");
	assert_refused("incompat: []", "incompat:\n  - \"zebra\"", LPPACK_E_UNSUPPORTED, "zebra");
	/* A newer bundle is told so even if it has keys that are unknown here. */
	assert_refused("incompat: []", "incompat:\n  - \"zebra\"\nnovel: 1", LPPACK_E_UNSUPPORTED, "zebra");
	assert_refused("format: 1\n", "format: 3\nnovel: 1\n", LPPACK_E_UNSUPPORTED, "format 3");
	assert_refused("\"c\"", "\"a.b\"", LPPACK_E_STRUCTURE, "ascending");
	assert_refused("\"c\"", "\"a\"", LPPACK_E_STRUCTURE, "ascending");
	assert_refused("\"c\"", "\"C\"", LPPACK_E_STRUCTURE, "feature names");
	assert_refused("\"c\"", "1", LPPACK_E_STRUCTURE, "must be a text");
	assert_accepted("payload_size: 100000\n", "payload_size: 100000\nx-future:\n  - 1\n");
}

static void too_many_features(void **state)
{
	LP_AUTO_BUF struct lp_buf list = { 0 };

	(void)state;
	lp_buf_text(&list, "compat:");
	for (unsigned int i = 0; i < LP_FEATURES_MAX; i++)
		lp_buf_printf(&list, "\n  - \"f%02u\"", i);
	assert_accepted("compat:\n  - \"a.b\"\n  - \"c\"", (char *)list.data);
	lp_buf_text(&list, "\n  - \"g\"");
	assert_refused("compat:\n  - \"a.b\"\n  - \"c\"", (char *)list.data, LPPACK_E_STRUCTURE, "more than 32");
}

static void keys(void **state)
{
	(void)state;
	assert_refused("epoch: 2\n", "", LPPACK_E_STRUCTURE, "'epoch' is missing");
	assert_refused("compat:\n  - \"a.b\"\n  - \"c\"\n", "", LPPACK_E_STRUCTURE, "'compat' is missing");
	assert_refused("payload_size: 100000\n", "payload_size: 100000\nnovel: 1\n", LPPACK_E_STRUCTURE, "unknown key");
	assert_refused("  base_depth: 1\n", "", LPPACK_E_STRUCTURE, "'base_depth' is missing");
	assert_refused("  base_depth: 1\n", "  base_depth: 1\n  novel: 1\n", LPPACK_E_STRUCTURE, "unknown key");
	assert_refused("  size: 40\n", "  size: 40\n  more: 1\n", LPPACK_E_STRUCTURE, "unknown key");
	assert_accepted("  base_depth: 1\n", "  base_depth: 1\n  x-novel: 1\n");
	assert_accepted("rollback_floor: 4\n", "");
	assert_accepted("expires: \"2027-11-21T12:00:00Z\"\n", "");
	/* Readers do not depend on the order of keys. */
	assert_accepted("epoch: 2\nserial: 9\n", "serial: 9\nepoch: 2\n");
}

static void ranges(void **state)
{
	(void)state;
	assert_refused("stream: \"demo\"", "stream: \"Demo\"", LPPACK_E_STRUCTURE, "'stream'");
	assert_refused("stream: \"demo\"", "stream: \"\"", LPPACK_E_STRUCTURE, "'stream'");
	assert_refused("stream: \"demo\"", "stream: \".demo\"", LPPACK_E_STRUCTURE, "'stream'");
	assert_refused("stream: \"demo\"", "stream: \"a/b\"", LPPACK_E_STRUCTURE, "'stream'");
	assert_refused("serial: 9", "serial: 9007199254740992", LPPACK_E_STRUCTURE, "'serial' must be at most");
	assert_accepted("serial: 9", "serial: 9007199254740991");
	assert_refused("\"2026.11 \\\"x\\\"\"", "\"\"", LPPACK_E_STRUCTURE, "'version'");
	assert_refused("created: \"2026-11-21T12:00:00Z\"", "created: \"2242-03-16T12:56:32Z\"", LPPACK_E_STRUCTURE,
		       "2242");
	assert_accepted("created: \"2026-11-21T12:00:00Z\"\nexpires: \"2027",
			"created: \"2242-03-16T12:56:31Z\"\nexpires: \"2243");
	assert_refused("expires: \"2027", "expires: \"2025", LPPACK_E_STRUCTURE, "'expires'");
	assert_refused("expires: \"2027", "expires: \"2026", LPPACK_E_STRUCTURE, "'expires'");
	/* 0 seconds must not pass for "never". */
	assert_refused("expires: \"2027-11-21T12", "expires: \"1970-01-01T00", LPPACK_E_STRUCTURE, "'expires'");
	assert_refused("created: \"2026-11-21T12:00:00Z\"", "created: \"2026-11-21\"", LPPACK_E_STRUCTURE, "'created'");
	assert_refused("rollback_floor: 4", "rollback_floor: 10", LPPACK_E_STRUCTURE, "'rollback_floor'");
	assert_accepted("rollback_floor: 4", "rollback_floor: 9");
	assert_refused("kernels: 33", "kernels: 0", LPPACK_E_STRUCTURE, "at least one kernel");
	assert_refused("kernels: 33", "kernels: 65537", LPPACK_E_STRUCTURE, "'kernels'");
	assert_refused("kernels: 33", "kernels: 32", LPPACK_E_STRUCTURE, "size for 32 kernels");
	assert_refused("kernels: 33", "kernels: 65", LPPACK_E_STRUCTURE, "size for 65 kernels");
	assert_accepted("kernels: 33", "kernels: 64");
	assert_refused("  size: 128", "  size: 127", LPPACK_E_STRUCTURE, "index");
	assert_refused("pages_size: 8192", "pages_size: 8193", LPPACK_E_STRUCTURE, "index");
	assert_refused("module_size: 1000", "module_size: 67108865", LPPACK_E_STRUCTURE, "'module_size'");
	assert_refused("frame_size: 500", "frame_size: 68157441", LPPACK_E_STRUCTURE, "'frame_size'");
	assert_refused("metadata_size: 200", "metadata_size: 1048577", LPPACK_E_STRUCTURE, "'metadata_size'");
	assert_refused("base_depth: 1", "base_depth: 9", LPPACK_E_STRUCTURE, "'base_depth'");
	assert_refused("size: 40", "size: 8388609", LPPACK_E_STRUCTURE, "'size'");
	assert_refused("signature_area: 8192", "signature_area: 1536", LPPACK_E_STRUCTURE, "'signature_area'");
	assert_refused("signature_area: 8192", "signature_area: 2049", LPPACK_E_STRUCTURE, "'signature_area'");
	assert_refused("signature_area: 8192", "signature_area: 1049088", LPPACK_E_STRUCTURE, "'signature_area'");
	assert_accepted("signature_area: 8192", "signature_area: 1048576");
	assert_refused("payload_size: 100000", "payload_size: 9000", LPPACK_E_STRUCTURE, "'payload_size'");
	assert_refused("0000aa", "0000AA", LPPACK_E_STRUCTURE, "SHA-256");
	assert_refused("0000aa", "0000a", LPPACK_E_STRUCTURE, "SHA-256");
}

static void size_limit(void **state)
{
	LP_AUTO_BUF struct lp_buf version = { 0 };
	LP_AUTO_BUF struct lp_buf out = { 0 };
	LP_AUTO_MANIFEST struct lp_manifest m = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;

	(void)state;
	assert_int_equal(lp_manifest_decode(usual, strlen(usual), "m", &m, NULL), 0);
	memset(lp_buf_grow(&version, LP_MANIFEST_MAX), 'v', LP_MANIFEST_MAX);
	free(m.id.version);
	m.id.version = strdup((char *)version.data);
	assert_int_equal(lp_manifest_encode(&m, &out, &err), -LPPACK_E_LIMIT);
	assert_true(*err.hint);
}

static void stream_names(void **state)
{
	static const char longest[] = "a123456789012345678901234567890123456789012345678901234567890123";

	(void)state;
	assert_int_equal(strlen(longest), 64);
	assert_true(lp_stream_name_is_valid(longest));
	assert_true(lp_stream_name_is_valid("0"));
	assert_true(lp_stream_name_is_valid("debian-12.amd64_x"));
	assert_false(lp_stream_name_is_valid("a1234567890123456789012345678901234567890123456789012345678901234"));
	assert_false(lp_stream_name_is_valid(""));
	assert_false(lp_stream_name_is_valid("-a"));
	assert_false(lp_stream_name_is_valid("_a"));
	assert_false(lp_stream_name_is_valid("a b"));
	assert_false(lp_stream_name_is_valid("\xc3\xa9"));
}

static void names_and_message(void **state)
{
	LP_AUTO_BUF struct lp_buf message = { 0 };
	char name[LP_MEMBER_NAME];
	struct lp_build_id id;

	(void)state;
	assert_int_equal(lp_build_id_parse("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", &id), 0);
	lp_member_module_name(&id, name);
	assert_string_equal(name, "kernels/00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff.ko.zst");
	lp_member_metadata_name(&id, name);
	assert_string_equal(name, "kernels/00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff.yaml");
	lp_pre_authentication("a: 1\n", 5, &message);
	assert_string_equal((char *)message.data, "DSSEv1 32 application/vnd.lppack.bundle.v1 5 a: 1\n");
	assert_int_equal(strlen(LP_MEDIA_TYPE), 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(versions_and_features),
		cmocka_unit_test(too_many_features),
		cmocka_unit_test(keys),
		cmocka_unit_test(ranges),
		cmocka_unit_test(size_limit),
		cmocka_unit_test(stream_names),
		cmocka_unit_test(names_and_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
