/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Walking DER without OpenSSL. */
#include "crypto/der.h"

#include <string.h>

/* Size of tag and length (X.690, 10.1: the shortest form), or 0. Lengths of 3 bytes are far above what is read. */
static size_t read_length(const struct lp_der *der, size_t *length)
{
	size_t n;
	size_t value = 0;

	if (der->left < 2)
		return 0;
	if (der->at[1] < 0x80) {
		*length = der->at[1];
		return 2;
	}
	n = der->at[1] & 0x7fu;
	if (n < 1 || n > 3 || der->left < 2 + n)
		return 0;
	for (size_t i = 0; i < n; i++)
		value = value << 8 | der->at[2 + i];
	if (value < (n == 1 ? 0x80u : 1u << 8 * (n - 1)))
		return 0;
	*length = value;
	return 2 + n;
}

static bool take(struct lp_der *der, unsigned int tag, struct lp_der *whole, struct lp_der *inside)
{
	size_t length = 0;
	size_t head = lp_der_has(der, tag) ? read_length(der, &length) : 0;

	if (!head || length > der->left - head)
		return false;
	if (whole)
		*whole = (struct lp_der){ der->at, head + length };
	if (inside)
		*inside = (struct lp_der){ der->at + head, length };
	der->at += head + length;
	der->left -= head + length;
	return true;
}

bool lp_der_take(struct lp_der *der, unsigned int tag, struct lp_der *inside)
{
	return take(der, tag, NULL, inside);
}

bool lp_der_take_whole(struct lp_der *der, unsigned int tag, struct lp_der *whole)
{
	return take(der, tag, whole, NULL);
}

bool lp_der_take_bytes(struct lp_der *der, const void *bytes, size_t n)
{
	if (der->left < n || memcmp(der->at, bytes, n) != 0)
		return false;
	der->at += n;
	der->left -= n;
	return true;
}

bool lp_der_has(const struct lp_der *der, unsigned int tag)
{
	return der->left > 0 && der->at[0] == tag;
}

bool lp_der_equal(const struct lp_der *der, const void *bytes, size_t n)
{
	return der->left == n && memcmp(der->at, bytes, n) == 0;
}

int lp_der_compare(const struct lp_der *a, const struct lp_der *b)
{
	size_t n = a->left < b->left ? a->left : b->left;
	int order = memcmp(a->at, b->at, n);

	return order ? order : (a->left > b->left) - (a->left < b->left);
}
