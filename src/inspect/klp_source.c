/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Source-built livepatches (include/linux/livepatch.h of the kernel since 5.4): struct klp_patch and its arrays in the
 * module's data. Only the heads of klp_object and klp_func have fixed offsets; their sizes differ between kernels and
 * configurations, so they are measured: an entry is where its relocations stand and all else is zero.
 */
#include "inspect/klp_source.h"

#include "base/file.h"
#include "inspect/elf.h"
#include "inspect/klp_facts.h"

#include <string.h>

/* struct klp_patch */
#define PATCH_OBJECTS 8u
#define PATCH_STATES 16u
#define PATCH_REPLACE 24u
#define PATCH_HEAD 25u
/* struct klp_object */
#define OBJECT_FUNCS 8u
#define OBJECT_CALLBACKS 16u
#define OBJECT_HEAD 48u
/* struct klp_func */
#define FUNC_NEW 8u
#define FUNC_SYMPOS 16u
#define FUNC_HEAD 24u
/* struct klp_state */
#define STATE_SIZE 24u
#define STATE_VERSION 8u

/* klp_object is 168 and klp_func 152 bytes on 6.1; debugging options of kobjects add some hundred. */
#define STRIDE_MAX 1024u

struct place {
	uint32_t section;
	uint64_t offset;
};

/* One klp_object and where its function array ends at the latest. */
struct entry {
	uint64_t offset; /* in the section of the object array */
	struct place funcs;
};

struct arrays {
	const struct lp_elf *elf;
	struct lp_klp_trace *trace;
	struct place patch;
	struct place objects;
	struct place states; /* section 0: none */
	struct entry *entries;
	size_t n_entries;
	struct place *starts; /* of every structure found, sorted: an array ends where the next one starts */
	size_t n_starts;
	uint64_t object_stride; /* 0: there is one object */
	uint64_t func_stride; /* 0: no array has two functions */
};

static void cleanup_arrays(struct arrays *a)
{
	free(a->entries);
	free(a->starts);
}

static int irregular(const struct arrays *a, const char *what, const struct place *at, struct lppack_error *err)
{
	return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT,
		       "%s: its array of %s in section %s at byte %llu is irregular", a->elf->name, what,
		       a->elf->sections[at->section].name, (unsigned long long)at->offset);
}

