/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the kernel log. */
#include "runtime/kmsg.h"

#include "shared/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* A record with its prefix and dictionary is at most this long (include/linux/printk.h, CONSOLE_EXT_LOG_MAX). */
#define RECORD_MAX 8192

/* A flood of lines must not fill the memory. */
#define LINES_MAX (256 * 1024)

void lp_kmsg_open(struct lp_kmsg *kmsg, struct lp_kernel_io *io)
{
	kmsg->fd = openat(io->rootfd, "dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	if (kmsg->fd < 0)
		return;
	if (lseek(kmsg->fd, 0, SEEK_END) < 0)
		lp_kmsg_close(kmsg);
}

void lp_kmsg_close(struct lp_kmsg *kmsg)
{
	if (kmsg->fd >= 0)
		close(kmsg->fd);
	kmsg->fd = -1;
}

static bool is_relevant(const char *text, const char *module)
{
	static const char *const words[] = { "livepatch", "Lockdown: ", "Loading of ", "ftrace", "PKCS#7", NULL };

	for (const char *const *word = words; *word; word++)
		if (strstr(text, *word))
			return true;
	return module && strstr(text, module);
}

/* "6,1234,5678,-;text" and " KEY=value" lines of its dictionary (Documentation/ABI/testing/dev-kmsg). */
static void kmsg_take_line(char *line, const char *module, struct lp_buf *lines)
{
	char *text = strchr(line, ';');

	if (*line == ' ' || !text || !text[1])
		return;
	text++;
	lp_text_make_printable(text);
	if (is_relevant(text, module) && lines->len < LINES_MAX)
		lp_buf_printf(lines, "%s\n", text);
}

void lp_kmsg_collect(struct lp_kmsg *kmsg, const char *module, struct lp_buf *lines)
{
	LP_AUTO_FREE char *record = kmsg->fd < 0 ? NULL : malloc(RECORD_MAX + 1);

	while (record) {
		ssize_t got = read(kmsg->fd, record, RECORD_MAX);
		char *rest = record;
		char *line;

		/* EPIPE: lines were overwritten before we came; the next read continues behind them. */
		if (got < 0 && (errno == EINTR || errno == EPIPE))
			continue;
		if (got <= 0)
			return;
		record[got] = '\0';
		while ((line = strsep(&rest, "\n")))
			kmsg_take_line(line, module, lines);
	}
}

bool lp_kmsg_shows_force(struct lp_kernel_io *io)
{
	LP_AUTO(lp_kmsg_close) struct lp_kmsg kmsg = { .fd = -1 };
	LP_AUTO_BUF struct lp_buf lines = { 0 };

	kmsg.fd = openat(io->rootfd, "dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	lp_kmsg_collect(&kmsg, NULL, &lines);
	if (!lp_buf_ok(&lines) || !lines.data)
		return false;
	/* kernel/livepatch/transition.c, klp_force_transition() */
	return strstr((const char *)lines.data, "livepatch: forcing remaining tasks");
}
