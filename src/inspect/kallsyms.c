/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's own symbol table as scripts/kallsyms.c writes it: names compressed by a table of 256 tokens, with
 * offsets (or addresses) in an array beside them. Where the parts stand to each other changed over time (6.4 moved the
 * offsets behind the tokens, 6.2 added seqs_of_names), so each is found by what it must look like: the index of the
 * tokens by its own consistency, the names by ending where their markers agree with every 256th of them, the addresses
 * by ascending throughout.
 */
#include "inspect/kallsyms.h"

#include "base/file.h"
#include "inspect/arena.h"
#include "inspect/elf.h"
#include "inspect/kernel_image.h"
#include "inspect/kernel_limits.h"
#include "inspect/symbol_set.h"
#include "inspect/word.h"

#include <string.h>

#define TOKENS 256u
#define INDEX_SIZE (TOKENS * 2u)
/* Longer than any name, so than any token. */
#define TOKEN_MAX 512u
/* scripts/kallsyms.c, output_label(): .balign 8 on 64-bit architectures */
#define ALIGN 8u
#define MARKER_STEP 256u
/* Entries looked at in search of the names; real kernels need a few more than they have. */
#define EFFORT_MAX (8u * LP_KERNEL_SYMBOLS_MAX)

#define KALLSYMS_HINT \
	"the kernel was built without CONFIG_KALLSYMS, or in a way that is not known: give its System.map instead"

struct token {
	const char *text;
	size_t size;
};

struct tables {
	const struct lp_kernel_image *image;
	size_t token_table; /* offsets in the file */
	size_t token_index;
	size_t count_at;
	size_t names;
	size_t markers;
	size_t n;
	struct token tokens[TOKENS];
};

enum address_form {
	ADDRESS_BASE,    /* u32 from relative_base */
	ADDRESS_PERCPU,  /* i32: itself if not negative, otherwise relative_base - 1 - it */
	ADDRESS_PLACE,   /* i32 from where it stands */
	ADDRESS_PLAIN,   /* u64 */
};

struct addresses {
	const uint8_t *at;
	uint64_t base;
	enum address_form form;
};

static size_t align_up(size_t offset)
{
	return (offset + ALIGN - 1) / ALIGN * ALIGN;
}

static uint64_t kallsyms_get(const struct tables *t, size_t offset, size_t size)
{
	return lp_word_get(t->image->bytes + offset, size, t->image->big_endian);
}

/* The offset of token i in the token table. */
static size_t token_offset(const struct tables *t, size_t i)
{
	return (size_t)kallsyms_get(t, t->token_index + i * 2, 2);
}

static bool is_token_index(const struct tables *t)
{
	size_t last = 0;

	if (token_offset(t, 0) != 0)
		return false;
	for (size_t i = 1; i < TOKENS; i++) {
		size_t offset = token_offset(t, i);

		if (offset <= last || offset - last > TOKEN_MAX)
			return false;
		last = offset;
	}
	return true;
}

/* Whether the tokens stand at t->token_table and fill it up to their index. */
static bool take_tokens(struct tables *t)
{
	const char *table = (const char *)t->image->bytes + t->token_table;
	size_t size = t->token_index - t->token_table;

	for (size_t i = 0; i < TOKENS; i++) {
		size_t from = token_offset(t, i);
		size_t room = from < size ? size - from : 0;
		size_t most = room < TOKEN_MAX ? room : TOKEN_MAX;
		size_t length = most ? strnlen(table + from, most) : 0;

		if (length == most)
			return false;
		if (i + 1 < TOKENS ? from + length + 1 != token_offset(t, i + 1) : align_up(from + length + 1) != size)
			return false;
		for (size_t j = 0; j < length; j++)
			if (table[from + j] < 0x21 || table[from + j] > 0x7e)
				return false;
		t->tokens[i] = (struct token){ table + from, length };
	}
	return true;
}

static bool find_tokens(struct tables *t)
{
	size_t size = t->image->size;

	for (t->token_index = ALIGN; lp_range_ok(t->token_index, INDEX_SIZE, size); t->token_index += ALIGN) {
		size_t last;

		if (!is_token_index(t))
			continue;
		last = token_offset(t, TOKENS - 1);
		for (size_t room = align_up(last + 1); room <= last + TOKEN_MAX; room += ALIGN) {
			if (room > t->token_index)
				break;
			t->token_table = t->token_index - room;
			if (take_tokens(t))
				return true;
		}
	}
	return false;
}

