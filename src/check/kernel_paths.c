/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a kernel's files are: patterns below a directory, and the releases that it holds. */
#include "check/kernel_paths.h"

#include "shared/array.h"
#include "shared/buf.h"
#include "shared/text.h"
#include "base/root.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const lp_kernel_path_names[LP_PATHS] = { "vmlinuz", "system_map", "symvers", "config", "modules", "btf" };

#define MAP_NAME "System.map"
/* Above a note of one line, far below any real map. */
#define NOTE_MAX 1024

static const char release_mark[] = "{release}";

/* In order of preference. An unpacked package's links may be absolute and lead outside, so directories by name go
 * before lib/modules/RELEASE/build. */
static const char *const patterns[LP_PATHS][24] = {
	[LP_PATH_VMLINUZ] = { "vmlinuz", "boot/vmlinuz-{release}", "vmlinuz-{release}", "lib/modules/{release}/vmlinuz",
			      "usr/lib/modules/{release}/vmlinuz", "boot/vmlinux-{release}", "vmlinux-{release}",
			      "vmlinux", "bzImage", "arch/x86/boot/bzImage", "../../../boot/vmlinuz-{release}",
			      "lib/modules/{release}/vmlinuz-virt.efi", "usr/lib/modules/{release}/vmlinuz-virt.efi",
			      "arch/arm64/boot/vmlinuz.efi", "arch/arm64/boot/Image",
			      "usr/lib/debug/boot/vmlinux-{release}", "usr/lib/debug/lib/modules/{release}/vmlinux",
			      "usr/lib/debug/usr/lib/modules/{release}/vmlinux" },
	[LP_PATH_SYSTEM_MAP] = { "System.map", "boot/System.map-{release}", "System.map-{release}",
				 "lib/modules/{release}/System.map", "usr/lib/modules/{release}/System.map",
				 "build/System.map", "../../../boot/System.map-{release}" },
	[LP_PATH_SYMVERS] = { "Module.symvers",
			      "usr/src/linux-headers-{release}/Module.symvers",
			      "usr/src/kernels/{release}/Module.symvers",
			      "boot/symvers-{release}.gz",
			      "boot/symvers-{release}.xz",
			      "boot/symvers-{release}.zst",
			      "symvers-{release}.gz",
			      "symvers-{release}.xz",
			      "symvers-{release}.zst",
			      "symvers.gz",
			      "symvers.xz",
			      "symvers.zst",
			      "lib/modules/{release}/symvers.gz",
			      "lib/modules/{release}/symvers.xz",
			      "lib/modules/{release}/symvers.zst",
			      "usr/lib/modules/{release}/symvers.gz",
			      "usr/lib/modules/{release}/symvers.xz",
			      "usr/lib/modules/{release}/symvers.zst",
			      "build/Module.symvers",
			      "lib/modules/{release}/build/Module.symvers",
			      "usr/lib/modules/{release}/build/Module.symvers",
			      "../lib/modules/{release}/build/Module.symvers" },
	[LP_PATH_CONFIG] = { "config", ".config", "boot/config-{release}", "config-{release}",
			     "lib/modules/{release}/config", "usr/lib/modules/{release}/config",
			     "usr/src/linux-headers-{release}/.config", "build/.config",
			     "lib/modules/{release}/build/.config", "../../../boot/config-{release}" },
	[LP_PATH_MODULES] = { "lib/modules/{release}", "usr/lib/modules/{release}", "modules",
			      "../lib/modules/{release}" },
	[LP_PATH_BTF] = { "vmlinux.btf", "btf/vmlinux", "usr/src/linux-headers-{release}/vmlinux", "build/vmlinux",
			  "lib/modules/{release}/build/vmlinux", "usr/lib/debug/boot/vmlinux-{release}",
			  "usr/lib/debug/lib/modules/{release}/vmlinux",
			  "usr/lib/debug/usr/lib/modules/{release}/vmlinux" },
};

void lp_kernel_paths_free(struct lp_kernel_paths *paths)
{
	free(paths->release);
	free(paths->root);
	for (size_t i = 0; i < LP_PATHS; i++)
		free(paths->at[i]);
	*paths = (struct lp_kernel_paths){ 0 };
}

/* A directory that is searched: below a root, or with root "" as this machine's links have it. */
struct place {
	const char *root;
	const char *directory; /* after the root */
};

static bool is_kind(const char *root, const char *path, bool directory)
{
	LP_AUTO_CLOSE int fd = lp_root_open(root, path, O_PATH | O_CLOEXEC, 0);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && (directory ? S_ISDIR(st.st_mode) : S_ISREG(st.st_mode));
}

struct releases {
	char **items;
	size_t n;
};

static void cleanup_releases(struct releases *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->items[i]);
	free(r->items);
}

static void cleanup_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int add_release(struct releases *r, const char *release, struct lppack_error *err)
{
	char **item;

	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->items[i], release) == 0)
			return 0;
	item = lp_array_add(&r->items, &r->n, sizeof(*item));
	if (item)
		*item = strdup(release);
	return item && *item ? 0 : lp_fail_nomem(err);
}

