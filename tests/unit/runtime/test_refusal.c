/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests why a module was refused: by the kernel's lines, by the machine, and by the number of the error alone. */
#include "support/replace_machine.h"
#include "runtime/refusal.h"

struct refusal {
	int sys_errno;
	const char *log; /* NULL: it cannot be read */
	enum lppack_code code;
	const char *message;
};

static void explain(struct lp_kernel_io *io, const struct refusal *refusal)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_buf log = { 0 };
	int rc;
	const struct lp_refusal known = {
		.name = "lp7", .sys_errno = refusal->sys_errno, .log = &log, .log_complete = refusal->log
	};

	lp_buf_text(&log, refusal->log ? refusal->log : "");
	rc = lp_refusal_explain(io, &known, &err);
	assert_int_equal(rc, -err.code);
	if (err.code != (int)refusal->code || !strstr(err.message, refusal->message))
		fail_msg("%d %s: %d: %s", refusal->sys_errno, refusal->log, err.code, err.message);
	assert_true(*err.hint);
	lp_buf_free(&log);
}

static void explain_each(const struct refusal *refusals, size_t n, const char *path, const char *text)
{
	struct fake_kernel *kernel = fake_kernel_new();
	struct lp_kernel_io host;

	fake_kernel_open(kernel, &host);
	if (path)
		fake_kernel_write(kernel, path, text);
	for (size_t i = 0; i < n; i++)
		explain(&host, &refusals[i]);
	lp_kernel_io_close(&host);
	fake_kernel_free(kernel);
}

#define EXPLAIN(refusals, path, text) explain_each(refusals, sizeof(refusals) / sizeof((refusals)[0]), path, text)

#define LET_IN "lp7: loading out-of-tree module taints kernel.\n"
#define BEGUN "livepatch: enabling patch 'lp7'\n"
#define OWN "refused, or what it called"

