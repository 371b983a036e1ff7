/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many small texts with one owner: what is added stays where it is until the arena is freed. Text files in lines. */
#ifndef LP_INSPECT_ARENA_H
#define LP_INSPECT_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct lp_arena_block;

struct lp_arena {
	struct lp_arena_block *blocks;
};

/* A NUL-terminated copy, or NULL without memory. */
char *lp_arena_add(struct lp_arena *arena, const char *bytes, size_t n);
void lp_arena_free(struct lp_arena *arena);

/* A copy of a text file that is cut into lines where it stands. */
struct lp_lines {
	char *at;
	char *end;
	size_t number; /* of the line last returned, from 1 */
	size_t count;  /* of all lines, at most */
};

/* Copies the bytes with '?' in place of what is neither printable ASCII, newline nor tab. False without memory. */
bool lp_lines_open(struct lp_lines *lines, struct lp_arena *arena, const void *bytes, size_t n);
/* The next line, NUL-terminated, or NULL at the end. */
char *lp_lines_next(struct lp_lines *lines);

#endif
