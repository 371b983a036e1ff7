/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which encoded points of Curve25519 may be a key, or stand in a signature. */
#ifndef LP_CRYPTO_ED25519_POINT_H
#define LP_CRYPTO_ED25519_POINT_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether the bytes are the one encoding of a point (RFC 8032, 5.1.3) that is not of small order: by a key of order 8 or
 * less, anybody makes signatures. OpenSSL asks for neither.
 */
bool lp_ed25519_point_is_good(const uint8_t point[32]);
/* LPPACK_E_KEY for a key's point that is not; name: for the message. */
int lp_ed25519_point_check(const uint8_t point[32], const char *name, struct lppack_error *err);

#endif
