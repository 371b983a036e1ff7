/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * replay_WHAT [FILE|DIRECTORY]...       feeds the files to the harness
 * replay_WHAT                           feeds tests/fuzz/corpus/WHAT and the harness's seeds, also damaged; a TAP test.
 *                                       LPPACK_TESTS_FULL: damaged in more ways
 * replay_WHAT --write DIRECTORY         writes the seeds as files
 */
#include "replay.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DAMAGED_FULL 400u
#define DAMAGED 100u
#define CUT_FULL 100u
#define CUT 40u

#pragma weak fuzz_seeds

static unsigned long n_inputs;
static const char *write_to;

/* A copy of just that size, so that sanitizers see a read past its end. */
static void run(const uint8_t *bytes, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);

	if (!copy)
		abort();
	if (n)
		memcpy(copy, bytes, n);
	LLVMFuzzerTestOneInput(copy, n);
	free(copy);
	n_inputs++;
}

static uint32_t next_random(void)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33);
}

static void run_damaged(const void *bytes, size_t n)
{
	const char *full = getenv("LPPACK_TESTS_FULL");
	const bool is_full = full && *full;
	const unsigned int damaged = is_full ? DAMAGED_FULL : DAMAGED;
	const unsigned int cut = is_full ? CUT_FULL : CUT;
	uint8_t *copy = malloc(n ? n : 1);

	run(bytes, n);
	for (unsigned int i = 0; copy && n && i < damaged; i++) {
		memcpy(copy, bytes, n);
		for (unsigned int changes = i % 4 + 1; changes; changes--)
			copy[next_random() % n] = (uint8_t)(i % 3 ? next_random() : i % 2 ? 0xff : 0);
		run(copy, n);
	}
	for (unsigned int i = 0; i < cut && i < n; i++)
		run(bytes, i < cut / 2 ? n * i / (cut / 2) : n - (i - cut / 2) - 1);
	free(copy);
}

static void write_seed(const void *bytes, size_t n)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/seed-%lu", write_to, n_inputs++);
	f = fopen(path, "wb");
	if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) != 0) {
		perror(path);
		exit(1);
	}
}

static int run_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	uint8_t *bytes = NULL;
	size_t n = 0;
	size_t got;

	if (!f) {
		perror(path);
		return -1;
	}
	do {
		bytes = realloc(bytes, n + 65536);
		if (!bytes)
			abort();
		got = fread(bytes + n, 1, 65536, f);
		n += got;
	} while (got);
	fclose(f);
	run(bytes, n);
	free(bytes);
	return 0;
}

static int run_directory(const char *path)
{
	struct dirent **entries = NULL;
	int n = scandir(path, &entries, NULL, alphasort);
	int rc = n < 0 ? -1 : 0;

	for (int i = 0; i < n; i++) {
		char file[4096];
		struct stat st;

		snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
		if (stat(file, &st) == 0 && S_ISREG(st.st_mode) && run_file(file) < 0)
			rc = -1;
		free(entries[i]);
	}
	free(entries);
	return rc;
}

static int run_path(const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return run_directory(path);
	return run_file(path);
}

/* The program's own name tells what it replays. */
static int run_corpus(void)
{
	const char *what = strstr(program_invocation_short_name, "replay_");
	const char *top = getenv("top_srcdir");
	char path[4096];
	struct stat st;

	snprintf(path, sizeof(path), "%s/tests/fuzz/corpus/%s", top ? top : ".", what ? what + strlen("replay_") : "");
	return stat(path, &st) == 0 ? run_directory(path) : 0;
}

int main(int argc, char **argv)
{
	int rc = 0;

	if (argc == 3 && strcmp(argv[1], "--write") == 0) {
		write_to = argv[2];
		if (fuzz_seeds)
			fuzz_seeds(write_seed);
		return 0;
	}
	for (int i = 1; i < argc; i++)
		if (run_path(argv[i]) < 0)
			rc = 1;
	if (argc == 1) {
		rc = run_corpus() < 0;
		if (fuzz_seeds)
			fuzz_seeds(run_damaged);
	}
	printf("1..1\n%sok 1 - %lu inputs\n", rc ? "not " : "", n_inputs);
	return rc;
}
