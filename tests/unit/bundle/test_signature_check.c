/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests which signatures of a bundle hold. */
#include "format/format.h"
#include "support/fixture.h"

#include "format/head.h"
#include "format/tar.h"
#include "trust/keyring.h"
#include "crypto/ed25519.h"

/* The name of a member, in its header, and the checksum made right again. */
static void rename_member(struct lp_buf *bundle, size_t at, const char *name, size_t size)
{
	lp_tar_header(name, size, FIXTURE_CREATED, bundle->data + at);
}

/* The bundle's bytes and where its only signature's header stands. */
static size_t load(struct fixture *f, struct lp_buf *out)
{
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	char *path =
		fixture_exists(fixture_path(f, "b.lpb")) ? fixture_path(f, "b.lpb") : fixture_bundle(f, "b.lpb", 1);

	bundle = lppack_bundle_open(path, &f->err);
	lp_buf_free(out);
	fixture_read(path, out);
	return bundle->head.area_at;
}

static struct lppack_verified *verify(struct fixture *f, const struct lp_buf *bytes, const struct lppack_keyring *ring,
				      struct lppack_bundle **bundle)
{
	*bundle = lppack_bundle_open(fixture_write(f, "changed.lpb", bytes->data, bytes->len), &f->err);
	expect_ok(*bundle ? 0 : -1, &f->err);
	return lppack_bundle_verify(*bundle, ring, &f->err);
}

static void assert_refused(struct fixture *f, const struct lp_buf *bytes, const struct lppack_keyring *ring, int code,
			   const char *words)
{
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = verify(f, bytes, ring, &bundle);

	assert_null(v);
	assert_true(*f->err.hint);
	assert_non_null(strstr(f->err.message, "changed.lpb"));
	expect_error(&f->err, code, words);
}

/* The fixture's bundle signed by the keys instead. */
static char *create_signed(struct fixture *f, const char *name, const struct lppack_signer *const *signers, size_t n)
{
	LPPACK_OPTIONS(lppack_create_options, options, .compression_level = 1, .flags = LPPACK_CREATE_OVERWRITE);
	LP_AUTO_SPEC struct lppack_spec *spec = fixture_spec(f, 1);
	char *path = fixture_path(f, name);

	expect_ok(lppack_bundle_create(spec, signers, n, path, &options, NULL, &f->err), &f->err);
	return path;
}

static void one_trusted_of_several(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SIGNER struct lppack_signer *b = fixture_new_signer(f, "keys/b");
	LP_AUTO_SIGNER struct lppack_signer *c = fixture_new_signer(f, "keys/c");
	const struct lppack_signer *signers[] = { b, f->signer, c };
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v =
		fixture_verify(f, create_signed(f, "three.lpb", signers, 3), &bundle);
	size_t trusted = 0;
	size_t n = 0;
	const struct lp_signature_report *reports = lp_verified_reports(v, &n);

	assert_int_equal(n, 3);
	for (size_t i = 0; i < 3; i++) {
		bool is_ours = strcmp(reports[i].id, lppack_signer_id(f->signer)) == 0;

		assert_string_equal(reports[i].scheme, "ed25519");
		assert_int_equal(reports[i].status, is_ours ? LP_SIGNATURE_GOOD : LP_SIGNATURE_UNKNOWN_KEY);
		trusted += is_ours;
	}
	assert_int_equal(trusted, 1);
	expect_ok(lppack_verified_check_all(v, NULL, &f->err), &f->err);
}

static void strangers_only(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SIGNER struct lppack_signer *b = fixture_new_signer(f, "keys/b");
	LP_AUTO_KEYRING struct lppack_keyring *ring = lppack_keyring_new(NULL);
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	load(f, &bytes);
	expect_ok(lppack_keyring_add(ring, fixture_path(f, "keys/b.pub"), &f->err), &f->err);
	assert_refused(f, &bytes, ring, LPPACK_E_UNTRUSTED, "the signature is not by a trusted key");
}

