/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mark of what the library exports. */
#ifndef LP_BASE_EXPORT_H
#define LP_BASE_EXPORT_H

/* Everything is hidden but what carries this mark; src/liblppack.sym lists the same names. */
#define LP_EXPORT __attribute__((visibility("default")))

#endif
