/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Source-built livepatches (include/linux/livepatch.h of the kernel since 5.4): struct klp_patch and its arrays in the
 * module's data. Only the heads of klp_object and klp_func have fixed offsets; their sizes differ between kernels and
 * configurations, so they are measured: an entry is where its relocations stand and all else is zero. What is not read
 * to its end is refused, never cut.
 */
#include "inspect/klp_source.h"

#include "shared/array.h"
#include "base/file.h"
#include "inspect/elf.h"
#include "inspect/klp_array.h"
#include "inspect/klp_facts.h"

#include <stdio.h>
#include <string.h>

/* struct klp_patch */
#define PATCH_OBJECTS 8u
#define PATCH_STATES 16u
#define PATCH_REPLACE 24u
#define PATCH_HEAD 25u
#define PATCH_NAMED 32u /* with the padding of replace */
/* struct klp_object */
#define OBJECT_FUNCS 8u
#define OBJECT_CALLBACKS 16u
#define OBJECT_HEAD 48u
#define OBJECT_LEAST 168u /* Linux 5.4 to 7.2; debugging options of kobjects add some hundred */
/* struct klp_func */
#define FUNC_NEW 8u
#define FUNC_SYMPOS 16u
#define FUNC_HEAD 24u
#define FUNC_LEAST 152u
/* struct klp_state */
#define STATE_SIZE 24u
#define STATE_VERSION 8u
#define STATE_PADDING 12u
#define STATE_DATA 16u

#define HINT_LAYOUT "known are the structures of Linux 5.4 and later: a newer lppack may know these"

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

