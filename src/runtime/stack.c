/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the livepatches that sysfs lists. */
#include "runtime/stack.h"

#include "shared/array.h"
#include "shared/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

int lp_stack_check_livepatch(struct lp_kernel_io *io, struct lppack_error *err)
{
	if (lp_kernel_io_has(io, LP_LIVEPATCH_DIR))
		return 0;
	/* Podman's and Docker's marks; systemd-nspawn and others leave theirs in /run/host. */
	if (lp_kernel_io_has(io, "run/.containerenv") || lp_kernel_io_has(io, ".dockerenv") ||
	    lp_kernel_io_has(io, "run/host/container-manager"))
		return lp_fail(err, LPPACK_E_NO_LIVEPATCH, "run this on the host: it has one kernel for all",
			       "%s/" LP_LIVEPATCH_DIR " does not exist: this is a container, which does not see it",
			       io->root);
	if (lp_kernel_io_has(io, "sys/kernel"))
		return lp_fail(err, LPPACK_E_NO_LIVEPATCH, "boot a kernel built with CONFIG_LIVEPATCH=y",
			       "%s/" LP_LIVEPATCH_DIR " does not exist: this kernel was built without CONFIG_LIVEPATCH",
			       io->root);
	return lp_fail(err, LPPACK_E_NO_LIVEPATCH, "run this on the host, or mount sysfs: mount -t sysfs sysfs /sys",
		       "%s/sys/kernel does not exist: sysfs is not mounted, as in some containers", io->root);
}

#define NOTE_GNU_BUILD_ID 3

static uint64_t note_padded(uint32_t n)
{
	return ((uint64_t)n + 3) & ~UINT64_C(3);
}

/* A note section of the running kernel, so in its byte order: the words namesz, descsz and type, then name and
 * description, each padded to 4 bytes (gABI, "Note Section"). */
static void find_build_id(const uint8_t *notes, size_t size, struct lp_build_id *id)
{
	uint64_t at = 0;

	while (lp_range_ok(at, 12, size)) {
		uint32_t head[3];
		uint64_t name = at + 12;
		uint64_t desc;

		memcpy(head, notes + at, sizeof(head));
		desc = name + note_padded(head[0]);
		if (!lp_range_ok(name, note_padded(head[0]), size) || !lp_range_ok(desc, head[1], size))
			return;
		if (head[2] == NOTE_GNU_BUILD_ID && head[0] == 4 && memcmp(notes + name, "GNU", 4) == 0) {
			lp_build_id_set(id, notes + desc, head[1]);
			return;
		}
		at = desc + note_padded(head[1]);
	}
}

void lp_module_read_build_id(struct lp_kernel_io *io, const char *name, struct lp_build_id *id)
{
	char path[LP_PATH_ROOM];
	uint8_t notes[1024];
	int len;

	*id = (struct lp_build_id){ .len = 0 };
	snprintf(path, sizeof(path), LP_MODULE_DIR "/%s/notes/.note.gnu.build-id", name);
	len = lp_attr_read_bytes(io->rootfd, path, notes, sizeof(notes));
	if (len > 0)
		find_build_id(notes, (size_t)len, id);
}

static void stack_read_module(struct lp_kernel_io *io, struct lp_live_patch *patch)
{
	char path[LP_PATH_ROOM];

	snprintf(path, sizeof(path), LP_MODULE_DIR "/%s/refcnt", patch->name);
	patch->refcnt = lp_attr_int(io->rootfd, path);
	lp_module_read_build_id(io, patch->name, &patch->build_id);
}

/* A directory "<function>,<sympos>": anything else in an object's directory is of a later kernel. */
static int add_function(struct lp_object *object, const char *entry)
{
	const char *comma = strrchr(entry, ',');
	uint64_t sympos;
	struct lp_func *func;

	if (!comma || comma == entry || lp_text_to_u64(comma + 1, &sympos) < 0)
		return 0;
	func = lp_object_add_func(object);
	if (!func)
		return -1;
	func->sympos = sympos;
	func->name = strndup(entry, (size_t)(comma - entry));
	return func->name ? 0 : -1;
}

static int stack_read_object(int patchfd, const char *name, struct lp_live_object *live)
{
	LP_AUTO_DIR DIR *dir = lp_dir_open(patchfd, name);
	const struct dirent *entry;

	live->patched = -1;
	live->object.name = strdup(name);
	if (!live->object.name)
		return -1;
	if (!dir)
		return 0;
	live->patched = lp_attr_int(dirfd(dir), "patched");
	while ((entry = lp_dir_next(dir)))
		if (add_function(&live->object, entry->d_name) < 0)
			return -1;
	if (live->object.n_funcs)
		qsort(live->object.funcs, live->object.n_funcs, sizeof(struct lp_func), lp_func_compare);
	return 0;
}

