/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests loading a sealed module, and the reasons of a refusal. */
#include "support/fake_kernel.h"
#include "runtime/load.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void seals_the_bytes(void **state)
{
	static const char bytes[] = "verified";
	struct lppack_error err = LPPACK_ERROR_INIT;
	char text[sizeof(bytes) + 8];
	int fd = lp_load_seal(bytes, sizeof(bytes), &err);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(pread(fd, text, sizeof(text), 0), sizeof(bytes));
	assert_string_equal(text, bytes);
	assert_int_equal(pwrite(fd, "x", 1, 0), -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(ftruncate(fd, 100), -1);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
}

struct refusal {
	int sys_errno;
	const char *log;
	enum lppack_code code;
	const char *message;
};

static void explain(struct lp_kernel_io *host, const struct refusal *refusal)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_buf log = { 0 };

	lp_buf_text(&log, refusal->log);
	assert_int_equal(lp_load_explain(host, "lp7", refusal->sys_errno, &log, &err), -(int)refusal->code);
	assert_int_equal(err.code, refusal->code);
	if (!strstr(err.message, refusal->message))
		fail_msg("%s", err.message);
	assert_true(*err.hint);
	lp_buf_free(&log);
}

static const struct refusal refusals[] = {
	{ EEXIST, "", LPPACK_E_NAME_IN_USE, "lp7" },
	{ EBUSY, "livepatch: enabling patch 'lp7'\nlivepatch: failed to enable patch 'lp7'\n", LPPACK_E_REFUSED,
	  "could not be enabled" },
	{ EBUSY, "", LPPACK_E_BUSY, "transition" },
	{ EBUSY,
	  "livepatch: failed to register ftrace handler for function 'foo' (-16)\n"
	  "livepatch: failed to patch object 'vmlinux'\n",
	  LPPACK_E_REFUSED, "for function 'foo' (-16)\"" },
	{ EINVAL, "", LPPACK_E_REFUSED, "and its log gives no reason that is known" },
	{ EINVAL, "lp7: disagrees about version of symbol printk\nlp7: Unknown symbol printk (err -22)\n",
	  LPPACK_E_REFUSED, "the kernel says \"lp7: disagrees about version of symbol printk\"" },
	{ ENOENT, "lp7: Unknown symbol printk (err -2)\n", LPPACK_E_REFUSED, "lacks a symbol" },
	{ EINVAL, "livepatch: symbol 'foo' not found in symbol table\nlivepatch: failed to enable patch 'lp7'\n",
	  LPPACK_E_REFUSED, "\"livepatch: symbol 'foo' not found in symbol table\"" },
	{ EINVAL, "livepatch: unresolvable ambiguity for symbol 'foo' in object 'vmlinux'\n", LPPACK_E_REFUSED,
	  "more than once" },
	{ EINVAL, "livepatch: symbol position '9' for symbol 'foo' in object 'vmlinux' not found\n", LPPACK_E_REFUSED,
	  "position" },
	{ EINVAL,
	  "livepatch: failed to find location for function 'foo'\nlivepatch: failed to patch object 'vmlinux'\n",
	  LPPACK_E_REFUSED, "location for function 'foo'" },
	{ EINVAL, "livepatch: module lp7 is not marked as a livepatch module\n", LPPACK_E_REFUSED, "not marked" },
	{ ENOMEM, "livepatch: pre-patch callback failed for object 'vmlinux'\n", LPPACK_E_REFUSED, "callback failed" },
	{ EINVAL, "livepatch: Livepatch patch (lp7) is not compatible with the already installed livepatches.\n",
	  LPPACK_E_INCOMPATIBLE, "states" },
	{ ENOEXEC, "lp7: version magic '6.1 SMP ' should be '6.1 SMP preempt '\n", LPPACK_E_VERMAGIC, "should be" },
	{ ENOEXEC, "lp7: disagrees about version of symbol module_layout\n", LPPACK_E_REFUSED, "module_layout" },
	{ ENOEXEC, "lp7: module is marked as livepatch module, but livepatch support is disabled\n",
	  LPPACK_E_NO_LIVEPATCH, "cannot livepatch" },
	{ ENOEXEC, "", LPPACK_E_REFUSED, "Exec format error" },
	{ EKEYREJECTED, "Loading of unsigned module is rejected\n", LPPACK_E_LOCKED, "unsigned module is rejected" },
	{ EKEYREJECTED, "", LPPACK_E_LOCKED, "valid module signature" },
	{ ENOKEY, "", LPPACK_E_LOCKED, "does not know the key" },
	{ EBADMSG, "", LPPACK_E_LOCKED, "malformed" },
	{ EPERM, "Lockdown: lppack: unsigned module loading is restricted; see man kernel_lockdown.7\n",
	  LPPACK_E_LOCKED, "lockdown" },
	{ EPERM, "", LPPACK_E_LOCKED, "Operation not permitted" },
	{ EACCES, "", LPPACK_E_LOCKED, "Permission denied" },
	{ ENODEV, "", LPPACK_E_REFUSED, "No such device" },
};

static void explains_refusals(void **state)
{
	struct fake_kernel *kernel = fake_kernel_new();
	struct lp_kernel_io host;

	(void)state;
	fake_kernel_open(kernel, &host);
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		explain(&host, &refusals[i]);
	lp_kernel_io_close(&host);
	fake_kernel_free(kernel);
}

static void tells_ftrace_from_a_transition(void **state)
{
	static const struct refusal refusal = {
		EBUSY, "livepatch: failed to register ftrace handler for function 'foo' (-16)\n", LPPACK_E_FTRACE,
		"ftrace_enabled"
	};
	struct fake_kernel *kernel = fake_kernel_new();
	struct lp_kernel_io host;

	(void)state;
	fake_kernel_open(kernel, &host);
	fake_kernel_write(kernel, "proc/sys/kernel/ftrace_enabled", "0\n");
	explain(&host, &refusal);
	lp_kernel_io_close(&host);
	fake_kernel_free(kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seals_the_bytes),
		cmocka_unit_test(explains_refusals),
		cmocka_unit_test(tells_ftrace_from_a_transition),
	};

	return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