static int unknown_layout(const struct arrays *a, const char *what, const struct place *at, struct lppack_error *err)
{
	return lp_fail(err, LPPACK_E_MODULE, HINT_LAYOUT, "%s: unknown layout of its %s in section %s at byte %llu",
		       a->elf->name, what, a->elf->sections[at->section].name, (unsigned long long)at->offset);
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
static struct lp_klp_array bound(const struct arrays *a, const struct place *at)
{
	struct lp_klp_array array = { at->section, at->offset, a->elf->sections[at->section].size, false };
	uint64_t size = lp_elf_symbol_size(a->elf, at->section, at->offset);
	size_t next = LP_LOWER_BOUND(a->n_starts, i, source_compare_places(&a->starts[i], at) <= 0);

	if (size && lp_range_ok(at->offset, size, array.limit)) {
		array.limit = at->offset + size;
		array.is_sized = true;
	}
	if (next < a->n_starts && a->starts[next].section == at->section && a->starts[next].offset < array.limit) {
		array.limit = a->starts[next].offset;
		array.is_sized = false;
	}
	return array;
}

/* A klp_func: a pointer to data (the name), one to code (or to a symbol outside the module) or NULL, a number. Whether
 * the name is text is asked later: an entry with a bad name must fail, not end the array. */
static bool is_func(const struct lp_elf *elf, uint32_t section, uint64_t offset)
{
	const struct lp_elf_reloc *name = lp_elf_find_reloc(elf, section, offset);
	const struct lp_elf_reloc *code = lp_elf_find_reloc(elf, section, offset + FUNC_NEW);

	if (!lp_range_ok(offset, FUNC_HEAD, elf->sections[section].size) || !name ||
	    !lp_elf_is_data(elf, name->to_section) || lp_elf_find_reloc(elf, section, offset + FUNC_SYMPOS))
		return false;
	if (!code)
		return lp_elf_is_zero(elf, section, offset + FUNC_NEW, 8);
	return code->to_section == 0 || lp_elf_is_code(elf, code->to_section);
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

static const struct lp_klp_shape object_shape = { "klp_object", OBJECT_HEAD, OBJECT_LEAST, OBJECT_FUNCS, is_object };
static const struct lp_klp_shape func_shape = { "klp_func", FUNC_HEAD, FUNC_LEAST, 0, is_func };

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
	struct lp_klp_array array;
	size_t room = 0;
	size_t n = 0;
	int rc = note_starts(a, err);

	if (rc < 0)
		return rc;
	/* The first object's functions are a known start already; those of the others are not. */
	array = bound(a, &a->objects);
	if (first->to_section == array.section && first->to_offset > array.offset && first->to_offset < array.limit) {
		array.limit = first->to_offset;
		array.is_sized = false;
	}
	rc = lp_klp_array_stride(a->elf, &array, &object_shape, &a->object_stride, err);
	if (rc < 0)
		return rc;
	rc = lp_klp_array_count(a->elf, &array, &object_shape, a->object_stride, &n, err);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = add_entry(a, array.offset + i * a->object_stride, &room, err);
	if (rc < 0)
		return rc;
	if (n == 1)
		a->trace->object_room = lp_klp_array_room(a->elf, &array, &object_shape);
	return note_starts(a, err);
}

/* A pair of pointers that happens to follow an array without a symbol is at least two strides (one function and the
 * array's end) away: the smallest stride is that of the functions. */
static int find_func_stride(struct arrays *a, struct lppack_error *err)
{
	int failed = 0;

	for (size_t i = 0; i < a->n_entries; i++) {
		const struct place *funcs = &a->entries[i].funcs;
		const struct lp_klp_array array = bound(a, funcs);
		uint64_t stride = 0;
		int rc = is_func(a->elf, funcs->section, funcs->offset) ?
				 lp_klp_array_stride(a->elf, &array, &func_shape, &stride, failed ? NULL : err) :
				 0;

		if (rc < 0)
			failed = rc;
		else if (stride && (!a->func_stride || stride < a->func_stride))
			a->func_stride = stride;
	}
	return a->func_stride ? 0 : failed;
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
	const struct lp_klp_array array = bound(a, funcs);
	size_t n = 0;
	int rc = lp_klp_array_count(a->elf, &array, &func_shape, a->func_stride, &n, err);

	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = source_read_func(a, funcs->section, funcs->offset + i * a->func_stride, object_name, object, err);
	if (rc < 0)
		return rc;
	if (n && !a->func_stride) {
		uint64_t room = lp_klp_array_room(a->elf, &array, &func_shape);

		if (!a->trace->func_room || room < a->trace->func_room)
			a->trace->func_room = room;
	}
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
		rc = reloc && strcmp(name, "vmlinux") == 0 ? lp_klp_spelled_vmlinux(a->elf, a->trace, err) : 0;
		if (rc < 0)
			return rc;
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

/* An id, a version, and a pointer that is filled in at run time. */
static bool is_state(const struct lp_elf *elf, uint32_t section, uint64_t at)
{
	return !lp_elf_find_reloc(elf, section, at) && !lp_elf_find_reloc(elf, section, at + STATE_VERSION) &&
	       lp_elf_is_zero(elf, section, at + STATE_PADDING, STATE_DATA - STATE_PADDING) &&
	       (lp_elf_find_reloc(elf, section, at + STATE_DATA) ||
		lp_elf_is_zero(elf, section, at + STATE_DATA, STATE_SIZE - STATE_DATA));
}

/* The array ends with an id of 0 (klp_for_each_state()); an entry of another kernel's size would show in between. */
static int source_read_states(const struct arrays *a, struct lp_module_facts *out, struct lppack_error *err)
{
	const struct lp_elf *elf = a->elf;
	const struct lp_klp_array array = a->states.section ? bound(a, &a->states) : (struct lp_klp_array){ 0 };
	uint64_t id = 0;
	uint64_t version = 0;

	for (uint64_t at = array.offset; array.section; at += STATE_SIZE) {
		uint64_t left = array.is_sized ? array.limit - at : STATE_SIZE;
		struct lp_klp_state *state;

		if (!lp_elf_is_data(elf, array.section) || !lp_range_ok(at, STATE_SIZE, array.limit) ||
		    lp_elf_get(elf, array.section, at, 8, &id) < 0 || !is_state(elf, array.section, at) ||
		    out->n_states == LP_KLP_STATES_MAX)
			return unknown_layout(a, "array of klp_state", &a->states, err);
		if (id == 0 && (left % STATE_SIZE || !lp_elf_is_zero(elf, array.section, at, left)))
			return unknown_layout(a, "array of klp_state", &a->states, err);
		if (id == 0)
			return 0;
		lp_elf_get(elf, array.section, at + STATE_VERSION, 4, &version);
		state = lp_module_facts_add_state(out);
		if (!state)
			return lp_fail_nomem(err);
		*state = (struct lp_klp_state){ .id = id, .version = (uint32_t)version };
	}
	return 0;
}

/* Of "5.10.0-1-amd64" and the like. */
static bool is_before_5_4(const char *release)
{
	unsigned int major = 0;
	unsigned int minor = 0;

	return release && sscanf(release, "%u.%u", &major, &minor) == 2 && (major < 5 || (major == 5 && minor < 4));
}

/* Before 5.4 there were no states, and replace stood in their place or was not there; a number instead of the truth
 * value has been proposed. Nothing but the named fields is filled in before klp_enable_patch(). */
static int source_read_replace(const struct arrays *a, struct lp_module_facts *out, struct lppack_error *err)
{
	const struct lp_elf *elf = a->elf;
	const struct lp_klp_array patch = bound(a, &a->patch);
	const uint64_t behind = a->patch.offset + PATCH_HEAD;
	uint64_t end = patch.is_sized ? patch.limit : a->patch.offset + PATCH_NAMED;
	uint64_t replace = 0;

	if (end > elf->sections[patch.section].size || end < behind)
		end = behind;
	lp_elf_get(elf, patch.section, a->patch.offset + PATCH_REPLACE, 1, &replace);
	if (replace > 1 || !lp_elf_is_zero(elf, patch.section, behind, end - behind) ||
	    (!a->states.section && !lp_elf_is_zero(elf, patch.section, a->patch.offset + PATCH_STATES, 8)) ||
	    (!replace && is_before_5_4(out->release)))
		return unknown_layout(a, "struct klp_patch", &a->patch, err);
	out->replace = replace ? LP_REPLACE_PROVED : LP_REPLACE_REFUTED;
	return 0;
}

int lp_klp_read_source(const struct lp_elf *elf, struct lp_module_facts *out, struct lp_klp_trace *trace,
		       struct lppack_error *err)
{
	LP_AUTO(cleanup_arrays) struct arrays a = { .elf = elf, .trace = trace };
	bool found = false;
	int rc = source_find_patch(&a, &found, err);

	if (rc < 0 || !found)
		return rc;
	rc = source_find_objects(&a, err);
	if (rc < 0)
		return rc;
	rc = find_func_stride(&a, err);
	if (rc < 0)
		return rc;
	rc = source_read_replace(&a, out, err);
	if (rc < 0)
		return rc;
	trace->patch_section = a.patch.section;
	trace->patch_offset = a.patch.offset;
	trace->object_stride = a.object_stride;
	trace->func_stride = a.func_stride;
	out->builder = LP_BUILDER_SOURCE;
	rc = source_read_objects(&a, out, err);
	return rc < 0 ? rc : source_read_states(&a, out, err);
}
