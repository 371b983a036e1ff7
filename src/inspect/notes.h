/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ELF notes where they stand: one walk for kernels and modules, in either byte order. */
#ifndef LP_INSPECT_NOTES_H
#define LP_INSPECT_NOTES_H

#include "base/facts.h"

/* One note; borrowed. */
struct lp_note {
	const char *name; /* name_size bytes, with its NUL */
	size_t name_size;
	const uint8_t *desc;
	size_t desc_size;
	uint32_t type;
};

/* The note at *offset, which moves behind it. False at the end, and where the bytes are no whole note (then *offset
 * stays short of n). */
bool lp_note_next(const uint8_t *bytes, size_t n, bool big_endian, size_t *offset, struct lp_note *note);

/* Whether it is of that name (without its NUL) and type. */
bool lp_note_is(const struct lp_note *note, const char *name, uint32_t type);
/* Sets *id to the description of a GNU build ID note; false if the note is none. */
bool lp_note_build_id(const struct lp_note *note, struct lp_build_id *id);

/* Takes what out lacks (build ID, release) from the notes up to the first malformed one; false without memory. */
bool lp_notes_collect(const uint8_t *bytes, size_t n, bool big_endian, struct lp_kernel_facts *out);

/* Notes in the layout of /sys/kernel/notes (4-byte padded, either byte order): the GNU build ID into out->build_id
 * (len 0 if there is none), and the "Linux" build-salt note into out->release if that is not set and the salt looks
 * like a release. Distributions put the release there, but a kernel configured from another's .config keeps that
 * one's salt: it is a hint. LPPACK_E_KERNEL_IMAGE if the bytes are no notes. */
int lp_notes_parse(const void *bytes, size_t n, const char *name, struct lp_kernel_facts *out,
		   struct lppack_error *err);

#endif
