/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A kernel with livepatching in a directory, moved along by system calls, with faults that a test asks for. */
#include "support/fake_kernel.h"

#include "support/fake_files.h"

#include "shared/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATCHES_MAX 16
#define EVENTS_MAX 16
#define BYTES_MAX (1u << 20)
#define PATCH_DIR "sys/kernel/livepatch"
#define MODULE_DIR "sys/module"

#define NOT_DUE INT64_MAX

struct entry {
	struct fake_patch patch;
	bool loaded;
	bool listed;
	bool enabled;
	bool transition;
	int refcnt;
	int order;
	int64_t transition_due;
	int64_t vanish_due;
	int64_t refcnt_due;
};

struct event {
	int64_t due;
	void (*run)(struct fake_kernel *kernel, void *context);
	void *context;
};

struct fake_kernel {
	char root[256];
	int64_t now;
	bool show_patched;
	bool show_replace;
	bool show_order;
	struct entry entries[PATCHES_MAX];
	size_t n_entries;
	struct fake_patch expected[PATCHES_MAX];
	size_t n_expected;
	size_t next_expected;
	struct event events[EVENTS_MAX];
	unsigned int calls;
	unsigned int fail_at;
	int fail_errno;
	struct lp_buf bytes; /* a view of the room below */
	int seals;
	bool busy;
	uint8_t room[BYTES_MAX];
};

/* Files. */

void fake_kernel_write(struct fake_kernel *kernel, const char *path, const char *text)
{
	fake_file_write(kernel->root, path, O_TRUNC, text, strlen(text));
}

void fake_kernel_remove(struct fake_kernel *kernel, const char *path)
{
	fake_file_remove(kernel->root, path);
}

bool fake_kernel_has(struct fake_kernel *kernel, const char *path)
{
	return fake_file_exists(kernel->root, path);
}

static void write_number(struct fake_kernel *kernel, const char *dir, const char *name, const char *attribute,
			 int value)
{
	char *path = lp_text_format("%s/%s/%s", dir, name, attribute);
	char text[16];

	snprintf(text, sizeof(text), "%d\n", value);
	fake_kernel_write(kernel, path, text);
	free(path);
}

void fake_kernel_log(struct fake_kernel *kernel, const char *text)
{
	unsigned int prefix = 6;
	char *record;

	if (sscanf(text, "<%u>", &prefix) == 1)
		text = strchr(text, '>') + 1;
	record = lp_text_format("%u,%lld,%lld,-;%s\n SUBSYSTEM=test\n", prefix, (long long)kernel->now,
				(long long)(kernel->now / 1000), text);
	fake_file_write(kernel->root, "dev/kmsg", O_APPEND, record, strlen(record));
	free(record);
}

static void log_lines(struct fake_kernel *kernel, const char *text)
{
	char *copy = strdup(text);
	char *rest = copy;
	char *line;

	while ((line = strsep(&rest, "\n")))
		if (*line)
			fake_kernel_log(kernel, line);
	free(copy);
}

