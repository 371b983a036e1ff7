/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The receipts of what was done, one file each, pruned by number. */
#include "machine/history.h"

#include "shared/array.h"
#include "shared/text.h"
#include "base/directory.h"
#include "base/export.h"
#include "base/file.h"
#include "base/output.h"
#include "base/root.h"
#include "format/yaml.h"
#include "machine/host.h"

#include <lppack/store.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#define RECEIPT_MAX (1u << 20)
#define NUMBER_DIGITS 8
#define NUMBER_MAX 99999999u
#define SUFFIX ".yaml"

/* The numbers of the receipts that are kept, ascending. */
struct numbers {
	uint64_t *items;
	size_t n;
};

static void numbers_free(struct numbers *numbers)
{
	free(numbers->items);
}

static void close_directory(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int compare_numbers(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* "00000042.yaml" */
static bool parse_name(const char *name, uint64_t *number)
{
	uint64_t value = 0;

	if (strlen(name) != NUMBER_DIGITS + strlen(SUFFIX) || strcmp(name + NUMBER_DIGITS, SUFFIX) != 0)
		return false;
	for (size_t i = 0; i < NUMBER_DIGITS; i++) {
		if (name[i] < '0' || name[i] > '9')
			return false;
		value = 10 * value + (uint64_t)(name[i] - '0');
	}
	*number = value;
	return true;
}

static int read_numbers(const char *root, struct numbers *out, struct lppack_error *err)
{
	int fd = lp_root_open(root, LP_HISTORY_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
	LP_AUTO(close_directory) DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	uint64_t number;

	if (!dir && errno == ENOENT && lp_root_is_absent(root, LP_HISTORY_DIRECTORY))
		return 0;
	if (!dir) {
		int rc = lp_fail_sys(err, LPPACK_E_IO, NULL, "%s" LP_HISTORY_DIRECTORY ": cannot be read", root);

		if (fd >= 0)
			close(fd);
		return rc;
	}
	while ((entry = readdir(dir))) {
		uint64_t *item;

		if (!parse_name(entry->d_name, &number))
			continue;
		item = lp_array_add(&out->items, &out->n, sizeof(*item));
		if (!item)
			return lp_fail_nomem(err);
		*item = number;
	}
	if (out->n)
		qsort(out->items, out->n, sizeof(*out->items), compare_numbers);
	return 0;
}

static char *receipt_path(const char *root, uint64_t number)
{
	return lp_text_format("%s" LP_HISTORY_DIRECTORY "/%0*llu" SUFFIX, root, NUMBER_DIGITS,
			      (unsigned long long)number);
}

/* A copy whose lists are no longer than LP_HISTORY_LIST_MAX. */
static struct lppack_value *cut(const struct lppack_value *receipt)
{
	struct lppack_value *map = lp_value_map();
	char time_text[LP_TIME_TEXT];

	if (!lppack_value_get(receipt, "at")) {
		lp_time_format(time(NULL), time_text);
		lp_value_add_text(&map, "at", time_text);
	}
	for (size_t i = 0; i < receipt->n; i++) {
		const struct lppack_value *item = receipt->items[i];
		struct lppack_value *list;

		if (item->kind != LPPACK_KIND_LIST || item->n <= LP_HISTORY_LIST_MAX) {
			lp_value_add(&map, receipt->keys[i], lp_value_copy(item));
			continue;
		}
		list = lp_value_list();
		for (size_t j = 0; j < LP_HISTORY_LIST_MAX; j++)
			lp_value_push(&list, lp_value_copy(item->items[j]));
		lp_value_add(&map, receipt->keys[i], list);
	}
	return map;
}

static int write_receipt(const char *root, uint64_t number, const struct lppack_value *receipt,
			 struct lppack_error *err)
{
	LP_AUTO_OUTPUT struct lp_output out = { .fd = -1, .dirfd = -1 };
	LP_AUTO_VALUE struct lppack_value *map = cut(receipt);
	LP_AUTO_FREE char *path = receipt_path("", number);
	LP_AUTO_BUF struct lp_buf text = { 0 };
	int rc;

	if (!map || !path)
		return lp_fail_nomem(err);
	lp_yaml_emit(map, &text);
	if (!lp_buf_ok(&text))
		return lp_fail_nomem(err);
	rc = lp_output_open_below(&out, root, path, 0600, err);
	if (rc < 0)
		return rc;
	rc = lp_output_write(&out, text.data, text.len, err);
	return rc < 0 ? rc : lp_output_commit(&out, true, err);
}

int lp_history_append(const char *root, const struct lppack_value *receipt, struct lppack_error *err)
{
	LP_AUTO(numbers_free) struct numbers numbers = { 0 };
	uint64_t next;
	int rc = lp_directory_make(root, LP_HISTORY_DIRECTORY, err);

	if (rc < 0)
		return rc;
	rc = read_numbers(root, &numbers, err);
	if (rc < 0)
		return rc;
	next = numbers.n ? numbers.items[numbers.n - 1] + 1 : 1;
	if (next > NUMBER_MAX)
		return lp_fail(err, LPPACK_E_STATE, "remove the files there: they are history only",
			       "%s" LP_HISTORY_DIRECTORY ": its numbers are used up", root);
	rc = write_receipt(root, next, receipt, err);
	/* One that cannot be removed is tried again the next time. */
	for (size_t i = 0; rc == 0 && i + LP_HISTORY_KEPT <= numbers.n; i++) {
		LP_AUTO_FREE char *path = receipt_path("", numbers.items[i]);

		if (path)
			lp_root_unlink(root, path, NULL);
	}
	return rc;
}

static struct lppack_value *read_receipt(const char *root, uint64_t number)
{
	LP_AUTO_FREE char *path = receipt_path(root, number);
	struct lppack_error why = LPPACK_ERROR_INIT;
	LP_AUTO_BUF struct lp_buf text = { 0 };
	struct lppack_value *tree = NULL;
	struct lppack_value *map = lp_value_map();
	LP_AUTO_FREE char *inner = receipt_path("", number);
	LP_AUTO_CLOSE int fd = inner ? lp_root_open(root, inner, O_RDONLY | O_CLOEXEC | O_NOCTTY, 0) : -1;
	int rc = path && inner ? 0 : lp_fail_nomem(&why);

	if (rc == 0 && fd < 0)
		rc = lp_fail_sys(&why, LPPACK_E_IO, NULL, "%s: cannot be opened", path);
	if (rc == 0)
		rc = lp_fd_read(fd, path, RECEIPT_MAX, &text, &why);
	if (rc == 0)
		rc = lp_yaml_parse(text.data, text.len, path, LPPACK_E_STATE, &tree, &why);
	lp_value_add_int(&map, "number", number);
	if (rc < 0)
		lp_value_add_text(&map, "unreadable", why.message);
	else
		lp_value_merge(&map, tree);
	return map;
}

/* They have lines of the kernel log and stacks of tasks, which the kernel itself shows to root only. */
static int check_may_read(const char *root, const struct numbers *numbers, struct lppack_error *err)
{
	LP_AUTO_FREE char *path = numbers->n ? receipt_path("", numbers->items[numbers->n - 1]) : NULL;
	LP_AUTO_CLOSE int fd = path ? lp_root_open(root, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0) : -1;

	if (!path || fd >= 0 || (errno != EACCES && errno != EPERM))
		return 0;
	return lp_fail_sys(err, LPPACK_E_PRIVILEGE, "run this as root", "%s%s: cannot be opened", root, path);
}

struct lppack_value *lp_history_read(const char *root, size_t max, struct lppack_error *err)
{
	LP_AUTO(numbers_free) struct numbers numbers = { 0 };
	struct lppack_value *list;

	if (read_numbers(root, &numbers, err) < 0 || check_may_read(root, &numbers, err) < 0)
		return NULL;
	list = lp_value_list();
	for (size_t i = numbers.n; i-- > 0 && (!max || numbers.n - i <= max);)
		lp_value_push(&list, read_receipt(root, numbers.items[i]));
	if (!list)
		lp_fail_nomem(err);
	return list;
}

LP_EXPORT struct lppack_value *lppack_history_describe(struct lppack_host *host, uint64_t max, struct lppack_error *err)
{
	return lp_history_read(host->io.root, max, err);
}
