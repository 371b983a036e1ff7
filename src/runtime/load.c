/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loading a module from a sealed copy. */
#include "runtime/load.h"

#include "runtime/refusal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

int lp_load_seal(const void *bytes, size_t size, struct lppack_error *err)
{
	LP_AUTO_CLOSE int fd = memfd_create("lppack-module", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int sealed;

	if (fd < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "an anonymous file for the module cannot be created");
	if (lp_write_all(fd, bytes, size) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, "free some memory", "the module cannot be copied to memory");
	/* From here on nobody, we included, can change what was verified. */
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "the copy of the module cannot be sealed");
	sealed = fd;
	fd = -1;
	return sealed;
}

/* Everything that the kernel and the module have logged since the call is shown, whomever it names: a module's own reason
 * may be in any line. */
static int explain_refusal(struct lp_attempt *attempt, int sys_errno, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf said = { 0 };
	struct lp_refusal refusal = { .name = attempt->name, .sys_errno = sys_errno, .log = &said };

	lp_kmsg_collect(&attempt->kmsg, LP_KMSG_ALL, attempt->name, &said);
	refusal.log_complete = lp_kmsg_is_complete(&attempt->kmsg) && !said.failed;
	lp_buf_append(&attempt->result->kernel_log, said.data, said.len);
	return lp_refusal_explain(attempt->io, &refusal, err);
}

int lp_load_module(struct lp_attempt *attempt, struct lppack_error *err)
{
	struct lp_kernel_io *io = attempt->io;
	LP_AUTO_CLOSE int fd = lp_load_seal(attempt->job.module, attempt->job.module_size, err);
	int64_t started;
	int sys_errno;
	int rc;

	if (fd < 0)
		return fd;
	lp_caller_progress(&attempt->terms->caller, "loading", 0);
	/* What was logged before the kernel is asked explains nothing. */
	lp_kmsg_collect(&attempt->kmsg, LP_KMSG_RELEVANT, attempt->name, &attempt->result->kernel_log);
	attempt->kmsg.lost = false;
	started = lp_kernel_io_now(io);
	rc = io->ops->finit_module(io->context, fd, "", 0);
	sys_errno = errno;
	attempt->loaded_ns = lp_kernel_io_now(io);
	attempt->result->load_ns = attempt->loaded_ns - started;
	return rc == 0 ? 0 : explain_refusal(attempt, sys_errno, err);
}
