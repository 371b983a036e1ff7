// SPDX-License-Identifier: GPL-2.0
/*
 * Functions for livepatches to patch, and sleepers to hold up a transition:
 *
 * /proc/lptest_value    read: what target_value() returns, 1 unpatched
 * /proc/lptest_sleep_d  read: blocks in target_sleep_d(), uninterruptibly
 * /proc/lptest_sleep_i  read: blocks in target_sleep_i(), interruptibly
 * /proc/lptest_sleep_e  read: the same, but a signal makes it fail with EIO,
 *                       as with a program that does not bear the fake one
 * /proc/lptest_sleep_k  write: starts a kernel thread, lptest_sleeper, that
 *                       blocks in target_sleep_k()
 * /proc/lptest_release  write: lets everybody go; read: how many sleep
 *
 * and target_secret, which only a livepatch symbol can reach.
 */
#include <linux/atomic.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/wait.h>

/* Not static: a clone by the compiler would have another name. */
noinline int target_value(void);
noinline int target_sleep_d(void);
noinline int target_sleep_i(void);
noinline int target_sleep_k(void);

static DECLARE_WAIT_QUEUE_HEAD(released);
static atomic_t generation;
static atomic_t sleepers;
static int target_secret __used = 41;

noinline int target_value(void)
{
	return 1;
}

/* Wakes every second, or the hung task detector would take offence. */
noinline int target_sleep_d(void)
{
	int now = atomic_read(&generation);

	while (!wait_event_timeout(released, atomic_read(&generation) != now,
				   HZ))
		;
	return atomic_read(&generation);
}

/* Returns when a signal comes; the fake one of a transition counts. */
noinline int target_sleep_i(void)
{
	int now = atomic_read(&generation);
	int ret = wait_event_interruptible(released,
					   atomic_read(&generation) != now);

	return ret ? ret : atomic_read(&generation);
}

noinline int target_sleep_k(void)
{
	int now = atomic_read(&generation);

	while (!wait_event_timeout(released, atomic_read(&generation) != now,
				   HZ))
		;
	return atomic_read(&generation);
}

static int value_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%d\n", target_value());
	return 0;
}

static int sleep_d_show(struct seq_file *m, void *v)
{
	atomic_inc(&sleepers);
	seq_printf(m, "%d\n", target_sleep_d());
	atomic_dec(&sleepers);
	return 0;
}

static int sleep_i_show(struct seq_file *m, void *v)
{
	int ret;

	atomic_inc(&sleepers);
	ret = target_sleep_i();
	atomic_dec(&sleepers);
	if (ret < 0)
		return ret;
	seq_printf(m, "%d\n", ret);
	return 0;
}

static int sleep_e_show(struct seq_file *m, void *v)
{
	int ret = sleep_i_show(m, v);

	return ret < 0 ? -EIO : ret;
}

static int release_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%d\n", atomic_read(&sleepers));
	return 0;
}

static int release_open(struct inode *inode, struct file *file)
{
	return single_open(file, release_show, NULL);
}

static ssize_t release_write(struct file *file, const char __user *buf,
			     size_t count, loff_t *ppos)
{
	atomic_inc(&generation);
	wake_up_all(&released);
	return count;
}

static int sleeper(void *unused)
{
	atomic_inc(&sleepers);
	target_sleep_k();
	atomic_dec(&sleepers);
	module_put_and_kthread_exit(0);
}

static ssize_t sleep_k_write(struct file *file, const char __user *buf,
			     size_t count, loff_t *ppos)
{
	struct task_struct *task;

	__module_get(THIS_MODULE);
	task = kthread_run(sleeper, NULL, "lptest_sleeper");
	if (IS_ERR(task)) {
		module_put(THIS_MODULE);
		return PTR_ERR(task);
	}
	return count;
}

static const struct proc_ops release_ops = {
	.proc_open = release_open,
	.proc_read = seq_read,
	.proc_lseek = seq_lseek,
	.proc_release = single_release,
	.proc_write = release_write,
};

static const struct proc_ops sleep_k_ops = {
	.proc_write = sleep_k_write,
};

static void remove_files(void)
{
	/* remove_proc_entry() would warn about a file that is not there */
	remove_proc_subtree("lptest_release", NULL);
	remove_proc_subtree("lptest_sleep_k", NULL);
	remove_proc_subtree("lptest_sleep_e", NULL);
	remove_proc_subtree("lptest_sleep_i", NULL);
	remove_proc_subtree("lptest_sleep_d", NULL);
	remove_proc_subtree("lptest_value", NULL);
}

static int __init lptest_target_init(void)
{
	if (proc_create_single("lptest_value", 0444, NULL, value_show) &&
	    proc_create_single("lptest_sleep_d", 0444, NULL, sleep_d_show) &&
	    proc_create_single("lptest_sleep_i", 0444, NULL, sleep_i_show) &&
	    proc_create_single("lptest_sleep_e", 0444, NULL, sleep_e_show) &&
	    proc_create("lptest_sleep_k", 0200, NULL, &sleep_k_ops) &&
	    proc_create("lptest_release", 0644, NULL, &release_ops))
		return 0;
	remove_files();
	return -ENOMEM;
}

static void __exit lptest_target_exit(void)
{
	remove_files();
}

module_init(lptest_target_init);
module_exit(lptest_target_exit);
MODULE_DESCRIPTION("lppack test: functions to patch and to sleep in");
MODULE_LICENSE("GPL");
