/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests what is said of a module's signature, given what the kernel trusts. */
#include "support/fake_kernel.h"
#include "support/fixture.h"
#include "support/apply_machine.h"
#include "support/pki.h"

#include "crypto/module_sign.h"
#include "apply/module_trust.h"

#include <errno.h>

static const char module[] = "\177ELF and what else is in a module";
static const char keys[] = "0ef6c389 I------     1 perm 1f0f0000     0     0 keyring   .secondary_trusted_keys: 2\n"
			   "187e7a6d I------     1 perm 1f0b0000     0     0 keyring   .platform: empty\n";

/* What the kernel knows: errno of a search for the signer's key, in the trusted keyring and in the firmware's. */
static int in_trusted;
static int in_platform;

static int search_key(void *context, int32_t keyring, const char *description)
{
	int answer = strlen(description) < 24 ? ENOKEY : keyring == 0x0ef6c389 ? in_trusted : in_platform;

	(void)context;
	errno = answer;
	return answer ? -1 : 7;
}

struct trust {
	struct fixture *f;
	struct fake_kernel *kernel;
	struct lp_kernel_ops ops;
	struct lp_kernel_io host;
	struct lp_buf bytes; /* of a signed module */
	struct lppack_value *map;
	struct lppack_value *warnings;
};

static void trust_open(struct trust *t, struct fixture *f)
{
	struct pki ca;
	struct pki signer;

	*t = (struct trust){ .f = f, .kernel = fake_kernel_new(), .ops = fake_kernel_ops };
	t->ops.search_key = search_key;
	fake_kernel_open(t->kernel, &t->host);
	t->host.ops = &t->ops;
	fake_kernel_write(t->kernel, "proc/keys", keys);
	pki_make_ca(&ca, "Vendor CA", NULL);
	pki_make_signer(&signer, "Module key", "P-256", &ca);
	lp_buf_append(&t->bytes, module, sizeof(module));
	expect_ok(lp_module_sign(module, sizeof(module), signer.private_key, signer.certificate, "sha256", &t->bytes,
				 &f->err),
		  &f->err);
	pki_free(&signer);
	pki_free(&ca);
	in_trusted = in_platform = ENOKEY;
}

static void trust_close(struct trust *t)
{
	assert_int_equal(fake_kernel_calls(t->kernel), 0);
	lppack_value_free(t->map);
	lppack_value_free(t->warnings);
	lp_buf_free(&t->bytes);
	lp_kernel_io_close(&t->host);
	fake_kernel_free(t->kernel);
}

#define AUTO_TRUST LP_AUTO(trust_close)

static int check(struct trust *t, const void *bytes, size_t n)
{
	lppack_value_free(t->map);
	lppack_value_free(t->warnings);
	t->map = NULL;
	t->warnings = lp_value_list();
	return lp_module_trust_check(&t->host, bytes, n, "lp_new", &t->map, &t->warnings, &t->f->err);
}

/* Passes: the key, and the words of the one warning, or none. */
static void expect_verdict(struct trust *t, const char *key, const char *words)
{
	expect_ok(check(t, t->bytes.data, t->bytes.len), &t->f->err);
	assert_string_equal(text_of(t->map, "key"), key);
	assert_string_equal(text_of(lppack_value_get(t->map, "signer"), "issuer"), "Vendor CA");
	assert_int_equal(lppack_value_count(t->warnings), words ? 1 : 0);
	if (words)
		assert_non_null(strstr(lppack_value_text(lppack_value_at(t->warnings, 0, NULL)), words));
}

static void expect_refusal(struct trust *t, const char *words)
{
	assert_int_equal(check(t, t->bytes.data, t->bytes.len), -LPPACK_E_LOCKED);
	assert_non_null(strstr(t->f->err.message, "issued by Vendor CA"));
	assert_non_null(strstr(t->f->err.hint, "mokutil --import"));
	assert_null(t->map);
	expect_error(&t->f->err, LPPACK_E_LOCKED, words);
}

static void a_kernel_that_insists_on_nothing(void **state)
{
	AUTO_TRUST struct trust t;

	trust_open(&t, *state);
	expect_verdict(&t, "not-found", "it loads the module, and is tainted by it");
	in_platform = EACCES;
	expect_verdict(&t, "platform", NULL);
	in_trusted = EACCES;
	expect_verdict(&t, "known", NULL);
	in_trusted = EPERM;
	expect_verdict(&t, "unknown", NULL);
	assert_null(lppack_value_get(t.map, "enforced"));
	expect_ok(check(&t, module, sizeof(module)), &t.f->err);
	assert_null(lppack_value_get(t.map, "key"));
	assert_null(lppack_value_get(t.map, "signer"));
	assert_false(lppack_value_bool(lppack_value_get(t.map, "signed")));
}

static void kernels_that_insist(void **state)
{
	static const char *const files[] = { "sys/module/module/parameters/sig_enforce",
					     "sys/kernel/security/lockdown" };
	static const char *const texts[] = { "Y\n", "none [integrity] confidentiality\n" };
	static const char *const names[] = { "module.sig_enforce", "lockdown" };
	AUTO_TRUST struct trust t;

	trust_open(&t, *state);
	for (size_t i = 0; i < 2; i++) {
		fake_kernel_write(t.kernel, files[i], texts[i]);
		in_trusted = in_platform = ENOKEY;
		expect_refusal(&t, names[i]);
		in_platform = 0;
		expect_verdict(&t, "platform", "it may refuse the module");
		in_trusted = EPERM;
		expect_verdict(&t, "unknown", "it may refuse the module");
		in_trusted = 0;
		expect_verdict(&t, "known", NULL);
		assert_string_equal(text_of(t.map, "enforced"), names[i]);
	}
	fake_kernel_remove(t.kernel, "proc/keys");
	expect_verdict(&t, "unknown", "it cannot be told");
}

/* Nothing is loaded whose signature cannot even be read. */
static void malformed_signatures(void **state)
{
	AUTO_TRUST struct trust t;

	trust_open(&t, *state);
	t.bytes.data[sizeof(module) + 1] ^= 0xff;
	assert_int_equal(check(&t, t.bytes.data, t.bytes.len), -LPPACK_E_MODULE);
	expect_error(&t.f->err, LPPACK_E_MODULE, "lp_new: its signature is no");
	assert_int_equal(check(&t, t.bytes.data + t.bytes.len - 30, 30), -LPPACK_E_MODULE);
	expect_error(&t.f->err, LPPACK_E_MODULE, "cut off");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(a_kernel_that_insists_on_nothing),
		fixture_test(kernels_that_insist),
		fixture_test(malformed_signatures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
