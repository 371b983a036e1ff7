/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Decoding a point as far as to know whether it is one: -x^2 + y^2 = 1 + d x^2 y^2 over GF(2^255 - 19). */
#include "crypto/ed25519_point.h"

#include "crypto/openssl.h"

#include <openssl/err.h>
#include <string.h>

LP_DEFINE_CLEANUP(BN_CTX, BN_CTX_free)

/* d is -121665/121666. */
#define D_NUMERATOR 121665
#define D_DENOMINATOR 121666

/* The y of the eight points whose order divides 8, little-endian: 0; 1; -1; and the two of order 8. */
static const uint8_t small_order[][32] = {
	{ 0 },
	{ 1 },
	{ 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
	{ 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
	  0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a },
	{ 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
	  0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05 },
};

/* x^2 is (y^2 - 1) / (d y^2 + 1). A quotient is a square where the product is; so the product of y^2 - 1,
 * 121666 - 121665 y^2 and 121666 is asked for. */
static bool has_x(const BIGNUM *y, const BIGNUM *p, BN_CTX *ctx)
{
	LP_AUTO(cleanup_BN_free) BIGNUM *square = BN_new();
	LP_AUTO(cleanup_BN_free) BIGNUM *above = BN_new();
	LP_AUTO(cleanup_BN_free) BIGNUM *below = BN_new();
	LP_AUTO(cleanup_BN_free) BIGNUM *denominator = BN_new();

	if (!square || !above || !below || !denominator || BN_set_word(denominator, D_DENOMINATOR) != 1 ||
	    BN_mod_sqr(square, y, p, ctx) != 1 || BN_mod_sub(above, square, BN_value_one(), p, ctx) != 1 ||
	    BN_mul_word(square, D_NUMERATOR) != 1 || BN_mod_sub(below, denominator, square, p, ctx) != 1 ||
	    BN_mod_mul(above, above, below, p, ctx) != 1 || BN_mod_mul(above, above, denominator, p, ctx) != 1)
		return false;
	return BN_kronecker(above, p, ctx) == 1;
}

bool lp_ed25519_point_is_good(const uint8_t point[32])
{
	LP_AUTO(cleanup_BN_CTX_free) BN_CTX *ctx = BN_CTX_new();
	LP_AUTO(cleanup_BN_free) BIGNUM *y = NULL;
	LP_AUTO(cleanup_BN_free) BIGNUM *p = BN_new();
	uint8_t bytes[32];
	bool is_good;

	/* The highest bit is the sign of x. */
	memcpy(bytes, point, sizeof(bytes));
	bytes[31] &= 0x7f;
	for (size_t i = 0; i < sizeof(small_order) / sizeof(small_order[0]); i++)
		if (memcmp(bytes, small_order[i], sizeof(bytes)) == 0)
			return false;
	y = BN_lebin2bn(bytes, sizeof(bytes), NULL);
	if (!ctx || !y || !p || BN_set_bit(p, 255) != 1 || BN_sub_word(p, 19) != 1)
		return false;
	is_good = BN_cmp(y, p) < 0 && has_x(y, p, ctx);
	ERR_clear_error();
	return is_good;
}

int lp_ed25519_point_check(const uint8_t point[32], const char *name, struct lppack_error *err)
{
	if (lp_ed25519_point_is_good(point))
		return 0;
	return lp_fail(err, LPPACK_E_KEY, "do not trust it: by such a key anybody can make signatures",
		       "%s: an Ed25519 public key that is no point that signs (RFC 8032, 5.1.3)", name);
}
