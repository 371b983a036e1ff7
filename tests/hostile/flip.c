/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * flip [--full] {BUNDLE KEYS}...: changes every single byte of valid bundles, cuts them off at many lengths and makes
 * them longer, and verifies them whole each time. What several bundles end with is changed in the first one alone, and
 * each byte in one way; with --full all of it, in three ways and at every length. TAP.
 */
#include <lppack/lppack.h>

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS 2u
#define TESTS	   4 /* of a bundle */
#define TESTS_FULL 6

static const char *subject; /* the bundle's name */
static bool full;
static uint8_t storage[1 << 20];
static struct lppack_keyring *keyring;
static int memory = -1; /* the file under test */

static void fail_hard(const char *what)
{
	printf("Bail out! %s\n", what);
	exit(1);
}

static int verify(void)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lppack_bundle *bundle = lppack_bundle_open_fd(dup(memory), "bundle", &err);
	struct lppack_verified *verified = bundle ? lppack_bundle_verify(bundle, keyring, &err) : NULL;

	if (verified)
		lppack_verified_check_all(verified, NULL, &err);
	lppack_verified_free(verified);
	lppack_bundle_close(bundle);
	return err.code;
}

/* A refusal must say what is wrong with the bundle, not that memory or disks are. */
static bool is_refusal(int code)
{
	return code >= LPPACK_E_NOT_BUNDLE && code <= LPPACK_E_BAD_SIGNATURE && code != LPPACK_E_NO_KEYS;
}

static bool report(const char *what, size_t tried, size_t wrong)
{
	static unsigned int number;

	printf("%sok %u - %s: %s (%zu)\n", wrong ? "not " : "", ++number, subject, what, tried);
	fflush(stdout);
	return !wrong;
}

static void put(const void *bytes, size_t n, size_t at)
{
	if (pwrite(memory, bytes, n, (off_t)at) != (ssize_t)n)
		fail_hard("cannot write to memory");
}

static void resize(size_t n)
{
	if (ftruncate(memory, (off_t)n) != 0)
		fail_hard("cannot resize memory");
}

static void new_memory(const uint8_t *bytes, size_t n)
{
	if (memory >= 0)
		close(memory);
	memory = memfd_create("bundle", MFD_CLOEXEC);
	if (memory < 0)
		fail_hard("no memory");
	put(bytes, n, 0);
}

/* Every WORKERS-th of n bytes from `first` on; the number of changes that were not refused. */
static size_t flip_some(const uint8_t *bytes, size_t n, size_t first, uint8_t bits)
{
	size_t wrong = 0;

	for (size_t i = first; i < n; i += WORKERS) {
		uint8_t changed = bytes[i] ^ bits;
		int code;

		put(&changed, 1, i);
		code = verify();
		if (!is_refusal(code) && wrong++ < 20)
			printf("# byte %zu changed by 0x%02x: %s\n", i, bits,
			       code ? lppack_error_name(code) : "accepted");
		put(&bytes[i], 1, i);
	}
	return wrong;
}

static size_t cut_some(size_t n, size_t limit, size_t first)
{
	size_t wrong = 0;

	resize(n);
	for (size_t left = limit; left-- > 0;) {
		int code;

		/* In short: around the ends of blocks, and some in between. */
		if (left % WORKERS != first || (!full && (left + 1) % 512 > 2 && left % 17))
			continue;
		resize(left);
		code = verify();
		if (!is_refusal(code) && wrong++ < 20)
			printf("# cut after %zu bytes: %s\n", left, code ? lppack_error_name(code) : "accepted");
	}
	return wrong;
}

/* Shares the work on the first `limit` of n bytes among processes. bits 0: cuts instead. */
static bool share(const char *what, const uint8_t *bytes, size_t n, size_t limit, uint8_t bits)
{
	size_t wrong = 0;
	int status = 0;

	for (size_t worker = 0; worker < WORKERS; worker++) {
		pid_t pid = fork();

		if (pid < 0)
			fail_hard("cannot fork");
		if (pid > 0)
			continue;
		new_memory(bytes, n);
		wrong = bits ? flip_some(bytes, limit, worker, bits) : cut_some(n, limit, worker);
		fflush(stdout);
		_exit(wrong > 0);
	}
	while (wait(&status) > 0)
		wrong += status != 0;
	return report(what, limit, wrong);
}

static bool lengthen(size_t n)
{
	static const size_t more[] = { 1, 511, 512, 1024, 10240 };
	const size_t tries = sizeof(more) / sizeof(more[0]);
	size_t wrong = 0;

	for (size_t i = 0; i < tries; i++) {
		resize(n + more[i]);
		wrong += !is_refusal(verify());
		put("x", 1, n);
		wrong += !is_refusal(verify());
		resize(n);
	}
	return report("zeros or other bytes after the end", 2 * tries, wrong);
}

static size_t read_bundle(const char *path, uint8_t *bytes, size_t room)
{
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(bytes, 1, room, f) : 0;

	if (f)
		fclose(f);
	return n;
}

/* How many bytes there are before those that the first bundle ends with too: its payload. */
static size_t find_new(const uint8_t *bytes, size_t n)
{
	static uint8_t first[sizeof(storage)];
	static size_t n_first;
	size_t same = 0;

	while (same < n && same < n_first && bytes[n - 1 - same] == first[n_first - 1 - same])
		same++;
	if (n_first == 0) {
		memcpy(first, bytes, n);
		n_first = n;
	}
	return n - same;
}

/* All changes of one bundle. */
static bool try_bundle(const char *path, const char *keys)
{
	uint8_t *bytes = storage;
	struct lppack_error err = LPPACK_ERROR_INIT;
	size_t n = read_bundle(path, bytes, sizeof(storage));
	size_t new = find_new(bytes, n);
	bool ok = true;

	subject = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	keyring = lppack_keyring_new(&err);
	if (!n || !keyring || lppack_keyring_add(keyring, keys, &err) < 0)
		fail_hard("usage: flip {BUNDLE KEYS}...");
	new_memory(bytes, n);
	ok &= report("as it is", n, verify() != LPPACK_OK);
	ok &= share("each byte, changed by 0x01", bytes, n, full ? n : new, 0x01);
	if (full) {
		ok &= share("each byte, changed by 0x80", bytes, n, n, 0x80);
		ok &= share("each byte, changed by 0xff", bytes, n, n, 0xff);
	}
	ok &= share(full ? "cut off at each length" : "cut off at some lengths", bytes, n, full ? n : new, 0);
	ok &= lengthen(n);
	lppack_keyring_free(keyring);
	keyring = NULL;
	return ok;
}

int main(int argc, char **argv)
{
	bool ok = true;

	full = argc > 1 && strcmp(argv[1], "--full") == 0;
	argc -= full;
	argv += full;
	printf("1..%d\n", (argc - 1) / 2 * (full ? TESTS_FULL : TESTS));
	fflush(stdout);
	for (int i = 1; i + 1 < argc; i += 2)
		ok &= try_bundle(argv[i], argv[i + 1]);
	close(memory);
	return ok ? 0 : 1;
}
