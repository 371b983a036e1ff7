/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opening and closing a machine, and what is asked of it once. */
#include "machine/host.h"

#include "base/export.h"
#include "base/options.h"
#include "inspect/notes.h"
#include "runtime/lock.h"

#include <string.h>

int lp_host_name(struct lppack_host *host, struct lppack_error *err)
{
	const struct lp_build_id build_id = host->kernel.build_id;
	int rc;

	if (host->kernel.release)
		return 0;
	rc = lp_kernel_io_read_names(&host->io, &host->kernel, err);
	host->kernel.build_id = build_id;
	return rc;
}

int lp_host_check_running(const struct lppack_host *host, struct lppack_error *err)
{
	if (lp_kernel_io_is_running(&host->io))
		return 0;
	return lp_fail(err, LPPACK_E_USAGE, "open the machine itself, without a root",
		       "%s: holds another machine's files, and only the running kernel can be livepatched",
		       host->io.root);
}

struct lppack_host *lp_host_new(const char *root, const struct lp_kernel_ops *ops, void *context,
				struct lppack_error *err)
{
	LP_AUTO(cleanup_lppack_host_close) struct lppack_host *host = calloc(1, sizeof(*host));

	if (!host) {
		lp_fail_nomem(err);
		return NULL;
	}
	host->io.rootfd = -1;
	if (lp_kernel_io_open(&host->io, root, ops, context, err) < 0)
		return NULL;
	/* An image that no kernel runs has none to name: something can be installed into it all the same. */
	if (lp_host_name(host, *host->io.root ? NULL : err) < 0 && !*host->io.root)
		return NULL;
	return LP_TAKE(host);
}

LP_EXPORT struct lppack_host *lppack_host_open(const char *root, struct lppack_error *err)
{
	return lp_host_new(root, NULL, NULL, err);
}

struct lppack_host *lp_host_ref(struct lppack_host *host)
{
	lp_ref_take(&host->ref);
	return host;
}

LP_EXPORT void lppack_host_close(struct lppack_host *host)
{
	if (!host || !lp_ref_drop(&host->ref))
		return;
	lp_kernel_io_close(&host->io);
	lp_kernel_facts_free(&host->kernel);
	free(host->boot_id);
	free(host);
}

int lp_host_identify(struct lppack_host *host, struct lppack_error *err)
{
	LP_AUTO_KERNEL_FACTS struct lp_kernel_facts facts = { 0 };
	LP_AUTO_BUF struct lp_buf notes = { 0 };
	int rc;

	if (host->kernel.build_id.len)
		return 0;
	rc = lp_host_name(host, err);
	if (rc < 0)
		return rc;
	rc = lp_kernel_io_read_notes(&host->io, &notes, err);
	if (rc < 0)
		return rc;
	rc = lp_notes_parse(notes.data, notes.len, "/sys/kernel/notes", &facts, err);
	if (rc < 0)
		return rc;
	if (!facts.build_id.len)
		return lp_fail(err, LPPACK_E_NO_KERNEL, "livepatch a kernel that is linked with a build ID",
			       "/sys/kernel/notes: the running kernel has no build ID");
	host->kernel.build_id = facts.build_id;
	lp_build_id_format(&facts.build_id, host->build_id);
	return 0;
}

LP_EXPORT const char *lppack_host_build_id(struct lppack_host *host, struct lppack_error *err)
{
	return lp_host_identify(host, err) < 0 ? NULL : host->build_id;
}

int lp_caller_set_wait(struct lp_caller *caller, const struct lppack_wait *wait, struct lppack_error *err)
{
	struct lppack_wait given;
	int rc = LP_OPTIONS_TAKE(lppack_wait, wait_ns, &given, wait, err);

	caller->wait_ns = given.wait_ns;
	caller->progress = given.progress;
	caller->cancelled = given.cancelled;
	caller->context = given.context;
	return rc;
}

int lp_host_lock_for(struct lppack_host *host, const struct lppack_wait *wait, struct lppack_error *err)
{
	struct lp_caller caller = { 0 };
	int rc = lp_caller_set_wait(&caller, wait, err);

	return rc < 0 ? rc : lp_lock_wait(&host->io, &caller, err);
}

const char *lp_host_boot(struct lppack_host *host)
{
	if (!host->boot_id)
		host->boot_id = lp_kernel_io_read_boot_id(&host->io);
	if (!host->boot_id)
		host->boot_id = strdup("");
	return host->boot_id && *host->boot_id ? host->boot_id : NULL;
}
