/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening a machine's root and reading the small files below it. */
#include "runtime/kernel_io.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>

int lp_kernel_io_open(struct lp_kernel_io *io, const char *root, const struct lp_kernel_ops *ops, void *context,
		      struct lppack_error *err)
{
	bool is_real = !root || !*root || strcmp(root, "/") == 0;

	*io = (struct lp_kernel_io){ .rootfd = -1, .ops = ops, .context = context };
	if (!ops)
		io->ops = is_real ? &lp_real_ops : &lp_refusing_ops;
	io->root = strdup(is_real ? "" : root);
	if (!io->root)
		return lp_fail_nomem(err);
	io->rootfd = open(is_real ? "/" : root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (io->rootfd < 0)
		return lp_fail_sys(err, LPPACK_E_IO, "name a directory with /sys and /proc below it",
				   "%s: cannot be opened as the root directory", is_real ? "/" : root);
	return 0;
}

void lp_kernel_io_close(struct lp_kernel_io *io)
{
	/* root tells an opened host from a zeroed one, whose descriptor 0 is not ours. */
	if (io->root && io->rootfd >= 0)
		close(io->rootfd);
	free(io->root);
	*io = (struct lp_kernel_io){ .rootfd = -1 };
}

bool lp_kernel_io_is_running(const struct lp_kernel_io *io)
{
	return io->ops != &lp_refusing_ops;
}

int lp_attr_read_bytes(int dirfd, const char *path, void *out, size_t room)
{
	LP_AUTO_CLOSE int fd = lp_below_open(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
	size_t len = 0;

	if (fd < 0)
		return -1;
	while (len < room) {
		ssize_t got = read(fd, (char *)out + len, room - len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	return (int)len;
}

int lp_attr_read(int dirfd, const char *path, char *out, size_t room)
{
	int len = lp_attr_read_bytes(dirfd, path, out, room - 1);

	if (len > 0 && out[len - 1] == '\n')
		len--;
	out[len < 0 ? 0 : len] = '\0';
	return len;
}

int lp_attr_int(int dirfd, const char *path)
{
	char text[24];
	uint64_t value;

	if (lp_attr_read(dirfd, path, text, sizeof(text)) < 0 || lp_text_to_u64(text, &value) < 0 || value > INT32_MAX)
		return -1;
	return (int)value;
}

bool lp_kernel_io_has(const struct lp_kernel_io *io, const char *path)
{
	LP_AUTO_CLOSE int fd = lp_below_open(io->rootfd, path, O_PATH | O_CLOEXEC, 0);

	return fd >= 0 || (errno != ENOENT && errno != ENOTDIR);
}

DIR *lp_dir_open(int dirfd, const char *path)
{
	int fd = lp_below_open(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

const struct dirent *lp_dir_next(DIR *dir)
{
	const struct dirent *entry;

	do {
		errno = 0;
		entry = readdir(dir);
	} while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
	/* readdir(3) takes ENOENT for the end. But each directory has the two: one that ends at once was not listed. */
	if (!entry && errno == 0 && telldir(dir) == 0)
		errno = ENOENT;
	return entry;
}

bool lp_name_is_part(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

char *lp_name_as_module(const char *name)
{
	char *copy = strdup(name);

	for (char *p = copy; p && *p; p++)
		if (*p == '-')
			*p = '_';
	return copy;
}

int lp_names_add(char ***names, size_t *n, const char *name)
{
	char **item = lp_array_add(names, n, sizeof(*item));

	if (!item)
		return -1;
	*item = strdup(name);
	if (!*item)
		*n -= 1;
	return *item ? 0 : -1;
}

void lp_names_free(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

int64_t lp_kernel_io_now(struct lp_kernel_io *io)
{
	return io->ops->now_ns(io->context);
}

void lp_kernel_io_sleep(struct lp_kernel_io *io, int64_t ns)
{
	io->ops->sleep_ns(io->context, ns);
}

void lp_kernel_io_poll_sleep(struct lp_kernel_io *io, int64_t since_ns)
{
	const int64_t shortest = LP_MS_NS / 5;
	const int64_t longest = 10 * LP_MS_NS;
	int64_t ns = (lp_kernel_io_now(io) - since_ns) / 32;

	lp_kernel_io_sleep(io, ns < shortest ? shortest : ns > longest ? longest : ns);
}

int lp_kernel_io_read_notes(struct lp_kernel_io *io, struct lp_buf *notes, struct lppack_error *err)
{
	struct lppack_error cause = LPPACK_ERROR_INIT;

	if (lp_below_read(io->rootfd, "sys/kernel/notes", 1 << 20, notes, &cause) == 0)
		return 0;
	/* The cause begins with the path below the root. */
	return lp_fail(err, (enum lppack_code)cause.code,
		       "mount sysfs: the kernel's build ID stands in /sys/kernel/notes", "%s/%s", io->root,
		       cause.message);
}

static char *read_word(struct lp_kernel_io *io, const char *path)
{
	char text[256];

	if (lp_attr_read(io->rootfd, path, text, sizeof(text)) <= 0)
		return NULL;
	lp_text_make_printable(text);
	return strdup(text);
}

int lp_kernel_io_read_names(struct lp_kernel_io *io, struct lp_kernel_facts *out, struct lppack_error *err)
{
	struct utsname uts;

	*out = (struct lp_kernel_facts){ 0 };
	out->release = read_word(io, "proc/sys/kernel/osrelease");
	/* Of another machine uname() tells nothing. */
	if (!out->release && !lp_kernel_io_is_running(io))
		return lp_fail(err, LPPACK_E_IO, "mount /proc", "%s/proc/sys/kernel/osrelease: cannot be read",
			       io->root);
	out->version = read_word(io, "proc/sys/kernel/version");
	out->arch = read_word(io, "proc/sys/kernel/arch");
	if ((!out->release || !out->arch) && uname(&uts) == 0) {
		out->release = out->release ? out->release : strdup(uts.release);
		out->arch = out->arch ? out->arch : strdup(uts.machine);
	}
	if (!out->release || !out->arch) {
		lp_kernel_facts_free(out);
		return lp_fail_nomem(err);
	}
	return 0;
}

char *lp_kernel_io_read_boot_id(struct lp_kernel_io *io)
{
	return read_word(io, "proc/sys/kernel/random/boot_id");
}
