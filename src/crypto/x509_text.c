/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names, numbers and times of certificates as text, and the refusal that names one. */
#include "crypto/x509_text.h"

#include "shared/text.h"
#include "crypto/openssl.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void lp_x509_common_name(const X509_NAME *name, char *out, size_t size)
{
	int i = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	X509_NAME_ENTRY *entry = i < 0 ? NULL : X509_NAME_get_entry(name, i);
	LP_AUTO_OPENSSL unsigned char *utf8 = NULL;
	int n = entry ? ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry)) : -1;

	*out = '\0';
	if (n >= 0 && lp_text_is_clean((char *)utf8, (size_t)n, false) && (size_t)n < size)
		snprintf(out, size, "%.*s", n, utf8);
}

void lp_x509_serial(const ASN1_INTEGER *serial, char *out, size_t size)
{
	LP_AUTO(cleanup_BN_free) BIGNUM *number = ASN1_INTEGER_to_BN(serial, NULL);
	LP_AUTO_OPENSSL char *hex = number && BN_num_bits(number) < 512 ? BN_bn2hex(number) : NULL;

	snprintf(out, size, "%s", hex && strlen(hex) < size ? hex : "");
}

void lp_x509_key_id(const ASN1_OCTET_STRING *id, char *out, size_t size)
{
	size_t n = (size_t)ASN1_STRING_length(id);

	*out = '\0';
	if (n <= (size - 1) / 2)
		lp_hex_encode(ASN1_STRING_get0_data(id), n, out);
}

void lp_x509_name(const X509_NAME *name, char *out, size_t size)
{
	LP_AUTO(cleanup_BIO_free_all) BIO *bio = BIO_new(BIO_s_mem());
	int n = 0;

	if (bio && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0)
		n = BIO_read(bio, out, (int)size - 1);
	out[n > 0 ? n : 0] = '\0';
	lp_text_make_printable(out);
}

int lp_x509_time(const ASN1_TIME *time, int64_t *seconds)
{
	struct tm tm = { 0 };

	if (!time || ASN1_TIME_to_tm(time, &tm) != 1)
		return -1;
	*seconds = lp_time_of(&tm);
	return 0;
}

void lp_x509_refuse(struct lp_chain_report *report, enum lp_chain_verdict verdict, X509 *certificate, const char *fmt,
		    ...)
{
	char subject[256] = "";
	char what[512];
	va_list args;

	if (certificate)
		lp_x509_name(X509_get_subject_name(certificate), subject, sizeof(subject));
	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	report->verdict = verdict;
	snprintf(report->text, sizeof(report->text), "certificate '%s': %.*s", subject, 240, what);
}
