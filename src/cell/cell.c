/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both ends of a cell: the copy that answers, and the caller that asks. */
#include "cell/cell.h"

#include "base/value_code.h"
#include "cell/confine.h"
#include "cell/message.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* More than the processor time that a cell has (cell/confine.c): it cannot wait for anything but its caller. */
#define WAIT_SECONDS 900

#define DESCRIPTORS_MAX 8

#define NAME_BYTES_MAX 65536u

/* A request's answer, sent; false if the caller is gone. */
static bool answer_request(struct lp_cell *cell, struct lp_message *message)
{
	const struct lp_cell_service *service = cell->service;
	const struct lp_cell_request request = { (const char *)message->bytes.data, message->fd };
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_VALUE struct lppack_value *answer = NULL;

	message->fd = -1;
	answer = service->answer(service->context, cell, &request, &err);
	if (answer && lp_message_send_tree(cell->socket, LP_MESSAGE_ANSWER, answer) == 0)
		return true;
	if (answer && errno == EMSGSIZE)
		lp_fail(&err, LPPACK_E_LIMIT, "check that it is the file you mean", "%s: what it says exceeds %u bytes",
			request.name, LP_VALUE_BYTES_MAX);
	else if (!err.code)
		lp_fail_nomem(&err);
	return lp_message_send_error(cell->socket, &err) == 0;
}

__attribute__((noreturn)) static void serve(struct lp_cell *cell)
{
	const struct lp_cell_service *service = cell->service;
	LP_AUTO_MESSAGE struct lp_message message = { .fd = -1 };
	int keep[DESCRIPTORS_MAX] = { cell->socket };
	struct lppack_error err = LPPACK_ERROR_INIT;

	if (service->n_keep)
		memcpy(keep + 1, service->keep, service->n_keep * sizeof(*keep));
	if (lp_confine(keep, 1 + service->n_keep, service->file_max, &err) < 0) {
		lp_message_send_error(cell->socket, &err);
		_exit(1);
	}
	while (lp_message_receive(cell->socket, NAME_BYTES_MAX, 0, &message) > 0 &&
	       message.kind == LP_MESSAGE_REQUEST && answer_request(cell, &message))
		;
	_exit(0);
}

int lp_cell_start(struct lp_cell *cell, const struct lp_cell_service *service, struct lppack_error *err)
{
	int ends[2];

	*cell = (struct lp_cell){ .service = service, .socket = -1 };
	if (service->n_keep >= DESCRIPTORS_MAX)
		return lp_fail(err, LPPACK_E_INTERNAL, NULL, "%s: too many descriptors", service->name);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: no process can be had to read it", service->name);
	cell->pid = fork();
	if (cell->pid == 0) {
		close(ends[0]);
		cell->socket = ends[1];
		serve(cell);
	}
	close(ends[1]);
	cell->socket = ends[0];
	if (cell->pid > 0)
		return 0;
	cell->pid = 0;
	lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: no process can be had to read it", service->name);
	lp_cell_end(cell);
	return -LPPACK_E_IO;
}

/* Ends the process after so many milliseconds and returns its status; -1 if the program has it already (SIGCHLD
 * ignored). */
static int cell_wait(struct lp_cell *cell, int patience)
{
	int status = 0;
	pid_t pid = waitpid(cell->pid, &status, WNOHANG);

	for (; pid == 0 && patience > 0; patience--) {
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
		pid = waitpid(cell->pid, &status, WNOHANG);
	}
	/* While it is an unwaited child, its number is nobody else's. */
	if (pid == 0)
		kill(cell->pid, SIGKILL);
	while (pid == 0 || (pid < 0 && errno == EINTR))
		pid = waitpid(cell->pid, &status, 0);
	cell->pid = 0;
	return pid < 0 ? -1 : status;
}

void lp_cell_end(struct lp_cell *cell)
{
	if (!cell->service)
		return;
	close(cell->socket);
	if (cell->pid > 0)
		cell_wait(cell, 0);
	*cell = (struct lp_cell){ .socket = -1 };
}

/* The other end is closed: why the process ended. */
static int cell_fail_ended(struct lp_cell *cell, const char *name, struct lppack_error *err)
{
	int status = cell_wait(cell, 1000);
	int number = status >= 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (number == SIGXCPU || number == SIGXFSZ)
		return lp_fail(err, LPPACK_E_LIMIT, "check that it is the file you mean",
			       "%s: reading it took more %s than it may", name,
			       number == SIGXCPU ? "processor time" : "room");
	if (number == SIGKILL || number == SIGINT || number == SIGTERM)
		return lp_fail(err, LPPACK_E_IO, "the kernel's log may say why (memory?)",
			       "%s: the process that read it was ended (%s)", name, strsignal(number));
	if (number)
		return lp_fail(err, LPPACK_E_INTERNAL, "do not trust the file; report it as SECURITY.md says",
			       "%s: the process that read it was ended by %s", name, strsignal(number));
	return lp_fail(err, LPPACK_E_INTERNAL, NULL, "%s: the process that read it ended", name);
}

