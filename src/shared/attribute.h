/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attributes of functions, by which the compiler finds wrong calls. */
#ifndef LP_SHARED_ATTRIBUTE_H
#define LP_SHARED_ATTRIBUTE_H

#define LP_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

#endif
