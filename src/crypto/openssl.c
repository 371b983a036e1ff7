/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* OpenSSL's errors, BIOs and passphrase callback as this folder uses them. */
#include "crypto/openssl.h"

#include "crypto/context.h"

#include <limits.h>
#include <openssl/err.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int lp_fail_openssl(struct lppack_error *err, enum lppack_code code, const char *hint, const char *fmt, ...)
{
	const char *reason = ERR_reason_error_string(ERR_peek_error());
	char what[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	ERR_clear_error();
	return lp_fail(err, code, hint, "%s: %s", what, reason ? reason : "no reason given by OpenSSL");
}

BIO *lp_bio_open(const void *bytes, size_t n)
{
	return n <= INT_MAX ? BIO_new_mem_buf(n ? bytes : "", (int)n) : NULL;
}

bool lp_bio_is_blank(BIO *bio)
{
	char c;

	while (BIO_read(bio, &c, 1) == 1)
		if (!c || !strchr(" \t\r\n", c))
			return false;
	return true;
}

int lp_bio_take(BIO *bio, struct lp_buf *out, struct lppack_error *err)
{
	char *data = NULL;
	long n = BIO_get_mem_data(bio, &data);

	lp_buf_append(out, data, n > 0 ? (size_t)n : 0);
	return lp_buf_ok(out) ? 0 : lp_fail_nomem(err);
}

CMS_ContentInfo *lp_cms_decode(const uint8_t **at, size_t n)
{
	OSSL_LIB_CTX *in = lp_openssl_context();
	CMS_ContentInfo *cms = in && n <= LONG_MAX ? CMS_ContentInfo_new_ex(in, NULL) : NULL;

	if (cms && d2i_CMS_ContentInfo(&cms, at, (long)n))
		return cms;
	CMS_ContentInfo_free(cms);
	return NULL;
}

bool lp_pem_has(const void *pem, size_t n, const char *text)
{
	return n > 0 && memmem(pem, n, text, strlen(text));
}

int lp_asking_answer(char *out, int room, int writing, void *context)
{
	struct lp_asking *asking = context;
	const struct lp_passphrase *passphrase = asking->passphrase;
	int n = -1;

	(void)writing;
	if (asking->known) {
		n = (int)strnlen(asking->known, (size_t)room);
		memcpy(out, asking->known, (size_t)n);
	} else if (passphrase && !asking->asked) {
		n = passphrase->ask(passphrase->context, asking->what, out, (size_t)room, asking->err);
		asking->rc = n < 0 ? n : 0;
	}
	asking->asked = true;
	return n;
}
