/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the operator's settings for a machine. */
#include "machine/config.h"

#include "shared/text.h"
#include "base/root.h"
#include "base/value.h"
#include "format/doc.h"
#include "format/manifest.h"
#include "format/yaml.h"

#include <stdlib.h>

#define CONFIG_MAX 65536
#define KEEP_DEFAULT 3

void lp_config_free(struct lp_config *config)
{
	free(config->stream);
	*config = (struct lp_config){ .keep_levels = KEEP_DEFAULT };
}

static int config_decode(struct lp_doc *doc, struct lp_config *out)
{
	static const char *const keys[] = { "keep_levels", "stream", NULL };

	lp_doc_keys(doc, keys);
	lp_doc_int(doc, "keep_levels", false, LP_KEEP_MAX, &out->keep_levels);
	if (doc->rc == 0 && out->keep_levels == 0)
		lp_doc_fail(doc, "keep_levels", NULL, "'keep_levels' must be 1 to %d", LP_KEEP_MAX);
	lp_doc_text_dup(doc, "stream", false, &out->stream);
	if (doc->rc == 0 && out->stream && !lp_stream_name_is_valid(out->stream))
		lp_doc_fail(doc, "stream", NULL, "'stream' is no stream's name");
	return doc->rc;
}

int lp_config_read(const char *root, struct lp_config *out, struct lppack_error *err)
{
	LP_AUTO_FREE char *path = lp_text_format("%s" LP_CONFIG_FILE, root);
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	LP_AUTO_BUF struct lp_buf text = { 0 };
	struct lp_doc doc = { .name = path, .code = LPPACK_E_SPEC, .err = err };
	int rc;

	*out = (struct lp_config){ .keep_levels = KEEP_DEFAULT };
	if (!path)
		return lp_fail_nomem(err);
	if (lp_root_is_absent(root, LP_CONFIG_FILE))
		return 0;
	rc = lp_root_read_safe(root, LP_CONFIG_FILE, CONFIG_MAX, &text, err);
	if (rc < 0)
		return rc;
	rc = lp_yaml_parse(text.data, text.len, path, LPPACK_E_SPEC, &tree, err);
	if (rc < 0)
		return rc;
	doc.map = tree;
	rc = config_decode(&doc, out);
	if (rc < 0)
		lp_config_free(out);
	return rc;
}