static void log_patch(struct fake_kernel *kernel, const char *format, const char *name)
{
	char text[256];

	/* The formats are the literals below, with one %s each. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(text, sizeof(text), format, name);
#pragma GCC diagnostic pop
	fake_kernel_log(kernel, text);
}

/* Modules. */

void fake_kernel_set_build_id(struct fake_kernel *kernel, const char *hex)
{
	fake_file_write_build_id(kernel->root, "sys/kernel/notes", hex);
}

static void show_module(struct fake_kernel *kernel, const char *name, int refcnt, const char *taint)
{
	char *path = lp_text_format(MODULE_DIR "/%s/taint", name);

	fake_kernel_write(kernel, path, taint);
	free(path);
	path = lp_text_format(MODULE_DIR "/%s/initstate", name);
	fake_kernel_write(kernel, path, "live\n");
	free(path);
	write_number(kernel, MODULE_DIR, name, "refcnt", refcnt);
}

static void show_livepatch_module(struct fake_kernel *kernel, const struct fake_patch *patch, int refcnt)
{
	char *path = lp_text_format(MODULE_DIR "/%s/notes/.note.gnu.build-id", patch->name);

	show_module(kernel, patch->name, refcnt, "OEK\n");
	if (patch->build_id)
		fake_file_write_build_id(kernel->root, path, patch->build_id);
	free(path);
}

void fake_kernel_add_module(struct fake_kernel *kernel, const char *name)
{
	show_module(kernel, name, 0, "\n");
}

static void remove_below(struct fake_kernel *kernel, const char *dir, const char *name)
{
	char *path = lp_text_format("%s/%s", dir, name);

	fake_kernel_remove(kernel, path);
	free(path);
}

/* Patches. */

static struct entry *find(const struct fake_kernel *kernel, const char *name)
{
	for (size_t i = 0; i < kernel->n_entries; i++)
		if (kernel->entries[i].loaded && strcmp(kernel->entries[i].patch.name, name) == 0)
			return (struct entry *)&kernel->entries[i];
	return NULL;
}

static struct entry *find_transition(struct fake_kernel *kernel)
{
	for (size_t i = 0; i < kernel->n_entries; i++)
		if (kernel->entries[i].listed && kernel->entries[i].transition)
			return &kernel->entries[i];
	return NULL;
}

static void show_state(struct fake_kernel *kernel, const struct entry *entry)
{
	write_number(kernel, PATCH_DIR, entry->patch.name, "enabled", entry->enabled);
	write_number(kernel, PATCH_DIR, entry->patch.name, "transition", entry->transition);
}

static void show_functions(struct fake_kernel *kernel, const struct fake_patch *patch)
{
	for (const char *const *function = patch->functions; function && *function; function++) {
		char *path = lp_text_format(PATCH_DIR "/%s/%s", patch->name, *function);
		char *object = strndup(*function, strcspn(*function, "/"));
		char *module = lp_text_format(MODULE_DIR "/%s", object);
		char *parent = lp_text_format(PATCH_DIR "/%s", patch->name);

		fake_file_make_directory(kernel->root, path);
		if (kernel->show_patched)
			write_number(kernel, parent, object, "patched",
				     strcmp(object, "vmlinux") == 0 || fake_kernel_has(kernel, module));
		free(parent);
		free(module);
		free(object);
		free(path);
	}
}

static void show_patch(struct fake_kernel *kernel, const struct entry *entry)
{
	const struct fake_patch *patch = &entry->patch;

	show_livepatch_module(kernel, patch, entry->refcnt);
	show_functions(kernel, patch);
	show_state(kernel, entry);
	write_number(kernel, PATCH_DIR, patch->name, "force", 0);
	if (kernel->show_replace)
		write_number(kernel, PATCH_DIR, patch->name, "replace", patch->replace);
	if (kernel->show_order)
		write_number(kernel, PATCH_DIR, patch->name, "stack_order", entry->order);
}

static struct entry *add_entry(struct fake_kernel *kernel, const struct fake_patch *patch)
{
	struct entry *entry = &kernel->entries[kernel->n_entries];
	int order = 1;

	MUST(kernel->n_entries < PATCHES_MAX);
	for (size_t i = 0; i < kernel->n_entries; i++)
		order += kernel->entries[i].listed;
	kernel->n_entries++;
	*entry = (struct entry){ .patch = *patch, .refcnt = 1, .order = order };
	entry->loaded = entry->listed = entry->enabled = true;
	entry->transition_due = entry->vanish_due = entry->refcnt_due = NOT_DUE;
	return entry;
}

void fake_kernel_add_patch(struct fake_kernel *kernel, const struct fake_patch *patch)
{
	show_patch(kernel, add_entry(kernel, patch));
}

static int64_t due_in(const struct fake_kernel *kernel, int64_t ns)
{
	return ns == FAKE_NEVER ? NOT_DUE : kernel->now + ns;
}

void fake_kernel_add_transition(struct fake_kernel *kernel, const struct fake_patch *patch)
{
	struct entry *entry = add_entry(kernel, patch);

	entry->transition = true;
	entry->transition_due = due_in(kernel, patch->transition_ns);
	show_patch(kernel, entry);
}

static void disable(struct fake_kernel *kernel, struct entry *entry, int64_t vanish_ns)
{
	entry->enabled = false;
	entry->transition = false;
	entry->vanish_due = due_in(kernel, vanish_ns);
	show_state(kernel, entry);
}

static void complete(struct fake_kernel *kernel, struct entry *entry)
{
	entry->transition = false;
	entry->transition_due = NOT_DUE;
	if (!entry->enabled) {
		log_patch(kernel, "livepatch: '%s': unpatching complete", entry->patch.name);
		disable(kernel, entry, entry->patch.vanish_ns);
		return;
	}
	for (size_t i = 0; i < kernel->n_entries && entry->patch.replace; i++)
		if (&kernel->entries[i] != entry && kernel->entries[i].listed && kernel->entries[i].enabled)
			disable(kernel, &kernel->entries[i], kernel->entries[i].patch.vanish_ns);
	show_state(kernel, entry);
	log_patch(kernel, "livepatch: '%s': patching complete", entry->patch.name);
}

static void vanish(struct fake_kernel *kernel, struct entry *entry)
{
	entry->listed = false;
	entry->vanish_due = NOT_DUE;
	entry->refcnt_due = due_in(kernel, entry->patch.refcnt_ns);
	remove_below(kernel, PATCH_DIR, entry->patch.name);
}

static void drop(struct fake_kernel *kernel, struct entry *entry)
{
	entry->refcnt = 0;
	entry->refcnt_due = NOT_DUE;
	write_number(kernel, MODULE_DIR, entry->patch.name, "refcnt", 0);
}

/* Time. */

static int64_t next_due(const struct fake_kernel *kernel)
{
	int64_t due = NOT_DUE;

	for (size_t i = 0; i < kernel->n_entries; i++) {
		const struct entry *entry = &kernel->entries[i];

		due = entry->transition_due < due ? entry->transition_due : due;
		due = entry->vanish_due < due ? entry->vanish_due : due;
		due = entry->refcnt_due < due ? entry->refcnt_due : due;
	}
	for (size_t i = 0; i < EVENTS_MAX; i++)
		if (kernel->events[i].run && kernel->events[i].due < due)
			due = kernel->events[i].due;
	return due;
}

static void run_due(struct fake_kernel *kernel)
{
	for (size_t i = 0; i < kernel->n_entries; i++) {
		struct entry *entry = &kernel->entries[i];

		if (entry->transition_due <= kernel->now)
			complete(kernel, entry);
		if (entry->vanish_due <= kernel->now)
			vanish(kernel, entry);
		if (entry->refcnt_due <= kernel->now)
			drop(kernel, entry);
	}
	for (size_t i = 0; i < EVENTS_MAX; i++) {
		struct event event = kernel->events[i];

		if (!event.run || event.due > kernel->now)
			continue;
		kernel->events[i].run = NULL;
		event.run(kernel, event.context);
	}
}

void fake_kernel_pass(struct fake_kernel *kernel, int64_t ns)
{
	int64_t end = kernel->now + ns;

	for (;;) {
		int64_t due = next_due(kernel);

		if (due > end)
			break;
		kernel->now = due > kernel->now ? due : kernel->now;
		run_due(kernel);
	}
	kernel->now = end;
}

void fake_kernel_at(struct fake_kernel *kernel, int64_t from_now_ns, void (*event)(struct fake_kernel *, void *),
		    void *context)
{
	for (size_t i = 0; i < EVENTS_MAX; i++)
		if (!kernel->events[i].run) {
			kernel->events[i] = (struct event){ kernel->now + from_now_ns, event, context };
			return;
		}
	MUST(!"room for another event");
}

/* System calls. */

static bool must_fail(struct fake_kernel *kernel)
{
	kernel->calls++;
	if (!kernel->fail_at || --kernel->fail_at)
		return false;
	errno = kernel->fail_errno;
	return true;
}

void fake_kernel_fail(struct fake_kernel *kernel, unsigned int n, int sys_errno)
{
	kernel->fail_at = n;
	kernel->fail_errno = sys_errno;
}

static int fail(int sys_errno)
{
	errno = sys_errno;
	return -1;
}

static void keep_bytes(struct fake_kernel *kernel, int fd)
{
	struct stat st;

	MUST(fstat(fd, &st) == 0);
	MUST(st.st_size <= (off_t)sizeof(kernel->room));
	MUST(pread(fd, kernel->room, (size_t)st.st_size, 0) == st.st_size);
	kernel->bytes = (struct lp_buf){ .data = kernel->room, .len = (size_t)st.st_size };
	kernel->seals = fcntl(fd, F_GET_SEALS);
}

static int start(struct fake_kernel *kernel, const struct fake_patch *patch)
{
	struct entry *entry;

	if (patch->empty) {
		entry = add_entry(kernel, patch);
		entry->listed = entry->enabled = false;
		entry->refcnt = 0;
		show_livepatch_module(kernel, patch, 0);
		return 0;
	}
	log_patch(kernel, "livepatch: enabling patch '%s'", patch->name);
	entry = add_entry(kernel, patch);
	entry->transition = true;
	entry->transition_due = due_in(kernel, patch->transition_ns);
	show_patch(kernel, entry);
	log_patch(kernel, "livepatch: '%s': starting patching transition", patch->name);
	if (patch->transition_ns == 0)
		complete(kernel, entry);
	return 0;
}

static int run_finit_module(struct fake_kernel *kernel, int fd, const char *params, int flags)
{
	const struct fake_patch *patch;

	if (must_fail(kernel))
		return -1;
	MUST(params && !*params && flags == 0);
	keep_bytes(kernel, fd);
	if (kernel->next_expected == kernel->n_expected)
		return fail(ENOEXEC);
	patch = &kernel->expected[kernel->next_expected++];
	fake_kernel_pass(kernel, patch->load_ns);
	if (find(kernel, patch->name))
		return fail(EEXIST);
	if (patch->log)
		log_lines(kernel, patch->log);
	if (patch->load_errno || find_transition(kernel))
		return fail(patch->load_errno ? patch->load_errno : EBUSY);
	return start(kernel, patch);
}

static int fake_finit_module(void *context, int fd, const char *params, int flags)
{
	struct fake_kernel *kernel = context;
	int rc;

	kernel->busy = true;
	rc = run_finit_module(kernel, fd, params, flags);
	kernel->busy = false;
	return rc;
}

static int run_delete_module(struct fake_kernel *kernel, const char *name, unsigned int flags)
{
	struct entry *entry;

	if (must_fail(kernel))
		return -1;
	MUST(flags & O_NONBLOCK);
	entry = find(kernel, name);
	if (!entry)
		return fail(ENOENT);
	if (entry->refcnt > 0)
		return fail(EAGAIN);
	entry->loaded = false;
	remove_below(kernel, MODULE_DIR, name);
	return 0;
}

static int fake_delete_module(void *context, const char *name, unsigned int flags)
{
	struct fake_kernel *kernel = context;
	int rc;

	kernel->busy = true;
	rc = run_delete_module(kernel, name, flags);
	kernel->busy = false;
	return rc;
}

int fake_kernel_enable(struct fake_kernel *kernel, const char *name, bool value)
{
	struct entry *entry = find(kernel, name);
	struct entry *running = find_transition(kernel);

	if (!entry || !entry->listed)
		return fail(ENOENT);
	if (entry->enabled == value || (value && running != entry))
		return fail(EINVAL);
	if (running && running != entry)
		return fail(EBUSY);
	entry->enabled = value;
	entry->transition = true;
	entry->transition_due = due_in(kernel, entry->patch.reverse_ns);
	show_state(kernel, entry);
	if (entry->transition_due <= kernel->now)
		complete(kernel, entry);
	return 0;
}

/* kernel/livepatch/transition.c, klp_force_transition(): it ends at once, and what is replaced stays pinned. */
static int force(struct fake_kernel *kernel, const char *name)
{
	struct entry *entry = find(kernel, name);

	if (!entry || !entry->transition)
		return fail(EINVAL);
	fake_kernel_log(kernel, "livepatch: forcing remaining tasks to the patched state");
	for (size_t i = 0; i < kernel->n_entries; i++)
		if (kernel->entries[i].listed)
			kernel->entries[i].patch.refcnt_ns = FAKE_NEVER;
	complete(kernel, entry);
	return 0;
}

static int write_attribute(struct fake_kernel *kernel, const char *path, const char *value)
{
	char name[128];
	char attribute[16];
	int end = 0;

	if (must_fail(kernel))
		return -1;
	MUST(sscanf(path, PATCH_DIR "/%127[^/]/%15[a-z]%n", name, attribute, &end) == 2 && end == (int)strlen(path));
	if (strcmp(attribute, "force") == 0)
		return force(kernel, name);
	MUST(strcmp(attribute, "enabled") == 0);
	return fake_kernel_enable(kernel, name, strcmp(value, "1") == 0);
}

static int fake_write_attribute(void *context, int dirfd, const char *path, const char *value)
{
	struct fake_kernel *kernel = context;
	int rc;

	(void)dirfd;
	kernel->busy = true;
	rc = write_attribute(kernel, path, value);
	kernel->busy = false;
	return rc;
}

/* A loop that only looks at the clock must end too. */
static int64_t fake_now_ns(void *context)
{
	struct fake_kernel *kernel = context;

	kernel->busy = true;
	fake_kernel_pass(kernel, 1000);
	kernel->busy = false;
	return kernel->now;
}

static void fake_sleep_ns(void *context, int64_t ns)
{
	struct fake_kernel *kernel = context;

	MUST(ns > 0);
	kernel->busy = true;
	fake_kernel_pass(kernel, ns);
	kernel->busy = false;
}

void fake_kernel_set_reverse(struct fake_kernel *kernel, const char *name, int64_t ns)
{
	struct entry *entry = find(kernel, name);

	MUST(entry);
	entry->patch.reverse_ns = ns;
}

bool fake_kernel_is_busy(const struct fake_kernel *kernel)
{
	return kernel->busy;
}

const struct lp_kernel_ops fake_kernel_ops = {
	.finit_module = fake_finit_module,
	.delete_module = fake_delete_module,
	.write_attribute = fake_write_attribute,
	.now_ns = fake_now_ns,
	.sleep_ns = fake_sleep_ns,
};

/* The machine. */

struct fake_kernel *fake_kernel_new(void)
{
	const int shared = MAP_SHARED | MAP_ANONYMOUS;
	struct fake_kernel *kernel = mmap(NULL, sizeof(*kernel), PROT_READ | PROT_WRITE, shared, -1, 0);
	const char *tmp = getenv("TMPDIR");

	MUST(kernel != MAP_FAILED);
	kernel->now = FAKE_SECOND;
	kernel->show_patched = true;
	kernel->show_replace = true;
	snprintf(kernel->root, sizeof(kernel->root), "%s/lppack-kernel.XXXXXX", tmp ? tmp : "/tmp");
	MUST(mkdtemp(kernel->root));
	fake_file_make_directory(kernel->root, PATCH_DIR);
	fake_file_make_directory(kernel->root, MODULE_DIR);
	fake_kernel_write(kernel, "proc/sys/kernel/osrelease", "6.1.0-test\n");
	fake_kernel_write(kernel, "proc/sys/kernel/version", "#1 SMP PREEMPT_DYNAMIC Test 6.1.0-1\n");
	fake_kernel_write(kernel, "proc/sys/kernel/arch", "x86_64\n");
	fake_kernel_write(kernel, "proc/sys/kernel/random/boot_id", "11111111-2222-3333-4444-555555555555\n");
	fake_kernel_write(kernel, "proc/sys/kernel/modules_disabled", "0\n");
	fake_kernel_write(kernel, "proc/sys/kernel/ftrace_enabled", "1\n");
	fake_kernel_write(kernel, "proc/self/status",
			  "Name:\ttest\nCapPrm:\t000001ffffffffff\nCapEff:\t000001ffffffffff\n");
	fake_kernel_write(kernel, "proc/self/uid_map", "         0          0 4294967295\n");
	fake_kernel_write(kernel, "sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
	fake_kernel_write(kernel, "sys/module/module/parameters/sig_enforce", "N\n");
	fake_kernel_write(kernel, "dev/kmsg", "6,1,1,-;livepatch: a line from long ago\n");
	return kernel;
}

void fake_kernel_free(struct fake_kernel *kernel)
{
	if (!kernel)
		return;
	fake_file_remove(kernel->root, "");
	munmap(kernel, sizeof(*kernel));
}

const char *fake_kernel_root(const struct fake_kernel *kernel)
{
	return kernel->root;
}

void fake_kernel_open(struct fake_kernel *kernel, struct lp_kernel_io *io)
{
	struct lppack_error err = LPPACK_ERROR_INIT;

	MUST(lp_kernel_io_open(io, kernel->root, &fake_kernel_ops, kernel, &err) == 0);
}

void fake_kernel_show(struct fake_kernel *kernel, bool patched, bool replace, bool stack_order)
{
	kernel->show_patched = patched;
	kernel->show_replace = replace;
	kernel->show_order = stack_order;
}

void fake_kernel_add_task(struct fake_kernel *kernel, int pid, int tid, const char *comm, int patch_state,
			  unsigned int stat_flags, const char *stack)
{
	char *dir = lp_text_format("proc/%d/task", pid);
	char *path = lp_text_format("%s/%d/stat", dir, tid);
	char *stat = lp_text_format("%d (%s) S 1 %d %d 0 -1 %u 100 0 0 0 5 5 0 0 20 0 1 0\n", tid, comm, pid, pid,
				    stat_flags);
	char name[16];

	fake_kernel_write(kernel, path, stat);
	snprintf(name, sizeof(name), "%d", tid);
	write_number(kernel, dir, name, "patch_state", patch_state);
	free(path);
	path = lp_text_format("%s/%d/stack", dir, tid);
	if (stack)
		fake_kernel_write(kernel, path, stack);
	free(path);
	free(stat);
	free(dir);
}

void fake_kernel_expect_load(struct fake_kernel *kernel, const struct fake_patch *patch)
{
	MUST(kernel->n_expected < PATCHES_MAX);
	kernel->expected[kernel->n_expected++] = *patch;
}

unsigned int fake_kernel_calls(const struct fake_kernel *kernel)
{
	return kernel->calls;
}

bool fake_kernel_is_listed(const struct fake_kernel *kernel, const char *name)
{
	return find(kernel, name) && find(kernel, name)->listed;
}

bool fake_kernel_is_loaded(const struct fake_kernel *kernel, const char *name)
{
	return find(kernel, name) != NULL;
}

static bool is_active(const struct entry *entry)
{
	return entry->listed && entry->enabled && !entry->transition;
}

bool fake_kernel_is_active(const struct fake_kernel *kernel, const char *name)
{
	const struct entry *entry = find(kernel, name);

	return entry && is_active(entry);
}

unsigned int fake_kernel_count_loaded(const struct fake_kernel *kernel)
{
	unsigned int n = 0;

	for (size_t i = 0; i < kernel->n_entries; i++)
		n += kernel->entries[i].loaded;
	return n;
}

unsigned int fake_kernel_count_active(const struct fake_kernel *kernel)
{
	unsigned int n = 0;

	for (size_t i = 0; i < kernel->n_entries; i++)
		n += kernel->entries[i].loaded && is_active(&kernel->entries[i]);
	return n;
}

int64_t fake_kernel_now(const struct fake_kernel *kernel)
{
	return kernel->now;
}

const struct lp_buf *fake_kernel_loaded_bytes(const struct fake_kernel *kernel)
{
	return &kernel->bytes;
}

int fake_kernel_loaded_seals(const struct fake_kernel *kernel)
{
	return kernel->seals;
}
