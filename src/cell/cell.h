/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The cell: a process of its own in which files are read that nobody has signed. It is a copy of the caller (fork), so
 * it has what the caller has read, and it gives up everything else (cell/confine.h). It answers with trees of facts,
 * which the caller takes as text that anybody may have written: what is digested or compared, the caller computes from
 * bytes of its own.
 *
 * A copy of the caller has the caller's secrets too, and they can reach nothing but the answer; lppack create opens its
 * keys when its inputs were read. Nothing is verified in a cell.
 */
#ifndef LP_CELL_CELL_H
#define LP_CELL_CELL_H

#include "base/value.h"

#include <stdint.h>
#include <sys/types.h>

struct lp_cell {
	const struct lp_cell_service *service; /* borrowed */
	pid_t pid;
	int socket;
};

/* What a cell is asked: name and an open descriptor, or -1. In the cell, the answer takes the descriptor over. */
struct lp_cell_request {
	const char *name;
	int fd;
};

struct lp_cell_service {
	const char *name; /* what is read, for messages */
	void *context;    /* in the cell, the copy of it that was made at the start */
	/* Descriptors that the cell may use beside what it is handed. */
	const int *keep;
	size_t n_keep;
	uint64_t file_max; /* what it may write to those, in bytes */
	/* In the cell: the answer to a request, or NULL with an error. */
	struct lppack_value *(*answer)(void *context, struct lp_cell *cell, const struct lp_cell_request *request,
				       struct lppack_error *err);
	/* In the caller, while it waits for an answer: a descriptor of what lp_cell_fetch() asks for, or -1 with an
	 * error. May be NULL. */
	int (*fetch)(void *context, uint64_t which, struct lppack_error *err);
};

int lp_cell_start(struct lp_cell *cell, const struct lp_cell_service *service, struct lppack_error *err);
/*
 * The answer. The errors of the cell's own, and LPPACK_E_LIMIT where it took more memory or time than it may have,
 * LPPACK_E_INTERNAL where it ended otherwise. After any failure but the cell's own, the cell has ended.
 */
int lp_cell_ask(struct lp_cell *cell, const struct lp_cell_request *request, struct lppack_value **answer,
		struct lppack_error *err);
/* Also of one that was never started (zeroed). */
void lp_cell_end(struct lp_cell *cell);

/* One request without anything: starts, asks, ends. */
int lp_cell_run(const struct lp_cell_service *service, struct lppack_value **answer, struct lppack_error *err);

/* In the cell: a descriptor for reading, from the caller's fetch(); -1 with its error. */
int lp_cell_fetch(struct lp_cell *cell, uint64_t which, struct lppack_error *err);

#define LP_AUTO_CELL LP_AUTO(lp_cell_end)

#endif
