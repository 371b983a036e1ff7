/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Strings: hex, UTF-8 and printability, nearest name, times, sizes. */
#ifndef LP_SHARED_TEXT_H
#define LP_SHARED_TEXT_H

#include "shared/attribute.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Bytes of the character that the text begins with, where it can be shown as it is: UTF-8, and none that moves the
 * cursor, hides, reorders or joins others. Else 0. *point: its number, U+FFFD where it is no UTF-8. */
size_t lp_text_shown_length(const char *text, size_t left, uint32_t *point);

/* Replaces each byte of what cannot be shown as it is by '?'. Everything foreign that people read goes through this; JSON
 * and metrics have escapes of their own (tests/check/escapes.sh). */
void lp_text_make_printable(char *text);

/* The text as one word of a command for sh(1), malloc'd: quoted where it has to be. NULL without memory. */
char *lp_text_quote(const char *text);

/* Whether the bytes are UTF-8 without C0/C1 controls (newline allowed on request), bidirectional
 * controls, separators U+2028/2029, surrogates, non-characters or a byte-order mark. */
bool lp_text_is_clean(const char *text, size_t len, bool newlines);

/* Bytes of the UTF-8 sequence (RFC 3629) that the text begins with, or 0 if it begins with none. */
size_t lp_text_utf8_length(const char *text, size_t left);

/* Lower-case hex of n bytes into out[2n+1]. */
void lp_hex_encode(const uint8_t *bytes, size_t n, char *out);

/* Decodes exactly strlen(hex)/2 bytes, at most max; lower-case digits only. Returns the number of bytes,
 * or -1 if the text is empty, odd, too long or not lower-case hex. */
int lp_hex_decode(const char *hex, uint8_t *out, size_t max);

/* The candidate nearest to name by edit distance, or NULL if none is near (more than a third differs). */
const char *lp_text_nearest(const char *name, const char *const *candidates);

/* "2026-11-21T12:00:00Z" (RFC 3339, UTC, whole seconds). Years 1970 to 9999. */
#define LP_TIME_TEXT 21
int lp_time_parse(const char *text, int64_t *seconds);
/* As timegm(3), whatever the width of time_t. */
int64_t lp_time_of(const struct tm *tm);
void lp_time_format(int64_t seconds, char out[LP_TIME_TEXT]);

/* malloc'd printf, or NULL without memory. */
char *lp_text_format(const char *fmt, ...) LP_PRINTF(1, 2);

/* Parses a whole decimal number without sign, space or leading zero. Returns 0 or -1. */
int lp_text_to_u64(const char *text, uint64_t *out);

/* Whether text is one of the words of a NULL-terminated list. */
bool lp_text_is_one_of(const char *text, const char *const *words);

/* NULL-safe equality. */
bool lp_text_equal(const char *a, const char *b);

/* strdup that passes NULL through; *ok turns false when memory is out. */
char *lp_text_dup(const char *text, bool *ok);

#endif
