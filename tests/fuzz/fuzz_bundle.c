/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whole bundles. No fuzzer forges a signature or finds a digest, so that each input is read twice: as it stands,
 * through the public interface; and with its digests made right and its signatures left aside, which leads to every
 * reader.
 */
#include "format/manifest.h"
#include "replay.h"

#include "format/tar.h"
#include "bundle/describe.h"
#include "bundle/entry.h"
#include "bundle/verify_all.h"
#include "trust/verify.h"

#include "shared/text.h"
#include "crypto/digest.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The key of tests/hostile, whose bundles are the seeds. */
static const char key_pem[] = "-----BEGIN PUBLIC KEY-----\n"
			      "MCowBQYDK2VwAyEANj07YB+sS9jBM07QQomp3wlQmUK+1aSw52DpgSjstkE=\n"
			      "-----END PUBLIC KEY-----\n";

static int new_memory(const void *bytes, size_t n)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	/* A keyring refuses what others could have written. */
	if (fd < 0 || fchmod(fd, 0600) < 0 || write(fd, bytes, n) != (ssize_t)n)
		abort();
	return fd;
}

static const struct lppack_keyring *get_keyring(void)
{
	static struct lppack_keyring *keyring;
	char path[64];
	int fd;

	if (keyring)
		return keyring;
	fd = new_memory(key_pem, strlen(key_pem));
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	keyring = lppack_keyring_new(NULL);
	if (!keyring || lppack_keyring_add(keyring, path, NULL) < 0)
		abort();
	close(fd);
	return keyring;
}

static void expect(int rc, struct lppack_error *err)
{
	if (rc != -err->code || (rc < 0 && !err->message[0]))
		abort();
	for (const char *p = err->message; *p; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p == 0x7f)
			abort();
	lppack_error_clear(err);
}

/* Whatever is read of a verified bundle. */
static void use(struct lp_contents *c)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lp_record records[LP_INDEX_PER_PAGE];
	struct lppack_value *map = lp_value_map();
	LPPACK_OPTIONS(lppack_verify_options, how);
	int n = lp_contents_page(c, 0, records, &err);

	expect(n < 0 ? n : 0, &err);
	for (int i = 0; i < n && i < 3; i++) {
		struct lppack_entry *entry = lp_entry_find(c, &records[i].build_id, &err);
		const void *bytes = NULL;
		size_t size = 0;

		expect(entry ? 0 : -err.code, &err);
		if (entry)
			expect(lppack_entry_load_module(entry, &bytes, &size, &err), &err);
		lppack_entry_free(entry);
	}
	lp_describe_contents(&map, c);
	expect(lp_describe_fixes(&map, c, &err), &err);
	expect(lp_describe_kernels(&map, c, &err), &err);
	lppack_value_free(map);
	expect(lp_contents_verify_all(c, &how, &err), &err);
}

static struct lppack_bundle *open_bundle(const uint8_t *data, size_t size)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lppack_bundle *bundle = lppack_bundle_open_fd(new_memory(data, size), "fuzz.lpb", &err);

	expect(bundle ? 0 : -err.code, &err);
	return bundle;
}

static void try_as_it_stands(const uint8_t *data, size_t size)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lppack_bundle *bundle = open_bundle(data, size);
	struct lppack_verified *v = bundle ? lppack_bundle_verify(bundle, get_keyring(), &err) : NULL;

	if (bundle)
		expect(v ? 0 : -err.code, &err);
	if (v)
		use(lp_verified_contents(v));
	lppack_verified_free(v);
	if (bundle)
		lppack_value_free(lppack_bundle_describe_unverified(bundle, NULL));
	lppack_bundle_close(bundle);
}

