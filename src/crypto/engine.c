/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Private keys of tokens by OpenSSL's ENGINE interface. OpenSSL 3 deprecates it in favour of providers, but distributions
 * of its 3.0 bring PKCS#11 as an engine only. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include "crypto/engine.h"

#include <openssl/opensslconf.h>

/* Some distributions have given them up altogether. */
#if defined(OPENSSL_NO_ENGINE) || !__has_include(<openssl/engine.h>)

EVP_PKEY *lp_engine_load_key(const char *uri, const char *module, struct lp_asking *asking, bool *missing)
{
	(void)uri;
	(void)module;
	(void)asking;
	*missing = true;
	return NULL;
}

#else

#include <openssl/engine.h>
#include <openssl/ui.h>

LP_DEFINE_CLEANUP(ENGINE, ENGINE_free)
LP_DEFINE_CLEANUP(UI_METHOD, UI_destroy_method)

EVP_PKEY *lp_engine_load_key(const char *uri, const char *module, struct lp_asking *asking, bool *missing)
{
	LP_AUTO(cleanup_ENGINE_free) ENGINE *engine = ENGINE_by_id("pkcs11");
	LP_AUTO(cleanup_UI_destroy_method) UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(lp_asking_answer, 0);
	EVP_PKEY *pkey = NULL;

	*missing = !engine;
	if (!engine || !ui || ENGINE_ctrl_cmd_string(engine, "QUIET", NULL, 0) != 1 ||
	    (module && ENGINE_ctrl_cmd_string(engine, "MODULE_PATH", module, 0) != 1))
		return NULL;
	if (ENGINE_init(engine) != 1)
		return NULL;
	pkey = ENGINE_load_private_key(engine, uri, ui, asking);
	ENGINE_finish(engine); /* the key keeps it working */
	return pkey;
}

#endif
