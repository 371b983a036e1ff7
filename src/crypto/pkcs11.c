/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Private keys in tokens, named by RFC 7512's URIs. */
#include "crypto/pkcs11.h"

#include "base/file.h"
#include "crypto/context.h"
#include "crypto/engine.h"
#include "crypto/openssl.h"
#include "crypto/pkey.h"

#include <ctype.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <string.h>

#define SCHEME "pkcs11:"
#define PIN_FILE_MAX 4096

LP_DEFINE_CLEANUP(UI_METHOD, UI_destroy_method)
LP_DEFINE_CLEANUP(OSSL_STORE_INFO, OSSL_STORE_INFO_free)

/* What lppack answers itself is taken out of the URI: OpenSSL's engine and provider differ in what they understand of
 * it, and messages show the rest. */
struct token {
	struct lp_buf uri;
	char *module;
	char *pin;
	char *pin_source;
};

static void wipe(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	free(secret);
}

static void token_free(struct token *token)
{
	lp_buf_free(&token->uri);
	free(token->module);
	wipe(token->pin);
	free(token->pin_source);
}

bool lp_private_key_is_uri(const char *name)
{
	return strncmp(name, SCHEME, strlen(SCHEME)) == 0;
}

static int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : isxdigit((unsigned char)c) ? tolower(c) - 'a' + 10 : -1;
}

/* malloc'd, or NULL: without memory, or for what is no percent-encoding or encodes a NUL. */
static char *percent_decode(const char *text, size_t n)
{
	char *out = calloc(1, n + 1);
	char *to = out;

	for (size_t i = 0; out && i < n; i++) {
		if (text[i] != '%') {
			*to++ = text[i];
			continue;
		}
		if (n - i < 3 || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0 ||
		    strncmp(text + i, "%00", 3) == 0) {
			wipe(out);
			return NULL;
		}
		*to++ = (char)(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
		i += 2;
	}
	return out;
}

/* An attribute of n bytes: ours, or to be passed on. separator: what stood before it, or NUL. */
static int take_attribute(struct token *token, char separator, const char *attribute, size_t n)
{
	struct {
		const char *name;
		char **value;
	} ours[] = {
		{ "module-path=", &token->module },
		{ "pin-value=", &token->pin },
		{ "pin-source=", &token->pin_source },
	};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		size_t len = strlen(ours[i].name);

		if (n < len || strncmp(attribute, ours[i].name, len) != 0)
			continue;
		if (*ours[i].value)
			return -1;
		*ours[i].value = percent_decode(attribute + len, n - len);
		return *ours[i].value && **ours[i].value ? 0 : -1;
	}
	/* The first one left opens the path, or the query. */
	if (separator == ';' && token->uri.len == strlen(SCHEME))
		separator = '\0';
	if (separator == '&' && !memchr(token->uri.data, '?', token->uri.len))
		separator = '?';
	if (separator)
		lp_buf_append(&token->uri, &separator, 1);
	lp_buf_append(&token->uri, attribute, n);
	return 0;
}

static int split_uri(const char *uri, struct token *token, struct lppack_error *err)
{
	const char *at = uri + strlen(SCHEME);
	char separator = '\0';
	int rc = 0;

	lp_buf_text(&token->uri, SCHEME);
	while (rc == 0 && lp_buf_ok(&token->uri)) {
		bool in_query = separator == '?' || separator == '&';
		size_t n = strcspn(at, in_query ? "&" : ";?");

		if (n)
			rc = take_attribute(token, separator, at, n);
		if (!at[n])
			break;
		separator = at[n];
		at += n + 1;
	}
	if (!lp_buf_ok(&token->uri))
		return lp_fail_nomem(err);
	if (rc < 0)
		return lp_fail(err, LPPACK_E_KEY, "RFC 7512: pkcs11:token=NAME;object=NAME?pin-source=FILE",
			       "%s...: a malformed or repeated attribute in the URI", (const char *)token->uri.data);
	return 0;
}