static bool is_directory(int dirfd, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat(dirfd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static int stack_read_objects(DIR *dir, struct lp_live_patch *patch)
{
	const struct dirent *entry;

	while ((entry = lp_dir_next(dir))) {
		struct lp_live_object *live;

		if (!is_directory(dirfd(dir), entry))
			continue;
		live = lp_array_add(&patch->objects, &patch->n_objects, sizeof(*live));
		if (!live || stack_read_object(dirfd(dir), entry->d_name, live) < 0)
			return -1;
	}
	if (patch->n_objects)
		qsort(patch->objects, patch->n_objects, sizeof(*patch->objects), lp_object_compare);
	return 0;
}

static void free_patch(struct lp_live_patch *patch)
{
	for (size_t i = 0; i < patch->n_objects; i++) {
		struct lp_object *object = &patch->objects[i].object;

		for (size_t j = 0; j < object->n_funcs; j++)
			free(object->funcs[j].name);
		free(object->funcs);
		free(object->name);
	}
	free(patch->objects);
	free(patch->name);
	*patch = (struct lp_live_patch){ 0 };
}

/* 1 if the patch was read, 0 if it vanished meanwhile, -1 without memory. */
static int read_patch(struct lp_kernel_io *io, int listfd, const char *name, struct lp_live_patch *patch)
{
	LP_AUTO_DIR DIR *dir = lp_dir_open(listfd, name);

	if (!dir && errno == ENOENT)
		return 0;
	*patch = (struct lp_live_patch){ .name = strdup(name), .enabled = -1, .transition = -1, .replace = -1,
					 .stack_order = -1 };
	if (!patch->name)
		return -1;
	stack_read_module(io, patch);
	if (!dir)
		return 1;
	patch->transition = lp_attr_int(dirfd(dir), "transition");
	patch->enabled = lp_attr_int(dirfd(dir), "enabled");
	patch->replace = lp_attr_int(dirfd(dir), "replace");
	patch->stack_order = lp_attr_int(dirfd(dir), "stack_order");
	if (stack_read_objects(dir, patch) < 0)
		return -1;
	return faccessat(listfd, name, F_OK, 0) == 0 || errno != ENOENT;
}

static int compare_patches(const void *a, const void *b)
{
	const struct lp_live_patch *left = a;
	const struct lp_live_patch *right = b;

	if (left->stack_order != right->stack_order)
		return left->stack_order < right->stack_order ? -1 : 1;
	return strcmp(left->name, right->name);
}

/* An order by two keys is only one where every patch has the first. */
static void sort_stack(struct lp_stack *stack)
{
	bool ordered = true;

	for (size_t i = 0; i < stack->n; i++)
		ordered = ordered && stack->patches[i].stack_order >= 0;
	for (size_t i = 0; i < stack->n && !ordered; i++)
		stack->patches[i].stack_order = -1;
	if (stack->n)
		qsort(stack->patches, stack->n, sizeof(*stack->patches), compare_patches);
}

/* 0, or an errno: a patch that is not listed because nobody can look is not one that is not there. */
static int read_patches(struct lp_kernel_io *io, DIR *list, struct lp_stack *stack)
{
	const struct dirent *entry;

	while ((entry = lp_dir_next(list))) {
		struct lp_live_patch *patch;
		int found;

		if (!is_directory(dirfd(list), entry))
			continue;
		patch = lp_array_add(&stack->patches, &stack->n, sizeof(*patch));
		found = patch ? read_patch(io, dirfd(list), entry->d_name, patch) : -1;
		if (patch && found != 1) {
			free_patch(patch);
			stack->n--;
		}
		if (found < 0)
			return ENOMEM;
	}
	return errno;
}

int lp_stack_read(struct lp_kernel_io *io, struct lp_stack *stack, struct lppack_error *err)
{
	LP_AUTO_DIR DIR *list = NULL;
	int sys_errno;
	int rc;

	*stack = (struct lp_stack){ 0 };
	rc = lp_stack_check_livepatch(io, err);
	if (rc < 0)
		return rc;
	list = lp_dir_open(io->rootfd, LP_LIVEPATCH_DIR);
	sys_errno = list ? read_patches(io, list, stack) : errno;
	if (!sys_errno) {
		sort_stack(stack);
		return 0;
	}
	lp_stack_free(stack);
	if (sys_errno == ENOMEM)
		return lp_fail_nomem(err);
	errno = sys_errno;
	return lp_fail_sys(err, errno == EACCES ? LPPACK_E_PRIVILEGE : LPPACK_E_IO, "run this as root",
			   "%s/" LP_LIVEPATCH_DIR ": cannot be listed", io->root);
}

void lp_stack_free(struct lp_stack *stack)
{
	for (size_t i = 0; i < stack->n; i++)
		free_patch(&stack->patches[i]);
	free(stack->patches);
	*stack = (struct lp_stack){ 0 };
}

const struct lp_live_patch *lp_stack_find(const struct lp_stack *stack, const char *name)
{
	for (size_t i = 0; i < stack->n; i++)
		if (strcmp(stack->patches[i].name, name) == 0)
			return &stack->patches[i];
	return NULL;
}

const struct lp_live_patch *lp_stack_find_build(const struct lp_stack *stack, const struct lp_module_facts *facts,
						const char *name)
{
	const struct lp_live_patch *patch = lp_stack_find(stack, name);

	if (!patch || !patch->build_id.len || !lp_build_id_equal(&patch->build_id, &facts->build_id))
		return NULL;
	return patch;
}
