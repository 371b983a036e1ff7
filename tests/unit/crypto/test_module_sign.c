/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests signing a module as the kernel's own tool does. */
#include "crypto/module_sign.h"
#include "crypto/module_signature.h"
#include "support/pki.h"

#include <glob.h>
#include <openssl/cms.h>
#include <openssl/pem.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

static const char module[] = "\177ELF and what else is in a module";
#define N (sizeof(module) - 1)

/* include/linux/module_signature.h: the 12 bytes and the magic line at the end. */
#define TRAILER 12
static const char magic[] = "~Module signature appended~\n";
#define END (TRAILER + sizeof(magic) - 1)

struct fixture {
	struct pki ca;
	struct pki rsa;
	struct pki ec;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	pki_make_ca(&f->ca, "Kernel CA", NULL);
	pki_make_signer(&f->rsa, "Module key", "rsa:3072", &f->ca);
	pki_make_signer(&f->ec, "EC module key", "P-384", &f->ca);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	pki_free(&f->ca);
	pki_free(&f->rsa);
	pki_free(&f->ec);
	free(f);
	return 0;
}

/* As kernel/module/signing.c and crypto/asymmetric_keys do it: the trailer, then the PKCS#7, by the certificate that
 * its issuer and serial name. */
static void assert_valid(const struct lp_buf *out, const struct pki *signer, const char *digest)
{
	STACK_OF(X509) *known = sk_X509_new_null();
	BIO *content = BIO_new_mem_buf(module, (int)N);
	struct lp_module_signature parsed;
	CMS_ContentInfo *cms;
	const uint8_t *trailer;
	const uint8_t *at;
	size_t size;

	assert_true(out->len > END);
	assert_memory_equal(out->data + out->len - sizeof(magic) + 1, magic, sizeof(magic) - 1);
	trailer = out->data + out->len - END;
	size = (size_t)trailer[8] << 24 | (size_t)trailer[9] << 16 | (size_t)trailer[10] << 8 | trailer[11];
	assert_memory_equal(trailer, "\0\0\2\0\0\0\0\0", 8);
	assert_int_equal(size, out->len - END);
	assert_int_equal(lp_module_signature_parse(out->data, size, "m.ko", &parsed, NULL), 0);
	assert_string_equal(parsed.digest, digest);
	assert_string_equal(parsed.issuer, lp_certificate_get_info(signer->certificate)->issuer_common_name);
	assert_string_equal(parsed.serial, lp_certificate_get_info(signer->certificate)->serial);
	assert_int_equal(parsed.n_signers, 1);
	at = out->data;
	cms = d2i_CMS_ContentInfo(NULL, &at, (long)size);
	assert_null(CMS_get1_certs(cms));
	assert_int_equal(CMS_signed_get_attr_count(sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0)), -1);
	sk_X509_push(known, signer->x509);
	assert_int_equal(CMS_verify(cms, known, NULL, content, NULL, CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY), 1);
	CMS_ContentInfo_free(cms);
	BIO_free(content);
	sk_X509_free(known);
}

static void every_digest(void **state)
{
	static const char *const digests[] = { "sha256", "sha384", "sha512" };
	struct fixture *f = *state;

	for (size_t i = 0; i < 6; i++) {
		const struct pki *signer = i % 2 ? &f->ec : &f->rsa;
		LP_AUTO_BUF struct lp_buf out = { 0 };

		assert_int_equal(
			lp_module_sign(module, N, signer->private_key, signer->certificate, digests[i / 2], &out, NULL),
			0);
		assert_valid(&out, signer, digests[i / 2]);
	}
}

static void refused(const char *bytes, size_t n, const struct pki *key, const struct pki *certificate,
		    const char *digest, int code, const char *words)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_BUF struct lp_buf out = { 0 };

	assert_int_equal(lp_module_sign(bytes, n, key->private_key, certificate->certificate, digest, &out, &err),
			 -code);
	if (!strstr(err.message, words) || !*err.hint)
		fail_msg("'%s' is not in: %s", words, err.message);
	assert_int_equal(out.len, 0);
}

