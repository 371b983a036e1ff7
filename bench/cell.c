/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What reading modules in a cell costs: medians of an empty cell, and of a module read without one and within. */
#include "format/facts_tree.h"
#include "format/stream.h"
#include "inspect/module.h"
#include "cell/cell.h"
#include "check/module_file.h"

#include <stdio.h>
#include <time.h>

#define ROUNDS 101

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec * 1e3 + (double)at.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(int (*act)(const char *path), const char *path)
{
	double ms[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		double begin = now();

		if (act(path) < 0)
			exit(1);
		ms[i] = now() - begin;
	}
	qsort(ms, ROUNDS, sizeof(*ms), compare);
	return ms[ROUNDS / 2];
}

static struct lppack_value *nothing(void *context, struct lp_cell *cell, const struct lp_cell_request *request,
				    struct lppack_error *err)
{
	(void)context;
	(void)cell;
	(void)request;
	(void)err;
	return lp_value_bool(true);
}

static int empty_cell(const char *path)
{
	LP_AUTO_VALUE struct lppack_value *answer = NULL;

	return lp_cell_run(&(struct lp_cell_service){ .name = path, .answer = nothing }, &answer, NULL);
}

static int without(const char *path)
{
	LP_AUTO_MODULE_FACTS struct lp_module_facts facts = { 0 };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };

	return lp_input_open(&in, path, NULL) < 0 || lp_input_read_decompressed(&in, 64u << 20, &bytes, NULL) < 0 ?
		       -1 :
		       lp_module_inspect(bytes.data, bytes.len, path, &facts, NULL);
}

static int within(const char *path)
{
	LP_AUTO_MODULE_FACTS struct lp_module_facts facts = { 0 };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	return lp_module_file_read(path, &bytes, NULL, NULL) < 0 ?
		       -1 :
		       lp_module_file_inspect(&bytes, path, &facts, NULL, NULL);
}

int main(int argc, char **argv)
{
	printf("an empty cell: %.2f ms\n", median(empty_cell, "none"));
	for (int i = 1; i < argc; i++) {
		double plain = median(without, argv[i]);
		double cell = median(within, argv[i]);

		printf("%s: %.2f ms without, %.2f ms in a cell (ratio %.2f)\n", argv[i], plain, cell, cell / plain);
	}
	return 0;
}
