/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* BTF (Documentation/bpf/btf.rst): how the kernel's structures are laid out. */
#include "inspect/btf.h"

#include "base/file.h"
#include "inspect/kernel_image.h"
#include "inspect/word.h"

#include <string.h>

#define MAGIC 0xeb9fu
#define HEADER_SIZE 24u
#define TYPE_SIZE 12u
#define MEMBER_SIZE 12u
/* Typedefs and arrays within each other, and structures without a name. */
#define DEPTH_MAX 32u
/* Members looked at for one question; no structure of 6.12 has over 266. Anonymous ones may share types, so that the
 * depth alone bounds nothing. */
#define EFFORT_MAX 20000u

#define BTF_HINT "give the kernel's vmlinux or a copy of /sys/kernel/btf/vmlinux"

enum kind {
	KIND_INT = 1,
	KIND_PTR,
	KIND_ARRAY,
	KIND_STRUCT,
	KIND_UNION,
	KIND_ENUM,
	KIND_FWD,
	KIND_TYPEDEF,
	KIND_VOLATILE,
	KIND_CONST,
	KIND_RESTRICT,
	KIND_FUNC,
	KIND_FUNC_PROTO,
	KIND_VAR,
	KIND_DATASEC,
	KIND_FLOAT,
	KIND_DECL_TAG,
	KIND_TYPE_TAG,
	KIND_ENUM64,
	N_KINDS,
};

/* What follows the 12 bytes of a type: so much, and so much for each of its vlen items. */
static const struct {
	uint8_t fixed;
	uint8_t each;
} tails[N_KINDS] = {
	[KIND_INT] = { 4, 0 },	      [KIND_ARRAY] = { 12, 0 },	  [KIND_STRUCT] = { 0, MEMBER_SIZE },
	[KIND_UNION] = { 0, MEMBER_SIZE }, [KIND_ENUM] = { 0, 8 },	  [KIND_FUNC_PROTO] = { 0, 8 },
	[KIND_VAR] = { 4, 0 },	      [KIND_DATASEC] = { 0, 12 }, [KIND_DECL_TAG] = { 4, 0 },
	[KIND_ENUM64] = { 0, 12 },
};

struct type {
	const char *name;
	enum kind kind;
	bool flag;
	uint32_t n_items;
	uint32_t size; /* or the type that it refers to */
	const uint8_t *tail;
};

static uint32_t btf_get(const struct lp_btf *btf, const uint8_t *at)
{
	return (uint32_t)lp_word_get(at, 4, btf->big_endian);
}

/* An empty text if there is none. */
static const char *btf_text_at(const struct lp_btf *btf, uint32_t offset)
{
	const char *text = (const char *)btf->bytes + btf->strings;

	return offset < btf->n_strings ? text + offset : "";
}

/* Decodes the type at an offset of the file; the 12 bytes are there. */
static struct type btf_decode_type(const struct lp_btf *btf, size_t offset)
{
	const uint8_t *at = btf->bytes + offset;
	uint32_t info = btf_get(btf, at + 4);

	return (struct type){
		.name = btf_text_at(btf, btf_get(btf, at)),
		.kind = (enum kind)(info >> 24 & 0x1f),
		.flag = info >> 31,
		.n_items = info & 0xffff,
		.size = btf_get(btf, at + 8),
		.tail = at + TYPE_SIZE,
	};
}

/* A type of kind 0 if the number is void's or out of range. */
static struct type btf_type(const struct lp_btf *btf, uint32_t id)
{
	return id && id < btf->n_types ? btf_decode_type(btf, btf->types[id]) : (struct type){ .name = "" };
}

/* Counts the types between two offsets and, with a table, notes where they stand; -1 if they do not fill it. */
static int64_t btf_walk_types(const struct lp_btf *btf, size_t at, size_t end, uint32_t *table)
{
	int64_t n = 1;

	while (at < end) {
		struct type type;
		size_t length;

		if (end - at < TYPE_SIZE)
			return -1;
		type = btf_decode_type(btf, at);
		if (type.kind == 0 || type.kind >= N_KINDS)
			return -1;
		length = TYPE_SIZE + tails[type.kind].fixed + (size_t)type.n_items * tails[type.kind].each;
		if (length > end - at)
			return -1;
		if (table)
			table[n] = (uint32_t)at;
		n++;
		at += length;
	}
	return n;
}

static int btf_damaged(const struct lp_btf *btf, const char *what, struct lppack_error *err)
{
	return lp_fail(err, LPPACK_E_KERNEL_IMAGE, BTF_HINT, "%s: its BTF is unreadable: %s", btf->name, what);
}

static int read_types(struct lp_btf *btf, struct lppack_error *err)
{
	const uint8_t *bytes = btf->bytes;
	uint64_t header = btf_get(btf, bytes + 4);
	uint64_t types = header + btf_get(btf, bytes + 8);
	uint64_t types_size = btf_get(btf, bytes + 12);
	uint64_t strings = header + btf_get(btf, bytes + 16);
	uint64_t strings_size = btf_get(btf, bytes + 20);
	int64_t n;

	if (header < HEADER_SIZE || !lp_range_ok(types, types_size, btf->size) ||
	    !lp_range_ok(strings, strings_size, btf->size))
		return btf_damaged(btf, "its parts reach past the end", err);
	if (strings_size == 0 || bytes[strings] != '\0' || bytes[strings + strings_size - 1] != '\0')
		return btf_damaged(btf, "its strings have no end", err);
	btf->strings = (size_t)strings;
	btf->n_strings = (size_t)strings_size;
	n = btf_walk_types(btf, (size_t)types, (size_t)(types + types_size), NULL);
	if (n < 0)
		return btf_damaged(btf, "a type is of an unknown kind or cut off", err);
	btf->types = calloc((size_t)n, sizeof(*btf->types));
	if (!btf->types)
		return lp_fail_nomem(err);
	btf->n_types = (size_t)n;
	btf_walk_types(btf, (size_t)types, (size_t)(types + types_size), btf->types);
	return 0;
}