static void explains_by_the_kernels_lines(void **state)
{
	static const struct refusal refusals[] = {
		{ EBUSY, BEGUN "livepatch: failed to enable patch 'lp7'\n", LPPACK_E_REFUSED, "could not be enabled" },
		{ EBUSY, BEGUN "livepatch: pre-patch callback failed for object 'vmlinux'\n", LPPACK_E_REFUSED,
		  "pre_patch callback failed" },
		{ EBUSY,
		  BEGUN "livepatch: failed to register ftrace handler for function 'foo' (-16)\n"
			"livepatch: failed to patch object 'vmlinux'\n",
		  LPPACK_E_REFUSED, "for function 'foo' (-16)\"" },
		{ EINVAL, "lp7: disagrees about version of symbol printk\nlp7: Unknown symbol printk (err -22)\n",
		  LPPACK_E_REFUSED, "the kernel says \"lp7: disagrees about version of symbol printk\"" },
		{ ENOENT, "lp7: Unknown symbol printk (err -2)\n", LPPACK_E_REFUSED, "lacks a symbol" },
		{ EINVAL,
		  "livepatch: symbol 'foo' not found in symbol table\nlivepatch: failed to enable patch 'lp7'\n",
		  LPPACK_E_REFUSED, "\"livepatch: symbol 'foo' not found in symbol table\"" },
		{ EINVAL, "livepatch: unresolvable ambiguity for symbol 'foo' in object 'vmlinux'\n", LPPACK_E_REFUSED,
		  "more than once" },
		{ EINVAL, "livepatch: symbol position 9 for symbol 'foo' in object 'vmlinux' not found\n",
		  LPPACK_E_REFUSED, "position" },
		{ EINVAL,
		  "livepatch: failed to find location for function 'foo'\n"
		  "livepatch: failed to patch object 'vmlinux'\n",
		  LPPACK_E_REFUSED, "location for function 'foo'" },
		{ EINVAL, "livepatch: module lp7 is not marked as a livepatch module\n", LPPACK_E_REFUSED,
		  "not marked" },
		{ EINVAL, "livepatch: symbol .klp.sym.vmlinux.x,1 is not marked as a livepatch symbol\n",
		  LPPACK_E_REFUSED, "lost its livepatch symbols" },
		{ EINVAL, "livepatch: symbol .klp.sym.x has an incorrectly formatted name\n", LPPACK_E_REFUSED,
		  "malformed" },
		{ EINVAL, "livepatch: section .klp.rela.x has an incorrectly formatted name\n", LPPACK_E_REFUSED,
		  "malformed" },
		{ ENOMEM, "livepatch: pre-patch callback failed for object 'vmlinux'\n", LPPACK_E_REFUSED,
		  "callback failed" },
		{ EINVAL,
		  "livepatch: Livepatch patch (lp7) is not compatible with the already installed livepatches.\n",
		  LPPACK_E_INCOMPATIBLE, "states" },
		{ ENOEXEC, "lp7: version magic '6.1 SMP ' should be '6.1 SMP preempt '\n", LPPACK_E_VERMAGIC,
		  "should be" },
		{ ENOEXEC, "lp7: disagrees about version of symbol module_layout\n", LPPACK_E_REFUSED,
		  "module_layout" },
		{ ENOEXEC, "lp7: module is marked as livepatch module, but livepatch support is disabled\n",
		  LPPACK_E_NO_LIVEPATCH, "cannot livepatch" },
		{ ENOEXEC, "lp7: exports duplicate symbol foo (owned by kernel)\n", LPPACK_E_REFUSED, "exports" },
		{ ENOEXEC, "Invalid ELF section offset\n", LPPACK_E_REFUSED, "ELF" },
		{ EINVAL, "lp7: module is already loaded\n", LPPACK_E_NAME_IN_USE, "built in" },
		{ EKEYREJECTED, "Loading of unsigned module is rejected\n", LPPACK_E_LOCKED,
		  "unsigned module is rejected" },
		{ EKEYREJECTED, "Loading of module with unsupported crypto is rejected\n", LPPACK_E_LOCKED,
		  "lacks the digest" },
		{ EPERM, "Lockdown: lppack: unsigned module loading is restricted; see man kernel_lockdown.7\n",
		  LPPACK_E_LOCKED, "lockdown" },
		{ EPERM, "LoadPin: kernel-module denied obj=\"/memfd:x\" pid=1 cmdline=\"lppack\"\n", LPPACK_E_LOCKED,
		  "LoadPin" },
		{ EACCES, "audit: type=1400 audit(1.0:1): avc:  denied  { module_load } for  pid=1 comm=\"lppack\"\n",
		  LPPACK_E_LOCKED, "SELinux" },
	};

	(void)state;
	EXPLAIN(refusals, NULL, NULL);
}

/* EEXIST, EBUSY and EPERM each have one usual reason, and others. */
static void tells_the_usual_reason_from_others(void **state)
{
	static const struct refusal absent[] = {
		{ EEXIST, "", LPPACK_E_REFUSED, "no module of that name is loaded" },
		{ EEXIST, LET_IN, LPPACK_E_REFUSED, OWN },
		{ EEXIST, BEGUN, LPPACK_E_REFUSED, OWN },
		{ EEXIST, "sysfs: cannot create duplicate filename '/kernel/livepatch/lp7/vmlinux/foo,1'\nCPU: 0\n",
		  LPPACK_E_REFUSED, "two entries of the livepatch have one name" },
		{ EBUSY, "", LPPACK_E_BUSY, "has ended, or the module's own code" },
		{ EBUSY, BEGUN, LPPACK_E_REFUSED, OWN },
		{ EPERM, "livepatch: pre-patch callback failed for object 'vmlinux'\n", LPPACK_E_REFUSED,
		  "callback failed" },
		{ EPERM, LET_IN "not today\n", LPPACK_E_REFUSED, "the last line of the kernel log is \"not today\"" },
		{ EPERM, "", LPPACK_E_LOCKED, "does not let modules be loaded, or" },
		{ EACCES, "", LPPACK_E_LOCKED, "Permission denied" },
		{ ENODEV, LET_IN, LPPACK_E_REFUSED, OWN },
	};
	static const struct refusal present[] = {
		{ EEXIST, "", LPPACK_E_NAME_IN_USE, "a module of that name is loaded already" },
		{ EEXIST, NULL, LPPACK_E_NAME_IN_USE, "a module of that name is loaded already" },
		/* It was let in, so the one that is there was not in its way. */
		{ EEXIST, BEGUN, LPPACK_E_REFUSED, OWN },
		{ EBUSY, "", LPPACK_E_BUSY, "being loaded or removed" },
	};
	static const struct refusal transition[] = {
		{ EBUSY, "", LPPACK_E_BUSY, "busy with the transition of other" },
		{ EBUSY, NULL, LPPACK_E_BUSY, "busy with the transition of other" },
		{ EBUSY, BEGUN, LPPACK_E_REFUSED, OWN },
	};
	static const struct refusal disabled[] = {
		{ EPERM, "", LPPACK_E_LOCKED, "kernel.modules_disabled is 1" },
	};

	(void)state;
	EXPLAIN(absent, NULL, NULL);
	EXPLAIN(present, "sys/module/lp7/refcnt", "0\n");
	EXPLAIN(transition, "sys/kernel/livepatch/other/transition", "1\n");
	EXPLAIN(disabled, "proc/sys/kernel/modules_disabled", "1\n");
}

