/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests adding signatures to a bundle. */
#include "format/manifest.h"
#include "format/format.h"
#include "support/fixture.h"

#include "base/file.h"
#include "format/tar.h"
#include "crypto/ed25519.h"
#include "crypto/cms_sign.h"
#include "crypto/cms_verify.h"
#include "pack/sign_journal.h"
#include "trust/signer.h"
#include "support/pki.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Signs with one key; the report. */
static struct lppack_value *sign(struct fixture *f, const char *path, const struct lppack_signer *signer)
{
	struct lppack_value *report = NULL;

	expect_ok(lppack_bundle_sign(path, &signer, 1, &report, &f->err), &f->err);
	return report;
}

static void assert_text(const struct lppack_value *map, const char *key, const char *text)
{
	assert_string_equal(lppack_value_text(lppack_value_get(map, key)), text);
}

static size_t count_signatures(struct fixture *f, const char *path)
{
	LP_AUTO_VALUE struct lppack_value *map = lppack_signature_list(path, &f->err);

	expect_ok(map ? 0 : -1, &f->err);
	return lppack_value_count(lppack_value_get(map, "signatures"));
}

/* The same bytes from the payload on. */
static void assert_same_payload(const struct lp_buf *a, const struct lp_buf *b)
{
	size_t n = a->len < b->len ? a->len : b->len;

	n -= n > 16384 ? 16384 : n / 2;
	assert_memory_equal(a->data + a->len - n, b->data + b->len - n, n);
}

static void a_signature_is_added(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SIGNER struct lppack_signer *b = fixture_new_signer(f, "keys/b");
	char *path = fixture_bundle(f, "b.lpb", 2);
	LP_AUTO_BUF struct lp_buf before = { 0 };
	LP_AUTO_BUF struct lp_buf after = { 0 };
	LP_AUTO_VALUE struct lppack_value *report = NULL;
	const struct lppack_value *added;

	fixture_read(path, &before);
	report = sign(f, path, b);
	assert_text(report, "path", path);
	assert_text(report, "stream", "demo");
	added = lppack_value_get(report, "added");
	assert_int_equal(lppack_value_count(added), 1);
	assert_string_equal(lppack_value_text(lppack_value_at(added, 0, NULL)), lppack_signer_id(b));
	assert_int_equal(lppack_value_count(lppack_value_get(report, "removed")), 0);
	assert_int_equal(lppack_value_count(lppack_value_get(report, "signatures")), 2);
	assert_int_equal(lppack_value_int(lppack_value_get(report, "bytes_copied"), 1), 0);
	assert_true(lppack_value_int(lppack_value_get(report, "bytes_read"), 0) < 65536);
	fixture_read(path, &after);
	assert_int_equal(before.len, after.len);
	assert_same_payload(&before, &after);
	assert_int_equal(fixture_check(f, path), 0);
	assert_int_equal(fixture_count(f, "."), 2 + 2); /* nothing beside the bundle, its modules' and keys' folders */
}