static int read_pin(struct token *token, struct lppack_error *err)
{
	LP_AUTO_BUF struct lp_buf text = { 0 };
	const char *path = token->pin_source;
	int rc;

	if (token->pin || !path)
		return 0;
	if (strncmp(path, "file:", 5) == 0)
		path += strncmp(path, "file://", 7) == 0 ? 7 : 5;
	rc = lp_file_read(AT_FDCWD, path, PIN_FILE_MAX, &text, err);
	if (rc < 0)
		return lp_wrap(err, rc, "pin-source");
	token->pin = text.data ? strndup((char *)text.data, strcspn((char *)text.data, "\r\n")) : strdup("");
	if (text.data)
		explicit_bzero(text.data, text.room);
	return token->pin ? 0 : lp_fail_nomem(err);
}

static EVP_PKEY *load_from_store(const char *uri, struct lp_asking *asking)
{
	LP_AUTO(cleanup_UI_destroy_method) UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(lp_asking_answer, 0);
	OSSL_STORE_CTX *store = ui ? OSSL_STORE_open(uri, ui, asking, NULL, NULL) : NULL;
	EVP_PKEY *pkey = NULL;

	if (store)
		OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY);
	while (store && !pkey && !OSSL_STORE_eof(store)) {
		LP_AUTO(cleanup_OSSL_STORE_INFO_free) OSSL_STORE_INFO *info = OSSL_STORE_load(store);

		if (!info)
			break;
		if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY)
			pkey = OSSL_STORE_INFO_get1_PKEY(info);
	}
	OSSL_STORE_close(store);
	return pkey;
}

static int fail_token(const char *name, const struct lp_asking *asking, bool missing, struct lppack_error *err)
{
	if (missing) {
		ERR_clear_error();
		return lp_fail(err, LPPACK_E_KEY,
			       "install OpenSSL's provider or engine for PKCS#11 (Debian: libengine-pkcs11-openssl)",
			       "%s: this OpenSSL cannot use tokens", name);
	}
	if (asking->rc < 0) {
		ERR_clear_error();
		return asking->rc;
	}
	if (asking->asked && !asking->passphrase && !asking->known)
		return lp_fail_openssl(err, LPPACK_E_KEY, "give the PIN by pin-source=FILE in the URI",
				       "%s: the token wants a PIN", name);
	return lp_fail_openssl(err, LPPACK_E_KEY, "list what the token has with: p11tool --list-all or pkcs11-tool -O",
			       "%s: no private key by that URI%s", name,
			       asking->asked ? ", or the PIN is wrong" : "");
}

int lp_private_key_open_uri(const char *uri, const struct lp_passphrase *passphrase, struct lp_private_key **out,
			    struct lppack_error *err)
{
	LP_AUTO(token_free) struct token token = { 0 };
	struct lp_asking asking = { .passphrase = passphrase, .err = err };
	EVP_PKEY *pkey;
	bool missing = false;
	int rc = split_uri(uri, &token, err);

	if (rc < 0)
		return rc;
	rc = read_pin(&token, err);
	if (rc < 0)
		return rc;
	if (token.module && access(token.module, R_OK) != 0)
		return lp_fail_sys(err, LPPACK_E_KEY, "name the token's PKCS#11 library", "module-path %s",
				   token.module);
	lp_openssl_configure();
	asking.what = (const char *)token.uri.data;
	asking.known = token.pin;
	/* The provider's module is configured in OpenSSL's own files, so it cannot serve a URI that names one. It stays
	 * loaded: the keys need it. */
	if (!token.module && OSSL_PROVIDER_try_load(NULL, "pkcs11", 1)) {
		pkey = load_from_store(asking.what, &asking);
	} else {
		ERR_clear_error();
		pkey = lp_engine_load_key(asking.what, token.module, &asking, &missing);
	}
	if (!pkey)
		return fail_token(asking.what, &asking, missing, err);
	ERR_clear_error();
	return lp_private_key_take(pkey, asking.what, out, err);
}
