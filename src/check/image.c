/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts that stand in a kernel's image. */
#include "check/kernel.h"

#include "base/text.h"

#include <string.h>

#define TEXT_LENGTH_MAX 1024u

/* A NUL-terminated printable text from there on; malloc'd or NULL. */
static char *text_at(const struct lp_kernel_image *image, const uint8_t *at)
{
	size_t left = image->size - (size_t)(at - image->bytes);
	size_t n = strnlen((const char *)at, left < TEXT_LENGTH_MAX ? left : TEXT_LENGTH_MAX);
	char *text = n < left && n < TEXT_LENGTH_MAX ? strndup((const char *)at, n) : NULL;

	for (char *c = text; c && *c; c++) {
		if (*c >= 0x20 && *c <= 0x7e)
			continue;
		*c = '\0';
		break;
	}
	return text;
}

static const uint8_t *find(const struct lp_kernel_image *image, const uint8_t *from, const char *text, size_t n)
{
	return memmem(from, image->size - (size_t)(from - image->bytes), text, n);
}

/* include/linux/vermagic.h: what follows the release. */
static bool is_vermagic(const char *text, size_t release)
{
	static const char *const first[] = { "SMP ", "preempt ", "preempt_rt ", "mod_unload ", "modversions " };

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		if (strncmp(text + release + 1, first[i], strlen(first[i])) == 0)
			return true;
	return false;
}

static char *find_vermagic_of(const struct lp_kernel_image *image, const char *release)
{
	LP_AUTO_FREE char *start = lp_text_format("%s ", release);
	const uint8_t *at = image->bytes;
	size_t n = start ? strlen(start) : 0;

	while (start && (at = find(image, at, start, n))) {
		LP_AUTO_FREE char *text = at > image->bytes && at[-1] == '\0' ? text_at(image, at) : NULL;

		if (text && is_vermagic(text, n - 1))
			return LP_TAKE(text);
		at += n;
	}
	return NULL;
}

char *lp_kernel_find_vermagic(const struct lppack_kernel *kernel)
{
	const char *const releases[] = { kernel->facts.release, kernel->paths.release };
	char *found = NULL;

	for (size_t i = 0; kernel->image.bytes && !found && i < 2; i++)
		if (releases[i] && *releases[i])
			found = find_vermagic_of(&kernel->image, releases[i]);
	return found;
}

char *lp_kernel_find_compiler(const struct lppack_kernel *kernel)
{
	static const char start[] = "Linux version ";
	const uint8_t *at = kernel->image.bytes;

	while (at && (at = find(&kernel->image, at, start, strlen(start)))) {
		LP_AUTO_FREE char *banner = text_at(&kernel->image, at);
		char *compiler = banner ? strstr(banner, ") (") : NULL;
		char *end = compiler ? strstr(compiler, ", ") : NULL;

		if (end && strstr(end, " #"))
			return strndup(compiler + 3, (size_t)(end - compiler) - 3);
		at += strlen(start);
	}
	return NULL;
}
