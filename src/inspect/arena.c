/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many small texts with one owner, and text files in lines. */
#include "inspect/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE 65000u

struct lp_arena_block {
	struct lp_arena_block *next;
	size_t used;
	size_t room;
	char bytes[];
};

static struct lp_arena_block *add_block(struct lp_arena *arena, size_t need)
{
	size_t room = need > BLOCK_SIZE ? need : BLOCK_SIZE;
	struct lp_arena_block *block = malloc(sizeof(*block) + room);

	if (!block)
		return NULL;
	block->used = 0;
	block->room = room;
	/* One that is full from the start goes behind, so that the room of the current one stays in use. */
	if (arena->blocks && need > BLOCK_SIZE) {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	} else {
		block->next = arena->blocks;
		arena->blocks = block;
	}
	return block;
}

char *lp_arena_add(struct lp_arena *arena, const char *bytes, size_t n)
{
	struct lp_arena_block *block = arena->blocks;
	char *to;

	if (n > PTRDIFF_MAX / 2)
		return NULL;
	if (!block || block->room - block->used < n + 1)
		block = add_block(arena, n + 1);
	if (!block)
		return NULL;
	to = block->bytes + block->used;
	block->used += n + 1;
	if (n)
		memcpy(to, bytes, n);
	to[n] = '\0';
	return to;
}

void lp_arena_free(struct lp_arena *arena)
{
	struct lp_arena_block *next;

	for (struct lp_arena_block *block = arena->blocks; block; block = next) {
		next = block->next;
		free(block);
	}
	arena->blocks = NULL;
}

bool lp_lines_open(struct lp_lines *lines, struct lp_arena *arena, const void *bytes, size_t n)
{
	char *text = lp_arena_add(arena, bytes, n);

	*lines = (struct lp_lines){ .count = 1 };
	if (!text)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\n')
			lines->count++;
		else if (c != '\t' && (c < 0x20 || c > 0x7e))
			text[i] = '?';
	}
	lines->at = text;
	lines->end = text + n;
	return true;
}

char *lp_lines_next(struct lp_lines *lines)
{
	char *line = lines->at;
	char *newline;

	if (line >= lines->end)
		return NULL;
	newline = memchr(line, '\n', (size_t)(lines->end - line));
	lines->at = newline ? newline + 1 : lines->end;
	if (newline)
		*newline = '\0';
	lines->number++;
	return line;
}
