/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From the command line to a verb, and from its error to the exit status. */
#include "cli/output.h"
#include "cli/verbs.h"

#include <lppack/lppack.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Words before the verb are options of lppack itself. */
static int count_top_words(int argc, char **argv)
{
	int n = 0;

	while (n < argc && argv[n][0] == '-' && argv[n][1])
		n++;
	return n;
}

static int main_run(int argc, char **argv)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct text_list arguments = { 0 };
	int n = count_top_words(argc, argv);
	bool version[1] = { false };
	enum parsed parsed = options_parse(top_options, n, argv, version, &arguments, &err);
	const struct verb *verb = NULL;

	options_free(top_options, version, &arguments);
	if (parsed == PARSED_HELP) {
		verbs_print_help();
		return LPPACK_OK;
	}
	if (parsed == PARSED_OK && version[0]) {
		line_print(stdout, "lppack %s", lppack_version());
		return LPPACK_OK;
	}
	if (parsed == PARSED_OK && n == argc)
		cli_fail(&err, LPPACK_E_USAGE, "'lppack help' lists the verbs", "a verb is missing");
	else if (parsed == PARSED_OK)
		verb = verb_find(argv[n], &err);
	if (!verb) {
		error_print(&err);
		return err.code;
	}
	return verb_run(verb, argc - n - 1, argv + n + 1);
}

/* What could not be written was not said: a full disk must not look like success. */
static int close_stdout(int status)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	int failed = ferror(stdout);

	errno = 0;
	if (fclose(stdout) == 0 && !failed)
		return status;
	cli_fail(&err, errno == ENOSPC ? LPPACK_E_NO_SPACE : LPPACK_E_IO, NULL, "standard output: %s",
		 errno ? strerror(errno) : "write error");
	line_print(stderr, "lppack: error: %s", err.message);
	return status ? status : err.code;
}

/* A file that is opened must not become standard output or error: what is printed would go into it. Opened the wrong
 * way round, so that use still fails. */
static void occupy_standard_files(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			_exit(LPPACK_E_IO);
}

int main(int argc, char **argv)
{
	occupy_standard_files();
	lppack_openssl_isolate();
	/* A write beyond the file size limit then fails like any other, with a message and nothing left behind. */
	signal(SIGXFSZ, SIG_IGN);
	return close_stdout(main_run(argc > 0 ? argc - 1 : 0, argv + (argc > 0)));
}