static int source_compare_places(const void *a, const void *b)
{
	const struct place *left = a;
	const struct place *right = b;

	if (left->section != right->section)
		return left->section < right->section ? -1 : 1;
	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

/* Where a structure that starts at `at` ends at the latest: its symbol, the next known structure, its section. */
static uint64_t limit_of(const struct arrays *a, const struct place *at)
{
	uint64_t limit = a->elf->sections[at->section].size;
	uint64_t size = lp_elf_symbol_size(a->elf, at->section, at->offset);
	size_t low = 0;
	size_t high = a->n_starts;

	if (lp_range_ok(at->offset, size, limit) && size)
		limit = at->offset + size;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (source_compare_places(&a->starts[middle], at) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < a->n_starts && a->starts[low].section == at->section && a->starts[low].offset < limit)
		limit = a->starts[low].offset;
	return limit;
}

/* A klp_func: a pointer to data (the name), one to code (or to a symbol outside the module), a number. Whether the
 * name is text is asked later: an entry with a bad name must fail, not end the array. */
static bool is_func(const struct lp_elf *elf, uint32_t section, uint64_t offset)
{
	const struct lp_elf_reloc *name = lp_elf_find_reloc(elf, section, offset);
	const struct lp_elf_reloc *code = lp_elf_find_reloc(elf, section, offset + FUNC_NEW);

	return lp_range_ok(offset, FUNC_HEAD, elf->sections[section].size) && name && code &&
	       lp_elf_is_data(elf, name->to_section) &&
	       (code->to_section == 0 || lp_elf_is_code(elf, code->to_section)) &&
	       !lp_elf_find_reloc(elf, section, offset + FUNC_SYMPOS);
}

/* A klp_object: a pointer to data (the name) or NULL, then one to an array of klp_func, maybe an empty one. */
static bool is_object(const struct lp_elf *elf, uint32_t section, uint64_t offset)
{
	const struct lp_elf_reloc *name = lp_elf_find_reloc(elf, section, offset);
	const struct lp_elf_reloc *funcs = lp_elf_find_reloc(elf, section, offset + OBJECT_FUNCS);

	if (!lp_range_ok(offset, OBJECT_HEAD, elf->sections[section].size) || !funcs)
		return false;
	if (name ? !lp_elf_is_data(elf, name->to_section) : !lp_elf_is_zero(elf, section, offset, 8))
		return false;
	/* Compilers put an empty array into .bss. */
	return (lp_elf_is_data(elf, funcs->to_section) || lp_elf_is_bss(elf, funcs->to_section)) &&
	       (is_func(elf, funcs->to_section, funcs->to_offset) ||
		lp_elf_is_zero(elf, funcs->to_section, funcs->to_offset, FUNC_HEAD));
}

/* Whether an array may end with its entries before `end`: the kernel stops at a zero entry; where a symbol tells how
 * far the array reaches, all of the rest is zero. Without a stride the place of that zero entry is unknown. */
static bool ends_well(const struct arrays *a, const struct place *start, uint64_t end, uint64_t head, uint64_t limit,
		      bool stride_known)
{
	uint64_t size = lp_elf_symbol_size(a->elf, start->section, start->offset);

	if (size && limit - start->offset == size)
		return end < limit && lp_elf_is_zero(a->elf, start->section, end, limit - end);
	return !stride_known ||
	       (lp_range_ok(end, head, limit) && lp_elf_is_zero(a->elf, start->section, end, head));
}

/* The distance from the entry at `at` to the next one, 0 if it is the last. Between them all must be zero. */
static uint64_t find_stride(const struct arrays *a, const struct place *at, uint64_t head, uint64_t limit,
			    bool (*is_entry)(const struct lp_elf *, uint32_t, uint64_t))
{
	for (uint64_t stride = head; stride <= STRIDE_MAX && lp_range_ok(at->offset, stride + head, limit); stride += 8)
		if (is_entry(a->elf, at->section, at->offset + stride))
			return lp_elf_is_zero(a->elf, at->section, at->offset + head, stride - head) ? stride : 0;
	return 0;
}

static bool points_at_this_module(const struct lp_elf *elf, const struct lp_elf_reloc *reloc)
{
	return reloc->to_section && reloc->to_offset == 0 &&
	       strcmp(elf->sections[reloc->to_section].name, ".gnu.linkonce.this_module") == 0;
}

/* A module parameter points at __this_module too; what follows there is no klp_object. */
static bool source_is_patch(const struct lp_elf *elf, const struct lp_elf_reloc *reloc)
{
	const struct lp_elf_reloc *objects = lp_elf_find_reloc(elf, reloc->section, reloc->offset + PATCH_OBJECTS);

	return points_at_this_module(elf, reloc) && objects && lp_elf_is_data(elf, objects->to_section) &&
	       lp_range_ok(reloc->offset, PATCH_HEAD, elf->sections[reloc->section].size) &&
	       is_object(elf, objects->to_section, objects->to_offset);
}

static int source_find_patch(struct arrays *a, bool *found, struct lppack_error *err)
{
	const struct lp_elf *elf = a->elf;
	const struct lp_elf_reloc *to = NULL;

	*found = false;
	for (size_t i = 0; i < elf->n_relocs; i++) {
		const struct lp_elf_reloc *reloc = &elf->relocs[i];

		if (!source_is_patch(elf, reloc))
			continue;
		if (*found)
			return lp_fail(err, LPPACK_E_MODULE, "a livepatch module enables one klp_patch only",
				       "%s: holds more than one struct klp_patch", elf->name);
		*found = true;
		a->patch = (struct place){ reloc->section, reloc->offset };
	}
	if (!*found)
		return 0;
	to = lp_elf_find_reloc(elf, a->patch.section, a->patch.offset + PATCH_OBJECTS);
	a->objects = (struct place){ to->to_section, to->to_offset };
	to = lp_elf_find_reloc(elf, a->patch.section, a->patch.offset + PATCH_STATES);
	if (to)
		a->states = (struct place){ to->to_section, to->to_offset };
	return 0;
}

/* Takes the patch, the states, the object array and the function arrays as starts. */
static int note_starts(struct arrays *a, struct lppack_error *err)
{
	free(a->starts);
	a->starts = calloc(a->n_entries + 3, sizeof(*a->starts));
	if (!a->starts)
		return lp_fail_nomem(err);
	a->n_starts = 0;
	a->starts[a->n_starts++] = a->patch;
	a->starts[a->n_starts++] = a->objects;
	if (a->states.section)
		a->starts[a->n_starts++] = a->states;
	for (size_t i = 0; i < a->n_entries; i++)
		a->starts[a->n_starts++] = a->entries[i].funcs;
	qsort(a->starts, a->n_starts, sizeof(*a->starts), source_compare_places);
	return 0;
}

static int add_entry(struct arrays *a, uint64_t offset, size_t *room, struct lppack_error *err)
{
	const struct lp_elf_reloc *funcs = lp_elf_find_reloc(a->elf, a->objects.section, offset + OBJECT_FUNCS);

	if (a->n_entries == LP_KLP_OBJECTS_MAX)
		return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT, "%s: patches more than %u objects", a->elf->name,
			       LP_KLP_OBJECTS_MAX);
	if (a->n_entries == *room) {
		size_t more = *room ? 2 * *room : 16;
		struct entry *grown = reallocarray(a->entries, more, sizeof(*grown));

		if (!grown)
			return lp_fail_nomem(err);
		a->entries = grown;
		*room = more;
	}
	a->entries[a->n_entries++] = (struct entry){ offset, { funcs->to_section, funcs->to_offset } };
	return 0;
}

