/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What most tests begin with: a directory, keys, modules and a bundle of them. */
#include "format/manifest.h"
#include "format/format.h"
#include "support/fixture.h"

#include "shared/text.h"
#include "base/value.h"
#include "base/file.h"
#include "format/head.h"
#include "format/tar.h"
#include "trust/keyring.h"
#include "trust/signer.h"
#include "pack/spec.h"
#include "crypto/ed25519.h"
#include "crypto/digest.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

void expect_ok(int rc, const struct lppack_error *err)
{
	if (rc < 0 || (err && err->code))
		fail_msg("%s (%d): %s", lppack_error_name(err && err->code ? err->code : rc), rc,
			 err ? err->message : "");
}

void expect_error(struct lppack_error *err, int code, const char *words)
{
	if (err->code != code)
		fail_msg("%s instead of %s: %s", err->code ? lppack_error_name(err->code) : "success",
			 lppack_error_name(code), err->message);
	assert_true(*err->message);
	for (const char *p = err->message; *p; p++)
		assert_in_range(*p, ' ', '~');
	if (words && !strstr(err->message, words))
		fail_msg("'%s' is not in: %s", words, err->message);
	lppack_error_clear(err);
}

int fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const char *tmp = getenv("TMPDIR");
	char id[LPPACK_KEY_ID_SIZE];

	/* Files that decide must not be writable by a group. */
	umask(022);
	snprintf(f->dir, sizeof(f->dir), "%s/lppack-unit-XXXXXX", tmp && strlen(tmp) < 200 ? tmp : "/tmp");
	assert_non_null(mkdtemp(f->dir));
	assert_int_equal(mkdir(fixture_path(f, "keys"), 0755), 0);
	expect_ok(lppack_key_generate(fixture_path(f, "keys/a"), NULL, id, &f->err), &f->err);
	f->signer = lppack_signer_open(fixture_path(f, "keys/a.key"), NULL, &f->err);
	expect_ok(f->signer ? 0 : -1, &f->err);
	f->keyring = lppack_keyring_new(&f->err);
	expect_ok(lppack_keyring_add(f->keyring, fixture_path(f, "keys/a.pub"), &f->err), &f->err);
	*state = f;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

