/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ELF notes where they stand, and the facts of a kernel's notes. */
#include "inspect/notes.h"

#include "base/file.h"
#include "inspect/word.h"

#include <string.h>

#define NOTE_HEADER 12u
#define NT_GNU_BUILD_ID 3u
/* include/linux/build-salt.h */
#define LINUX_ELFNOTE_BUILD_SALT 0x100u
/* struct new_utsname: 64 characters */
#define RELEASE_MAX 64u

static size_t note_padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

bool lp_note_next(const uint8_t *bytes, size_t n, bool big_endian, size_t *offset, struct lp_note *note)
{
	size_t at = *offset;
	size_t desc;

	if (!lp_range_ok(at, NOTE_HEADER, n))
		return false;
	note->name_size = (size_t)lp_word_get(bytes + at, 4, big_endian);
	note->desc_size = (size_t)lp_word_get(bytes + at + 4, 4, big_endian);
	note->type = (uint32_t)lp_word_get(bytes + at + 8, 4, big_endian);
	at += NOTE_HEADER;
	if (!lp_range_ok(at, note->name_size, n))
		return false;
	note->name = (const char *)bytes + at;
	desc = at + note_padded(note->name_size);
	if (!lp_range_ok(desc, note->desc_size, n))
		return false;
	note->desc = bytes + desc;
	at = desc + note_padded(note->desc_size);
	/* The last note's padding may be cut off. */
	*offset = at < n ? at : n;
	return true;
}

bool lp_note_is(const struct lp_note *note, const char *name, uint32_t type)
{
	size_t size = strlen(name) + 1;

	return note->type == type && note->name_size == size && memcmp(note->name, name, size) == 0;
}

bool lp_note_build_id(const struct lp_note *note, struct lp_build_id *id)
{
	return lp_note_is(note, "GNU", NT_GNU_BUILD_ID) && lp_build_id_set(id, note->desc, note->desc_size) == 0;
}

/* The salt is free text (CONFIG_BUILD_SALT); distributions put the release there. */
static bool salt_is_release(const struct lp_note *note, size_t len)
{
	if (len == 0 || len > RELEASE_MAX || note->desc[0] < '0' || note->desc[0] > '9')
		return false;
	for (size_t i = 0; i < len; i++)
		if (note->desc[i] <= 0x20 || note->desc[i] > 0x7e)
			return false;
	return true;
}

static bool take_release(const struct lp_note *note, struct lp_kernel_facts *out)
{
	size_t len = strnlen((const char *)note->desc, note->desc_size);

	if (out->release || !lp_note_is(note, "Linux", LINUX_ELFNOTE_BUILD_SALT) || !salt_is_release(note, len))
		return true;
	out->release = strndup((const char *)note->desc, len);
	return out->release != NULL;
}

bool lp_notes_collect(const uint8_t *bytes, size_t n, bool big_endian, struct lp_kernel_facts *out)
{
	struct lp_note note;
	size_t offset = 0;

	while (lp_note_next(bytes, n, big_endian, &offset, &note)) {
		/* The first one counts, as in the kernel (lib/buildid.c). */
		if (!out->build_id.len)
			lp_note_build_id(&note, &out->build_id);
		if (!take_release(&note, out))
			return false;
	}
	return true;
}

/* Whether the first note makes sense in that byte order. */
static bool starts_with_note(const uint8_t *bytes, size_t n, bool big_endian)
{
	struct lp_note note;
	size_t offset = 0;

	return lp_note_next(bytes, n, big_endian, &offset, &note);
}

/* Where the walk ends short of n: not an error if only zeros are left. */
static size_t end_of_notes(const uint8_t *bytes, size_t n, bool big_endian)
{
	struct lp_note note;
	size_t offset = 0;
	size_t end;

	while (lp_note_next(bytes, n, big_endian, &offset, &note))
		;
	for (end = offset; end < n && bytes[end] == 0; end++)
		;
	return end == n ? n : offset;
}

int lp_notes_parse(const void *bytes, size_t n, const char *name, struct lp_kernel_facts *out,
		   struct lppack_error *err)
{
	bool big_endian = !starts_with_note(bytes, n, false) && starts_with_note(bytes, n, true);
	size_t end = end_of_notes(bytes, n, big_endian);

	if (end < n)
		return lp_fail(err, LPPACK_E_KERNEL_IMAGE, "give an unchanged copy of /sys/kernel/notes",
			       "%s: no whole ELF note at byte %zu", name, end);
	return lp_notes_collect(bytes, n, big_endian, out) ? 0 : lp_fail_nomem(err);
}
