/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the kernel log. */
#include "runtime/kmsg.h"

#include "shared/text.h"
#include "base/root.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* A record with its prefix and dictionary is at most this long (include/linux/printk.h, CONSOLE_EXT_LOG_MAX). */
#define RECORD_MAX 8192

/* A flood of lines must not fill the memory. */
#define LINES_MAX (256 * 1024)

void lp_kmsg_open(struct lp_kmsg *kmsg, struct lp_kernel_io *io)
{
	kmsg->lost = false;
	kmsg->fd = lp_below_open(io->rootfd, "dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0);
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

/* The text of "6,1234,5678,-;text" (Documentation/ABI/testing/dev-kmsg), or NULL. The first number is the level and,
 * above it, the facility. The kernel's own is 0, which the kernel does not let a process give; " KEY=value" lines are a
 * record's dictionary. */
static char *find_text(char *line)
{
	char *text = strchr(line, ';');
	unsigned int prefix;

	if (!text || !text[1] || sscanf(line, "%4u,", &prefix) != 1 || *line < '0' || *line > '9' || prefix > 7)
		return NULL;
	return text + 1;
}

void lp_kmsg_collect(struct lp_kmsg *kmsg, enum lp_kmsg_lines which, const char *module, struct lp_buf *lines)
{
	LP_AUTO_FREE char *record = kmsg->fd < 0 ? NULL : malloc(RECORD_MAX + 1);

	while (record) {
		ssize_t got = read(kmsg->fd, record, RECORD_MAX);
		char *rest = record;
		char *line;

		/* EPIPE: lines were overwritten before we came; the next read continues behind them. */
		kmsg->lost |= got < 0 && errno == EPIPE;
		if (got < 0 && (errno == EINTR || errno == EPIPE))
			continue;
		if (got <= 0)
			return;
		record[got] = '\0';
		while ((line = strsep(&rest, "\n"))) {
			char *text = find_text(line);

			if (!text)
				continue;
			lp_text_make_printable(text);
			if (which != LP_KMSG_ALL && !is_relevant(text, module))
				continue;
			if (lines->len < LINES_MAX)
				lp_buf_printf(lines, "%s\n", text);
			else
				kmsg->lost = true;
		}
	}
}

bool lp_kmsg_is_complete(const struct lp_kmsg *kmsg)
{
	return kmsg->fd >= 0 && !kmsg->lost;
}

const char *lp_kmsg_find(const struct lp_buf *lines, const char *begin, const char *has)
{
	const char *line = lines->data ? (const char *)lines->data : "";
	size_t prefix = strlen(begin);

	for (; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *hit = strncmp(line, begin, prefix) == 0 ? strstr(line + prefix, has) : NULL;

		if (hit && hit <= line + strcspn(line, "\n"))
			return line;
	}
	return NULL;
}

bool lp_kmsg_shows_force(struct lp_kernel_io *io)
{
	LP_AUTO(lp_kmsg_close) struct lp_kmsg kmsg = { .fd = -1 };
	LP_AUTO_BUF struct lp_buf lines = { 0 };

	kmsg.fd = lp_below_open(io->rootfd, "dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0);
	lp_kmsg_collect(&kmsg, LP_KMSG_RELEVANT, NULL, &lines);
	/* kernel/livepatch/transition.c, klp_force_transition() */
	return lp_buf_ok(&lines) && lp_kmsg_find(&lines, "livepatch: forcing remaining tasks", "");
}
