/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of errors, and how one gets into the struct that the caller gave for it. */
#include "base/error.h"

#include "shared/text.h"
#include "base/export.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	int code;
	enum lppack_about about;
	const char *name;
	const char *meaning;
} table[] = {
#define ROW(name, number, about, meaning) { (number), LPPACK_ABOUT_##about, #name, (meaning) },
	LPPACK_ERRORS(ROW)
#undef ROW
};

#define TABLE_SIZE (sizeof(table) / sizeof(table[0]))

/* What version 0.1 has: every struct lppack_error begins with it. */
#define ERROR_LEAST (offsetof(struct lppack_error, hint) + sizeof(((struct lppack_error *)NULL)->hint))
#define ERROR_MAX 65536

LP_EXPORT const char *lppack_error_name(int code)
{
	for (size_t i = 0; i < TABLE_SIZE; i++)
		if (table[i].code == abs(code))
			return table[i].name;
	return NULL;
}

LP_EXPORT const char *lppack_error_meaning(int code)
{
	for (size_t i = 0; i < TABLE_SIZE; i++)
		if (table[i].code == abs(code))
			return table[i].meaning;
	return NULL;
}

LP_EXPORT enum lppack_about lppack_error_about(int code)
{
	for (size_t i = 0; i < TABLE_SIZE; i++)
		if (table[i].code == abs(code))
			return table[i].about;
	return LPPACK_ABOUT_NOTHING;
}

LP_EXPORT int lppack_error_at(size_t i)
{
	return i < TABLE_SIZE ? table[i].code : 0;
}

static bool can_write(const struct lppack_error *err)
{
	return err && (err->size == 0 || (err->size >= ERROR_LEAST && err->size <= ERROR_MAX));
}

static bool is_set(const struct lppack_error *err)
{
	return can_write(err) && err->code;
}

LP_EXPORT void lppack_error_clear(struct lppack_error *err)
{
	/* By member: the caller's struct may be smaller or bigger than this library's. */
	if (!can_write(err))
		return;
	err->code = 0;
	err->sys_errno = 0;
	memset(err->message, 0, sizeof(err->message));
	memset(err->hint, 0, sizeof(err->hint));
}

int lp_error_move(struct lppack_error *err, const struct lppack_error *cause)
{
	if (can_write(err) && !err->code) {
		err->code = cause->code;
		err->sys_errno = cause->sys_errno;
		memcpy(err->message, cause->message, sizeof(err->message));
		memcpy(err->hint, cause->hint, sizeof(err->hint));
	}
	return -cause->code;
}

LP_PRINTF(5, 0)
static void set_cause(struct lppack_error *err, enum lppack_code code, int sys_errno, const char *hint,
		      const char *fmt, va_list args)
{
	err->code = code;
	err->sys_errno = sys_errno;
	vsnprintf(err->message, sizeof(err->message), fmt, args);
	if (sys_errno) {
		size_t used = strlen(err->message);
		snprintf(err->message + used, sizeof(err->message) - used, ": %s", strerror(sys_errno));
	}
	lp_text_make_printable(err->message);
	snprintf(err->hint, sizeof(err->hint), "%s", hint ? hint : "");
	lp_text_make_printable(err->hint);
}

int lp_fail(struct lppack_error *err, enum lppack_code code, const char *hint, const char *fmt, ...)
{
	va_list args;

	if (can_write(err) && !err->code) {
		va_start(args, fmt);
		set_cause(err, code, 0, hint, fmt, args);
		va_end(args);
	}
	return -(int)code;
}

static enum lppack_code refine(enum lppack_code code, int sys_errno)
{
	if (code != LPPACK_E_IO)
		return code;
	if (sys_errno == ENOSPC || sys_errno == EDQUOT)
		return LPPACK_E_NO_SPACE;
	return sys_errno == ENOMEM ? LPPACK_E_NO_MEMORY : code;
}

int lp_fail_sys(struct lppack_error *err, enum lppack_code code, const char *hint, const char *fmt, ...)
{
	int sys_errno = errno;
	va_list args;

	code = refine(code, sys_errno);
	if (code == LPPACK_E_NO_SPACE)
		hint = "free some space or write to another file system; nothing was left behind";
	if (can_write(err) && !err->code) {
		va_start(args, fmt);
		set_cause(err, code, sys_errno, hint, fmt, args);
		va_end(args);
	}
	return -(int)code;
}

int lp_fail_nomem(struct lppack_error *err)
{
	return lp_fail(err, LPPACK_E_NO_MEMORY, NULL, "out of memory");
}

int lp_wrap(struct lppack_error *err, int rc, const char *fmt, ...)
{
	char context[sizeof(err->message)];
	char whole[2 * sizeof(err->message) + 2];
	va_list args;

	if (!is_set(err))
		return rc;
	va_start(args, fmt);
	vsnprintf(context, sizeof(context), fmt, args);
	va_end(args);
	lp_text_make_printable(context);
	snprintf(whole, sizeof(whole), "%s: %s", context, err->message);
	whole[sizeof(err->message) - 1] = '\0';
	lp_text_make_printable(whole);
	memcpy(err->message, whole, sizeof(err->message));
	return -err->code;
}

int lp_hint(struct lppack_error *err, int rc, const char *fmt, ...)
{
	va_list args;

	if (!is_set(err))
		return rc;
	va_start(args, fmt);
	vsnprintf(err->hint, sizeof(err->hint), fmt, args);
	va_end(args);
	lp_text_make_printable(err->hint);
	return -err->code;
}
