/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests the keys and certificates that a bundle is signed with. */
#include "crypto/ed25519.h"
#include "support/fixture.h"

#include "shared/text.h"
#include "crypto/cms_sign.h"
#include "crypto/cms_verify.h"
#include "trust/signer.h"
#include "support/pki.h"

#include <sys/stat.h>

/* A passphrase that is known, or an error to fail with. */
struct answer {
	const char *text;
	unsigned int asked;
};

static int ask(void *context, const char *what, char *secret, size_t size, struct lppack_error *err)
{
	struct answer *answer = context;

	assert_non_null(strstr(what, ".key"));
	answer->asked++;
	if (!answer->text)
		return lp_fail(err, LPPACK_E_USAGE, NULL, "nobody answers");
	assert_true(strlen(answer->text) <= size);
	memcpy(secret, answer->text, strlen(answer->text));
	return (int)strlen(answer->text);
}

static void every_type_of_key(void **state)
{
	static const char *const types[] = { NULL, "ed25519", "ecdsa-p256", "ecdsa-p384", "rsa-3072" };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		char *name = fixture_format(f, "%s/new%zu", f->dir, i);
		LPPACK_OPTIONS(lppack_key_options, options, .type = types[i]);
		char id[LPPACK_KEY_ID_SIZE] = "";
		LP_AUTO_BUF struct lp_buf pem = { 0 };
		struct lp_public_key key;
		struct stat st;

		expect_ok(lppack_key_generate(name, &options, id, &f->err), &f->err);
		fixture_read(fixture_format(f, "%s.pub", name), &pem);
		expect_ok(lp_public_key_parse(pem.data, pem.len, "pub", &key, &f->err), &f->err);
		assert_int_equal(strlen(id), 64);
		assert_int_equal(stat(fixture_format(f, "%s.key", name), &st), 0);
		assert_int_equal(st.st_mode & 07777 & ~0600, 0);
		if (i < 2)
			assert_int_equal(key.algorithm, LP_KEY_ED25519);
	}
}

