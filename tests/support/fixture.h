/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of core and ops stand on: a temporary directory, a key pair that is trusted, fake modules, small
 * bundles, and forged ones that are rightly signed but wrong within. Every function that fails fails the test.
 */
#ifndef LP_TEST_FIXTURE_H
#define LP_TEST_FIXTURE_H

#include "format/manifest.h"
#include "support/elf_maker.h"

#include "format/format.h"
#include "format/index.h"
#include "bundle/entry.h"
#include "trust/verify.h"

#include <lppack/lppack.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIXTURE_CREATED 1700000000

struct fixture {
	char dir[256];
	struct lppack_signer *signer;
	struct lppack_keyring *keyring; /* of the signer's key alone */
	char **strings;
	size_t n_strings;
	struct lppack_error err;
};

/* For cmocka_unit_test_setup_teardown(): *state becomes a struct fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
#define fixture_test(f) cmocka_unit_test_setup_teardown(f, fixture_setup, fixture_teardown)

/* rc is 0 and nothing is set; otherwise the test fails with the message. */
void expect_ok(int rc, const struct lppack_error *err);
/* The error is this one, its message has the words (NULL: any), one printable line; clears it. */
void expect_error(struct lppack_error *err, int code, const char *words);

/* Lives as long as the fixture. */
char *fixture_format(struct fixture *f, const char *fmt, ...) LP_PRINTF(2, 3);
/* A path below the directory. */
char *fixture_path(struct fixture *f, const char *name);
/* Writes a file below the directory; returns its path. */
char *fixture_write(struct fixture *f, const char *name, const void *bytes, size_t n);
char *fixture_write_text(struct fixture *f, const char *name, const char *text);
void fixture_read(const char *path, struct lp_buf *out);
/* Changes one byte of a file. */
void fixture_flip(const char *path, size_t at);
/* Entries of a directory below the fixture's ("." for itself), hidden ones included. */
size_t fixture_count(struct fixture *f, const char *directory);
bool fixture_exists(const char *path);
struct lppack_signer *fixture_new_signer(struct fixture *f, const char *name);

/* Hex of 20 bytes, ascending with i. */
const char *fixture_build_id(unsigned int i, char out[41]);
char *fixture_module(struct fixture *f, const char *name, const struct elf_maker_options *options);
/* Stream demo, serial 7, n kernels of release 6.1.0-I-test with a module of its own each. */
struct lppack_spec *fixture_spec(struct fixture *f, unsigned int n);
/* With threads 1, level 1 and FIXTURE_CREATED. */
/* kernel: a file, or a build ID where there is none of that name. */
int fixture_add_kernel(struct lppack_spec *spec, const char *module, const char *kernel, struct lppack_error *err);
int fixture_create(struct fixture *f, const struct lppack_spec *spec, const char *output);
/* A bundle of such a spec; returns its path. */
char *fixture_bundle(struct fixture *f, const char *name, unsigned int n);
/* Opened and verified by the fixture's key. Free both. */
struct lppack_verified *fixture_verify(struct fixture *f, const char *path, struct lppack_bundle **bundle);
/* Opens, verifies and checks everything: 0 or the negative code, with f->err set. */
int fixture_check(struct fixture *f, const char *path);

/* A bundle taken apart. */
struct forge {
	struct lp_manifest manifest;
	struct lp_buf fixes;
	struct lp_record *records;
	struct lp_buf *metadata;
	struct lp_buf *frames;
	size_t n;
	/* Called when everything is computed, to change it before it is digested and signed; NULL for none. */
	void (*lie_index)(struct lp_record *records, size_t n);
	void (*lie_pages)(uint8_t *pages);
	void (*lie_fence)(uint8_t *fence);
	void (*lie_manifest)(struct lp_manifest *manifest);
};

void forge_open(struct fixture *f, const char *path, struct forge *forge);
void forge_close(struct forge *forge);
/* Puts it together again with sizes, digests, offsets and limits as they are, and a right signature. */
char *forge_seal(struct fixture *f, struct forge *forge, const char *name);
/* Replaces text of metadata or fixes. */
void forge_replace(struct lp_buf *text, const char *from, const char *to);

LP_DEFINE_CLEANUP(struct lppack_spec, lppack_spec_free)
LP_DEFINE_CLEANUP(struct lppack_signer, lppack_signer_free)
LP_DEFINE_CLEANUP(struct lppack_keyring, lppack_keyring_free)
#define LP_AUTO_SPEC LP_AUTO(cleanup_lppack_spec_free)
#define LP_AUTO_SIGNER LP_AUTO(cleanup_lppack_signer_free)
#define LP_AUTO_KEYRING LP_AUTO(cleanup_lppack_keyring_free)
#define LP_AUTO_BUNDLE LP_AUTO(cleanup_lppack_bundle_close)
#define LP_AUTO_VERIFIED LP_AUTO(cleanup_lppack_verified_free)
#define LP_AUTO_ENTRY LP_AUTO(cleanup_lppack_entry_free)
#define LP_AUTO_FORGE LP_AUTO(forge_close)

#endif