int lp_btf_open(struct lp_btf *btf, const void *bytes, size_t n, const char *name, struct lppack_error *err)
{
	const uint8_t *head = bytes;
	int rc;

	*btf = (struct lp_btf){ .name = name, .bytes = bytes, .size = n };
	if (n < HEADER_SIZE || n > UINT32_MAX)
		return btf_damaged(btf, "its size", err);
	btf->big_endian = lp_word_get(head, 2, true) == MAGIC;
	if (!btf->big_endian && lp_word_get(head, 2, false) != MAGIC)
		return btf_damaged(btf, "it has no magic number", err);
	if (head[2] != 1)
		return btf_damaged(btf, "a version that is not known", err);
	rc = read_types(btf, err);
	if (rc < 0)
		lp_btf_close(btf);
	return rc;
}

int lp_btf_open_image(struct lp_btf *btf, const struct lp_kernel_image *image, struct lppack_error *err)
{
	struct lp_kernel_range range = { 0 };

	*btf = (struct lp_btf){ 0 };
	if (!lp_kernel_image_find(image, NULL, ".BTF", NULL, NULL, &range))
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, "the kernel may be built without CONFIG_DEBUG_INFO_BTF",
			       "%s: has no BTF", image->name);
	return lp_btf_open(btf, range.bytes, (size_t)range.size, image->name, err);
}

void lp_btf_close(struct lp_btf *btf)
{
	free(btf->types);
	*btf = (struct lp_btf){ 0 };
}

/* Bytes that an object of the type takes; 0 if unknown. */
static uint64_t btf_size_of(const struct lp_btf *btf, uint32_t id)
{
	uint64_t factor = 1;

	for (unsigned int depth = 0; depth < DEPTH_MAX; depth++) {
		struct type type = btf_type(btf, id);
		uint64_t size = 0;

		switch (type.kind) {
		case KIND_PTR:
			size = 8;
			break;
		case KIND_INT:
		case KIND_STRUCT:
		case KIND_UNION:
		case KIND_ENUM:
		case KIND_ENUM64:
		case KIND_FLOAT:
			size = type.size;
			break;
		case KIND_ARRAY:
			if (__builtin_mul_overflow(factor, btf_get(btf, type.tail + 8), &factor))
				return 0;
			id = btf_get(btf, type.tail);
			continue;
		case KIND_TYPEDEF:
		case KIND_VOLATILE:
		case KIND_CONST:
		case KIND_RESTRICT:
		case KIND_TYPE_TAG:
			id = type.size;
			continue;
		default:
			return 0;
		}
		return __builtin_mul_overflow(factor, size, &size) ? 0 : size;
	}
	return 0;
}

/* 0 if there is none. */
static uint32_t find_struct(const struct lp_btf *btf, const char *name)
{
	for (uint32_t id = 1; id < btf->n_types; id++) {
		struct type type = btf_decode_type(btf, btf->types[id]);

		if (type.kind == KIND_STRUCT && strcmp(type.name, name) == 0)
			return id;
	}
	return 0;
}

uint64_t lp_btf_struct_size(const struct lp_btf *btf, const char *name)
{
	return btf_size_of(btf, find_struct(btf, name));
}

static bool find_member(const struct lp_btf *btf, uint32_t id, const char *name, uint64_t base, unsigned int depth,
			unsigned int *effort, struct lp_btf_member *out)
{
	struct type type = btf_type(btf, id);

	if (type.kind != KIND_STRUCT && type.kind != KIND_UNION)
		return false;
	for (uint32_t i = 0; i < type.n_items && ++*effort < EFFORT_MAX; i++) {
		const uint8_t *at = type.tail + (size_t)i * MEMBER_SIZE;
		const char *member = btf_text_at(btf, btf_get(btf, at));
		uint32_t member_type = btf_get(btf, at + 4);
		uint32_t bits = btf_get(btf, at + 8);
		uint32_t width = type.flag ? bits >> 24 : 0;
		uint64_t offset = base + (type.flag ? bits & 0xffffff : bits) / 8;

		if (strcmp(member, name) == 0) {
			*out = (struct lp_btf_member){ offset, width ? 0 : btf_size_of(btf, member_type) };
			return true;
		}
		if (!*member && depth && find_member(btf, member_type, name, offset, depth - 1, effort, out))
			return true;
	}
	return false;
}

bool lp_btf_member(const struct lp_btf *btf, const char *structure, const char *member, struct lp_btf_member *out)
{
	unsigned int effort = 0;

	*out = (struct lp_btf_member){ 0 };
	return member[0] && find_member(btf, find_struct(btf, structure), member, 0, DEPTH_MAX, &effort, out);
}
