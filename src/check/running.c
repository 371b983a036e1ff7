/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The running kernel's names against a module's, in one pass over /proc/kallsyms with nothing kept but counts. */
#include "check/running.h"

#include "check/entry_points.h"
#include "shared/text.h"
#include "base/root.h"
#include "inspect/anatomy.h"
#include "inspect/btf.h"

#include <fcntl.h>
#include <string.h>

/* Longer than any line: an address, a type, names of 511 and 55 characters. */
#define LINE_MAX_SIZE 1024u
#define BTF_MAX (64u << 20)

struct wanted {
	const char *object; /* NULL: vmlinux */
	const char *name;
	uint64_t sympos;
	uint64_t count;
	const char *verb; /* for the message: "patches" */
};

struct search {
	struct wanted *wanted; /* by name */
	size_t n;
	uint64_t filter[16]; /* of the names' ends and lengths: most lines are none of them */
	bool wants_modules;
	bool has_core;       /* a name of the kernel itself was read */
	const char **loaded; /* of the wanted objects, those that have any name */
	size_t n_loaded;
};

static int compare_wanted(const void *a, const void *b)
{
	return strcmp(((const struct wanted *)a)->name, ((const struct wanted *)b)->name);
}

/* A bit of the filter. */
static unsigned int filter_bit(const char *name, size_t n)
{
	return ((unsigned char)name[0] * 7u + (unsigned char)name[n - 1] * 31u + (unsigned int)n * 131u) % 1024u;
}

static void search_add_wanted(struct search *s, const char *object, const char *name, uint64_t sympos, const char *verb)
{
	bool core = strcmp(object, "vmlinux") == 0;
	unsigned int bit = filter_bit(name, strlen(name));

	s->filter[bit / 64] |= UINT64_C(1) << bit % 64;
	s->wanted[s->n++] = (struct wanted){ core ? NULL : object, name, sympos, 0, verb };
	s->wants_modules |= !core;
}

static int search_collect(struct search *s, const struct lp_module_facts *facts, const struct lp_anatomy *anatomy,
			  struct lppack_error *err)
{
	size_t n = lp_module_facts_count_functions(facts) + anatomy->symbols.n;

	s->wanted = calloc(n + 1, sizeof(*s->wanted));
	s->loaded = calloc(n + 1, sizeof(*s->loaded));
	if (!s->wanted || !s->loaded)
		return lp_fail_nomem(err);
	for (size_t i = 0; i < facts->n_objects; i++)
		for (size_t j = 0; j < facts->objects[i].n_funcs; j++)
			search_add_wanted(s, facts->objects[i].name, facts->objects[i].funcs[j].name,
					  facts->objects[i].funcs[j].sympos, "patches");
	for (size_t i = 0; i < anatomy->symbols.n; i++)
		search_add_wanted(s, anatomy->symbols.items[i].object, anatomy->symbols.items[i].name,
				  anatomy->symbols.items[i].number, "refers to");
	qsort(s->wanted, s->n, sizeof(*s->wanted), compare_wanted);
	return 0;
}

static bool search_has_loaded(const struct search *s, const char *object)
{
	for (size_t i = 0; i < s->n_loaded; i++)
		if (strcmp(s->loaded[i], object) == 0)
			return true;
	return false;
}

static void search_note_loaded(struct search *s, const char *object)
{
	if (search_has_loaded(s, object))
		return;
	for (size_t i = 0; i < s->n; i++)
		if (s->wanted[i].object && strcmp(s->wanted[i].object, object) == 0) {
			s->loaded[s->n_loaded++] = s->wanted[i].object;
			return;
		}
}

static void search_count_name(struct search *s, const char *object, const char *name)
{
	const struct wanted key = { .name = name };
	struct wanted *found = bsearch(&key, s->wanted, s->n, sizeof(key), compare_wanted);

	/* Several may have the name. */
	while (found && found > s->wanted && strcmp(found[-1].name, name) == 0)
		found--;
	for (; found && found < s->wanted + s->n && strcmp(found->name, name) == 0; found++)
		if (lp_text_equal(found->object, object))
			found->count++;
}

