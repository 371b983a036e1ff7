/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which tasks keep a transition from ending, by /proc, and what they are doing. */
#include "runtime/blockers.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/root.h"
#include "runtime/privilege.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define PF_KTHREAD 0x200000u /* include/linux/sched.h */
#define CAP_SYS_PTRACE 19	/* include/uapi/linux/capability.h */
#define STACK_SHOWN 5
#define BLOCKERS_NAMED 3

const char *const lp_task_kind_names[] = { "user", "kernel", "vcpu", NULL };

/* What a frame is looked up in, and which tasks count. */
struct blockers_known {
	const struct lp_module_facts *facts;
	const struct lp_stack *stack;
	int target;
};

static bool object_has(const struct lp_object *object, const char *name, size_t len)
{
	for (size_t i = 0; i < object->n_funcs; i++)
		if (strncmp(object->funcs[i].name, name, len) == 0 && !object->funcs[i].name[len])
			return true;
	return false;
}

static bool is_patched_function(const struct blockers_known *known, const char *name, size_t len)
{
	for (size_t i = 0; known->facts && i < known->facts->n_objects; i++)
		if (object_has(&known->facts->objects[i], name, len))
			return true;
	for (size_t i = 0; i < known->stack->n; i++)
		for (size_t j = 0; j < known->stack->patches[i].n_objects; j++)
			if (object_has(&known->stack->patches[i].objects[j].object, name, len))
				return true;
	return false;
}

/* As QEMU ("CPU 0/KVM"), Firecracker ("fc_vcpu 0"), Cloud Hypervisor ("vcpu0") and crosvm ("crosvm_vcpu0") name it. */
static bool is_vcpu_name(const char *comm)
{
	static const char *const starts[] = { "fc_vcpu ", "crosvm_vcpu", "vcpu" };
	int end = 0;

	if (sscanf(comm, "CPU %*u/KVM%n", &end) == 0 && end > 0)
		return true;
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		size_t len = strlen(starts[i]);

		if (strncmp(comm, starts[i], len) == 0 && comm[len] >= '0' && comm[len] <= '9')
			return true;
	}
	return false;
}

static int read_frames(char *text, const struct blockers_known *known, struct lp_blocker *blocker)
{
	LP_AUTO_BUF struct lp_buf top = { 0 };
	unsigned int shown = 0;
	char *line;

	lp_buf_append(&top, "", 0);
	while ((line = strsep(&text, "\n"))) {
		/* "[<0>] func+0x1/0x2 [module]": the part from the function on. */
		char *frame = strstr(line, "] ");
		size_t len;

		frame = frame ? frame + 2 : line;
		if (!*frame)
			continue;
		len = strcspn(frame, "+ ");
		lp_text_make_printable(frame);
		if (shown++ < STACK_SHOWN)
			lp_buf_printf(&top, "%s%s", top.len ? " < " : "", frame);
		/* virt/kvm/kvm_main.c and arch/.../kvm: what the KVM_RUN ioctl goes through. */
		if (blocker->kind == LP_TASK_USER &&
		    (strncmp(frame, "kvm_vcpu_ioctl+", 15) == 0 || strncmp(frame, "kvm_arch_vcpu_ioctl_run+", 24) == 0))
			blocker->kind = LP_TASK_VCPU;
		if (!blocker->function && is_patched_function(known, frame, len)) {
			blocker->function = strndup(frame, len);
			if (!blocker->function)
				return -1;
		}
	}
	if (!lp_buf_ok(&top))
		return -1;
	blocker->stack_top = shown ? (char *)LP_TAKE(top.data) : NULL;
	return 0;
}

/* "PID (comm) S ppid pgrp session tty tpgid flags ...": comm may hold spaces and parentheses (proc(5)). */
static void read_stat(int taskfd, struct lp_blocker *blocker)
{
	char text[1024];
	char *open;
	char *close;
	unsigned int flags = 0;

	blocker->state = '?';
	if (lp_attr_read(taskfd, "stat", text, sizeof(text)) <= 0)
		return;
	open = strchr(text, '(');
	close = strrchr(text, ')');
	if (!open || !close || close < open)
		return;
	*close = '\0';
	snprintf(blocker->comm, sizeof(blocker->comm), "%s", open + 1);
	lp_text_make_printable(blocker->comm);
	if (sscanf(close + 1, " %c %*d %*d %*d %*d %*d %u", &blocker->state, &flags) == 2 && flags & PF_KTHREAD)
		blocker->kind = LP_TASK_KERNEL;
	else if (is_vcpu_name(blocker->comm))
		blocker->kind = LP_TASK_VCPU;
}

static int read_blocker(int taskfd, const struct blockers_known *known, struct lp_blocker *blocker)
{
	char stack[8192];

	read_stat(taskfd, blocker);
	if (lp_attr_read(taskfd, "stack", stack, sizeof(stack)) <= 0)
		return 0;
	return read_frames(stack, known, blocker);
}

static void free_blocker(struct lp_blocker *blocker)
{
	free(blocker->stack_top);
	free(blocker->function);
}