static void tells_ftrace_from_a_transition(void **state)
{
	static const struct refusal refusals[] = {
		{ EBUSY, "livepatch: failed to register ftrace handler for function 'foo' (-16)\n", LPPACK_E_FTRACE,
		  "ftrace_enabled" },
		{ EBUSY, NULL, LPPACK_E_FTRACE, "ftrace_enabled" },
		{ EBUSY, "livepatch: pre-patch callback failed for object 'vmlinux'\n", LPPACK_E_REFUSED,
		  "callback failed" },
	};

	(void)state;
	EXPLAIN(refusals, "proc/sys/kernel/ftrace_enabled", "0\n");
}

/* Without a line that says why. */
static void says_that_it_guesses(void **state)
{
	static const struct refusal refusals[] = {
		{ EEXIST, NULL, LPPACK_E_REFUSED, "this is a guess" },
		{ EBUSY, NULL, LPPACK_E_BUSY, "this is a guess" },
		{ EPERM, NULL, LPPACK_E_LOCKED, "this is a guess" },
		{ EKEYREJECTED, NULL, LPPACK_E_LOCKED, "this is a guess" },
		{ EINVAL, NULL, LPPACK_E_REFUSED, "cannot be read: Invalid argument" },
		{ EINVAL, "", LPPACK_E_REFUSED, "its log gives no reason that is known; the kernel logged nothing" },
		{ EINVAL, "lp7: kallsyms_lookup not in kallsyms\n", LPPACK_E_REFUSED,
		  "the last line of the kernel log is \"lp7: kallsyms_lookup not in kallsyms\": Invalid argument" },
		{ ENOEXEC, "", LPPACK_E_REFUSED, "Exec format error" },
		{ EKEYREJECTED, "", LPPACK_E_LOCKED, "valid module signature" },
		{ ENOKEY, "", LPPACK_E_LOCKED, "does not know the key" },
		{ EBADMSG, "", LPPACK_E_LOCKED, "malformed" },
		{ ENOPKG, "", LPPACK_E_LOCKED, "lacks the algorithm" },
		{ ENODEV, "", LPPACK_E_REFUSED, "No such device" },
	};

	(void)state;
	EXPLAIN(refusals, NULL, NULL);
}

/* Lines that speak of another module, or that repeat a name that somebody chose. */
static void believes_no_borrowed_words(void **state)
{
	static const struct refusal refusals[] = {
		{ EINVAL, "other: Unknown symbol foo (err -2)\n", LPPACK_E_REFUSED, "no reason that is known" },
		{ EINVAL, "lp77: Unknown symbol foo (err -2)\n", LPPACK_E_REFUSED, "no reason that is known" },
		{ EINVAL, "usb 1-1: Product: lp7: version magic 'x'\n", LPPACK_E_REFUSED, "no reason that is known" },
		{ EINVAL, "Lockdown: x: unsigned module loading is restricted\n", LPPACK_E_REFUSED,
		  "no reason that is known" },
		{ EINVAL, "Loading of unsigned module is rejected\n", LPPACK_E_REFUSED, "no reason that is known" },
		{ EPERM, "Lockdown: hibernate: hibernation is restricted\n", LPPACK_E_LOCKED, "or the module's own" },
		{ EINVAL, "livepatch: hi[99]: segfault at 0 ip symbol 'x' not found in symbol table\n",
		  LPPACK_E_REFUSED, "no reason that is known" },
		/* A process that bears the module's name. */
		{ EPERM, "lp7: x[12]: segfault at 0\n", LPPACK_E_LOCKED, "or the module's own" },
		{ EBUSY, "livepatch: enabling patch 'other'\n", LPPACK_E_BUSY, "or the module's own" },
	};

	(void)state;
	EXPLAIN(refusals, NULL, NULL);
}

