/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A message on a stream socket: eight bytes of header, with which the descriptor comes, and the bytes. */
#include "cell/message.h"

#include "base/value_code.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* Both ends are of one program. */
struct header {
	uint32_t kind;
	uint32_t size;
};

/* Room for one descriptor. */
union ancillary {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static int send_all(int socket, struct msghdr *message)
{
	struct iovec *iov = message->msg_iov;

	while (iov->iov_len > 0) {
		ssize_t put = sendmsg(socket, message, MSG_NOSIGNAL);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -1;
		iov->iov_base = (char *)iov->iov_base + put;
		iov->iov_len -= (size_t)put;
		message->msg_control = NULL;
		message->msg_controllen = 0;
	}
	return 0;
}

int lp_message_send(int socket, enum lp_message_kind kind, const void *bytes, size_t n, int fd)
{
	struct header header = { kind, (uint32_t)n };
	union ancillary ancillary = { { 0 } };
	struct iovec iov = { &header, sizeof(header) };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		message.msg_control = ancillary.bytes;
		message.msg_controllen = sizeof(ancillary.bytes);
		ancillary.align = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
						    .cmsg_level = SOL_SOCKET,
						    .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(&ancillary.align), &fd, sizeof(fd));
	}
	if (send_all(socket, &message) < 0)
		return -1;
	iov = (struct iovec){ (void *)bytes, n };
	message = (struct msghdr){ .msg_iov = &iov, .msg_iovlen = 1 };
	return send_all(socket, &message);
}

int lp_message_send_tree(int socket, enum lp_message_kind kind, const struct lppack_value *tree)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	lp_value_encode(tree, &bytes);
	if (lp_buf_ok(&bytes))
		return lp_message_send(socket, kind, bytes.data, bytes.len, -1);
	errno = bytes.len > LP_VALUE_BYTES_MAX ? EMSGSIZE : ENOMEM;
	return -1;
}

int lp_message_send_error(int socket, const struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *map = lp_value_map();

	lp_value_add_int(&map, "code", (uint64_t)err->code);
	lp_value_add_int(&map, "errno", (uint64_t)err->sys_errno);
	lp_value_add_text(&map, "message", err->message);
	lp_value_add_text(&map, "hint", err->hint);
	if (map)
		return lp_message_send_tree(socket, LP_MESSAGE_FAILURE, map);
	errno = ENOMEM;
	return -1;
}

static void take_descriptor(struct msghdr *message, int *fd)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		int got;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS || c->cmsg_len != CMSG_LEN(sizeof(int)))
			continue;
		memcpy(&got, CMSG_DATA(c), sizeof(got));
		if (*fd >= 0)
			close(got);
		else
			*fd = got;
	}
}

static int64_t now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec;
}

/* Until the deadline, or for ever where it is 0. */
static int await(int socket, int64_t deadline)
{
	struct pollfd poller = { .fd = socket, .events = POLLIN };
	int64_t left;
	int rc;

	if (!deadline)
		return 0;
	do {
		left = deadline - now();
		rc = poll(&poller, 1, left > 0 ? (int)left * 1000 : 0);
	} while (rc < 0 && errno == EINTR);
	if (rc == 0)
		errno = ETIMEDOUT;
	return rc > 0 ? 0 : -1;
}

/* Exactly n bytes: 1; 0 if it ends before the first. */
static int receive_all(int socket, void *to, size_t n, int64_t deadline, int *fd)
{
	size_t had = 0;

	while (had < n) {
		union ancillary ancillary = { { 0 } };
		struct iovec iov = { (char *)to + had, n - had };
		struct msghdr message = { .msg_iov = &iov,
					  .msg_iovlen = 1,
					  .msg_control = ancillary.bytes,
					  .msg_controllen = sizeof(ancillary.bytes) };
		ssize_t got = await(socket, deadline) < 0 ? -2 : recvmsg(socket, &message, MSG_CMSG_CLOEXEC);

		if (got == -1 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		take_descriptor(&message, fd);
		if (got == 0)
			return 0;
		had += (size_t)got;
	}
	return 1;
}

int lp_message_receive(int socket, size_t max, int seconds, struct lp_message *out)
{
	int64_t deadline = seconds ? now() + seconds : 0;
	struct header header;
	uint8_t *room;
	int rc;

	lp_message_free(out);
	rc = receive_all(socket, &header, sizeof(header), deadline, &out->fd);
	if (rc <= 0)
		return rc;
	out->kind = header.kind;
	if (header.size > max) {
		errno = EMSGSIZE;
		return -1;
	}
	room = lp_buf_grow(&out->bytes, header.size);
	if (!room) {
		errno = ENOMEM;
		return -1;
	}
	return receive_all(socket, room, header.size, deadline, &out->fd);
}

static const char *text_at(const struct lppack_value *map, const char *key)
{
	const char *text = lppack_value_text(lppack_value_get(map, key));

	return text ? text : "";
}

int lp_message_fail(const struct lp_message *message, struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *map = lp_value_decode(message->bytes.data, message->bytes.len, err);
	uint64_t code = lppack_value_int(lppack_value_get(map, "code"), 0);
	uint64_t sys_errno = lppack_value_int(lppack_value_get(map, "errno"), 0);
	struct lppack_error told = LPPACK_ERROR_INIT;

	if (!map)
		return -LPPACK_E_INTERNAL;
	if (code == 0 || code > 255 || !lppack_error_name((int)code))
		return lp_fail(err, LPPACK_E_INTERNAL, NULL, "what was returned is no error");
	told.code = (int)code;
	told.sys_errno = sys_errno < 4096 ? (int)sys_errno : 0;
	snprintf(told.message, sizeof(told.message), "%s", text_at(map, "message"));
	snprintf(told.hint, sizeof(told.hint), "%s", text_at(map, "hint"));
	return lp_error_move(err, &told);
}

void lp_message_free(struct lp_message *message)
{
	if (message->fd >= 0)
		close(message->fd);
	message->fd = -1;
	lp_buf_free(&message->bytes);
}