static void what_cannot_be_signed(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf signed_module = { 0 };
	struct pki ed25519;

	pki_make_signer(&ed25519, "Ed25519", "ed25519", &f->ca);
	refused(module, N, &ed25519, &ed25519, "sha256", LPPACK_E_KEY, "takes no Ed25519");
	refused(module, N, &f->rsa, &f->ec, "sha256", LPPACK_E_KEY, "not the certificate of that key");
	refused(module, N, &f->rsa, &f->rsa, "sha1", LPPACK_E_USAGE, "'sha1'");
	refused(module, N, &f->rsa, &f->rsa, "md5", LPPACK_E_USAGE, "'md5'");
	lp_buf_append(&signed_module, module, N);
	assert_int_equal(
		lp_module_sign(module, N, f->rsa.private_key, f->rsa.certificate, "sha256", &signed_module, NULL), 0);
	refused((char *)signed_module.data, signed_module.len, &f->rsa, &f->rsa, "sha256", LPPACK_E_SIGNED,
		"has a signature already");
	pki_free(&ed25519);
}

static void write_file(const char *path, const void *bytes, size_t n)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, n, file), n);
	assert_int_equal(fclose(file), 0);
}

/* scripts/sign-file of LPPACK_SIGN_FILE, or of the headers that are unpacked or installed; or NULL. */
static const char *find_tool(void)
{
	static char found[4096];
	const char *home = getenv("HOME");
	char cached[2048];
	const char *const patterns[] = { cached, "/usr/lib/linux-kbuild-*/scripts/sign-file" };

	if (getenv("LPPACK_SIGN_FILE"))
		return getenv("LPPACK_SIGN_FILE");
	snprintf(cached, sizeof(cached), "%s/.cache/lppack/kernels/*/usr/lib/linux-kbuild-*/scripts/sign-file",
		 home ? home : "");
	for (size_t i = 0; !*found && i < 2; i++) {
		glob_t names = { 0 };

		if (glob(patterns[i], 0, NULL, &names) == 0)
			snprintf(found, sizeof(found), "%s", names.gl_pathv[0]);
		globfree(&names);
	}
	return *found ? found : NULL;
}

/* The kernel's own tool makes the same bytes: PKCS#1 v1.5 is deterministic. */
static void as_the_kernels_tool(void **state)
{
	const char *tool = find_tool();
	struct fixture *f = *state;
	LP_AUTO_BUF struct lp_buf out = { 0 };
	LP_AUTO_BUF struct lp_buf key = { 0 };
	LP_AUTO_BUF struct lp_buf certificate = { 0 };
	char directory[] = "/tmp/lppack-sign-XXXXXX";
	char command[4096];
	uint8_t made[8192];
	FILE *file;
	size_t n;

	lp_buf_append(&out, module, N);
	assert_int_equal(lp_module_sign(module, N, f->rsa.private_key, f->rsa.certificate, "sha256", &out, NULL), 0);
	assert_int_equal(lp_private_key_format(f->rsa.private_key, NULL, 0, &key, NULL), 0);
	pki_encode_pem(&f->rsa, &certificate);
	assert_non_null(mkdtemp(directory));
	assert_int_equal(chdir(directory), 0);
	write_file("key.pem", key.data, key.len);
	write_file("cert.pem", certificate.data, certificate.len);
	write_file("m.ko", module, N);
	snprintf(command, sizeof(command), "'%s' sha256 key.pem cert.pem m.ko", tool);
	assert_int_equal(system(command), 0);
	file = fopen("m.ko", "rb");
	assert_non_null(file);
	n = fread(made, 1, sizeof(made), file);
	fclose(file);
	assert_int_equal(n, out.len);
	assert_memory_equal(made, out.data, n);
	unlink("key.pem");
	unlink("cert.pem");
	unlink("m.ko");
	assert_int_equal(chdir("/"), 0);
	rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_digest),
		cmocka_unit_test(what_cannot_be_signed),
		cmocka_unit_test(as_the_kernels_tool),
	};
	const size_t n = sizeof(tests) / sizeof(tests[0]);

	/* the kernel's tool is not everywhere, the others are */
	return _cmocka_run_group_tests("module_sign", tests, find_tool() ? n : n - 1, set_up, tear_down);
}
