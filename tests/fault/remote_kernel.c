/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel of a child process that may be killed: its system calls are answered by the fake kernel of the parent. */
#include "remote_kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENT_FD 900

enum call {
	CALL_FINIT_MODULE,
	CALL_DELETE_MODULE,
	CALL_WRITE_ATTRIBUTE,
	CALL_NOW,
	CALL_SLEEP,
	CALL_MARK,
};

struct request {
	enum call call;
	unsigned int flags;
	int64_t ns;
	char text[800];
	char value[64];
};

struct reply {
	int64_t value;
	int sys_errno;
};

#define MUST(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "remote_kernel.c:%d: %s: %s\n", __LINE__, #condition, strerror(errno)); \
			abort(); \
		} \
	} while (0)

void remote_kernel_open(struct remote_kernel *remote, struct fake_kernel *kernel)
{
	int pair[2];

	*remote = (struct remote_kernel){ .kernel = kernel, .client = CLIENT_FD };
	MUST(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	MUST(dup3(pair[1], CLIENT_FD, O_CLOEXEC) == CLIENT_FD);
	close(pair[1]);
	remote->server = pair[0];
}

void remote_kernel_close(struct remote_kernel *remote)
{
	close(remote->server);
	close(remote->client);
}

/* The module's descriptor travels beside the request. */
union control {
	char room[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static int64_t ask(struct remote_kernel *remote, const struct request *request, int fd)
{
	union control control = { 0 };
	struct iovec part = { (void *)request, sizeof(*request) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	struct reply reply = { 0 };

	if (fd >= 0) {
		message.msg_control = control.room;
		message.msg_controllen = sizeof(control.room);
		control.align = (struct cmsghdr){ CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS };
		memcpy(CMSG_DATA(&control.align), &fd, sizeof(fd));
	}
	MUST(sendmsg(remote->client, &message, 0) == sizeof(*request));
	MUST(recv(remote->client, &reply, sizeof(reply), 0) == sizeof(reply));
	errno = reply.sys_errno;
	return reply.value;
}

static int64_t serve(struct remote_kernel *remote, const struct request *request, int fd)
{
	const struct lp_kernel_ops *ops = &fake_kernel_ops;

	switch (request->call) {
	case CALL_FINIT_MODULE:
		return ops->finit_module(remote->kernel, fd, request->text, (int)request->flags);
	case CALL_DELETE_MODULE:
		return ops->delete_module(remote->kernel, request->text, request->flags);
	case CALL_WRITE_ATTRIBUTE:
		return ops->write_attribute(remote->kernel, -1, request->text, request->value);
	case CALL_NOW:
		return ops->now_ns(remote->kernel);
	case CALL_SLEEP:
		ops->sleep_ns(remote->kernel, request->ns);
		return 0;
	case CALL_MARK:
		remote->marks++;
		return 0;
	}
	return 0;
}

bool remote_kernel_serve(struct remote_kernel *remote)
{
	union control control = { 0 };
	struct request request = { 0 };
	struct iovec part = { &request, sizeof(request) };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = control.room,
				  .msg_controllen = sizeof(control.room) };
	struct reply reply = { 0 };
	int fd = -1;

	if (recvmsg(remote->server, &message, MSG_CMSG_CLOEXEC) != sizeof(request))
		return false;
	if (CMSG_FIRSTHDR(&message))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	errno = 0;
	reply.value = serve(remote, &request, fd);
	reply.sys_errno = errno;
	if (fd >= 0)
		close(fd);
	/* A client that was killed has no use for it. */
	send(remote->server, &reply, sizeof(reply), MSG_NOSIGNAL);
	return true;
}

void remote_kernel_mark(struct remote_kernel *remote)
{
	ask(remote, &(struct request){ .call = CALL_MARK }, -1);
}

static int remote_finit_module(void *context, int fd, const char *params, int flags)
{
	struct request request = { .call = CALL_FINIT_MODULE, .flags = (unsigned int)flags };

	MUST(strlen(params) < sizeof(request.text));
	strcpy(request.text, params);
	return (int)ask(context, &request, fd);
}

static int remote_delete_module(void *context, const char *name, unsigned int flags)
{
	struct request request = { .call = CALL_DELETE_MODULE, .flags = flags };

	MUST(strlen(name) < sizeof(request.text));
	strcpy(request.text, name);
	return (int)ask(context, &request, -1);
}

static int remote_write_attribute(void *context, int dirfd, const char *path, const char *value)
{
	struct request request = { .call = CALL_WRITE_ATTRIBUTE };

	(void)dirfd;
	MUST(strlen(path) < sizeof(request.text) && strlen(value) < sizeof(request.value));
	strcpy(request.text, path);
	strcpy(request.value, value);
	return (int)ask(context, &request, -1);
}

static int64_t remote_now_ns(void *context)
{
	return ask(context, &(struct request){ .call = CALL_NOW }, -1);
}

static void remote_sleep_ns(void *context, int64_t ns)
{
	ask(context, &(struct request){ .call = CALL_SLEEP, .ns = ns }, -1);
}

const struct lp_kernel_ops remote_kernel_ops = {
	.finit_module = remote_finit_module,
	.delete_module = remote_delete_module,
	.write_attribute = remote_write_attribute,
	.now_ns = remote_now_ns,
	.sleep_ns = remote_sleep_ns,
};
