/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers, sizes and durations as people write and read them. */
#ifndef CLI_UNITS_H
#define CLI_UNITS_H

#include <stdbool.h>
#include <stdint.h>

/* Room for what the _format functions write. */
#define UNITS_TEXT 32

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S INT64_C(1000000000)

/* "0 B", "1023 B", "4.0 KiB", "1.5 MiB". */
const char *size_format(uint64_t bytes, char out[UNITS_TEXT]);

/* "0.4 ms", "37 ms", "1.73 s", "2 min 05 s". */
const char *duration_format(int64_t ns, char out[UNITS_TEXT]);

/* "60", "1.5", "500ms", "90s", "2m", "1h": more than nothing and at most a day. Nanoseconds into *ns; 0 or -1. */
int duration_parse(const char *text, int64_t *ns);

/* A whole decimal number: digits only. 0 or -1. */
int number_parse(const char *text, uint64_t *out);

/* Whether the text can be a build ID: 8 to 64 lower-case hex digits, an even number of them. */
bool text_is_build_id(const char *text);

#endif
