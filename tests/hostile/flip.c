/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * flip BUNDLE KEYS: changes every single byte of a valid bundle, cuts it off at every length and makes it longer, and
 * verifies it whole each time. TAP.
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
		lppack_verified_check_all(verified, NULL, NULL, &err);
	lppack_verified_free(verified);
	lppack_bundle_close(bundle);
	return err.code;
}

/* A refusal must say what is wrong with the bundle, not that memory or disks are. */
static bool is_refusal(int code)
{
	return code >= LPPACK_E_NOT_BUNDLE && code <= LPPACK_E_BAD_SIGNATURE && code != LPPACK_E_NO_KEYS;
}

static bool report(unsigned int number, const char *what, size_t tried, size_t wrong)
{
	printf("%sok %u - %s (%zu)\n", wrong ? "not " : "", number, what, tried);
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

/* Every WORKERS-th byte from `first` on; the number of changes that were not refused. */
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

static size_t cut_some(size_t n, size_t first)
{
	size_t wrong = 0;

	for (size_t left = n; left-- > 0;) {
		int code;

		if (left % WORKERS != first)
			continue;
		resize(left);
		code = verify();
		if (!is_refusal(code) && wrong++ < 20)
			printf("# cut after %zu bytes: %s\n", left, code ? lppack_error_name(code) : "accepted");
	}
	return wrong;
}

/* Shares the work among processes. bits 0: cuts instead. */
static bool share(unsigned int number, const char *what, const uint8_t *bytes, size_t n, uint8_t bits)
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
		wrong = bits ? flip_some(bytes, n, worker, bits) : cut_some(n, worker);
		fflush(stdout);
		_exit(wrong > 0);
	}
	while (wait(&status) > 0)
		wrong += status != 0;
	return report(number, what, n, wrong);
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
	return report(6, "zeros or other bytes after the end", 2 * tries, wrong);
}

static size_t read_bundle(const char *path, uint8_t *bytes, size_t room)
{
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(bytes, 1, room, f) : 0;

	if (f)
		fclose(f);
	return n;
}

int main(int argc, char **argv)
{
	static uint8_t bytes[1 << 20];
	struct lppack_error err = LPPACK_ERROR_INIT;
	size_t n = argc == 3 ? read_bundle(argv[1], bytes, sizeof(bytes)) : 0;
	bool ok = true;

	keyring = lppack_keyring_new(&err);
	if (!n || !keyring || lppack_keyring_add(keyring, argv[2], &err) < 0)
		fail_hard("usage: flip BUNDLE KEYS");
	new_memory(bytes, n);
	printf("1..6\n");
	fflush(stdout);
	ok &= report(1, "the bundle as it is", n, verify() != LPPACK_OK);
	ok &= share(2, "each byte, changed by 0x01", bytes, n, 0x01);
	ok &= share(3, "each byte, changed by 0x80", bytes, n, 0x80);
	ok &= share(4, "each byte, changed by 0xff", bytes, n, 0xff);
	ok &= share(5, "cut off at each length", bytes, n, 0);
	ok &= lengthen(n);
	lppack_keyring_free(keyring);
	close(memory);
	return ok ? 0 : 1;
}
