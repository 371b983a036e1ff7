/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be known of livepatch modules and kernel files without loading them. libelf stays behind this header. */
#ifndef LP_INSPECT_H
#define LP_INSPECT_H

#include "base/facts.h"

/*
 * Reads a kernel module (an uncompressed .ko, with or without an appended signature) from memory.
 * name is for messages. Fails with LPPACK_E_MODULE (no readable ELF kernel module) and leaves *out empty.
 * A module that is no livepatch is no error here: out->is_livepatch says so.
 */
int lp_module_inspect(const void *bytes, size_t n, const char *name, struct lp_module_facts *out,
		      struct lppack_error *err);

/* Notes in the layout of /sys/kernel/notes (4-byte padded, either byte order): the GNU build ID into out->build_id
 * (len 0 if there is none), and the "Linux" build-salt note into out->release if that is not set and the salt looks
 * like a release. Distributions put the release there, but a kernel configured from another's .config keeps that
 * one's salt: it is a hint. LPPACK_E_KERNEL_IMAGE if the bytes are no notes. */
int lp_notes_parse(const void *bytes, size_t n, const char *name, struct lp_kernel_facts *out,
		   struct lppack_error *err);

/* The header of an x86 bzImage (Documentation/arch/x86/boot.rst). */
struct lp_bzimage {
	uint64_t payload_offset; /* in the file */
	uint64_t payload_size;
	char *banner; /* "6.1.0-56-cloud-amd64 (who) #1 SMP ...", or NULL */
};

/* Whether the first bytes of a file are a bzImage's. */
bool lp_bzimage_is(const void *head, size_t n);
/* head: the first 64 KiB of the file or all of it. */
int lp_bzimage_parse(const void *head, size_t n, uint64_t file_size, const char *name, struct lp_bzimage *out,
		     struct lppack_error *err);
void lp_bzimage_free(struct lp_bzimage *image);

/* Reads a vmlinux or its debug file from a stream, no further than its notes: build ID, arch, and the release as
 * lp_notes_parse() does. LPPACK_E_KERNEL_IMAGE if there is no build ID; what the stream fails with stays. */
int lp_vmlinux_read(struct lp_stream *stream, struct lp_kernel_facts *out, struct lppack_error *err);

#endif