/* "ffffffff81000000 T name" or "... t name\t[module]", of n bytes. False once all that is wanted has gone by. */
static bool search_take_line(struct search *s, char *line, size_t n, char *last)
{
	char *name = memchr(line, ' ', n);
	char *object;
	unsigned int bit;

	name = name && n - (size_t)(name - line) > 3 && name[2] == ' ' ? name + 3 : NULL;
	if (!name || !*name)
		return true;
	n -= (size_t)(name - line);
	/* The names of modules come last. */
	object = memchr(name, '\t', n);
	if (object && !s->wants_modules)
		return false;
	if (object) {
		n = (size_t)(object - name);
		*object++ = '\0';
		object += *object == '[';
		object[strcspn(object, "]")] = '\0';
	}
	if (object && strcmp(last, object) != 0) {
		snprintf(last, LINE_MAX_SIZE, "%s", object);
		search_note_loaded(s, object);
	}
	s->has_core |= !object;
	bit = n ? filter_bit(name, n) : 0;
	if (n && s->filter[bit / 64] & UINT64_C(1) << bit % 64)
		search_count_name(s, object, name);
	return true;
}

static void search_read_names(struct search *s, int fd)
{
	LP_AUTO_FREE char *chunk = malloc(65536 + LINE_MAX_SIZE + 1);
	LP_AUTO_FREE char *last = calloc(1, LINE_MAX_SIZE);
	size_t kept = 0;
	ssize_t got = 1;

	while (chunk && last && got > 0) {
		char *line = chunk;
		char *end;

		got = read(fd, chunk + kept, 65536);
		if (got <= 0)
			return;
		kept += (size_t)got;
		chunk[kept] = '\0';
		for (; (end = memchr(line, '\n', kept)); line = end + 1) {
			kept -= (size_t)(end + 1 - line);
			*end = '\0';
			if (!search_take_line(s, line, (size_t)(end - line), last))
				return;
		}
		if (kept > LINE_MAX_SIZE)
			return;
		memmove(chunk, line, kept);
	}
}

static int fail_wanted(const struct wanted *w, const struct lp_module_facts *facts, struct lppack_error *err)
{
	const char *object = w->object ? w->object : "the running kernel";
	static const char hint[] = "the kernel would refuse it: build the module for this very kernel";

	if (w->count == 0)
		return lp_fail(err, LPPACK_E_UNLOADABLE, hint, "%s: %s %s, which %s does not have", facts->name,
			       w->verb, w->name, object);
	if (w->sympos == 0)
		return lp_fail(err, LPPACK_E_UNLOADABLE, hint, "%s: %s %s, of which %s has %llu", facts->name, w->verb,
			       w->name, object, (unsigned long long)w->count);
	return lp_fail(err, LPPACK_E_UNLOADABLE, hint, "%s: %s %s number %llu, but %s has %llu", facts->name, w->verb,
		       w->name, (unsigned long long)w->sympos, object, (unsigned long long)w->count);
}

/* Whether /sys/module shows the module as live: the names of one that comes or goes say nothing of what the kernel will
 * find. */
static bool is_live(struct lp_kernel_io *host, const char *module)
{
	LP_AUTO_FREE char *path = lp_text_format("sys/module/%s/initstate", module);
	LP_AUTO_CLOSE int fd = path ? lp_below_open(host->rootfd, path, O_RDONLY | O_CLOEXEC, 0) : -1;
	char state[5] = "";

	return fd >= 0 && read(fd, state, 4) == 4 && strcmp(state, "live") == 0;
}

static int search_conclude(struct lp_kernel_io *host, const struct search *s, const struct lp_module_facts *facts,
			   struct lppack_error *err)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct wanted *w = &s->wanted[i];
		bool known = w->object ? search_has_loaded(s, w->object) && is_live(host, w->object) : s->has_core;

		if (known && (w->sympos ? w->count < w->sympos : w->count != 1))
			return fail_wanted(w, facts, err);
	}
	return 0;
}

static int running_check_names(struct lp_kernel_io *host, const struct lp_module_facts *facts,
			       const struct lp_anatomy *anatomy, struct lppack_error *err)
{
	LP_AUTO_CLOSE int fd = lp_below_open(host->rootfd, "proc/kallsyms", O_RDONLY | O_CLOEXEC, 0);
	struct search s = { 0 };
	int rc = fd < 0 ? 0 : search_collect(&s, facts, anatomy, err);

	if (fd >= 0 && rc == 0 && s.n)
		search_read_names(&s, fd);
	if (fd >= 0 && rc == 0)
		rc = search_conclude(host, &s, facts, err);
	free(s.wanted);
	free(s.loaded);
	return rc;
}

static int running_check_size(const struct lp_btf *btf, const char *structure, uint64_t stride,
			      const struct lp_module_facts *facts, struct lppack_error *err)
{
	uint64_t size = stride ? lp_btf_struct_size(btf, structure) : 0;

	if (!size || size == stride)
		return 0;
	return lp_fail(err, LPPACK_E_UNLOADABLE, "build it with the headers and the configuration of this very kernel",
		       "%s: built with a struct %s of %llu bytes, but the running kernel's has %llu", facts->name,
		       structure, (unsigned long long)stride, (unsigned long long)size);
}