static int cell_fail_received(struct lp_cell *cell, int rc, const char *name, struct lppack_error *err)
{
	if (rc == 0)
		return cell_fail_ended(cell, name, err);
	if (errno == ETIMEDOUT)
		return lp_fail(err, LPPACK_E_LIMIT, "check that it is the file you mean",
			       "%s: not read within %d minutes", name, WAIT_SECONDS / 60);
	return lp_fail_sys(err, LPPACK_E_INTERNAL, NULL, "%s: no answer from the process that reads it", name);
}

/* What the cell may ask for is the service's to say. */
static int cell_hand_over(const struct lp_cell *cell, const struct lp_message *message)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	LP_AUTO_VALUE struct lppack_value *which = lp_value_decode(message->bytes.data, message->bytes.len, &err);
	LP_AUTO_CLOSE int fd = -1;

	if (which && cell->service->fetch)
		fd = cell->service->fetch(cell->service->context, lppack_value_int(which, UINT64_MAX), &err);
	if (fd >= 0)
		return lp_message_send(cell->socket, LP_MESSAGE_FETCHED, NULL, 0, fd);
	if (!err.code)
		lp_fail(&err, LPPACK_E_INTERNAL, NULL, "nothing to hand over");
	return lp_message_send_error(cell->socket, &err);
}

static int cell_take_answer(struct lp_cell *cell, const char *name, struct lppack_value **answer,
			    struct lppack_error *err)
{
	LP_AUTO_MESSAGE struct lp_message message = { .fd = -1 };
	struct lppack_error why = LPPACK_ERROR_INIT;

	for (;;) {
		int rc = lp_message_receive(cell->socket, LP_VALUE_BYTES_MAX, WAIT_SECONDS, &message);

		if (rc <= 0)
			return cell_fail_received(cell, rc, name, err);
		if (message.kind == LP_MESSAGE_FETCH && cell_hand_over(cell, &message) == 0)
			continue;
		if (message.kind == LP_MESSAGE_FAILURE)
			return lp_message_fail(&message, err);
		if (message.kind != LP_MESSAGE_ANSWER)
			return lp_fail(err, LPPACK_E_INTERNAL, NULL, "%s: no answer from the process that reads it",
				       name);
		*answer = lp_value_decode(message.bytes.data, message.bytes.len, &why);
		return *answer ? 0 : lp_wrap(err, lp_error_move(err, &why), "%s", name);
	}
}

int lp_cell_ask(struct lp_cell *cell, const struct lp_cell_request *request, struct lppack_value **answer,
		struct lppack_error *err)
{
	*answer = NULL;
	if (cell->pid <= 0)
		return lp_fail(err, LPPACK_E_INTERNAL, NULL, "%s: the process that reads it has ended", request->name);
	if (lp_message_send(cell->socket, LP_MESSAGE_REQUEST, request->name, strlen(request->name) + 1, request->fd) <
	    0)
		return cell_fail_ended(cell, request->name, err);
	return cell_take_answer(cell, request->name, answer, err);
}

int lp_cell_run(const struct lp_cell_service *service, struct lppack_value **answer, struct lppack_error *err)
{
	const struct lp_cell_request request = { service->name, -1 };
	LP_AUTO_CELL struct lp_cell cell = { 0 };
	int rc = lp_cell_start(&cell, service, err);

	*answer = NULL;
	return rc < 0 ? rc : lp_cell_ask(&cell, &request, answer, err);
}

int lp_cell_fetch(struct lp_cell *cell, uint64_t which, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *number = lp_value_int(which);
	LP_AUTO_MESSAGE struct lp_message message = { .fd = -1 };
	int fd;

	if (!number) {
		lp_fail_nomem(err);
		return -1;
	}
	if (lp_message_send_tree(cell->socket, LP_MESSAGE_FETCH, number) < 0 ||
	    lp_message_receive(cell->socket, NAME_BYTES_MAX, 0, &message) <= 0)
		_exit(0);
	if (message.kind != LP_MESSAGE_FETCHED || message.fd < 0) {
		lp_message_fail(&message, err);
		return -1;
	}
	fd = message.fd;
	message.fd = -1;
	return fd;
}