/* The compressed length of the name at *offset, which moves behind the length; 0 if it is none. Since 6.1 a length over
 * 127 takes two bytes. */
static size_t take_length(const struct tables *t, size_t *offset)
{
	const uint8_t *at = t->image->bytes + *offset;
	size_t left = t->token_table - *offset;

	if (left < 2)
		return 0;
	if (at[0] < 0x80) {
		*offset += 1;
		return at[0];
	}
	*offset += 2;
	return (size_t)(at[0] & 0x7f) | (size_t)at[1] << 7;
}

/* Moves *offset behind the name. */
static bool skip_name(const struct tables *t, size_t *offset)
{
	size_t length = take_length(t, offset);

	if (length == 0 || length > TOKEN_MAX || length > t->token_table - *offset)
		return false;
	*offset += length;
	return true;
}

/* Where the names end, or 0 if t->n of them do not stand there. */
static size_t names_end(const struct tables *t, uint64_t *effort)
{
	size_t offset = t->names;

	for (size_t i = 0; i < t->n; i++, ++*effort)
		if (*effort >= EFFORT_MAX || !skip_name(t, &offset))
			return 0;
	return offset;
}

/* Whether markers of that size say where every 256th name starts. */
static bool check_markers(const struct tables *t, size_t size)
{
	size_t n = (t->n + MARKER_STEP - 1) / MARKER_STEP;
	size_t offset = t->names;

	if (!lp_range_ok(t->markers, n * size, t->token_table))
		return false;
	for (size_t i = 0; i < t->n; i++) {
		if (i % MARKER_STEP == 0 &&
		    kallsyms_get(t, t->markers + i / MARKER_STEP * size, size) != offset - t->names)
			return false;
		skip_name(t, &offset);
	}
	return true;
}

/* The number of symbols at an offset, or 0 if it cannot be one: 4 bytes padded to 8, or 8 bytes (before 4.20). */
static uint64_t count_at(const struct tables *t, size_t offset)
{
	uint64_t n = kallsyms_get(t, offset, 8);

	if (t->image->big_endian && (uint32_t)n == 0)
		n >>= 32;
	return n <= LP_KERNEL_SYMBOLS_MAX ? n : 0;
}

static bool find_names(struct tables *t)
{
	uint64_t effort = 0;

	/* Nearest first: the names are followed by at most markers, sequence numbers and padding. */
	for (t->count_at = t->token_table / ALIGN * ALIGN; t->count_at >= ALIGN;) {
		size_t end;

		t->count_at -= ALIGN;
		t->names = t->count_at + ALIGN;
		t->n = (size_t)count_at(t, t->count_at);
		if (t->n == 0 || t->n > (t->token_table - t->names) / 2)
			continue;
		end = names_end(t, &effort);
		if (effort >= EFFORT_MAX)
			return false;
		t->markers = align_up(end);
		if (end && (check_markers(t, 4) || check_markers(t, 8)))
			return true;
	}
	return false;
}

static uint64_t address_of(const struct tables *t, const struct addresses *a, size_t i)
{
	const uint8_t *at = a->at + i * (a->form == ADDRESS_PLAIN ? 8 : 4);
	uint64_t value = lp_word_get(at, a->form == ADDRESS_PLAIN ? 8 : 4, t->image->big_endian);
	uint64_t extended = (uint64_t)(int64_t)(int32_t)(uint32_t)value;

	switch (a->form) {
	case ADDRESS_BASE:
		return a->base + value;
	case ADDRESS_PERCPU:
		return (int32_t)(uint32_t)value >= 0 ? value : a->base - 1 - extended;
	case ADDRESS_PLACE:
		return a->base + i * 4 + extended;
	default:
		return value;
	}
}

/* Names of kernels are sorted by address; and not all stand at one. */
static bool are_addresses(const struct tables *t, const struct addresses *a)
{
	uint64_t first = address_of(t, a, 0);
	uint64_t last = first;

	for (size_t i = 1; i < t->n; i++) {
		uint64_t address = address_of(t, a, i);

		if (address < last)
			return false;
		last = address;
	}
	return last > first;
}