struct list {
	struct lp_blocker *items;
	size_t n;
};

static int add_blocker(struct list *list, const struct lp_blocker *blocker)
{
	struct lp_blocker *item = lp_array_add(&list->items, &list->n, sizeof(*item));

	if (!item)
		return -1;
	*item = *blocker;
	return 0;
}

/* -1 (idle, or unreadable because the task has ended) blocks nothing. */
static bool is_behind(int tasksfd, const char *tid, int target)
{
	char path[64];
	int state;

	snprintf(path, sizeof(path), "%.20s/patch_state", tid);
	state = lp_attr_int(tasksfd, path);
	return state >= 0 && state != target;
}

static int scan_tasks(DIR *tasks, int pid, const struct blockers_known *known, struct list *list)
{
	const struct dirent *entry;

	while ((entry = lp_dir_next(tasks))) {
		struct lp_blocker blocker = { .pid = pid };
		uint64_t tid;
		LP_AUTO_CLOSE int taskfd = -1;

		if (lp_text_to_u64(entry->d_name, &tid) < 0 || tid > INT32_MAX)
			continue;
		if (!is_behind(dirfd(tasks), entry->d_name, known->target))
			continue;
		taskfd = lp_below_open(dirfd(tasks), entry->d_name, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
		if (taskfd < 0)
			continue;
		blocker.tid = (int)tid;
		if (read_blocker(taskfd, known, &blocker) < 0 || add_blocker(list, &blocker) < 0) {
			free_blocker(&blocker);
			return -1;
		}
	}
	return 0;
}

static int scan_processes(struct lp_kernel_io *io, const struct blockers_known *known, struct list *list)
{
	LP_AUTO_DIR DIR *processes = lp_dir_open(io->rootfd, "proc");
	const struct dirent *entry;

	while (processes && (entry = lp_dir_next(processes))) {
		LP_AUTO_DIR DIR *tasks = NULL;
		char path[64];
		uint64_t pid;

		if (lp_text_to_u64(entry->d_name, &pid) < 0 || pid > INT32_MAX)
			continue;
		snprintf(path, sizeof(path), "%.20s/task", entry->d_name);
		tasks = lp_dir_open(dirfd(processes), path);
		if (tasks && scan_tasks(tasks, (int)pid, known, list) < 0)
			return -1;
	}
	return 0;
}

int lp_blockers_collect(struct lp_kernel_io *io, const struct lp_module_facts *facts, const struct lp_stack *stack,
			int target, struct lp_blocker **blockers, size_t *n)
{
	const struct blockers_known known = { .facts = facts, .stack = stack, .target = target };
	struct list list = { 0 };
	int rc = scan_processes(io, &known, &list);

	*blockers = list.items;
	*n = list.n;
	return rc;
}

void lp_blockers_free(struct lp_blocker *blockers, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free_blocker(&blockers[i]);
	free(blockers);
}

/* fs/proc/base.c, proc_pid_patch_state(): only who may trace a task is told, and with hidepid others are not even
 * listed (proc(5)). Init is there on every machine, and is root's. */
bool lp_blockers_are_visible(struct lp_kernel_io *io)
{
	char text[24];

	if (!lp_privilege_has_capability(io, CAP_SYS_PTRACE))
		return false;
	return lp_attr_read(io->rootfd, "proc/1/task/1/patch_state", text, sizeof(text)) >= 0 ||
	       (errno != EACCES && errno != EPERM);
}

int lp_blockers_find(struct lp_kernel_io *io, const struct lp_module_facts *facts, const struct lp_stack *stack,
		     struct lp_blocker **blockers, size_t *n)
{
	*blockers = NULL;
	*n = 0;
	/* One patch at most is in transition; its enabled is where tasks are to go (kernel/livepatch/transition.c). */
	for (size_t i = 0; i < stack->n; i++)
		if (stack->patches[i].transition == 1)
			return lp_blockers_collect(io, facts, stack, stack->patches[i].enabled != 0, blockers, n);
	return 0;
}

static void print_one(const struct lp_blocker *blocker, struct lp_buf *text)
{
	static const char *const kinds[] = { "", ", kernel thread", ", virtual CPU" };

	lp_buf_printf(text, "%d", blocker->pid);
	if (blocker->tid != blocker->pid)
		lp_buf_printf(text, "/%d", blocker->tid);
	lp_buf_printf(text, " (%s%s, state %c)", blocker->comm, kinds[blocker->kind], blocker->state);
	if (blocker->function)
		lp_buf_printf(text, " in %s", blocker->function);
}

void lp_blockers_print(const struct lp_blocker *blockers, size_t n, struct lp_buf *text)
{
	size_t named = n < BLOCKERS_NAMED ? n : BLOCKERS_NAMED;

	lp_buf_text(text, n ? "held by " : "held by no visible task (an idle CPU is none)");
	for (size_t i = 0; i < named; i++) {
		lp_buf_text(text, i ? ", " : "");
		print_one(&blockers[i], text);
	}
	if (n > named)
		lp_buf_printf(text, " and %zu more", n - named);
}