static void a_key_signs_once(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SIGNER struct lppack_signer *b = fixture_new_signer(f, "keys/b");
	const struct lppack_signer *both[] = { b, f->signer };
	const struct lppack_signer *twice[] = { b, b };
	char *path = fixture_bundle(f, "b.lpb", 1);
	char no_report;
	struct lppack_value *report = (struct lppack_value *)&no_report;
	LP_AUTO_BUF struct lp_buf before = { 0 };
	LP_AUTO_BUF struct lp_buf after = { 0 };

	fixture_read(path, &before);
	assert_int_equal(lppack_bundle_sign(path, both, 2, NULL, &f->err), -LPPACK_E_SIGNED);
	expect_error(&f->err, LPPACK_E_SIGNED, lppack_signer_id(f->signer));
	assert_int_equal(lppack_bundle_sign(path, twice, 2, NULL, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "named twice");
	assert_int_equal(lppack_bundle_sign(path, NULL, 0, &report, &f->err), -LPPACK_E_USAGE);
	assert_null(report);
	expect_error(&f->err, LPPACK_E_USAGE, "no key");
	fixture_read(path, &after);
	assert_memory_equal(before.data, after.data, before.len);
}

/* Signers of one EC key, with a certificate each. */
static void under_another_certificate(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 1);
	struct pki first = { 0 }, second = { 0 };
	struct lppack_signer a = { 0 }, b = { 0 };
	const struct lppack_signer *signers[] = { &a, &b };

	pki_make_signer(&first, "First", NULL, NULL);
	pki_make(&second, &(struct pki_options){ .name = "Second", .same_key = &first, .serial = 9 });
	a = (struct lppack_signer){ .key = first.private_key, .certificate = first.certificate };
	b = (struct lppack_signer){ .key = first.private_key, .certificate = second.certificate };
	for (size_t i = 0; i < LP_DIGEST_SIZE; i++) {
		snprintf(a.id + 2 * i, 3, "%02x", lp_private_key_public(a.key)->id.bytes[i]);
		snprintf(b.id + 2 * i, 3, "%02x", lp_private_key_public(a.key)->id.bytes[i]);
	}
	expect_ok(lppack_bundle_sign(path, signers, 1, NULL, &f->err), &f->err);
	assert_int_equal(lppack_bundle_sign(path, signers + 1, 1, NULL, &f->err), -LPPACK_E_SIGNED);
	expect_error(&f->err, LPPACK_E_SIGNED, a.id);
	assert_int_equal(fixture_check(f, path), 0);
	pki_free(&first);
	pki_free(&second);
}

