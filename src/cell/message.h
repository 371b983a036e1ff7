/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a cell and its caller send each other: a kind, bounded bytes, and at most one descriptor. */
#ifndef LP_CELL_MESSAGE_H
#define LP_CELL_MESSAGE_H

#include "shared/buf.h"
#include "base/value.h"

#include <stdint.h>

enum lp_message_kind {
	LP_MESSAGE_REQUEST = 1, /* to the cell: the name; a descriptor or none */
	LP_MESSAGE_ANSWER,      /* from it: a tree */
	LP_MESSAGE_FAILURE,     /* either way: an error as a tree */
	LP_MESSAGE_FETCH,       /* from it: a tree, the number of what is wanted */
	LP_MESSAGE_FETCHED,     /* to it: a descriptor */
};

struct lp_message {
	uint32_t kind;
	struct lp_buf bytes;
	int fd; /* -1: none */
};

/* 0, or -1 with errno. */
int lp_message_send(int socket, enum lp_message_kind kind, const void *bytes, size_t n, int fd);
int lp_message_send_tree(int socket, enum lp_message_kind kind, const struct lppack_value *tree);
int lp_message_send_error(int socket, const struct lppack_error *err);
/* 1, 0 at the end, or -1 with errno (EMSGSIZE: more than max bytes; ETIMEDOUT: none by then, where seconds is not 0).
 * *out is freed first. */
int lp_message_receive(int socket, size_t max, int seconds, struct lp_message *out);
/* The error that the bytes of a FAILURE tell. Always fails. */
int lp_message_fail(const struct lp_message *message, struct lppack_error *err);
void lp_message_free(struct lp_message *message);

#define LP_AUTO_MESSAGE LP_AUTO(lp_message_free)

#endif
