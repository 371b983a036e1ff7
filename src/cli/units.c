/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sizes, durations and numbers with units, read and printed. */
#include "cli/units.h"

#include "shared/text.h"

#include <stdio.h>
#include <string.h>

const char *size_format(uint64_t bytes, char out[UNITS_TEXT])
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	double value = (double)bytes / 1024;
	unsigned int unit = 0;

	if (bytes < 1024) {
		snprintf(out, UNITS_TEXT, "%u B", (unsigned int)bytes);
		return out;
	}
	/* 1023.95 would round to 1024.0 of the smaller unit. */
	for (; value >= 1023.95 && unit + 1 < sizeof(units) / sizeof(units[0]); unit++)
		value /= 1024;
	snprintf(out, UNITS_TEXT, "%.1f %s", value, units[unit]);
	return out;
}

const char *duration_format(int64_t ns, char out[UNITS_TEXT])
{
	int64_t seconds = ns / NS_PER_S;

	if (ns < 10 * NS_PER_MS)
		snprintf(out, UNITS_TEXT, "%.1f ms", (double)ns / 1e6);
	else if (ns < NS_PER_S)
		snprintf(out, UNITS_TEXT, "%d ms", (int)(ns / NS_PER_MS));
	else if (seconds < 60)
		snprintf(out, UNITS_TEXT, "%.2f s", (double)(ns / (10 * NS_PER_MS)) / 100);
	else
		snprintf(out, UNITS_TEXT, "%lld min %02d s", (long long)(seconds / 60), (int)(seconds % 60));
	return out;
}

/* Nanoseconds of a unit, or 0 if there is no such unit. */
static int64_t unit_ns(const char *unit)
{
	static const struct {
		const char *name;
		int64_t ns;
	} units[] = {
		{ "", NS_PER_S },
		{ "ms", NS_PER_MS },
		{ "s", NS_PER_S },
		{ "m", 60 * NS_PER_S },
		{ "h", 3600 * NS_PER_S },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(unit, units[i].name) == 0)
			return units[i].ns;
	return 0;
}

int duration_parse(const char *text, int64_t *ns)
{
	const int64_t longest = 24 * 3600 * NS_PER_S;
	size_t whole = strspn(text, "0123456789");
	size_t fraction = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
	int64_t unit = unit_ns(text + whole + (fraction ? fraction + 1 : 0));
	int64_t total = 0;

	if (whole == 0 || whole > 9 || fraction > 9 || unit == 0)
		return -1;
	for (size_t i = 0; i < whole; i++)
		total = total * 10 + (text[i] - '0');
	if (total > longest / unit)
		return -1;
	total *= unit;
	for (size_t i = 0; i < fraction; i++) {
		unit /= 10;
		total += unit * (text[whole + 1 + i] - '0');
	}
	if (total <= 0 || total > longest)
		return -1;
	*ns = total;
	return 0;
}

int number_parse(const char *text, uint64_t *out)
{
	/* People may write leading zeros, documents may not. */
	while (text[0] == '0' && text[1])
		text++;
	return lp_text_to_u64(text, out);
}

bool text_is_build_id(const char *text)
{
	size_t len = strlen(text);

	return len >= 8 && len <= 64 && len % 2 == 0 && strspn(text, "0123456789abcdef") == len;
}