/* A signature that does not fit is an error even where another is trusted. */
static void one_wrong_of_several(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SIGNER struct lppack_signer *b = fixture_new_signer(f, "keys/b");
	const struct lppack_signer *signers[] = { b, f->signer };
	char *path = create_signed(f, "two.lpb", signers, 2);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = lppack_bundle_open(path, &f->err);
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	fixture_read(path, &bytes);
	for (size_t i = 0; i < 2; i++) {
		/* Of the second half: the first one is a point, and half of its changes are none. */
		size_t at = bundle->head.signatures[i].header_at + LP_TAR_BLOCK + LP_ED25519_SPKI_SIZE + 32 + 5;

		bytes.data[at] ^= 1;
		assert_refused(f, &bytes, f->keyring, LPPACK_E_BAD_SIGNATURE, "does not fit");
		bytes.data[at] ^= 1;
	}
}

/* All are reported, also after the first that is wrong; trust is not asked here. */
static void every_signature_is_reported(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SIGNER struct lppack_signer *b = fixture_new_signer(f, "keys/b");
	LP_AUTO_SIGNER struct lppack_signer *c = fixture_new_signer(f, "keys/c");
	const struct lppack_signer *signers[] = { b, f->signer, c };
	char *path = create_signed(f, "three.lpb", signers, 3);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = lppack_bundle_open(path, NULL);
	struct lp_signature_report reports[LP_SIGNATURES_MAX];
	size_t n = 0;

	expect_ok(lp_signatures_check(bundle, reports, &n, &f->err), &f->err);
	assert_int_equal(n, 3);
	bundle->head.signatures[0].bytes[LP_ED25519_SPKI_SIZE + 32 + 6] ^= 1;
	strcpy(strrchr(bundle->head.signatures[1].name, '.'), ".later");
	assert_int_equal(lp_signatures_check(bundle, reports, &n, &f->err), -LPPACK_E_BAD_SIGNATURE);
	expect_error(&f->err, LPPACK_E_BAD_SIGNATURE, bundle->head.signatures[0].name);
	assert_int_equal(n, 3);
	assert_int_equal(reports[0].status, LP_SIGNATURE_MALFORMED);
	assert_non_null(strstr(reports[0].reason, "does not fit"));
	assert_int_equal(reports[1].status, LP_SIGNATURE_UNSUPPORTED);
	assert_string_equal(reports[1].scheme, "later");
	assert_int_equal(reports[2].status, LP_SIGNATURE_VALID);
	assert_string_equal(reports[2].reason, "");
	assert_ptr_equal(reports[2].bytes, bundle->head.signatures[2].bytes);
	assert_string_equal(lp_signature_status_names[LP_SIGNATURE_UNSUPPORTED], "unsupported");
	assert_null(lp_signature_status_names[LP_SIGNATURE_UNSUPPORTED + 1]);
}

/* Bytes of another scheme under the name of cms. */
static void no_cms(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	size_t at = load(f, &bytes);

	rename_member(&bytes, at, fixture_format(f, "signatures/%s.cms", lppack_signer_id(f->signer)), 108);
	assert_refused(f, &bytes, f->keyring, LPPACK_E_BAD_SIGNATURE, "not a CMS signature");
}

static void a_changed_manifest(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	load(f, &bytes);
	bytes.data[1024 + LP_TAR_BLOCK] ^= 1;
	assert_refused(f, &bytes, f->keyring, LPPACK_E_BAD_SIGNATURE, "does not fit");
}

static void every_byte_of_the_member_counts(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	size_t at = load(f, &bytes) + LP_TAR_BLOCK;

	for (size_t i = 0; i < LP_ED25519_SPKI_SIZE + LP_ED25519_SIGNATURE_SIZE; i++) {
		bytes.data[at + i] ^= 0x40;
		assert_refused(f, &bytes, f->keyring, LPPACK_E_BAD_SIGNATURE, NULL);
		bytes.data[at + i] ^= 0x40;
	}
}