/* As if it were signed. */
static void try_unsigned(const uint8_t *data, size_t size)
{
	struct lppack_error err = LPPACK_ERROR_INIT;
	struct lppack_bundle *bundle = open_bundle(data, size);
	struct lp_contents *contents = NULL;
	int rc;

	if (!bundle)
		return;
	rc = lp_contents_open(bundle, &contents, &err);
	if (rc == 0)
		rc = lp_contents_open_index(contents, false, &err);
	expect(rc, &err);
	if (rc == 0)
		use(contents);
	lp_contents_unref(contents);
	lppack_bundle_close(bundle);
}

static bool in_range(size_t size, uint64_t at, uint64_t n)
{
	return at <= size && n <= size - at;
}

static void put_digest(uint8_t *data, size_t size, uint64_t from, uint64_t n, uint8_t *to)
{
	struct lp_digest digest;

	if (in_range(size, from, n) && lp_sha256(data + from, n, &digest, NULL) == 0)
		memcpy(to, digest.bytes, LP_DIGEST_SIZE);
}

static void repair_record(uint8_t *data, size_t size, uint64_t payload, uint8_t *at)
{
	uint64_t offset = 0;
	uint32_t sizes[2] = { 0 };
	uint64_t metadata;

	memcpy(&offset, at + 40, 8);
	memcpy(sizes, at + 48, 8);
	if (offset > size)
		return;
	metadata = payload + offset + LP_TAR_BLOCK;
	put_digest(data, size, metadata, sizes[0], at + 64);
	put_digest(data, size, metadata - LP_TAR_BLOCK + lp_tar_span(sizes[0]) + LP_TAR_BLOCK, sizes[1], at + 96);
}

/* The n-th digest of the manifest's text becomes that of a member. */
static void repair_manifest(uint8_t *data, size_t size, unsigned int n, uint64_t from, uint64_t length)
{
	static const char key[] = "sha256: \"";
	uint8_t *end = data + (size < 66560 ? size : 66560);
	uint8_t *at = data;
	uint8_t digest[LP_DIGEST_SIZE] = { 0 };
	char hex[LP_DIGEST_TEXT];

	for (unsigned int i = 0; at && i <= n; i++) {
		at = memmem(at, (size_t)(end - at), key, strlen(key));
		at = at ? at + strlen(key) : NULL;
	}
	if (!at || end - at < LP_DIGEST_TEXT)
		return;
	put_digest(data, size, from, length, digest);
	lp_hex_encode(digest, LP_DIGEST_SIZE, hex);
	memcpy(at, hex, LP_DIGEST_TEXT - 1);
}

/* From the members up to the manifest, as far as it can be read. */
static void repair(uint8_t *data, size_t size)
{
	struct lppack_bundle *bundle = open_bundle(data, size);
	LP_AUTO_MANIFEST struct lp_manifest m = { 0 };
	const struct lp_buf *text = bundle ? &bundle->head.manifest : NULL;
	struct lp_layout layout;
	uint64_t pages, fence;

	if (bundle && lp_manifest_decode(text->data, text->len, "fuzz", &m, NULL) == 0) {
		lp_layout_compute(&m, bundle->head.payload_at, &layout);
		pages = layout.pages_at + LP_TAR_BLOCK;
		fence = layout.fence_at + LP_TAR_BLOCK;
		for (uint64_t i = 0; i < m.kernels && in_range(size, pages, (i + 1) * LP_INDEX_RECORD); i++)
			repair_record(data, size, bundle->head.payload_at, data + pages + i * LP_INDEX_RECORD);
		for (uint64_t i = 0; i < m.pages_size / LP_INDEX_PAGE && in_range(size, fence, (i + 1) * 64); i++)
			put_digest(data, size, pages + i * LP_INDEX_PAGE, LP_INDEX_PAGE, data + fence + i * 64 + 32);
		repair_manifest(data, size, 0, layout.fixes_at + LP_TAR_BLOCK, m.fixes.size);
		repair_manifest(data, size, 1, fence, m.fence.size);
	}
	lppack_bundle_close(bundle);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	try_as_it_stands(data, size);
	if (!copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	repair(copy, size);
	try_unsigned(copy, size);
	free(copy);
	return 0;
}