/* Reading the kernel's takes longer than all else. */
static int running_check_sizes(struct lp_kernel_io *host, const struct lp_module_facts *facts,
			       const struct lp_anatomy *anatomy, struct lppack_error *err)
{
	LP_AUTO_BTF struct lp_btf btf = { 0 };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_FREE char *fault = NULL;
	int rc;

	if (lp_below_read(host->rootfd, "sys/kernel/btf/vmlinux", BTF_MAX, &bytes, NULL) < 0 ||
	    lp_btf_open(&btf, bytes.data, bytes.len, "/sys/kernel/btf/vmlinux", NULL) < 0)
		return 0;
	fault = lp_entry_points_fault(anatomy, &btf);
	if (fault)
		return lp_fail(err, LPPACK_E_UNLOADABLE,
			       "build it with the headers and the configuration of this very kernel", "%s: %s",
			       facts->name, fault);
	rc = running_check_size(&btf, "klp_object", anatomy->object_stride, facts, err);
	return rc < 0 ? rc : running_check_size(&btf, "klp_func", anatomy->func_stride, facts, err);
}

/* The flag stands there while the kernel uses it (arch/x86/kernel/cpu/common.c, setup_cet()). */
static int running_check_branches(struct lp_kernel_io *host, const struct lp_module_facts *facts,
				  const struct lp_anatomy *anatomy, struct lppack_error *err)
{
	LP_AUTO_CLOSE int fd = -1;
	char text[8192];
	ssize_t got;

	if (!anatomy->no_endbr)
		return 0;
	fd = openat(host->rootfd, "proc/cpuinfo", O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	text[got > 0 ? got : 0] = '\0';
	if (!strstr(text, " ibt ") && !strstr(text, " ibt\n"))
		return 0;
	return lp_fail(
		err, LPPACK_E_UNLOADABLE, "build it with the compiler and the configuration of this very kernel",
		"%s: %s is called by a pointer but does not begin with ENDBR: the kernel tracks indirect branches "
		"and would die there",
		facts->name, anatomy->no_endbr);
}

/* The value of a line of /proc/meminfo in bytes, or -1 (Documentation/filesystems/proc.rst). */
static int64_t read_meminfo(struct lp_kernel_io *host, const char *key)
{
	LP_AUTO_BUF struct lp_buf text = { 0 };
	const char *line;
	unsigned long long kib;

	if (lp_below_read(host->rootfd, "proc/meminfo", 65536, &text, NULL) < 0 || !text.data)
		return -1;
	line = strstr((const char *)text.data, key);
	return line && sscanf(line + strlen(key), " %llu kB", &kib) == 1 && kib < INT64_MAX / 1024 ?
		       (int64_t)kib * 1024 :
		       -1;
}

/* The sealed copy, the kernel's copy of the file, and what it lays out of that; other CPUs' copies of per-CPU data are
 * too small to matter here. */
static int running_check_memory(struct lp_kernel_io *host, size_t n, const struct lp_module_facts *facts,
				const struct lp_memory *memory, struct lppack_error *err)
{
	uint64_t need = 2 * (uint64_t)n + memory->core.pages + memory->init.pages + memory->percpu;
	int64_t available = read_meminfo(host, "MemAvailable:");

	if (available < 0 || need <= (uint64_t)available)
		return 0;
	return lp_fail(err, LPPACK_E_MEMORY, "end what uses the memory, then apply again",
		       "%s: loading it takes %llu KiB of memory, but only %llu KiB are available", facts->name,
		       (unsigned long long)(need + 1023) / 1024, (unsigned long long)available / 1024);
}

int lp_check_running(struct lp_kernel_io *host, const void *bytes, size_t n, const struct lp_module_facts *facts,
		     struct lppack_error *err)
{
	LP_AUTO_MODULE_FACTS struct lp_module_facts read = { 0 };
	LP_AUTO_ANATOMY struct lp_anatomy anatomy = { 0 };
	int rc = lp_module_anatomize(bytes, n, facts->name, &read, &anatomy, err);

	if (rc < 0)
		return rc;
	rc = running_check_memory(host, n, facts, &anatomy.memory, err);
	if (rc < 0)
		return rc;
	rc = running_check_branches(host, facts, &anatomy, err);
	if (rc == 0)
		rc = running_check_names(host, facts, &anatomy, err);
	return rc < 0 ? rc : running_check_sizes(host, facts, &anatomy, err);
}
