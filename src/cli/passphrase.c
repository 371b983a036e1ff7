/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where passphrases come from: a file, or the terminal. */
#include "cli/passphrase.h"

#include "shared/text.h"

#include "cli/output.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* What was read up to the end of its first line; its length, or a negative code. */
static int take_line(const char *name, char *secret, size_t n, size_t size, struct lppack_error *err)
{
	const char *end = memchr(secret, '\n', n);
	size_t len = end ? (size_t)(end - secret) : n;

	if (!end && n == size)
		return cli_fail(err, LPPACK_E_LIMIT, "check that it is the file you mean",
				"%s: the passphrase is longer than %zu bytes", name, size - 1);
	if (len > 0 && secret[len - 1] == '\r')
		len--;
	if (memchr(secret, '\0', len))
		return cli_fail(err, LPPACK_E_KEY, "check that it is the file you mean",
				"%s: the passphrase has a byte of value 0", name);
	return (int)len;
}

/* Until a line is whole, the end, or no room is left. */
static ssize_t read_line(int fd, char *secret, size_t size)
{
	size_t n = 0;

	while (n < size && !memchr(secret, '\n', n)) {
		ssize_t got = read(fd, secret + n, size - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		n += (size_t)got;
	}
	return (ssize_t)n;
}

static int read_file(const char *path, char *secret, size_t size, struct lppack_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n = fd < 0 ? -1 : read_line(fd, secret, size);
	int sys_errno = errno;

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return cli_fail(err, LPPACK_E_IO, "check the path and its permissions", "%s: cannot be read: %s", path,
				strerror(sys_errno));
	return take_line(path, secret, (size_t)n, size, err);
}

static int no_terminal(const char *what, struct lppack_error *err)
{
	return cli_fail(err, LPPACK_E_KEY, "give it with --passphrase-file FILE",
			"%s: needs a passphrase, and there is no terminal to ask on", what);
}

static int ask_once(int tty, const char *question, const char *what, char *secret, size_t size,
		    struct lppack_error *err)
{
	struct termios shown, hidden;
	ssize_t n;
	int sys_errno;

	if (tcgetattr(tty, &shown) < 0)
		return no_terminal(what, err);
	hidden = shown;
	hidden.c_lflag &= ~(tcflag_t)ECHO;
	/* Line editing and signals stay, so that ^C leaves; its handler is the default one, and shells mend the
	 * terminal. */
	if (tcsetattr(tty, TCSAFLUSH, &hidden) < 0)
		return no_terminal(what, err);
	dprintf(tty, "%s %s: ", question, what);
	n = read_line(tty, secret, size);
	sys_errno = errno;
	tcsetattr(tty, TCSAFLUSH, &shown);
	dprintf(tty, "\n");
	if (n < 0)
		return cli_fail(err, LPPACK_E_IO, NULL, "the terminal cannot be read: %s", strerror(sys_errno));
	return take_line("terminal", secret, (size_t)n, size, err);
}

static int ask_twice(int tty, const char *what, char *secret, size_t size, struct lppack_error *err)
{
	char again[1024];
	int n = ask_once(tty, "New passphrase for", what, secret, size, err);
	int m = n < 0 ? n : ask_once(tty, "Once more, for", what, again, sizeof(again), err);

	if (m >= 0 && (m != n || memcmp(secret, again, (size_t)n) != 0))
		m = cli_fail(err, LPPACK_E_USAGE, "try again", "%s: the two passphrases differ", what);
	explicit_bzero(again, sizeof(again));
	return m < 0 ? m : n;
}

int passphrase_get(void *context, const char *what, char *secret, size_t size, struct lppack_error *err)
{
	const struct passphrase *from = context;
	char shown[256];
	int tty, n;

	if (from->file)
		return read_file(from->file, secret, size, err);
	snprintf(shown, sizeof(shown), "%s", what);
	lp_text_make_printable(shown);
	tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (tty < 0)
		return no_terminal(what, err);
	progress_clear();
	n = from->is_new ? ask_twice(tty, shown, secret, size, err) :
			   ask_once(tty, "Passphrase for", shown, secret, size, err);
	close(tty);
	return n;
}