static void names(void **state)
{
	static const char *const schemes[] = {
		"", ".", ".ED25519", ".ed25519/x", ".ed25519\x1b", ".a\xff", ".abcdefghijklmnop", ".ed 25519"
	};
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	size_t at = load(f, &bytes);
	const char *id = lppack_signer_id(f->signer);

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		rename_member(&bytes, at, fixture_format(f, "signatures/%s%s", id, schemes[i]), 108);
		assert_refused(f, &bytes, f->keyring, LPPACK_E_STRUCTURE, "not the name of a signature");
	}
	rename_member(&bytes, at, fixture_format(f, "signatures/%.63s.ed25519", id), 108);
	assert_refused(f, &bytes, f->keyring, LPPACK_E_STRUCTURE, "not the name of a signature");
	rename_member(&bytes, at, fixture_format(f, "signatures/%.63sG.ed25519", id), 108);
	assert_refused(f, &bytes, f->keyring, LPPACK_E_STRUCTURE, "not the name of a signature");
	rename_member(&bytes, at, fixture_format(f, "signatures/%.63s%c.ed25519", id, id[63] == '0' ? '1' : '0'), 108);
	assert_refused(f, &bytes, f->keyring, LPPACK_E_BAD_SIGNATURE, "is not by the key of that id");
}

static void sizes(void **state)
{
	static const size_t wrong[] = { 1, 64, 107, 109 };
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	size_t at = load(f, &bytes);

	for (size_t i = 0; i < 4; i++) {
		rename_member(&bytes, at, fixture_format(f, "signatures/%s.ed25519", lppack_signer_id(f->signer)),
			      wrong[i]);
		assert_refused(f, &bytes, f->keyring, LPPACK_E_BAD_SIGNATURE, "instead of 108");
	}
}

/* A scheme that cannot be checked does not count, and a full reader refuses it. */
static void unknown_schemes(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SIGNER struct lppack_signer *b = fixture_new_signer(f, "keys/b");
	const struct lppack_signer *signers[] = { b, f->signer };
	char *path = create_signed(f, "two.lpb", signers, 2);
	LP_AUTO_BUNDLE struct lppack_bundle *both = lppack_bundle_open(path, &f->err);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = NULL;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	size_t at = load(f, &bytes);
	const struct lp_signature_report *reports;
	size_t ours;
	size_t n = 0;

	rename_member(&bytes, at, fixture_format(f, "signatures/%s.ml-dsa-65", lppack_signer_id(f->signer)), 108);
	assert_refused(f, &bytes, f->keyring, LPPACK_E_UNTRUSTED, NULL);
	lp_buf_free(&bytes);
	fixture_read(path, &bytes);
	ours = strstr(both->head.signatures[0].name, lppack_signer_id(f->signer)) ? 0 : 1;
	lp_tar_header(fixture_format(f, "signatures/%s.ml-dsa-65", lppack_signer_id(b)), 108, 0,
		      bytes.data + both->head.signatures[!ours].header_at);
	v = verify(f, &bytes, f->keyring, &bundle);
	expect_ok(v ? 0 : -1, &f->err);
	reports = lp_verified_reports(v, &n);
	assert_int_equal(reports[!ours].status, LP_SIGNATURE_UNSUPPORTED);
	assert_true(*reports[!ours].reason);
	assert_int_equal(reports[ours].status, LP_SIGNATURE_GOOD);
	assert_int_equal(lppack_verified_check_all(v, NULL, &f->err), -LPPACK_E_UNSUPPORTED);
	expect_error(&f->err, LPPACK_E_UNSUPPORTED, "'ml-dsa-65'");
}

static void without_signatures(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_BUF struct lp_buf out = { 0 };
	size_t at = load(f, &bytes);

	lp_buf_append(&out, bytes.data, at);
	lp_buf_append(&out, bytes.data + at + 1024, bytes.len - at - 1024);
	assert_refused(f, &out, f->keyring, LPPACK_E_UNTRUSTED, "not signed");
}

static void the_same_signature_twice(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_BUF struct lp_buf out = { 0 };
	size_t at = load(f, &bytes);

	lp_buf_append(&out, bytes.data, at + 1024);
	lp_buf_append(&out, bytes.data + at, bytes.len - at);
	assert_null(lppack_bundle_open(fixture_write(f, "twice.lpb", out.data, out.len), &f->err));
	expect_error(&f->err, LPPACK_E_STRUCTURE, "do not ascend");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(one_trusted_of_several),
		fixture_test(strangers_only),
		fixture_test(one_wrong_of_several),
		fixture_test(every_signature_is_reported),
		fixture_test(no_cms),
		fixture_test(a_changed_manifest),
		fixture_test(every_byte_of_the_member_counts),
		fixture_test(names),
		fixture_test(sizes),
		fixture_test(unknown_schemes),
		fixture_test(without_signatures),
		fixture_test(the_same_signature_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