int fixture_teardown(void **state)
{
	struct fixture *f = *state;

	lppack_signer_free(f->signer);
	lppack_keyring_free(f->keyring);
	for (size_t i = 0; i < f->n_strings; i++)
		free(f->strings[i]);
	free(f->strings);
	assert_int_equal(nftw(f->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
	free(f);
	return 0;
}

char *fixture_format(struct fixture *f, const char *fmt, ...)
{
	va_list args;

	f->strings = reallocarray(f->strings, f->n_strings + 1, sizeof(*f->strings));
	assert_non_null(f->strings);
	va_start(args, fmt);
	assert_true(vasprintf(&f->strings[f->n_strings], fmt, args) >= 0);
	va_end(args);
	return f->strings[f->n_strings++];
}

char *fixture_path(struct fixture *f, const char *name)
{
	return fixture_format(f, "%s/%s", f->dir, name);
}

static void write_file(const char *path, const void *bytes, size_t n)
{
	LP_AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(lp_write_all(fd, bytes, n), 0);
}

char *fixture_write(struct fixture *f, const char *name, const void *bytes, size_t n)
{
	char *path = fixture_path(f, name);

	write_file(path, bytes, n);
	return path;
}

char *fixture_write_text(struct fixture *f, const char *name, const char *text)
{
	return fixture_write(f, name, text, strlen(text));
}

void fixture_read(const char *path, struct lp_buf *out)
{
	struct lppack_error err = LPPACK_ERROR_INIT;

	expect_ok(lp_file_read(AT_FDCWD, path, 1u << 30, out, &err), &err);
}

void fixture_flip(const char *path, size_t at)
{
	LP_AUTO_CLOSE int fd = open(path, O_RDWR | O_CLOEXEC);
	uint8_t byte;

	assert_int_equal(pread(fd, &byte, 1, (off_t)at), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
}

size_t fixture_count(struct fixture *f, const char *directory)
{
	DIR *dir = opendir(fixture_path(f, directory));
	size_t n = 0;

	assert_non_null(dir);
	for (struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
		n += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(dir);
	return n;
}

bool fixture_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

struct lppack_signer *fixture_new_signer(struct fixture *f, const char *name)
{
	struct lppack_signer *signer;
	char id[LPPACK_KEY_ID_SIZE];

	expect_ok(lppack_key_generate(fixture_path(f, name), NULL, id, &f->err), &f->err);
	signer = lppack_signer_open(fixture_format(f, "%s/%s.key", f->dir, name), NULL, &f->err);
	expect_ok(signer ? 0 : -1, &f->err);
	assert_string_equal(lppack_signer_id(signer), id);
	return signer;
}

const char *fixture_build_id(unsigned int i, char out[41])
{
	snprintf(out, 41, "%08x%032x", i + 1, i);
	return out;
}

char *fixture_module(struct fixture *f, const char *name, const struct elf_maker_options *options)
{
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	assert_int_equal(elf_maker_module(options, &bytes), 0);
	return fixture_write(f, name, bytes.data, bytes.len);
}

int fixture_add_kernel(struct lppack_spec *spec, const char *module, const char *kernel, struct lppack_error *err)
{
	LPPACK_OPTIONS(lppack_spec_kernel, pair, .module = module);
	struct lp_build_id id;

	if (access(kernel, F_OK) < 0 && lp_build_id_parse(kernel, &id) == 0)
		pair.build_id = kernel;
	else
		pair.kernel = kernel;
	return lppack_spec_add_kernel(spec, &pair, err);
}

struct lppack_spec *fixture_spec(struct fixture *f, unsigned int n)
{
	struct lppack_spec *spec = lppack_spec_new("demo", 7, &f->err);

	expect_ok(spec ? 0 : -1, &f->err);
	for (unsigned int i = 0; i < n; i++) {
		char release[32];
		char name[32];
		char module[32];
		char id[41];
		struct elf_maker_options options = { .name = module, .release = release, .filler = 3000, .seed = 1 };

		snprintf(release, sizeof(release), "6.1.0-%u-test", i);
		snprintf(module, sizeof(module), "livepatch_%u", i);
		snprintf(name, sizeof(name), "m%u.ko", i);
		expect_ok(fixture_add_kernel(spec, fixture_module(f, name, &options), fixture_build_id(i, id), &f->err),
			  &f->err);
	}
	return spec;
}

int fixture_create(struct fixture *f, const struct lppack_spec *spec, const char *output)
{
	LPPACK_OPTIONS(lppack_create_options, options, .threads = 1, .compression_level = 1,
		       .created = FIXTURE_CREATED);
	const struct lppack_signer *signers[] = { f->signer };

	return lppack_bundle_create(spec, signers, 1, output, &options, NULL, &f->err);
}

char *fixture_bundle(struct fixture *f, const char *name, unsigned int n)
{
	LP_AUTO_SPEC struct lppack_spec *spec = fixture_spec(f, n);
	char *path = fixture_path(f, name);

	expect_ok(fixture_create(f, spec, path), &f->err);
	return path;
}

struct lppack_verified *fixture_verify(struct fixture *f, const char *path, struct lppack_bundle **bundle)
{
	struct lppack_verified *verified;

	*bundle = lppack_bundle_open(path, &f->err);
	expect_ok(*bundle ? 0 : -1, &f->err);
	verified = lppack_bundle_verify(*bundle, f->keyring, &f->err);
	expect_ok(verified ? 0 : -1, &f->err);
	return verified;
}

int fixture_check(struct fixture *f, const char *path)
{
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = lppack_bundle_open(path, &f->err);
	LP_AUTO_VERIFIED struct lppack_verified *verified =
		bundle ? lppack_bundle_verify(bundle, f->keyring, &f->err) : NULL;
	int rc = verified ? lppack_verified_check_all(verified, NULL, &f->err) : -f->err.code;

	assert_int_equal(rc, -f->err.code);
	assert_true(!bundle || verified || f->err.code);
	return rc;
}

/* Forging. */

void forge_open(struct fixture *f, const char *path, struct forge *forge)
{
	LP_AUTO_BUNDLE struct lppack_bundle *bundle = NULL;
	LP_AUTO_VERIFIED struct lppack_verified *v = fixture_verify(f, path, &bundle);
	struct lp_contents *c = lp_verified_contents(v);

	*forge = (struct forge){ .n = c->manifest.kernels };
	forge->records = calloc(forge->n, sizeof(*forge->records));
	forge->metadata = calloc(forge->n, sizeof(*forge->metadata));
	forge->frames = calloc(forge->n, sizeof(*forge->frames));
	expect_ok(lp_member_read(&bundle->in, c->layout.fixes_at, LP_MEMBER_FIXES, c->manifest.fixes.size,
				 c->manifest.id.created, &forge->fixes, &f->err),
		  &f->err);
	for (size_t i = 0; i < forge->n; i++) {
		struct lp_record *r = &forge->records[i];
		uint64_t at;
		char name[LP_MEMBER_NAME];

		expect_ok(lp_contents_record(c, i, r, &f->err), &f->err);
		at = bundle->head.payload_at + r->offset;
		lp_member_metadata_name(&r->build_id, name);
		expect_ok(lp_member_read(&bundle->in, at, name, r->metadata_size, c->manifest.id.created,
					 &forge->metadata[i], &f->err),
			  &f->err);
		lp_member_module_name(&r->build_id, name);
		expect_ok(lp_member_read(&bundle->in, at + lp_tar_span(r->metadata_size), name, r->packed_size,
					 c->manifest.id.created, &forge->frames[i], &f->err),
			  &f->err);
	}
	forge->manifest = c->manifest;
	c->manifest = (struct lp_manifest){ 0 };
}

void forge_close(struct forge *forge)
{
	for (size_t i = 0; i < forge->n; i++) {
		lp_buf_free(&forge->metadata[i]);
		lp_buf_free(&forge->frames[i]);
	}
	free(forge->records);
	free(forge->metadata);
	free(forge->frames);
	lp_buf_free(&forge->fixes);
	lp_manifest_free(&forge->manifest);
}

static void digest(const struct lp_buf *bytes, struct lp_digest *out)
{
	assert_int_equal(lp_sha256(bytes->data, bytes->len, out, NULL), 0);
}

static void raise_to(uint64_t *max, uint64_t value)
{
	*max = value > *max ? value : *max;
}

static void forge_records(struct forge *forge)
{
	struct lp_manifest *m = &forge->manifest;
	uint64_t pages = lp_index_page_count(forge->n);
	uint64_t at = lp_tar_span(forge->fixes.len) + lp_tar_span(pages * LP_INDEX_FENCE_ENTRY) +
		      lp_tar_span(pages * LP_INDEX_PAGE);

	m->kernels = forge->n;
	m->pages_size = pages * LP_INDEX_PAGE;
	m->module_max = m->frame_max = m->metadata_max = 0;
	for (size_t i = 0; i < forge->n; i++) {
		struct lp_record *r = &forge->records[i];

		r->offset = at;
		r->metadata_size = (uint32_t)forge->metadata[i].len;
		r->packed_size = (uint32_t)forge->frames[i].len;
		digest(&forge->metadata[i], &r->metadata_sha256);
		digest(&forge->frames[i], &r->packed_sha256);
		raise_to(&m->module_max, r->plain_size);
		raise_to(&m->frame_max, r->packed_size);
		raise_to(&m->metadata_max, r->metadata_size);
		at += lp_tar_span(r->metadata_size) + lp_tar_span(r->packed_size);
	}
	m->payload_size = at + LP_END_OF_ARCHIVE;
	if (forge->lie_index)
		forge->lie_index(forge->records, forge->n);
}

static void forge_payload(struct forge *forge, struct lp_buf *out)
{
	LP_AUTO_BUF struct lp_buf pages = { 0 };
	LP_AUTO_BUF struct lp_buf fence = { 0 };
	struct lp_manifest *m = &forge->manifest;
	char name[LP_MEMBER_NAME];

	forge_records(forge);
	lp_index_encode(forge->records, forge->n, &pages);
	if (forge->lie_pages)
		forge->lie_pages(pages.data);
	for (size_t at = 0; at < pages.len; at += LP_INDEX_PAGE) {
		struct lp_digest page;

		assert_int_equal(lp_sha256(pages.data + at, LP_INDEX_PAGE, &page, NULL), 0);
		lp_fence_append(&fence, &forge->records[at / LP_INDEX_RECORD].build_id, &page);
	}
	if (forge->lie_fence)
		forge->lie_fence(fence.data);
	m->fixes.size = forge->fixes.len;
	m->fence.size = fence.len;
	digest(&forge->fixes, &m->fixes.sha256);
	digest(&fence, &m->fence.sha256);
	lp_member_append(out, LP_MEMBER_FIXES, forge->fixes.data, forge->fixes.len, m->id.created);
	lp_member_append(out, LP_MEMBER_FENCE, fence.data, fence.len, m->id.created);
	lp_member_append(out, LP_MEMBER_PAGES, pages.data, pages.len, m->id.created);
	for (size_t i = 0; i < forge->n; i++) {
		lp_member_metadata_name(&forge->records[i].build_id, name);
		lp_member_append(out, name, forge->metadata[i].data, forge->metadata[i].len, m->id.created);
		lp_member_module_name(&forge->records[i].build_id, name);
		lp_member_append(out, name, forge->frames[i].data, forge->frames[i].len, m->id.created);
	}
	lp_buf_grow(out, LP_END_OF_ARCHIVE);
}

char *forge_seal(struct fixture *f, struct forge *forge, const char *path)
{
	LP_AUTO_BUF struct lp_buf payload = { 0 };
	LP_AUTO_BUF struct lp_buf manifest = { 0 };
	LP_AUTO_BUF struct lp_buf message = { 0 };
	LP_AUTO_BUF struct lp_buf out = { 0 };
	struct lp_manifest *m = &forge->manifest;
	uint8_t signature[LP_ED25519_SPKI_SIZE + LP_ED25519_SIGNATURE_SIZE];
	char *name = fixture_format(f, LP_MEMBER_SIGNATURES "%s.ed25519", lppack_signer_id(f->signer));
	static const uint8_t zeros[LP_SIGNATURE_AREA_DEFAULT];

	forge_payload(forge, &payload);
	if (forge->lie_manifest)
		forge->lie_manifest(m);
	expect_ok(lp_manifest_encode(m, &manifest, &f->err), &f->err);
	lp_pre_authentication(manifest.data, manifest.len, &message);
	memcpy(signature, lp_private_key_public(f->signer->key)->spki, LP_ED25519_SPKI_SIZE);
	expect_ok(lp_ed25519_sign(f->signer->key, message.data, message.len, signature + LP_ED25519_SPKI_SIZE, &f->err),
		  &f->err);
	lp_member_append(&out, LP_MEMBER_MAGIC, LP_MAGIC, strlen(LP_MAGIC), m->id.created);
	lp_member_append(&out, LP_MEMBER_MANIFEST, manifest.data, manifest.len, m->id.created);
	lp_member_append(&out, name, signature, sizeof(signature), m->id.created);
	lp_member_append(&out, LP_MEMBER_PAD, zeros,
			 LP_SIGNATURE_AREA_DEFAULT - lp_tar_span(sizeof(signature)) - LP_TAR_BLOCK, m->id.created);
	lp_buf_append(&out, payload.data, payload.len);
	assert_true(lp_buf_ok(&out));
	return fixture_write(f, path, out.data, out.len);
}

void forge_replace(struct lp_buf *text, const char *from, const char *to)
{
	LP_AUTO_BUF struct lp_buf out = { 0 };
	char *at = strstr((char *)text->data, from);

	assert_non_null(at);
	lp_buf_append(&out, text->data, (size_t)(at - (char *)text->data));
	lp_buf_text(&out, to);
	lp_buf_text(&out, at + strlen(from));
	lp_buf_free(text);
	*text = out;
	out = (struct lp_buf){ 0 };
}
