/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Walking DER of a known shape, for bytes of strangers: any other encoding than the shortest is refused. */
#ifndef LP_CRYPTO_DER_H
#define LP_CRYPTO_DER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Tags (X.690, 8): identifier octets, as they stand. */
enum lp_der_tag {
	LP_DER_INTEGER = 0x02,
	LP_DER_OCTETS = 0x04,
	LP_DER_OID = 0x06,
	LP_DER_UTC_TIME = 0x17,
	LP_DER_GENERALIZED_TIME = 0x18,
	LP_DER_SEQUENCE = 0x30,
	LP_DER_SET = 0x31,
	LP_DER_CONTEXT_0 = 0xa0, /* constructed */
};

/* What is left to read; borrowed. */
struct lp_der {
	const uint8_t *at;
	size_t left;
};

/* Takes an element of that tag off the front; inside (may be NULL) gets its contents. */
bool lp_der_take(struct lp_der *der, unsigned int tag, struct lp_der *inside);
/* The same, but whole gets it with tag and length. */
bool lp_der_take_whole(struct lp_der *der, unsigned int tag, struct lp_der *whole);
/* Takes these very bytes off the front. */
bool lp_der_take_bytes(struct lp_der *der, const void *bytes, size_t n);
/* Whether the next element has that tag. */
bool lp_der_has(const struct lp_der *der, unsigned int tag);
bool lp_der_equal(const struct lp_der *der, const void *bytes, size_t n);
/* The order of a SET OF (X.690, 11.6): below 0, 0 or above. */
int lp_der_compare(const struct lp_der *a, const struct lp_der *b);

#endif