static void no_key_is_made(void **state)
{
	struct fixture *f = *state;
	struct answer empty = { .text = "" };
	struct answer nobody = { 0 };
	LPPACK_OPTIONS(lppack_key_options, options, .type = "dsa");
	char id[LPPACK_KEY_ID_SIZE];
	size_t before = fixture_count(f, ".");

	assert_int_equal(lppack_key_generate(fixture_path(f, "n"), &options, id, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "dsa");
	LPPACK_OPTIONS_RESET(options);
	options.passphrase = ask;
	options.context = &empty;
	assert_int_equal(lppack_key_generate(fixture_path(f, "n"), &options, id, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "the passphrase is empty");
	options.context = &nobody;
	assert_int_equal(lppack_key_generate(fixture_path(f, "n"), &options, id, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "nobody answers");
	assert_int_equal(fixture_count(f, "."), before);
}

static void an_encrypted_key(void **state)
{
	struct fixture *f = *state;
	struct answer right = { .text = "open sesame" };
	struct answer wrong = { .text = "open wheat" };
	struct answer nobody = { 0 };
	LPPACK_OPTIONS(lppack_key_options, how, .passphrase = ask, .context = &right);
	LPPACK_OPTIONS(lppack_signer_options, options, .passphrase = ask, .context = &right);
	LP_AUTO_SIGNER struct lppack_signer *signer = NULL;
	char *path = fixture_path(f, "locked.key");
	char id[LPPACK_KEY_ID_SIZE];

	expect_ok(lppack_key_generate(fixture_path(f, "locked"), &how, id, &f->err), &f->err);
	assert_null(lppack_signer_open(path, NULL, &f->err));
	expect_error(&f->err, LPPACK_E_KEY, "encrypted");
	options.context = &wrong;
	assert_null(lppack_signer_open(path, &options, &f->err));
	expect_error(&f->err, LPPACK_E_KEY, "locked.key");
	assert_int_equal(wrong.asked, 1);
	options.context = &nobody;
	assert_null(lppack_signer_open(path, &options, &f->err));
	expect_error(&f->err, LPPACK_E_USAGE, "nobody answers");
	options.context = &right;
	signer = lppack_signer_open(path, &options, &f->err);
	expect_ok(signer ? 0 : -1, &f->err);
	assert_string_equal(lppack_signer_id(signer), id);
	assert_string_equal(lppack_signer_scheme(signer), "ed25519");
}

/* The certificate in a file, and its key in another. */
static void store(struct fixture *f, const struct pki *pki, const char *name)
{
	LP_AUTO_BUF struct lp_buf certificate = { 0 };
	LP_AUTO_BUF struct lp_buf key = { 0 };

	pki_encode_pem(pki, &certificate);
	expect_ok(lp_private_key_format(pki->private_key, NULL, 0, &key, &f->err), &f->err);
	fixture_write(f, fixture_format(f, "%s.crt", name), certificate.data, certificate.len);
	fixture_write(f, fixture_format(f, "%s.key", name), key.data, key.len);
}

static void refuse(struct fixture *f, const char *key, const char *certificate, const char *chain, int code,
		   const char *words)
{
	LPPACK_OPTIONS(lppack_signer_options, options, .certificate = certificate ? fixture_path(f, certificate) : NULL,
		       .chain = chain ? fixture_path(f, chain) : NULL);

	assert_null(lppack_signer_open(fixture_path(f, key), &options, &f->err));
	assert_true(*f->err.hint);
	expect_error(&f->err, code, words);
}

static void certificates(void **state)
{
	struct fixture *f = *state;
	struct pki ca = { 0 }, one = { 0 }, other = { 0 };
	LPPACK_OPTIONS(lppack_signer_options, options);
	const struct lp_buf message = { .data = (uint8_t *)"message", .len = 7 };
	LP_AUTO_SIGNER struct lppack_signer *signer = NULL;
	LP_AUTO_CMS struct lp_cms cms = { 0 };
	struct lp_signature signature = { 0 };

	pki_make_ca(&ca, "CA", NULL);
	pki_make_signer(&one, "One", NULL, &ca);
	pki_make_signer(&other, "Other", NULL, &ca);
	store(f, &ca, "ca");
	store(f, &one, "one");
	store(f, &other, "other");
	refuse(f, "one.key", NULL, NULL, LPPACK_E_KEY, "signs with a certificate only");
	refuse(f, "one.key", "other.crt", NULL, LPPACK_E_KEY, "is not the certificate of the key");
	refuse(f, "one.key", "one.key", NULL, LPPACK_E_KEY, "one.key");
	refuse(f, "one.key", NULL, "ca.crt", LPPACK_E_USAGE, "a chain without the certificate");
	refuse(f, "keys/a.key", "one.crt", NULL, LPPACK_E_KEY, "signs without a certificate");
	refuse(f, "one.key", "absent", NULL, LPPACK_E_IO, "absent");
	options.certificate = fixture_path(f, "one.crt");
	options.chain = fixture_path(f, "ca.crt");
	signer = lppack_signer_open(fixture_path(f, "one.key"), &options, &f->err);
	expect_ok(signer ? 0 : -1, &f->err);
	assert_string_equal(lppack_signer_scheme(signer), "cms");
	expect_ok(lp_signer_sign(signer, &message, &signature, &f->err), &f->err);
	assert_string_equal(signature.name, fixture_format(f, "signatures/%s.cms", lppack_signer_id(signer)));
	expect_ok(lp_cms_verify(signature.bytes, signature.size, "message", 7, "cms", &cms, &f->err), &f->err);
	assert_int_equal(cms.issuers.n, 1);
	free(signature.bytes);
	pki_free(&ca);
	pki_free(&one);
	pki_free(&other);
}

static void expect_refused(struct fixture *f, const char *path, const struct lppack_signer_options *options,
			   enum lppack_code code, const char *words)
{
	assert_null(lppack_signer_open(path, options, &f->err));
	expect_error(&f->err, code, words);
}

static void from_memory(void **state)
{
	struct fixture *f = *state;
	char *path = fixture_path(f, "keys/a.key");
	LPPACK_OPTIONS(lppack_signer_options, how);
	LP_AUTO_SIGNER struct lppack_signer *signer = NULL;
	LP_AUTO_BUF struct lp_buf pem = { 0 };

	fixture_read(path, &pem);
	how.key_bytes = (struct lppack_bytes){ pem.data, pem.len };
	signer = lppack_signer_open(NULL, &how, &f->err);
	expect_ok(signer ? 0 : -1, &f->err);
	assert_string_equal(lppack_signer_id(signer), lppack_signer_id(f->signer));
	expect_refused(f, path, &how, LPPACK_E_USAGE, "given twice");
	expect_refused(f, NULL, NULL, LPPACK_E_USAGE, "one private key");
	how.key_bytes.size = 10;
	expect_refused(f, NULL, &how, LPPACK_E_KEY, "the private key");
	how = (struct lppack_signer_options){ .size = sizeof(how), .flags = 1u << 5 };
	expect_refused(f, path, &how, LPPACK_E_USAGE, "unknown: 0x20");
}

static void a_certificate_from_memory(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf certificate = { 0 };
	LPPACK_OPTIONS(lppack_signer_options, how);
	LP_AUTO_SIGNER struct lppack_signer *signer = NULL;
	LP_AUTO_BUF struct lp_buf pem = { 0 };
	struct pki pki = { 0 };

	pki_make_signer(&pki, "Signer", NULL, NULL);
	pki_encode_pem(&pki, &certificate);
	expect_ok(lp_private_key_format(pki.private_key, NULL, 0, &pem, &f->err), &f->err);
	how.key_bytes = (struct lppack_bytes){ pem.data, pem.len };
	expect_refused(f, NULL, &how, LPPACK_E_KEY, "with a certificate only");
	how.chain_bytes = (struct lppack_bytes){ certificate.data, certificate.len };
	expect_refused(f, NULL, &how, LPPACK_E_USAGE, "a chain without the certificate");
	how.chain_bytes.data = NULL;
	how.certificate = fixture_write_text(f, "empty.pem", "");
	expect_refused(f, NULL, &how, LPPACK_E_KEY, "empty.pem");
	how.certificate_bytes = (struct lppack_bytes){ certificate.data, certificate.len };
	expect_refused(f, NULL, &how, LPPACK_E_USAGE, "the certificate is given twice");
	how.certificate = NULL;
	signer = lppack_signer_open(NULL, &how, &f->err);
	expect_ok(signer ? 0 : -1, &f->err);
	assert_string_equal(lppack_signer_scheme(signer), "cms");
	pki_free(&pki);
}

/* Signs as a service would, or wrongly. */
struct service {
	const struct lp_private_key *key;
	const struct lp_certificate *certificate;
	int fails;
	bool flips;
	int size; /* 0: the right one */
};

static int serve(void *context, const void *message, size_t n, void *signature, size_t room, struct lppack_error *err)
{
	const struct service *service = context;
	LP_AUTO_BUF struct lp_buf cms = { 0 };
	int size = LP_ED25519_SIGNATURE_SIZE;

	assert_true(room >= LP_ED25519_SIGNATURE_SIZE);
	if (service->fails)
		return service->fails;
	if (service->certificate) {
		expect_ok(lp_cms_sign(service->key, service->certificate, NULL, message, n, &cms, err), err);
		memcpy(signature, cms.data, cms.len);
		size = (int)cms.len;
	} else {
		expect_ok(lp_ed25519_sign(service->key, message, n, signature, err), err);
	}
	((uint8_t *)signature)[size - 1] ^= service->flips;
	return service->size ? service->size : size;
}

static void an_ed25519_key_that_is_elsewhere(void **state)
{
	struct fixture *f = *state;
	struct service service = { .key = f->signer->key };
	LP_AUTO_BUF struct lp_buf pem = { 0 };
	LPPACK_OPTIONS(lppack_signer_options, how, .sign = serve, .context = &service);
	LP_AUTO_SIGNER struct lppack_signer *signer = NULL;
	LP_AUTO_SPEC struct lppack_spec *spec = fixture_spec(f, 1);
	char *path = fixture_path(f, "b.lpb");
	size_t before = fixture_count(f, ".");

	fixture_read(fixture_path(f, "keys/a.pub"), &pem);
	expect_refused(f, NULL, &how, LPPACK_E_USAGE, "one certificate or one public key");
	how.public_key = (struct lppack_bytes){ pem.data, pem.len };
	expect_refused(f, fixture_path(f, "keys/a.key"), &how, LPPACK_E_USAGE, "one private key");
	signer = lppack_signer_open(NULL, &how, &f->err);
	expect_ok(signer ? 0 : -1, &f->err);
	assert_string_equal(lppack_signer_id(signer), lppack_signer_id(f->signer));
	assert_string_equal(lppack_signer_scheme(signer), "ed25519");
	service.flips = true;
	assert_int_equal(lppack_bundle_create(spec, (const struct lppack_signer *const[]){ signer }, 1, path, NULL,
					      NULL, &f->err),
			 -LPPACK_E_BAD_SIGNATURE);
	expect_error(&f->err, LPPACK_E_BAD_SIGNATURE, "signed elsewhere");
	service = (struct service){ .key = f->signer->key, .size = 63 };
	assert_int_equal(lppack_bundle_create(spec, (const struct lppack_signer *const[]){ signer }, 1, path, NULL,
					      NULL, &f->err),
			 -LPPACK_E_BAD_SIGNATURE);
	expect_error(&f->err, LPPACK_E_BAD_SIGNATURE, "63 bytes");
	service.fails = -LPPACK_E_IO;
	assert_int_equal(lppack_bundle_create(spec, (const struct lppack_signer *const[]){ signer }, 1, path, NULL,
					      NULL, &f->err),
			 -LPPACK_E_IO);
	expect_error(&f->err, LPPACK_E_IO, "could not sign");
	assert_int_equal(fixture_count(f, "."), before);
	service = (struct service){ .key = f->signer->key };
	expect_ok(lppack_bundle_create(spec, (const struct lppack_signer *const[]){ signer }, 1, path, NULL, NULL,
				       &f->err),
		  &f->err);
	assert_int_equal(fixture_check(f, path), 0);
}

static void a_certificate_whose_key_is_elsewhere(void **state)
{
	struct fixture *f = *state;
	struct pki pki = { 0 }, other = { 0 };
	struct service service = { 0 };
	LP_AUTO_BUF struct lp_buf pem = { 0 };
	LPPACK_OPTIONS(lppack_signer_options, how, .sign = serve, .context = &service);
	LP_AUTO_SIGNER struct lppack_signer *signer = NULL;
	char *path = fixture_bundle(f, "b.lpb", 1);

	pki_make_signer(&pki, "Signer", NULL, NULL);
	pki_make_signer(&other, "Other", NULL, NULL);
	pki_encode_pem(&pki, &pem);
	how.certificate_bytes = (struct lppack_bytes){ pem.data, pem.len };
	how.flags = LPPACK_SIGNER_FOR_MODULES;
	expect_refused(f, NULL, &how, LPPACK_E_USAGE, "modules are not signed elsewhere");
	how.flags = 0;
	signer = lppack_signer_open(NULL, &how, &f->err);
	expect_ok(signer ? 0 : -1, &f->err);
	/* A good signature by another key than the one that was promised. */
	service = (struct service){ .key = other.private_key, .certificate = other.certificate };
	assert_int_equal(lppack_bundle_sign(path, (const struct lppack_signer *const[]){ signer }, 1, NULL, &f->err),
			 -LPPACK_E_BAD_SIGNATURE);
	expect_error(&f->err, LPPACK_E_BAD_SIGNATURE, "is not by the key of that id");
	service = (struct service){ .key = pki.private_key, .certificate = pki.certificate };
	expect_ok(lppack_bundle_sign(path, (const struct lppack_signer *const[]){ signer }, 1, NULL, &f->err), &f->err);
	assert_int_equal(fixture_check(f, path), 0);
	pki_free(&pki);
	pki_free(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(every_type_of_key),
		fixture_test(no_key_is_made),
		fixture_test(an_encrypted_key),
		fixture_test(certificates),
		fixture_test(from_memory),
		fixture_test(a_certificate_from_memory),
		fixture_test(an_ed25519_key_that_is_elsewhere),
		fixture_test(a_certificate_whose_key_is_elsewhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