/* An array of 4-byte offsets at one place and the base that they may count from at another. */
static bool try_offsets(const struct tables *t, size_t offsets, size_t base, struct addresses *a)
{
	a->at = t->image->bytes + offsets;
	if (lp_range_ok(base, 8, t->image->size)) {
		a->base = kallsyms_get(t, base, 8);
		for (a->form = ADDRESS_BASE; a->base && a->form <= ADDRESS_PERCPU; a->form++)
			if (are_addresses(t, a))
				return true;
	}
	a->form = ADDRESS_PLACE;
	return lp_kernel_image_address_of(t->image, a->at, &a->base) && are_addresses(t, a);
}

static bool try_plain(const struct tables *t, size_t at, struct addresses *a)
{
	*a = (struct addresses){ t->image->bytes + at, 0, ADDRESS_PLAIN };
	return are_addresses(t, a);
}

/* Behind the tokens (since 6.4), or before the names. */
static bool find_addresses(const struct tables *t, struct addresses *a)
{
	size_t offsets = align_up(t->n * 4);
	size_t behind = t->token_index + INDEX_SIZE;

	if (lp_range_ok(behind, offsets, t->image->size) && try_offsets(t, behind, behind + offsets, a))
		return true;
	if (t->count_at >= offsets + 8 && try_offsets(t, t->count_at - 8 - offsets, t->count_at - 8, a))
		return true;
	if (lp_range_ok(behind, t->n * 8, t->image->size) && try_plain(t, behind, a))
		return true;
	return t->count_at >= t->n * 8 && try_plain(t, t->count_at - t->n * 8, a);
}

/* Decodes the name at *offset with its type in front; 0 if it is too long or not text. */
static size_t kallsyms_expand_name(const struct tables *t, size_t *offset, char out[LP_ELF_NAME_MAX + 1])
{
	size_t length = take_length(t, offset);
	const uint8_t *at = t->image->bytes + *offset;
	size_t size = 0;

	*offset += length;
	for (size_t i = 0; i < length; i++) {
		const struct token *token = &t->tokens[at[i]];

		if (token->size > LP_ELF_NAME_MAX - size)
			return 0;
		memcpy(out + size, token->text, token->size);
		size += token->size;
	}
	return size;
}

static int kallsyms_decode(const struct tables *t, const struct addresses *a, struct lp_symbol_set *set,
			   struct lppack_error *err)
{
	const char *name = t->image->name;
	size_t offset = t->names;
	size_t total = 0;
	int rc = lp_symbol_set_reserve(set, t->n, name, err);

	for (size_t i = 0; rc == 0 && i < t->n; i++) {
		struct lp_kernel_symbol *symbol = &set->symbols[i];
		char text[LP_ELF_NAME_MAX + 1];
		size_t size = kallsyms_expand_name(t, &offset, text);

		total += size;
		if (size < 2)
			return lp_fail(err, LPPACK_E_KERNEL_IMAGE, KALLSYMS_HINT, "%s: symbol %zu of its kallsyms "
				       "tables cannot be decoded", name, i);
		if (total > LP_KERNEL_TEXT_MAX)
			return lp_kernel_file_too_large(name, "kallsyms tables", err);
		symbol->type = text[0];
		symbol->name = lp_arena_add(&set->arena, text + 1, size - 1);
		symbol->address = a->at ? address_of(t, a, i) : 0;
		if (!symbol->name)
			return lp_fail_nomem(err);
		set->n++;
	}
	return rc;
}

int lp_symbol_set_read_image(struct lp_symbol_set *set, const struct lp_kernel_image *image, struct lppack_error *err)
{
	struct tables t = { .image = image };
	struct addresses a = { 0 };
	int rc;

	*set = (struct lp_symbol_set){ .source = LP_SYMBOLS_IMAGE };
	if (!find_tokens(&t) || !find_names(&t))
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, KALLSYMS_HINT, "%s: has no kallsyms tables", image->name);
	set->has_addresses = find_addresses(&t, &a);
	if (!set->has_addresses)
		a.at = NULL;
	rc = kallsyms_decode(&t, &a, set, err);
	if (rc < 0) {
		lp_symbol_set_free(set);
		return rc;
	}
	return lp_symbol_set_finish(set, err);
}