/* Names below DIRECTORY/SUB that begin with the prefix: files, or with an empty prefix directories. A place that is not
 * there has none. */
static int collect_releases(const struct place *place, const char *sub, const char *prefix, struct releases *r,
			    struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_text_format("%s/%s", place->directory, sub);
	int fd = path ? lp_root_open(place->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0) : -1;
	LP_AUTO(cleanup_dir) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int rc = path ? 0 : lp_fail_nomem(err);

	while (rc == 0 && dir && (entry = readdir(dir))) {
		const char *release = entry->d_name + strlen(prefix);
		size_t len = strlen(entry->d_name);
		LP_AUTO_FREE char *full = NULL;

		if (entry->d_name[0] == '.' || strncmp(entry->d_name, prefix, strlen(prefix)) != 0 || !*release ||
		    (len > 4 && strcmp(entry->d_name + len - 4, ".old") == 0))
			continue;
		full = lp_text_format("%s/%s", path, entry->d_name);
		if (!full)
			return lp_fail_nomem(err);
		if (is_kind(place->root, full, !*prefix))
			rc = add_release(r, release, err);
	}
	return rc;
}

static bool has_kind(const struct place *place, const char *name, bool is_directory)
{
	LP_AUTO_FREE char *path = lp_text_format("%s/%s", place->directory, name);

	return path && is_kind(place->root, path, is_directory);
}

static bool has_lists(const struct place *place)
{
	return has_kind(place, "modules.order", false) || has_kind(place, "modules.dep", false) ||
	       has_kind(place, "modules.builtin", false);
}

/* A directory that only bears the name of one is none: bundles' own modules stand in "modules" too. */
static bool is_tree(const struct place *place)
{
	return has_lists(place) || has_kind(place, "kernel", true);
}

/* lib/modules/RELEASE, but no source tree, which has such lists once it is built. */
static bool is_tree_itself(const struct place *place)
{
	return has_lists(place) && !has_kind(place, "Makefile", false);
}

