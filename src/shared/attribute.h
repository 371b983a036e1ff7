/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the compiler is told of functions. */
#ifndef LP_SHARED_ATTRIBUTE_H
#define LP_SHARED_ATTRIBUTE_H

#define LP_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

#endif
