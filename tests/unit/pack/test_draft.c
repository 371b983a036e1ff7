/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests unsigned bundles that wait for signatures: the digest to sign, and signatures put in. */
#include "format/manifest.h"
#include "format/format.h"
#include "support/fixture.h"

#include "pack/draft.h"
#include "crypto/digest.h"

#define AUTO_DRAFT LP_AUTO(lp_draft_free)

static void begin(struct lp_draft *draft)
{
	*draft = (struct lp_draft){ .pack.spool = -1 };
	draft->manifest = (struct lp_manifest){ .id.stream = "demo",
						.id.serial = 7,
						.id.version = "7",
						.id.created = FIXTURE_CREATED,
						.kernels = 1,
						.signature_area = LP_SIGNATURE_AREA_DEFAULT,
						.pages_size = 4096 };
}

/* The head as a reader finds it. */
static void read_back(struct fixture *f, const struct lp_draft *draft, struct lp_head *head)
{
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	char *path = fixture_write(f, "head", draft->head.data, draft->head.len);

	expect_ok(lp_input_open(&in, path, &f->err), &f->err);
	expect_ok(lp_head_read(&in, head, &f->err), &f->err);
	expect_ok(lp_head_check_members(&in, head, &draft->manifest, &f->err), &f->err);
	assert_int_equal(head->payload_at, draft->head.len);
}

static void signatures_ascend(void **state)
{
	struct fixture *f = *state;
	LP_AUTO_SIGNER struct lppack_signer *b = fixture_new_signer(f, "keys/b");
	LP_AUTO_SIGNER struct lppack_signer *c = fixture_new_signer(f, "keys/c");
	const struct lppack_signer *orders[][3] = { { f->signer, b, c }, { c, b, f->signer } };
	LP_AUTO_BUF struct lp_buf first = { 0 };

	for (size_t i = 0; i < 2; i++) {
		AUTO_DRAFT struct lp_draft draft;
		LP_AUTO(lp_head_free) struct lp_head head = { 0 };

		begin(&draft);
		expect_ok(lp_draft_head(&draft, orders[i], 3, &f->err), &f->err);
		read_back(f, &draft, &head);
		assert_int_equal(head.n_signatures, 3);
		assert_true(strcmp(head.signatures[0].name, head.signatures[1].name) < 0);
		assert_true(strcmp(head.signatures[1].name, head.signatures[2].name) < 0);
		if (i == 0)
			lp_buf_append(&first, draft.head.data, draft.head.len);
		assert_int_equal(first.len, draft.head.len);
		assert_memory_equal(first.data, draft.head.data, first.len);
	}
}

static void one_key_twice(void **state)
{
	struct fixture *f = *state;
	const struct lppack_signer *signers[] = { f->signer, f->signer };
	AUTO_DRAFT struct lp_draft draft;

	begin(&draft);
	assert_int_equal(lp_draft_head(&draft, signers, 2, &f->err), -LPPACK_E_USAGE);
	expect_error(&f->err, LPPACK_E_USAGE, "is named twice");
}

static void the_digest_is_the_manifests(void **state)
{
	struct fixture *f = *state;
	const struct lppack_signer *signers[] = { f->signer };
	AUTO_DRAFT struct lp_draft draft;
	LP_AUTO(lp_head_free) struct lp_head head = { 0 };
	struct lp_digest digest;

	begin(&draft);
	expect_ok(lp_draft_head(&draft, signers, 1, &f->err), &f->err);
	read_back(f, &draft, &head);
	expect_ok(lp_sha256(head.manifest.data, head.manifest.len, &digest, &f->err), &f->err);
	assert_true(lp_digest_equal(&digest, &draft.digest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(signatures_ascend),
		fixture_test(one_key_twice),
		fixture_test(the_digest_is_the_manifests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
