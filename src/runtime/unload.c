/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unloading modules whose livepatch is gone, and finding those that stay. */
#include "runtime/unload.h"

#include "shared/array.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* The kernel drops a replaced module's last reference a moment after its directory has gone. */
#define PINNED_PATIENCE_NS LP_SECOND_NS

bool lp_module_is_loaded(const struct lp_kernel_io *io, const char *name)
{
	char path[LP_PATH_ROOM];

	snprintf(path, sizeof(path), LP_MODULE_DIR "/%s/initstate", name);
	return lp_kernel_io_has(io, path);
}

int64_t lp_unload_deadline(struct lp_kernel_io *io, const struct lp_limits *limits)
{
	return lp_kernel_io_now(io) + (limits->quick ? 1 : 5) * LP_SECOND_NS;
}

int lp_unload_module(struct lp_kernel_io *io, const char *name, int64_t deadline_ns)
{
	int64_t since_ns = lp_kernel_io_now(io);
	char path[LP_PATH_ROOM];

	for (;;) {
		snprintf(path, sizeof(path), LP_MODULE_DIR "/%s", name);
		if (!lp_kernel_io_has(io, path))
			return 0;
		snprintf(path, sizeof(path), LP_MODULE_DIR "/%s/refcnt", name);
		errno = EAGAIN;
		if (lp_attr_int(io->rootfd, path) <= 0) {
			if (io->ops->delete_module(io->context, name, O_NONBLOCK) == 0 || errno == ENOENT)
				return 0;
			if (errno != EAGAIN && errno != EBUSY && errno != EINTR)
				return -1;
		}
		if (lp_kernel_io_now(io) >= deadline_ns) {
			errno = EBUSY;
			return -1;
		}
		lp_kernel_io_poll_sleep(io, since_ns);
	}
}

int lp_unload_old(struct lp_attempt *attempt, struct lp_buf *left)
{
	struct lp_attempt_result *result = attempt->result;
	const int64_t deadline = lp_unload_deadline(attempt->io, &attempt->terms->limits);
	const int64_t started = lp_kernel_io_now(attempt->io);
	int sys_errno = 0;

	lp_caller_progress(&attempt->terms->caller, "removal", 0);
	for (size_t i = 0; i < attempt->n_old; i++) {
		if (lp_unload_module(attempt->io, attempt->old[i], deadline) == 0) {
			result->superseded[result->n_superseded++] = LP_TAKE(attempt->old[i]);
			continue;
		}
		sys_errno = errno;
		lp_buf_printf(left, "%s%s", left->len ? ", " : "", attempt->old[i]);
	}
	result->remove_ns = lp_kernel_io_now(attempt->io) - started;
	return sys_errno;
}

int lp_unload_replaced(struct lp_attempt *attempt, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf left = { 0 };
	int sys_errno;

	/* A forced transition has pinned them until the next boot. */
	if (attempt->result->forced)
		return 0;
	sys_errno = lp_unload_old(attempt, &left);
	if (!sys_errno)
		return 0;
	/* Not lp_fail_sys(): whatever the errno, the code must say that the new patch is in force. */
	return lp_fail(err, LPPACK_E_LEFTOVER,
		       "see lsmod for what refers to it, then rmmod it; after a forced transition only a reboot helps",
		       "%s is in force, but what it replaced is still loaded: %s: %s", attempt->name,
		       lp_buf_ok(&left) ? (const char *)left.data : "see lsmod", strerror(sys_errno));
}

/* It taints with K (Documentation/admin-guide/tainted-kernels.rst). */
static bool is_livepatch(struct lp_kernel_io *io, const char *name)
{
	char path[LP_PATH_ROOM];
	char text[32];

	snprintf(path, sizeof(path), LP_MODULE_DIR "/%s/taint", name);
	return lp_attr_read(io->rootfd, path, text, sizeof(text)) > 0 && strchr(text, 'K');
}

/* A patch, once replaced or disabled, is no longer listed and can never be enabled again. */
enum lp_remnant lp_module_remnant(struct lp_kernel_io *io, const char *name)
{
	char path[LP_PATH_ROOM];
	char text[32];

