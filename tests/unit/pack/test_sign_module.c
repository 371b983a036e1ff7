/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests that modules are signed on their way into a bundle. */
#include "support/fixture.h"
#include "support/pki.h"

#include "pack/sign_module.h"

#include <openssl/pem.h>
#include <sys/stat.h>

/* A key and its certificate as files; opened. */
static struct lppack_signer *new_signer(struct fixture *f, const char *kind, bool with_chain)
{
	LP_AUTO_BUF struct lp_buf pem = { 0 };
	LPPACK_OPTIONS(lppack_signer_options, options);
	struct lppack_signer *signer = NULL;
	struct pki ca;
	struct pki one;
	char *key = fixture_path(f, "module.key");
	FILE *file = fopen(key, "w");

	pki_make_ca(&ca, "Kernel CA", NULL);
	pki_make_signer(&one, "Module key", kind, &ca);
	assert_int_equal(PEM_write_PKCS8PrivateKey(file, one.key, NULL, NULL, 0, NULL, NULL), 1);
	fclose(file);
	pki_encode_pem(&one, &pem);
	options.certificate = fixture_write(f, "module.pem", pem.data, pem.len);
	if (with_chain) {
		LP_AUTO_BUF struct lp_buf chain = { 0 };

		pki_encode_pem(&ca, &chain);
		options.chain = fixture_write(f, "chain.pem", chain.data, chain.len);
	}
	signer = lppack_signer_open(key, &options, &f->err);
	expect_ok(signer ? 0 : -1, &f->err);
	pki_free(&one);
	pki_free(&ca);
	return signer;
}

static void what_signs(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SIGNER struct lppack_signer *signer = new_signer(f, "P-256", false);
	LP_AUTO_SIGNER struct lppack_signer *chained = new_signer(f, "P-256", true);
	struct lp_module_signing signing;
	LP_AUTO_VALUE struct lppack_value *map = NULL;

	expect_ok(lp_module_signing_settle(&signing, NULL, NULL, &f->err), &f->err);
	assert_null(signing.signer);
	expect_ok(lp_module_signing_settle(&signing, signer, NULL, &f->err), &f->err);
	assert_string_equal(signing.digest, "sha256");
	map = lp_module_signing_describe(&signing);
	assert_string_equal(lppack_value_text(lppack_value_get(map, "issuer")), "CN=Kernel CA,O=Test");
	assert_string_equal(lppack_value_text(lppack_value_get(map, "digest")), "sha256");
	assert_int_equal(lp_module_signing_settle(&signing, chained, NULL, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "holds no certificates");
	assert_int_equal(lp_module_signing_settle(&signing, f->signer, NULL, &f->err), -LPPACK_E_KEY);
	expect_error(&f->err, LPPACK_E_KEY, "has a certificate");
	assert_int_equal(lp_module_signing_settle(&signing, NULL, "sha256", &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "no key");
}

static void a_module_is_signed_once(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SIGNER struct lppack_signer *signer = new_signer(f, "P-384", false);
	const struct lp_module_signing signing = { signer, "sha512" };
	const struct lp_module_signing none = { 0 };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_BUF struct lp_buf signature = { 0 };
	LP_AUTO_BUF struct lp_buf again = { 0 };

	lp_buf_text(&bytes, "a module");
	expect_ok(lp_module_signing_apply(&none, "m.ko", &bytes, &signature, &f->err), &f->err);
	assert_int_equal(bytes.len, 8);
	assert_int_equal(signature.len, 0);
	expect_ok(lp_module_signing_apply(&signing, "m.ko", &bytes, &signature, &f->err), &f->err);
	assert_int_equal(bytes.len, 8 + signature.len);
	assert_memory_equal(bytes.data, "a module", 8);
	assert_memory_equal(bytes.data + 8, signature.data, signature.len);
	assert_int_equal(lp_module_signing_apply(&signing, "m.ko", &bytes, &again, &f->err), -LPPACK_E_SIGNED);
	assert_non_null(strstr(f->err.hint, "--sign-module"));
	expect_error(&f->err, LPPACK_E_SIGNED, "m.ko: the module has a signature already");
	assert_int_equal(again.len, 0);
}

static struct lppack_value *create(struct fixture *f, const char *path, const struct lppack_signer *signer)
{
	LP_AUTO_SPEC struct lppack_spec *spec = fixture_spec(f, 3);
	const struct lppack_signer *signers[] = { f->signer };
	LPPACK_OPTIONS(lppack_create_options, options, .threads = 2, .compression_level = 3, .created = FIXTURE_CREATED,
		       .module_signer = signer);
	struct lppack_value *report = NULL;

	expect_ok(lppack_bundle_create(spec, signers, 1, path, &options, &report, &f->err), &f->err);
	return report;
}

/* Size, digest and facts of the bundle are those of the signed modules, or it would not pass. */
static void bundles_of_signed_modules(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SIGNER struct lppack_signer *signer = new_signer(f, "rsa:3072", false);
	char *one = fixture_path(f, "one.lpb");
	char *two = fixture_path(f, "two.lpb");
	LP_AUTO_VALUE struct lppack_value *plain = create(f, one, NULL);
	LP_AUTO_VALUE struct lppack_value *report = NULL;
	LP_AUTO_VALUE struct lppack_value *again = create(f, two, signer);
	LP_AUTO_BUF struct lp_buf a = { 0 };
	LP_AUTO_BUF struct lp_buf b = { 0 };

	assert_null(lppack_value_get(plain, "module_signature"));
	assert_int_equal(unlink(one), 0);
	report = create(f, one, signer);
	assert_true(lppack_value_int(lppack_value_get(report, "modules_plain"), 0) >
		    lppack_value_int(lppack_value_get(plain, "modules_plain"), 0) + 3 * 384);
	assert_string_equal(lppack_value_text(lppack_value_get(lppack_value_get(report, "module_signature"), "digest")),
			    "sha256");
	expect_ok(fixture_check(f, one), &f->err);
	fixture_read(one, &a);
	fixture_read(two, &b);
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(what_signs),
		fixture_test(a_module_is_signed_once),
		fixture_test(bundles_of_signed_modules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
