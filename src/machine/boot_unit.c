/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Looking for the links that enable the unit of boots. */
#include "machine/boot_unit.h"

#include "base/root.h"
#include "base/root_glob.h"

#include <string.h>

#define UNIT "lppack-apply.service"

static bool is_there(const char *root, const char *pattern)
{
	LP_AUTO_ROOT_PATHS struct lp_root_paths found = { 0 };

	return lp_root_glob(root, pattern, &found, NULL) == 0 && found.n > 0;
}

/* sd_booted(3); of an image, which nothing has booted, that it is set up for systemd. */
static bool has_systemd(const char *root)
{
	return is_there(root, "/run/systemd/system") || (*root && is_there(root, "/etc/systemd/system"));
}

/* systemctl(1), "mask": a link to /dev/null, which is the operator's word that something else applies. */
static bool is_masked(const char *root)
{
	const char *name;
	LP_AUTO_CLOSE int parent = lp_root_open_parent(root, "/etc/systemd/system/" UNIT, &name);
	char target[16];
	ssize_t n = parent < 0 ? -1 : readlinkat(parent, name, target, sizeof(target));

	return n == (ssize_t)strlen("/dev/null") && memcmp(target, "/dev/null", (size_t)n) == 0;
}

int lp_boot_is_enabled(struct lppack_host *host)
{
	/* systemd.unit(5), "UNIT FILE LOAD PATH": where the links of an enabled unit can be. */
	static const char *const patterns[] = {
		"/etc/systemd/system/*.wants/" UNIT,           "/etc/systemd/system/*.requires/" UNIT,
		"/run/systemd/system/*.wants/" UNIT,           "/run/systemd/system/*.requires/" UNIT,
		"/usr/local/lib/systemd/system/*.wants/" UNIT, "/usr/local/lib/systemd/system/*.requires/" UNIT,
		"/usr/lib/systemd/system/*.wants/" UNIT,       "/usr/lib/systemd/system/*.requires/" UNIT,
		"/lib/systemd/system/*.wants/" UNIT,           "/lib/systemd/system/*.requires/" UNIT,
	};
	const char *root = host->io.root;

	if (!has_systemd(root) || is_masked(root))
		return -1;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (is_there(root, patterns[i]))
			return 1;
	return 0;
}