	if (!is_livepatch(io, name))
		return LP_REMNANT_NONE;
	snprintf(path, sizeof(path), LP_MODULE_DIR "/%s/initstate", name);
	if (lp_attr_read(io->rootfd, path, text, sizeof(text)) <= 0 || strcmp(text, "live") != 0)
		return LP_REMNANT_NONE;
	snprintf(path, sizeof(path), LP_LIVEPATCH_DIR "/%s", name);
	if (lp_kernel_io_has(io, path))
		return LP_REMNANT_NONE;
	snprintf(path, sizeof(path), LP_MODULE_DIR "/%s/refcnt", name);
	return lp_attr_int(io->rootfd, path) == 0 ? LP_REMNANT_STALE : LP_REMNANT_PINNED;
}

bool lp_unload_is_own_remnant(struct lp_kernel_io *io, const struct lp_terms *terms, const char *name)
{
	struct lp_build_id id;

	if (lp_module_remnant(io, name) != LP_REMNANT_STALE)
		return false;
	lp_module_read_build_id(io, name, &id);
	return lp_terms_know(terms, &id);
}

int lp_unload_stale(struct lp_kernel_io *io, const struct lp_terms *terms, char ***names, size_t *n,
		    struct lppack_error *err)
{
	LP_AUTO_DIR DIR *modules = lp_dir_open(io->rootfd, LP_MODULE_DIR);
	const struct dirent *entry;

	while (modules && (entry = lp_dir_next(modules))) {
		if (!lp_unload_is_own_remnant(io, terms, entry->d_name))
			continue;
		if (io->ops->delete_module(io->context, entry->d_name, O_NONBLOCK) < 0)
			continue;
		if (lp_names_add(names, n, entry->d_name) < 0)
			return lp_fail_nomem(err);
	}
	return 0;
}

int lp_unload_list_loaded(struct lp_kernel_io *io, struct lp_build_id **ids, size_t *n)
{
	LP_AUTO_DIR DIR *modules = lp_dir_open(io->rootfd, LP_MODULE_DIR);
	const struct dirent *entry;

	*ids = NULL;
	*n = 0;
	if (!modules)
		return -LPPACK_E_IO;
	while ((entry = lp_dir_next(modules))) {
		struct lp_build_id *id;

		if (!is_livepatch(io, entry->d_name))
			continue;
		id = lp_array_add(ids, n, sizeof(*id));
		if (!id)
			return -LPPACK_E_NO_MEMORY;
		lp_module_read_build_id(io, entry->d_name, id);
	}
	return 0;
}

/* Another module that uses its symbols pins it as well, and that is no sign of force. */
static bool has_holders(struct lp_kernel_io *io, const char *name)
{
	char path[LP_PATH_ROOM];
	LP_AUTO_DIR DIR *dir = NULL;

	snprintf(path, sizeof(path), LP_MODULE_DIR "/%s/holders", name);
	dir = lp_dir_open(io->rootfd, path);
	return dir && lp_dir_next(dir);
}

static bool find_pinned(struct lp_kernel_io *io, char *out, size_t room)
{
	LP_AUTO_DIR DIR *modules = lp_dir_open(io->rootfd, LP_MODULE_DIR);
	const struct dirent *entry;

	while (modules && (entry = lp_dir_next(modules))) {
		if (lp_module_remnant(io, entry->d_name) != LP_REMNANT_PINNED || has_holders(io, entry->d_name))
			continue;
		snprintf(out, room, "%s", entry->d_name);
		return true;
	}
	return false;
}

bool lp_unload_find_pinned(struct lp_kernel_io *io, char *out, size_t room)
{
	int64_t since_ns = lp_kernel_io_now(io);

	while (find_pinned(io, out, room)) {
		if (lp_kernel_io_now(io) - since_ns >= PINNED_PATIENCE_NS)
			return true;
		lp_kernel_io_poll_sleep(io, since_ns);
	}
	return false;
}
