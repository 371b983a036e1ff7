/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is computed from strings, or makes them, and needs no error. */
#include "shared/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Length of the UTF-8 sequence at p (1 to 4) with its code point, or 0 if it is malformed (RFC 3629). */
static size_t decode_utf8(const unsigned char *p, size_t left, uint32_t *point)
{
	static const uint32_t lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;

	if (n == 0 || n > left || p[0] > 0xf4)
		return 0;
	*point = n == 1 ? p[0] : p[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*point = *point << 6 | (p[i] & 0x3f);
	}
	return *point < lowest[n] || *point > 0x10ffff ? 0 : n;
}

size_t lp_text_utf8_length(const char *text, size_t left)
{
	uint32_t point = 0;
	size_t n = left ? decode_utf8((const unsigned char *)text, left, &point) : 0;

	return point >= 0xd800 && point <= 0xdfff ? 0 : n;
}

static bool is_clean_point(uint32_t c, bool newlines)
{
	if (c < 0x20)
		return newlines && c == '\n';
	if (c >= 0x7f && c < 0xa0)
		return false;
	if ((c >= 0x200b && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f))
		return false;
	if ((c >= 0xd800 && c <= 0xdfff) || (c >= 0xfdd0 && c <= 0xfdef) || c == 0xfeff)
		return false;
	return (c & 0xfffe) != 0xfffe;
}

bool lp_text_is_clean(const char *text, size_t len, bool newlines)
{
	const unsigned char *p = (const unsigned char *)text;

	while (len > 0) {
		uint32_t point = 0;
		size_t n = decode_utf8(p, len, &point);

		if (n == 0 || !is_clean_point(point, newlines))
			return false;
		p += n;
		len -= n;
	}
	return true;
}

/* Characters without a shape of their own, which is_clean_point() lets pass: the default ignorable ones and the marks of
 * annotations (Unicode, DerivedCoreProperties.txt). */
static bool is_hidden_point(uint32_t c)
{
	static const struct {
		uint32_t first;
		uint32_t last;
	} hidden[] = {
		{ 0x00ad, 0x00ad },   { 0x034f, 0x034f }, { 0x061c, 0x061c },   { 0x115f, 0x1160 },
		{ 0x17b4, 0x17b5 },   { 0x180b, 0x180f }, { 0x3164, 0x3164 },   { 0xfe00, 0xfe0f },
		{ 0xffa0, 0xffa0 },   { 0xfff0, 0xfffb }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
		{ 0xe0000, 0xe0fff },
	};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (c >= hidden[i].first && c <= hidden[i].last)
			return true;
	return false;
}

size_t lp_text_shown_length(const char *text, size_t left, uint32_t *point)
{
	size_t n = lp_text_utf8_length(text, left);

	*point = 0xfffd;
	if (n)
		decode_utf8((const unsigned char *)text, left, point);
	return n && is_clean_point(*point, false) && !is_hidden_point(*point) ? n : 0;
}

void lp_text_make_printable(char *text)
{
	size_t left = strlen(text);
	uint32_t point;

	while (left > 0) {
		size_t n = lp_text_shown_length(text, left, &point);

		if (n == 0) {
			*text = '?';
			n = 1;
		}
		text += n;
		left -= n;
	}
}

char *lp_text_quote(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
	/* Each ' becomes four characters. */
	char *out = malloc(4 * strlen(text) + 3);
	char *to = out;

	if (!out)
		return NULL;
	if (*text && *text != '-' && !text[strspn(text, plain)])
		return strcpy(out, text);
	*to++ = '\'';
	for (; *text; text++) {
		if (*text == '\'')
			to = stpcpy(to, "'\\'");
		*to++ = *text;
	}
	strcpy(to, "'");
	return out;
}

