/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding the livepatch modules in /sys/module. */
#include "status/modules.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/root.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>

static bool read_attribute(int dirfd, const char *module, const char *name, char *out, size_t room)
{
	LP_AUTO_FREE char *path = lp_text_format("%s/%s", module, name);
	LP_AUTO_BUF struct lp_buf text = { 0 };

	if (!path || lp_below_read(dirfd, path, room - 1, &text, NULL) < 0)
		return false;
	snprintf(out, room, "%.*s", (int)strcspn((const char *)text.data, "\n"), (const char *)text.data);
	return true;
}

/* kernel: a livepatch's taint shows as K, and coresize counts a module's memory (kernel/module/sysfs.c). */
static int add_module(struct lppack_status *status, int dirfd, const char *name, struct lppack_error *err)
{
	struct lp_status_module *module;
	char text[64];
	bool ok = true;

	if (!read_attribute(dirfd, name, "taint", text, sizeof(text)) || !strchr(text, 'K'))
		return 0;
	module = lp_array_add(&status->modules, &status->n_modules, sizeof(*module));
	if (!module)
		return lp_fail_nomem(err);
	module->name = lp_text_dup(name, &ok);
	if (read_attribute(dirfd, name, "coresize", text, sizeof(text)))
		lp_text_to_u64(text, &module->bytes);
	return ok ? 0 : lp_fail_nomem(err);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int lp_status_read_modules(struct lppack_status *status, struct lppack_error *err)
{
	LP_AUTO_CLOSE int fd =
		lp_below_open(status->host->io.rootfd, "sys/module", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	struct dirent **entries = NULL;
	int n = fd < 0 ? 0 : scandirat(fd, ".", &entries, NULL, by_name);
	int rc = 0;

	for (int i = 0; i < n; i++) {
		if (rc == 0 && entries[i]->d_name[0] != '.')
			rc = add_module(status, fd, entries[i]->d_name, err);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

uint64_t lp_status_memory(const struct lppack_status *status)
{
	uint64_t total = 0;

	for (size_t i = 0; i < status->n_modules; i++)
		total += status->modules[i].bytes;
	return total;
}