static void removing(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SIGNER struct lppack_signer *b = fixture_new_signer(f, "keys/b");
	char *path = fixture_bundle(f, "b.lpb", 1);
	LP_AUTO_BUF struct lp_buf before = { 0 };
	LP_AUTO_BUF struct lp_buf after = { 0 };
	LP_AUTO_VALUE struct lppack_value *report = NULL;

	fixture_read(path, &before);
	lppack_value_free(sign(f, path, b));
	assert_int_equal(lppack_signature_remove(path, "xyz", NULL, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "begins with 'xyz'");
	assert_int_equal(lppack_signature_remove(path, "", NULL, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, NULL);
	expect_ok(lppack_signature_remove(path, lppack_signer_id(b), &report, &f->err), &f->err);
	assert_int_equal(lppack_value_count(lppack_value_get(report, "removed")), 1);
	fixture_read(path, &after);
	assert_int_equal(before.len, after.len);
	assert_memory_equal(before.data, after.data, before.len);
	expect_ok(lppack_signature_remove(path, lppack_signer_id(f->signer), NULL, &f->err), &f->err);
	assert_int_equal(count_signatures(f, path), 0);
}

/* A signature that is wrong keeps others away until it is removed. */
static void a_wrong_signature(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SIGNER struct lppack_signer *b = fixture_new_signer(f, "keys/b");
	const struct lppack_signer *signers[] = { b };
	char *path = fixture_bundle(f, "b.lpb", 1);
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = lppack_bundle_open(path, NULL);
	LP_AUTO_VALUE struct lppack_value *list = NULL;

	fixture_flip(path, bundle->head.area_at + LP_TAR_BLOCK + 80);
	assert_int_equal(lppack_bundle_sign(path, signers, 1, NULL, &f->err), -LPPACK_E_BAD_SIGNATURE);
	expect_error(&f->err, LPPACK_E_BAD_SIGNATURE, "does not fit");
	list = lppack_signature_list(path, &f->err);
	assert_text(lppack_value_at(lppack_value_get(list, "signatures"), 0, NULL), "status", "malformed");
	expect_ok(lppack_signature_remove(path, lppack_signer_id(f->signer), NULL, &f->err), &f->err);
	lppack_value_free(sign(f, path, b));
}

static void an_area_that_grows_and_shrinks(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 2);
	LP_AUTO_BUF struct lp_buf before = { 0 };
	LP_AUTO_BUF struct lp_buf after = { 0 };
	char last[LPPACK_KEY_ID_SIZE];
	struct stat st;

	fixture_read(path, &before);
	assert_int_equal(chmod(path, 0640), 0);
	for (unsigned int i = 1; i < LP_SIGNATURES_MAX; i++) {
		LP_AUTO_SIGNER struct lppack_signer *key = fixture_new_signer(f, fixture_format(f, "keys/k%u", i));
		LP_AUTO_VALUE struct lppack_value *report = sign(f, path, key);
		const char *method = lppack_value_text(lppack_value_get(report, "method"));

		/* 7 of 1,024 bytes each and the header of pad fit into 8,192. */
		assert_int_equal(strcmp(method, "rewrite") == 0, i == 7 || i == 15);
		strcpy(last, lppack_signer_id(key));
	}
	fixture_read(path, &after);
	assert_int_equal(after.len, before.len + 2 * (size_t)LP_SIGNATURE_AREA_DEFAULT);
	assert_same_payload(&before, &after);
	assert_int_equal(fixture_check(f, path), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	expect_ok(lppack_signature_remove(path, last, NULL, &f->err), &f->err);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal((size_t)st.st_size, before.len + LP_SIGNATURE_AREA_DEFAULT);
	assert_int_equal(fixture_check(f, path), 0);
}

static void seventeen(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 1);
	struct lppack_signer *signers[LP_SIGNATURES_MAX];

	for (unsigned int i = 0; i < LP_SIGNATURES_MAX; i++)
		signers[i] = fixture_new_signer(f, fixture_format(f, "keys/k%u", i));
	assert_int_equal(lppack_bundle_sign(path, (const struct lppack_signer *const *)signers, LP_SIGNATURES_MAX, NULL,
					    &f->err),
			 -LPPACK_E_LIMIT);
	expect_error(&f->err, LPPACK_E_LIMIT, "no more are allowed");
	assert_int_equal(count_signatures(f, path), 1);
	for (unsigned int i = 0; i < LP_SIGNATURES_MAX; i++)
		lppack_signer_free(signers[i]);
}

/* Where links share a file, all of them see the change. */
static void links(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SIGNER struct lppack_signer *b = fixture_new_signer(f, "keys/b");
	LP_AUTO_SIGNER struct lppack_signer *c = fixture_new_signer(f, "keys/c");
	char *path = fixture_bundle(f, "b.lpb", 1);
	char *hard = fixture_path(f, "hard.lpb");
	char *soft = fixture_path(f, "soft.lpb");
	LP_AUTO_VALUE struct lppack_value *report = NULL;
	struct stat st;

	assert_int_equal(link(path, hard), 0);
	assert_int_equal(symlink("b.lpb", soft), 0);
	report = sign(f, soft, b);
	assert_text(report, "method", "in-place");
	lppack_value_free(sign(f, hard, c));
	assert_int_equal(lstat(soft, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(count_signatures(f, path), 3);
}

static int attach(const char *path, const char *signature, const char *key, struct lppack_value **report,
		  struct lppack_error *err)
{
	LPPACK_OPTIONS(lppack_attach_options, how, .signature = signature, .public_key = key);

	return lppack_signature_attach(path, &how, report, err);
}

static void signed_elsewhere(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SIGNER struct lppack_signer *b = fixture_new_signer(f, "keys/b");
	char *path = fixture_bundle(f, "b.lpb", 1);
	char *signature = fixture_path(f, "signature");
	uint8_t raw[LP_ED25519_SIGNATURE_SIZE];
	LP_AUTO_FREE void *message = NULL;
	LP_AUTO_BUF struct lp_buf emitted = { 0 };
	size_t n = 0;

	expect_ok(lppack_signature_message(path, &message, &n, &f->err), &f->err);
	expect_ok(lppack_signature_emit(path, fixture_path(f, "message"), &f->err), &f->err);
	fixture_read(fixture_path(f, "message"), &emitted);
	assert_int_equal(emitted.len, n);
	assert_memory_equal(emitted.data, message, n);
	assert_int_equal(lppack_signature_emit(path, fixture_path(f, "message"), &f->err), -LPPACK_E_EXISTS);
	expect_error(&f->err, LPPACK_E_EXISTS, "message");
	expect_ok(lp_ed25519_sign(b->key, message, n, raw, &f->err), &f->err);
	fixture_write(f, "signature", raw, sizeof(raw));
	assert_int_equal(attach(path, signature, NULL, NULL, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "does not tell its key");
	assert_int_equal(attach(path, signature, fixture_path(f, "keys/a.pub"), NULL, &f->err), -LPPACK_E_SIGNED);
	expect_error(&f->err, LPPACK_E_SIGNED, NULL);
	expect_ok(attach(path, signature, fixture_path(f, "keys/b.pub"), NULL, &f->err), &f->err);
	assert_int_equal(count_signatures(f, path), 2);
	expect_ok(lppack_signature_remove(path, lppack_signer_id(b), NULL, &f->err), &f->err);
	fixture_flip(signature, 40);
	assert_int_equal(attach(path, signature, fixture_path(f, "keys/b.pub"), NULL, &f->err),
			 -LPPACK_E_BAD_SIGNATURE);
	expect_error(&f->err, LPPACK_E_BAD_SIGNATURE, "does not fit");
	assert_int_equal(count_signatures(f, path), 1);
}

static void a_cms_from_elsewhere(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_bundle(f, "b.lpb", 1);
	struct pki pki = { 0 };
	LP_AUTO_FREE void *message = NULL;
	LP_AUTO_BUF struct lp_buf der = { 0 };
	LP_AUTO_VALUE struct lppack_value *report = NULL;
	const struct lppack_value *last;
	char *file;
	size_t n = 0;

	pki_make_signer(&pki, "Signer", "P-384", NULL);
	expect_ok(lppack_signature_message(path, &message, &n, &f->err), &f->err);
	expect_ok(lp_cms_sign(pki.private_key, pki.certificate, NULL, message, n, &der, &f->err), &f->err);
	file = fixture_write(f, "der", der.data, der.len);
	assert_int_equal(attach(path, file, fixture_path(f, "keys/a.pub"), NULL, &f->err), -LPPACK_E_BAD_SIGNATURE);
	expect_error(&f->err, LPPACK_E_BAD_SIGNATURE, "not an Ed25519 signature");
	expect_ok(attach(path, file, NULL, &report, &f->err), &f->err);
	last = lppack_value_get(report, "signatures");
	assert_int_equal(lppack_value_count(last), 2);
	assert_int_equal(fixture_check(f, path), 0);
	assert_int_equal(attach(path, fixture_write(f, "cut", der.data, der.len - 1), NULL, NULL, &f->err),
			 -LPPACK_E_BAD_SIGNATURE);
	expect_error(&f->err, LPPACK_E_BAD_SIGNATURE, "not a CMS signature");
	pki_free(&pki);
}

static void attached_from_memory(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SIGNER struct lppack_signer *b = fixture_new_signer(f, "keys/b");
	char *path = fixture_bundle(f, "b.lpb", 1);
	LPPACK_OPTIONS(lppack_attach_options, how);
	LP_AUTO_FREE void *message = NULL;
	LP_AUTO_BUF struct lp_buf key = { 0 };
	uint8_t raw[LP_ED25519_SIGNATURE_SIZE];
	size_t n = 0;

	fixture_read(fixture_path(f, "keys/b.pub"), &key);
	expect_ok(lppack_signature_message(path, &message, &n, &f->err), &f->err);
	expect_ok(lp_ed25519_sign(b->key, message, n, raw, &f->err), &f->err);
	how.signature_bytes = (struct lppack_bytes){ raw, sizeof(raw) };
	assert_int_equal(lppack_signature_attach(path, &how, NULL, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "the signature: an Ed25519 signature does not tell its key");
	how.public_key_bytes = (struct lppack_bytes){ key.data, key.len };
	how.signature = path;
	assert_int_equal(lppack_signature_attach(path, &how, NULL, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "given twice");
	how.signature = NULL;
	expect_ok(lppack_signature_attach(path, &how, NULL, &f->err), &f->err);
	assert_int_equal(count_signatures(f, path), 2);
	assert_int_equal(fixture_check(f, path), 0);
}

static void claim_a_gibibyte(struct lp_manifest *manifest)
{
	manifest->payload_size = 1u << 30;
}

/* What would be read is a hole: the head is all that there is. */
static void a_gibibyte(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SIGNER struct lppack_signer *b = fixture_new_signer(f, "keys/b");
	LP_AUTO_FORGE struct forge forge = { 0 };
	LP_AUTO_VALUE struct lppack_value *report = NULL;
	struct stat st;
	char *path;

	forge_open(f, fixture_bundle(f, "b.lpb", 1), &forge);
	forge.lie_manifest = claim_a_gibibyte;
	path = forge_seal(f, &forge, "big.lpb");
	{
		LP_AUTO_BUNDLE struct lppack_bundle *bundle = lppack_bundle_open(path, &f->err);

		assert_int_equal(truncate(path, (off_t)bundle->head.payload_at + (1 << 30)), 0);
	}
	report = sign(f, path, b);
	assert_true(lppack_value_int(lppack_value_get(report, "bytes_read"), UINT64_MAX) < 65536);
	assert_true(lppack_value_int(lppack_value_get(report, "bytes_written"), UINT64_MAX) < 65536);
	assert_int_equal(lppack_value_int(lppack_value_get(report, "bytes_copied"), 1), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_blocks * 512 < 1 << 20);
}

/* A bundle, the same with one more signature, the journal of that change, and the change half done. */
struct torn {
	char *path;
	char *journal;
	struct lp_buf old;
	struct lp_buf new;
	struct lp_buf half;
	size_t head; /* its size */
};

static void tear(struct fixture *f, struct torn *torn)
{
	LP_AUTO_SIGNER struct lppack_signer *b = fixture_new_signer(f, "keys/b");
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	char *path = fixture_bundle(f, "b.lpb", 1);
	size_t at;

	fixture_read(path, &torn->old);
	lppack_value_free(sign(f, path, b));
	fixture_read(path, &torn->new);
	bundle = lppack_bundle_open(path, NULL);
	torn->head = bundle->head.payload_at;
	at = bundle->head.area_at + 1100;
	lp_buf_append(&torn->half, torn->new.data, at);
	lp_buf_append(&torn->half, torn->old.data + at, torn->old.len - at);
	torn->path = fixture_path(f, "torn.lpb");
	torn->journal = fixture_path(f, ".torn.lpb.signing");
}

static void torn_free(struct torn *torn)
{
	lp_buf_free(&torn->old);
	lp_buf_free(&torn->new);
	lp_buf_free(&torn->half);
}

static void put(struct fixture *f, struct torn *torn, const struct lp_buf *bundle, const struct lp_buf *journal,
		size_t n)
{
	fixture_write(f, "torn.lpb", bundle->data, bundle->len);
	if (fixture_exists(torn->journal))
		assert_int_equal(unlink(torn->journal), 0);
	fixture_write(f, ".torn.lpb.signing", journal->data, n);
	assert_int_equal(chmod(torn->journal, 0600), 0);
}

static void assert_is(const char *path, const struct lp_buf *expected)
{
	LP_AUTO_BUF struct lp_buf is = { 0 };

	fixture_read(path, &is);
	assert_int_equal(is.len, expected->len);
	assert_memory_equal(is.data, expected->data, is.len);
}

static void an_interrupted_change_is_completed(void **state)
{
	struct fixture *f = *state;
	LP_AUTO(torn_free) struct torn torn = { 0 };
	LP_AUTO_BUF struct lp_buf nothing = { 0 };
	const struct lp_buf *starts[] = { &torn.half, &torn.old, &torn.new };
	const struct lp_buf *ends[] = { &torn.new, &torn.old, &torn.new };

	tear(f, &torn);
	for (size_t i = 0; i < 3; i++) {
		LP_AUTO_FREE void *bytes = NULL;
		size_t n = 0;

		put(f, &torn, starts[i], &torn.new, torn.head);
		expect_ok(lppack_signature_message(torn.path, &bytes, &n, &f->err), &f->err);
		assert_false(fixture_exists(torn.journal));
		assert_is(torn.path, ends[i]);
	}
	/* A journal of nothing beside a bundle that is whole. */
	put(f, &torn, &torn.old, &nothing, 0);
	assert_int_equal(count_signatures(f, torn.path), 1);
	assert_false(fixture_exists(torn.journal));
}

static void refuse(struct fixture *f, struct torn *torn, const char *words)
{
	assert_null(lppack_signature_list(torn->path, &f->err));
	assert_non_null(strstr(f->err.message, "was interrupted"));
	expect_error(&f->err, LPPACK_E_STATE, words);
	assert_is(torn->path, &torn->half);
	assert_true(fixture_exists(torn->journal));
}

static void a_journal_that_completes_nothing(void **state)
{
	struct fixture *f = *state;
	LP_AUTO(torn_free) struct torn torn = { 0 };
	LP_AUTO_BUF struct lp_buf other = { 0 };

	tear(f, &torn);
	put(f, &torn, &torn.half, &torn.new, torn.head - 1);
	refuse(f, &torn, NULL);
	put(f, &torn, &torn.half, &torn.new, torn.head + 1);
	refuse(f, &torn, "does not end with the head");
	put(f, &torn, &torn.half, &torn.half, torn.head);
	refuse(f, &torn, NULL);
	put(f, &torn, &torn.half, &torn.new, torn.head);
	assert_int_equal(chmod(torn.journal, 0620), 0);
	refuse(f, &torn, ".torn.lpb.signing");
	fixture_read(fixture_bundle(f, "other.lpb", 2), &other);
	put(f, &torn, &torn.half, &other, torn.head);
	refuse(f, &torn, "is not about this bundle");
	assert_int_equal(unlink(torn.journal), 0);
	assert_int_equal(symlink("b.lpb", torn.journal), 0);
	refuse(f, &torn, ".torn.lpb.signing");
}

static void what_is_no_bundle(void **state)
{
	struct fixture *f = *state;
	const struct lppack_signer *signers[] = { f->signer };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	void *message = NULL;
	size_t n = 0;

	assert_int_equal(lppack_bundle_sign(fixture_path(f, "absent"), signers, 1, NULL, &f->err), -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "absent");
	assert_int_equal(lppack_bundle_sign(fixture_write_text(f, "text", "no bundle"), signers, 1, NULL, &f->err),
			 -LPPACK_E_NOT_BUNDLE);
	expect_error(&f->err, LPPACK_E_NOT_BUNDLE, "text");
	fixture_read(fixture_bundle(f, "b.lpb", 1), &bytes);
	fixture_write(f, "less", bytes.data, bytes.len - 1);
	assert_int_equal(lppack_signature_message(fixture_path(f, "less"), &message, &n, &f->err), -LPPACK_E_TRUNCATED);
	expect_error(&f->err, LPPACK_E_TRUNCATED, "less");
	assert_null(message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(a_signature_is_added),
		fixture_test(a_key_signs_once),
		fixture_test(under_another_certificate),
		fixture_test(removing),
		fixture_test(a_wrong_signature),
		fixture_test(an_area_that_grows_and_shrinks),
		fixture_test(seventeen),
		fixture_test(links),
		fixture_test(signed_elsewhere),
		fixture_test(a_cms_from_elsewhere),
		fixture_test(attached_from_memory),
		fixture_test(a_gibibyte),
		fixture_test(an_interrupted_change_is_completed),
		fixture_test(a_journal_that_completes_nothing),
		fixture_test(what_is_no_bundle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