void lp_hex_encode(const uint8_t *bytes, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * n] = '\0';
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int lp_hex_decode(const char *hex, uint8_t *out, size_t max)
{
	size_t len = strlen(hex);

	if (len == 0 || len % 2 || len / 2 > max)
		return -1;
	for (size_t i = 0; i < len / 2; i++) {
		int high = hex_digit(hex[2 * i]);
		int low = hex_digit(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return -1;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return (int)(len / 2);
}

#define NEAREST_MAX 40

/* Levenshtein distance of names of at most NEAREST_MAX characters. */
static size_t edit_distance(const char *a, const char *b)
{
	size_t row[NEAREST_MAX + 1];
	size_t n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 1; j <= n; j++) {
			size_t best = diagonal + (a[i] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[n];
}

const char *lp_text_nearest(const char *name, const char *const *candidates)
{
	const char *nearest = NULL;
	size_t limit = strlen(name) / 3 + 2;

	if (strlen(name) > NEAREST_MAX)
		return NULL;
	for (; *candidates; candidates++) {
		size_t distance;

		if (strlen(*candidates) > NEAREST_MAX)
			continue;
		distance = edit_distance(name, *candidates);
		if (distance < limit) {
			limit = distance;
			nearest = *candidates;
		}
	}
	return nearest;
}

/* time_t would end in 2038 on 32-bit machines. Years begin in March, so that a leap day is a year's last; an era has 400. */
#define EPOCH 719468 /* days from 0000-03-01 to 1970-01-01 */

int64_t lp_time_of(const struct tm *tm)
{
	int64_t year = tm->tm_year + INT64_C(1900) - (tm->tm_mon < 2);
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t of_era = year - era * 400;
	int64_t of_year = (153 * ((tm->tm_mon + 10) % 12) + 2) / 5 + tm->tm_mday - 1;
	int64_t days = era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - EPOCH;

	return days * 86400 + tm->tm_hour * INT64_C(3600) + tm->tm_min * 60 + tm->tm_sec;
}

int lp_time_parse(const char *text, int64_t *seconds)
{
	struct tm tm = { 0 };
	char again[LP_TIME_TEXT];
	int64_t value;
	char end;

	if (strlen(text) != LP_TIME_TEXT - 1)
		return -1;
	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%c", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &tm.tm_hour, &tm.tm_min,
		   &tm.tm_sec, &end) != 7)
		return -1;
	if (tm.tm_year < 1970 || end != 'Z')
		return -1;
	tm.tm_year -= 1900;
	tm.tm_mon -= 1;
	value = lp_time_of(&tm);
	if (value < 0)
		return -1;
	/* The 31st of February is another day on the way back. */
	lp_time_format(value, again);
	if (strcmp(text, again) != 0)
		return -1;
	*seconds = value;
	return 0;
}

void lp_time_format(int64_t seconds, char out[LP_TIME_TEXT])
{
	const int64_t last = 253402300799; /* 9999-12-31T23:59:59Z */
	uint32_t t = (uint32_t)((seconds < 0 ? 0 : seconds > last ? last : seconds) % 86400);
	uint32_t days = (uint32_t)((seconds < 0 ? 0 : seconds > last ? last : seconds) / 86400);
	uint32_t era = (days + EPOCH) / 146097;
	uint32_t of_era = (days + EPOCH) % 146097;
	uint32_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint32_t of_year = of_era - (365 * year + year / 4 - year / 100);
	uint32_t month = (5 * of_year + 2) / 153; /* from March */

	snprintf(out, LP_TIME_TEXT, "%04u-%02u-%02uT%02u:%02u:%02uZ", (year + era * 400 + (month >= 10)) % 10000,
		 (month + 2) % 12 + 1, (of_year - (153 * month + 2) / 5 + 1) % 100, t / 3600, t / 60 % 60, t % 60);
}

char *lp_text_format(const char *fmt, ...)
{
	char *out = NULL;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vasprintf(&out, fmt, args);
	va_end(args);
	return n < 0 ? NULL : out;
}

int lp_text_to_u64(const char *text, uint64_t *out)
{
	uint64_t value = 0;

	if (!*text || (text[0] == '0' && text[1]))
		return -1;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		if (__builtin_mul_overflow(value, 10u, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(*text - '0'), &value))
			return -1;
	}
	*out = value;
	return 0;
}

bool lp_text_is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

bool lp_text_equal(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

char *lp_text_dup(const char *text, bool *ok)
{
	char *copy;

	if (!text)
		return NULL;
	copy = strdup(text);
	if (!copy)
		*ok = false;
	return copy;
}
