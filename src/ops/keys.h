/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef LP_OPS_KEYS_H
#define LP_OPS_KEYS_H

#include "crypto/crypto.h"

#include <lppack/keys.h>

struct trusted_key {
	struct lp_public_key key;
	char id[LPPACK_KEY_ID_SIZE];
};

struct lppack_keyring {
	struct trusted_key *keys;
	size_t n;
};

struct lppack_signer {
	struct lp_private_key *key;
	char id[LPPACK_KEY_ID_SIZE];
};

/* Whether the ring holds the very key. */
bool lp_keyring_has(const struct lppack_keyring *keyring, const struct lp_public_key *key);

#endif
