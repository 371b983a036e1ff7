/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cms sign KEY CERTIFICATE CHAIN|- MESSAGE OUT [PASSPHRASE]         KEY: a file, or a URI of a token
 * cms check SIGNATURE MESSAGE SECONDS ANCHOR [CHAIN|- [CRL]...]     prints algorithm, verdict and embedded issuers;
 *                                                                   CRLs are required if there are two
 */
#include "base/file.h"
#include "crypto/pkcs11.h"
#include "crypto/chain.h"
#include "crypto/cms_sign.h"
#include "crypto/cms_verify.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct lppack_error err = LPPACK_ERROR_INIT;

static void need(int rc)
{
	if (rc == 0)
		return;
	printf("%s: %s\n", lppack_error_name(rc), err.message);
	exit(1);
}

static void read_file(const char *path, struct lp_buf *out)
{
	need(lp_file_read(AT_FDCWD, path, LP_CRL_MAX, out, &err));
}

static void read_certificates(const char *path, struct lp_certificates *out)
{
	LP_AUTO_BUF struct lp_buf pem = { 0 };

	if (strcmp(path, "-") == 0)
		return;
	read_file(path, &pem);
	if (pem.len)
		need(lp_certificates_parse(pem.data, pem.len, path, out, &err));
}

static int answer(void *context, const char *what, char *secret, size_t size, struct lppack_error *error)
{
	size_t n = strnlen(context, size);

	(void)what;
	(void)error;
	memcpy(secret, context, n);
	return (int)n;
}

static int sign(char **argv, char *passphrase)
{
	const struct lp_passphrase ask = { answer, passphrase };
	LP_AUTO(cleanup_lp_private_key_free) struct lp_private_key *key = NULL;
	LP_AUTO_CERTIFICATES struct lp_certificates own = { 0 };
	LP_AUTO_CERTIFICATES struct lp_certificates chain = { 0 };
	LP_AUTO_BUF struct lp_buf pem = { 0 };
	LP_AUTO_BUF struct lp_buf message = { 0 };
	LP_AUTO_BUF struct lp_buf out = { 0 };
	FILE *file;

	if (lp_private_key_is_uri(argv[0])) {
		need(lp_private_key_open_uri(argv[0], passphrase ? &ask : NULL, &key, &err));
	} else {
		read_file(argv[0], &pem);
		need(lp_private_key_parse(pem.data, pem.len, argv[0], passphrase ? &ask : NULL, &key, &err));
	}
	read_certificates(argv[1], &own);
	read_certificates(argv[2], &chain);
	read_file(argv[3], &message);
	need(lp_cms_sign(key, own.items[0], &chain, message.data, message.len, &out, &err));
	file = fopen(argv[4], "wb");
	return !file || fwrite(out.data, 1, out.len, file) != out.len || fclose(file) != 0;
}

static int check(char **argv, int n)
{
	LP_AUTO_CERTIFICATES struct lp_certificates anchors = { 0 };
	LP_AUTO_CERTIFICATES struct lp_certificates extra = { 0 };
	LP_AUTO_CMS struct lp_cms cms = { 0 };
	LP_AUTO_BUF struct lp_buf signature = { 0 };
	LP_AUTO_BUF struct lp_buf message = { 0 };
	struct lp_crl *crls[8] = { NULL };
	struct lp_chain_rules rules = { .at = atoll(argv[2]), .now = atoll(argv[2]) };
	struct lp_chain_report report;

	read_file(argv[0], &signature);
	read_file(argv[1], &message);
	need(lp_cms_verify(signature.data, signature.len, message.data, message.len, argv[0], &cms, &err));
	read_certificates(argv[3], &anchors);
	if (n > 4)
		read_certificates(argv[4], &extra);
	for (int i = 5; i < n && i < 13; i++) {
		LP_AUTO_BUF struct lp_buf bytes = { 0 };

		read_file(argv[i], &bytes);
		need(lp_crl_parse(bytes.data, bytes.len, argv[i], &crls[rules.n_crls++], &err));
	}
	rules.anchors = (const struct lp_certificate *const *)anchors.items;
	rules.n_anchors = anchors.n;
	rules.extra = (const struct lp_certificate *const *)extra.items;
	rules.n_extra = extra.n;
	rules.crls = (const struct lp_crl *const *)crls;
	rules.require_crls = rules.n_crls == 2;
	need(lp_chain_check(cms.certificate, &cms.issuers, &rules, &report, &err));
	printf("%s %s %zu\n%s\n", cms.algorithm, lp_chain_names[report.verdict], cms.issuers.n, report.text);
	for (size_t i = 0; i < rules.n_crls; i++)
		lp_crl_free(crls[i]);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc >= 7 && strcmp(argv[1], "sign") == 0)
		return sign(argv + 2, argc > 7 ? argv[7] : NULL);
	if (argc >= 6 && strcmp(argv[1], "check") == 0)
		return check(argv + 2, argc - 2);
	fputs("see the head of tests/tools/cms.c\n", stderr);
	return 2;
}
