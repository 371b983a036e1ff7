/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A vmlinux as a stream: the facts of its notes, without reading all of it. */
#ifndef LP_INSPECT_VMLINUX_H
#define LP_INSPECT_VMLINUX_H

#include "base/facts.h"

/* Reads a vmlinux or its debug file from a stream, no further than its notes: build ID, arch, and the release as
 * lp_notes_parse() does. LPPACK_E_KERNEL_IMAGE if there is no build ID; what the stream fails with stays. */
int lp_vmlinux_read(struct lp_stream *stream, struct lp_kernel_facts *out, struct lppack_error *err);

#endif