static int paths_compare_releases(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int paths_several_releases(const char *directory, struct releases *r, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf list = { 0 };

	qsort(r->items, r->n, sizeof(*r->items), paths_compare_releases);
	for (size_t i = 0; i < r->n && i < 8; i++)
		lp_buf_printf(&list, "%s%s", i ? ", " : "", r->items[i]);
	if (r->n > 8)
		lp_buf_text(&list, ", ...");
	if (!lp_buf_ok(&list))
		return lp_fail_nomem(err);
	return lp_fail(err, LPPACK_E_USAGE, "say which by its release (--release)", "%s: holds %zu kernels: %s",
		       directory, r->n, (const char *)list.data);
}

/* Trees of modules and images; a System.map or config alone may be a leftover. */
static int paths_find_release(const struct lppack_kernel_files *files, const struct place *place, char **out,
			      struct lppack_error *err)
{
	static const char *const places[][2] = {
		{ "lib/modules", "" }, { "usr/lib/modules", "" }, { "boot", "vmlinuz-" },
		{ ".", "vmlinuz-" },   { "boot", "vmlinux-" },    { ".", "vmlinux-" },
	};
	LP_AUTO(cleanup_releases) struct releases found = { 0 };
	int rc = 0;

	if (files->release) {
		*out = strdup(files->release);
		return *out ? 0 : lp_fail_nomem(err);
	}
	for (size_t i = 0; rc == 0 && i < sizeof(places) / sizeof(places[0]); i++)
		rc = collect_releases(place, places[i][0], places[i][1], &found, err);
	if (rc < 0)
		return rc;
	if (found.n == 0 && is_tree_itself(place)) {
		LP_AUTO_FREE char *real = realpath(files->directory, NULL);

		if (!real)
			return lp_fail_nomem(err);
		rc = add_release(&found, strrchr(real, '/') + 1, err);
		if (rc < 0)
			return rc;
	}
	if (found.n > 1)
		return paths_several_releases(files->directory, &found, err);
	*out = found.n ? LP_TAKE(found.items[0]) : NULL;
	return 0;
}

static int paths_find_one(const struct place *place, enum lp_kernel_path kind, struct lp_kernel_paths *out,
			  struct lppack_error *err)
{
	for (size_t i = 0; patterns[kind][i]; i++) {
		const char *pattern = patterns[kind][i];
		const char *mark = strstr(pattern, release_mark);
		LP_AUTO_FREE char *path = NULL;

		if (mark && !out->release)
			continue;
		if (mark)
			path = lp_text_format("%s/%.*s%s%s", place->directory, (int)(mark - pattern), pattern,
					      out->release, mark + strlen(release_mark));
		else
			path = lp_text_format("%s/%s", place->directory, pattern);
		if (!path)
			return lp_fail_nomem(err);
		if (kind == LP_PATH_MODULES ? !is_tree(&(struct place){ place->root, path }) :
					      !is_kind(place->root, path, false))
			continue;
		out->at[kind] = lp_text_format("%s%s", place->root, path);
		out->roots[kind] = place->root;
		return out->at[kind] ? 0 : lp_fail_nomem(err);
	}
	return 0;
}

static int paths_take_named(const struct lppack_kernel_files *files, struct lp_kernel_paths *out,
			    struct lppack_error *err)
{
	const char *const named[LP_PATHS] = { files->vmlinuz, files->system_map, files->symvers,
					      files->config,  files->modules,    files->btf };

	for (size_t i = 0; i < LP_PATHS; i++) {
		if (!named[i])
			continue;
		if (i == LP_PATH_MODULES && !is_kind("", named[i], true))
			return lp_fail_sys(err, LPPACK_E_IO, "name the directory lib/modules/RELEASE",
					   "%s: is no directory that can be read", named[i]);
		if (access(named[i], R_OK) < 0)
			return lp_fail_sys(err, LPPACK_E_IO, "name a file of the kernel that can be read", "%s",
					   named[i]);
		out->is_named[i] = true;
		out->roots[i] = "";
		out->at[i] = strdup(named[i]);
		if (!out->at[i])
			return lp_fail_nomem(err);
	}
	return 0;
}

/* A machine's root, whose links are meant as that machine follows them. */
static bool is_root(const struct place *place)
{
	return has_kind(place, "lib/modules", true) || has_kind(place, "usr/lib/modules", true) ||
	       has_kind(place, "boot", true);
}

static int paths_search(const struct lppack_kernel_files *files, struct lp_kernel_paths *out, struct lppack_error *err)
{
	struct place place = { "", files->directory };
	int rc;

	if (!is_kind("", files->directory, true))
		return lp_fail(err, LPPACK_E_IO, "name a directory with a kernel's files",
			       "%s: is no directory that can be read", files->directory);
	if (is_root(&place)) {
		out->root = strdup(files->directory);
		if (!out->root)
			return lp_fail_nomem(err);
		place = (struct place){ out->root, "" };
	}
	rc = paths_find_release(files, &place, &out->release, err);
	for (size_t i = 0; rc == 0 && i < LP_PATHS; i++)
		if (!out->at[i])
			rc = paths_find_one(&place, (enum lp_kernel_path)i, out, err);
	if (rc < 0 || out->at[LP_PATH_MODULES])
		return rc;
	if (!is_tree_itself(&place))
		return 0;
	out->roots[LP_PATH_MODULES] = "";
	out->at[LP_PATH_MODULES] = strdup(files->directory);
	return out->at[LP_PATH_MODULES] ? 0 : lp_fail_nomem(err);
}

/* Debian's /boot/System.map-RELEASE says where the real one is, and nothing else: the symbols are in the image beside. */
static int paths_find_beside_note(struct lp_kernel_paths *out, struct lppack_error *err)
{
	const char *map = out->at[LP_PATH_SYSTEM_MAP];
	const char *name = map && strrchr(map, '/') ? strrchr(map, '/') + 1 : map;
	LP_AUTO_FREE char *image = NULL;
	struct stat st;

	if (!map || out->at[LP_PATH_VMLINUZ] || strncmp(name, MAP_NAME, strlen(MAP_NAME)) != 0 || stat(map, &st) < 0 ||
	    st.st_size > NOTE_MAX)
		return 0;
	image = lp_text_format("%.*svmlinuz%s", (int)(name - map), map, name + strlen(MAP_NAME));
	if (!image)
		return lp_fail_nomem(err);
	if (access(image, R_OK) < 0)
		return 0;
	out->roots[LP_PATH_VMLINUZ] = "";
	out->at[LP_PATH_VMLINUZ] = LP_TAKE(image);
	return 0;
}

int lp_kernel_paths_find(const struct lppack_kernel_files *files, struct lp_kernel_paths *out, struct lppack_error *err)
{
	bool any = false;
	int rc = paths_take_named(files, out, err);

	if (rc == 0 && files->directory)
		rc = paths_search(files, out, err);
	if (rc == 0 && out->is_named[LP_PATH_SYSTEM_MAP])
		rc = paths_find_beside_note(out, err);
	for (size_t i = 0; i < LP_PATHS; i++)
		any = any || out->at[i];
	if (rc == 0 && !any && files->directory && out->release)
		rc = lp_fail(err, LPPACK_E_USAGE, "leave --release out to be told which there are",
			     "%s: has no files of kernel %s", files->directory, out->release);
	if (rc == 0 && !any && files->directory)
		rc = lp_fail(err, LPPACK_E_USAGE,
			     "name a root, /boot, lib/modules/RELEASE or a build directory, or single files",
			     "%s: holds no kernel's files", files->directory);
	if (rc == 0 && !any)
		rc = lp_fail(err, LPPACK_E_USAGE, "name a directory or at least one file of the kernel",
			     "no kernel is named");
	if (rc < 0)
		lp_kernel_paths_free(out);
	return rc;
}