static int source_find_objects(struct arrays *a, struct lppack_error *err)
{
	const struct lp_elf_reloc *first = lp_elf_find_reloc(a->elf, a->objects.section,
							     a->objects.offset + OBJECT_FUNCS);
	size_t room = 0;
	uint64_t limit;
	uint64_t stride;
	uint64_t at = a->objects.offset;
	int rc = note_starts(a, err);

	if (rc < 0)
		return rc;
	/* The first object's functions are a known start already; those of the others are not. */
	limit = limit_of(a, &a->objects);
	if (first->to_section == a->objects.section && first->to_offset > at && first->to_offset < limit)
		limit = first->to_offset;
	stride = find_stride(a, &a->objects, OBJECT_HEAD, limit, is_object);
	do {
		rc = add_entry(a, at, &room, err);
		if (rc < 0)
			return rc;
		at += stride;
	} while (stride && lp_range_ok(at, OBJECT_HEAD, limit) && is_object(a->elf, a->objects.section, at));
	a->object_stride = stride;
	if (!ends_well(a, &a->objects, stride ? at : at + OBJECT_HEAD, OBJECT_HEAD, limit, stride != 0))
		return irregular(a, "klp_object", &a->objects, err);
	return note_starts(a, err);
}

static void find_func_stride(struct arrays *a)
{
	for (size_t i = 0; i < a->n_entries; i++) {
		const struct place *funcs = &a->entries[i].funcs;
		uint64_t stride = 0;

		if (is_func(a->elf, funcs->section, funcs->offset))
			stride = find_stride(a, funcs, FUNC_HEAD, limit_of(a, funcs), is_func);
		/* A pair of pointers that happens to follow an array is at least two strides (one function and the
		 * array's end) away. */
		if (stride && (!a->func_stride || stride < a->func_stride))
			a->func_stride = stride;
	}
}

static int source_bad_name(const struct arrays *a, uint32_t section, uint64_t offset, struct lppack_error *err)
{
	return lp_fail(err, LPPACK_E_MODULE, LP_MODULE_HINT,
		       "%s: the name that section %s has at byte %llu is not printable ASCII of at most %u characters",
		       a->elf->name, a->elf->sections[section].name, (unsigned long long)offset, LP_ELF_NAME_MAX - 1);
}

static int source_read_func(const struct arrays *a, uint32_t section, uint64_t at, const char *object_name,
			    struct lp_object *object, struct lppack_error *err)
{
	struct lp_klp_func func = {
		.object = object_name,
		.name = lp_elf_name_at(a->elf, lp_elf_find_reloc(a->elf, section, at)),
		.code = lp_elf_find_reloc(a->elf, section, at + FUNC_NEW),
	};