/* Who may have refused is read off the machine. */
static void names_the_security_modules(void **state)
{
	struct fake_kernel *kernel = fake_kernel_new();
	const struct lp_buf nothing = { 0 };
	const struct lp_refusal refusal = { "lp7", EPERM, &nothing, true };
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_kernel_io host;

	(void)state;
	fake_kernel_open(kernel, &host);
	fake_kernel_write(kernel, "sys/kernel/security/lsm", "lockdown,capability,landlock,yama,selinux,bpf\n");
	assert_int_equal(lp_refusal_explain(&host, &refusal, &err), -LPPACK_E_LOCKED);
	assert_non_null(strstr(err.hint, "security modules of this kernel: selinux, bpf and"));
	lp_kernel_io_close(&host);
	fake_kernel_free(kernel);
}

/* The whole way: what was logged before the load explains nothing, what a process says is not shown, and everything
 * that the kernel says meanwhile is. */
static void reads_what_was_logged_since_the_load(void **state)
{
	struct fake_patch refused = new_patch;
	struct machine m;

	(void)state;
	refused.load_errno = ENOENT;
	refused.log = "klp_lookup_foo not in kallsyms\n<12>lp_fixes_7: Unknown symbol of a process";
	setup(&m, &refused);
	fake_kernel_log(m.kernel, "lp_fixes_7: Unknown symbol from before (err -2)");
	assert_int_equal(run(&m), -LPPACK_E_REFUSED);
	assert_non_null(strstr(m.err.message, "the last line of the kernel log is \"klp_lookup_foo not in kallsyms\""));
	assert_log_has(&m, "klp_lookup_foo not in kallsyms\n");
	assert_null(strstr((const char *)m.result.kernel_log.data, "of a process"));
	assert_null(strstr((const char *)m.result.kernel_log.data, "from before"));
	teardown(&m);
}

static int log_before_the_load(void *context, enum lp_intent intent, const struct lp_stack *before,
			       struct lppack_error *err)
{
	(void)intent, (void)before, (void)err;
	fake_kernel_log(context, "livepatch: symbol 'foo' not found in symbol table");
	return 0;
}

static void explains_nothing_by_older_lines(void **state)
{
	struct fake_patch refused = new_patch;
	struct machine m;

	(void)state;
	refused.load_errno = EINVAL;
	setup(&m, &refused);
	m.terms.intend = log_before_the_load;
	m.terms.intend_context = m.kernel;
	assert_int_equal(run(&m), -LPPACK_E_REFUSED);
	assert_non_null(strstr(m.err.message, "no reason that is known; the kernel logged nothing meanwhile"));
	assert_log_has(&m, "symbol 'foo' not found");
	teardown(&m);
}

static void guesses_without_a_log(void **state)
{
	struct fake_patch refused = new_patch;
	struct machine m;

	(void)state;
	refused.load_errno = EPERM;
	setup(&m, &refused);
	fake_kernel_remove(m.kernel, "dev/kmsg");
	assert_int_equal(run(&m), -LPPACK_E_LOCKED);
	assert_non_null(strstr(m.err.message, "this is a guess, because the kernel log cannot be read"));
	teardown(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(explains_by_the_kernels_lines),
		cmocka_unit_test(tells_the_usual_reason_from_others),
		cmocka_unit_test(tells_ftrace_from_a_transition),
		cmocka_unit_test(says_that_it_guesses),
		cmocka_unit_test(believes_no_borrowed_words),
		cmocka_unit_test(names_the_security_modules),
		cmocka_unit_test(reads_what_was_logged_since_the_load),
		cmocka_unit_test(explains_nothing_by_older_lines),
		cmocka_unit_test(guesses_without_a_log),
	};

	return cmocka_run_group_tests_name("refusal", tests, NULL, NULL);
}