	if (!func.name || lp_elf_get(a->elf, section, at + FUNC_SYMPOS, 8, &func.sympos) < 0)
		return source_bad_name(a, section, at, err);
	return lp_klp_add_func(a->elf, object, &func, a->trace, err);
}

static int source_read_funcs(const struct arrays *a, const struct place *funcs, const char *object_name,
			     struct lp_object *object, struct lppack_error *err)
{
	uint64_t limit = limit_of(a, funcs);
	uint64_t at = funcs->offset;

	while (lp_range_ok(at, FUNC_HEAD, limit) && is_func(a->elf, funcs->section, at)) {
		int rc = source_read_func(a, funcs->section, at, object_name, object, err);

		if (rc < 0)
			return rc;
		at += a->func_stride ? a->func_stride : FUNC_HEAD;
		if (!a->func_stride)
			break;
	}
	if (!ends_well(a, funcs, at, FUNC_HEAD, limit, a->func_stride != 0))
		return irregular(a, "klp_func", funcs, err);
	return 0;
}

static int source_read_objects(const struct arrays *a, struct lp_module_facts *out, struct lppack_error *err)
{
	for (size_t i = 0; i < a->n_entries; i++) {
		const struct entry *entry = &a->entries[i];
		const struct lp_elf_reloc *reloc = lp_elf_find_reloc(a->elf, a->objects.section, entry->offset);
		const char *name = reloc ? lp_elf_name_at(a->elf, reloc) : "vmlinux";
		struct lp_object *object = NULL;
		int rc;

		if (!name)
			return source_bad_name(a, a->objects.section, entry->offset, err);
		rc = lp_klp_add_object(a->elf, out, name, &object, err);
		if (rc < 0)
			return rc;
		object->callbacks = lp_klp_callbacks(a->elf, a->objects.section, entry->offset + OBJECT_CALLBACKS);
		rc = source_read_funcs(a, &entry->funcs, name, object, err);
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* The array ends with an id of 0 (klp_for_each_state()). */
static int source_read_states(const struct arrays *a, struct lp_module_facts *out, struct lppack_error *err)
{
	uint64_t id = 0;
	uint64_t version = 0;

	for (uint64_t at = a->states.offset; a->states.section; at += STATE_SIZE) {
		struct lp_klp_state *state;

		if (out->n_states == LP_KLP_STATES_MAX || !lp_elf_is_data(a->elf, a->states.section) ||
		    lp_elf_find_reloc(a->elf, a->states.section, at) ||
		    lp_elf_get(a->elf, a->states.section, at, 8, &id) < 0)
			return irregular(a, "klp_state", &a->states, err);
		if (id == 0)
			return 0;
		if (lp_elf_get(a->elf, a->states.section, at + STATE_VERSION, 4, &version) < 0)
			return irregular(a, "klp_state", &a->states, err);
		state = lp_module_facts_add_state(out);
		if (!state)
			return lp_fail_nomem(err);
		*state = (struct lp_klp_state){ .id = id, .version = (uint32_t)version };
	}
	return 0;
}

int lp_klp_read_source(const struct lp_elf *elf, struct lp_module_facts *out, struct lp_klp_trace *trace,
		       struct lppack_error *err)
{
	LP_AUTO(cleanup_arrays) struct arrays a = { .elf = elf, .trace = trace };
	uint64_t replace = 0;
	bool found = false;
	int rc = source_find_patch(&a, &found, err);

	if (rc < 0 || !found)
		return rc;
	rc = source_find_objects(&a, err);
	if (rc < 0)
		return rc;
	find_func_stride(&a);
	lp_elf_get(elf, a.patch.section, a.patch.offset + PATCH_REPLACE, 1, &replace);
	trace->patch_section = a.patch.section;
	trace->patch_offset = a.patch.offset;
	trace->object_stride = a.object_stride;
	trace->func_stride = a.func_stride;
	out->builder = LP_BUILDER_SOURCE;
	out->replace = replace == 1 ? LP_REPLACE_PROVED : LP_REPLACE_REFUTED;
	rc = source_read_objects(&a, out, err);
	return rc < 0 ? rc : source_read_states(&a, out, err);
}
