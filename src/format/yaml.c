/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The YAML subset: parsing into a tree, and the one way to write it. */
#include "format/yaml.h"

#include "shared/text.h"

#include <string.h>
#include <yaml.h>

struct parser {
	yaml_parser_t yaml;
	const char *name;
	enum lppack_code code;
	struct lppack_error *err;
};

static int fail_at(struct parser *p, const yaml_event_t *event, const char *what)
{
	const char *hint = p->code == LPPACK_E_SPEC ? "lppack-spec(5) tells what stands in a spec" : NULL;

	return lp_fail(p->err, p->code, hint, "%s:%zu: %s", p->name, event->start_mark.line + 1, what);
}

static int next_event(struct parser *p, yaml_event_t *event)
{
	if (yaml_parser_parse(&p->yaml, event))
		return 0;
	*event = (yaml_event_t){ 0 };
	if (p->yaml.error == YAML_MEMORY_ERROR)
		return lp_fail_nomem(p->err);
	return lp_fail(p->err, p->code, "check the indentation and the quotes", "%s:%zu: not YAML: %s", p->name,
		       p->yaml.problem_mark.line + 1, p->yaml.problem ? p->yaml.problem : "unreadable");
}

static int parse_node(struct parser *p, const yaml_event_t *event, unsigned int depth, struct lppack_value **out);

static int check_plainness(struct parser *p, const yaml_event_t *event, const yaml_char_t *anchor,
			   const yaml_char_t *tag)
{
	if (anchor)
		return fail_at(p, event, "anchors are not allowed");
	if (tag)
		return fail_at(p, event, "tags are not allowed");
	return 0;
}

/* Plain words that are whole numbers or true/false have that type; everything else is text. */
static struct lppack_value *typed_scalar(const char *text, bool plain)
{
	struct lppack_value *value;
	uint64_t number;

	if (plain && lp_text_to_u64(text, &number) == 0)
		return lp_value_int(number);
	if (plain && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
		return lp_value_bool(text[0] == 't');
	value = lp_value_string(text);
	if (value)
		value->plain = plain;
	return value;
}

static int parse_scalar(struct parser *p, const yaml_event_t *event, struct lppack_value **out)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;
	int rc = check_plainness(p, event, event->data.scalar.anchor, event->data.scalar.tag);

	if (rc < 0)
		return rc;
	if (strlen(text) != len || !lp_text_is_clean(text, len, false))
		return fail_at(p, event, "control characters and line breaks are not allowed in a text");
	*out = typed_scalar(text, event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE);
	if (!*out)
		return lp_fail_nomem(p->err);
	(*out)->line = (unsigned int)event->start_mark.line + 1;
	return 0;
}

static bool is_key(const char *text)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	size_t len = strlen(text);

	return len > 0 && len <= LP_YAML_KEY_MAX && strspn(text, allowed) == len && text[0] >= 'a' && text[0] <= 'z';
}

static int take_key(struct parser *p, const yaml_event_t *event, const struct lppack_value *map, char **key)
{
	const char *text;
	int rc;

	if (event->type != YAML_SCALAR_EVENT)
		return fail_at(p, event, "a key must be a plain word");
	rc = check_plainness(p, event, event->data.scalar.anchor, event->data.scalar.tag);
	if (rc < 0)
		return rc;
	text = (const char *)event->data.scalar.value;
	if (strlen(text) != event->data.scalar.length || !is_key(text))
		return fail_at(p, event, "a key must be lower-case letters, digits, '-' and '_'");
	if (lppack_value_count(map) >= LP_YAML_KEYS_MAX)
		return fail_at(p, event, "too many keys in one map");
	if (lppack_value_get(map, text))
		return lp_fail(p->err, p->code, "keep one of them", "%s:%zu: the key '%s' stands twice", p->name,
			       event->start_mark.line + 1, text);
	*key = strdup(text);
	return *key ? 0 : lp_fail_nomem(p->err);
}

static int parse_map(struct parser *p, unsigned int depth, struct lppack_value **map)
{
	for (;;) {
		LP_AUTO(yaml_event_delete) yaml_event_t key_event = { 0 };
		LP_AUTO(yaml_event_delete) yaml_event_t event = { 0 };
		LP_AUTO_FREE char *key = NULL;
		struct lppack_value *item = NULL;
		int rc = next_event(p, &key_event);

		if (rc < 0 || key_event.type == YAML_MAPPING_END_EVENT)
			return rc;
		rc = take_key(p, &key_event, *map, &key);
		if (rc < 0)
			return rc;
		rc = next_event(p, &event);
		if (rc < 0)
			return rc;
		rc = parse_node(p, &event, depth, &item);
		if (rc < 0)
			return rc;
		lp_value_add(map, key, item);
		if (!*map)
			return lp_fail_nomem(p->err);
	}
}

static int parse_list(struct parser *p, unsigned int depth, struct lppack_value **list)
{
	for (;;) {
		LP_AUTO(yaml_event_delete) yaml_event_t event = { 0 };
		struct lppack_value *item = NULL;
		int rc = next_event(p, &event);

		if (rc < 0 || event.type == YAML_SEQUENCE_END_EVENT)
			return rc;
		rc = parse_node(p, &event, depth, &item);
		if (rc < 0)
			return rc;
		lp_value_push(list, item);
		if (!*list)
			return lp_fail_nomem(p->err);
	}
}

static int parse_container(struct parser *p, const yaml_event_t *event, unsigned int depth, struct lppack_value **out)
{
	bool is_map = event->type == YAML_MAPPING_START_EVENT;
	LP_AUTO_VALUE struct lppack_value *value = is_map ? lp_value_map() : lp_value_list();
	int rc;

	if (!value)
		return lp_fail_nomem(p->err);
	if (depth >= LP_YAML_DEPTH)
		return fail_at(p, event, "nested too deeply");
	value->line = (unsigned int)event->start_mark.line + 1;
	rc = is_map ? check_plainness(p, event, event->data.mapping_start.anchor, event->data.mapping_start.tag) :
		      check_plainness(p, event, event->data.sequence_start.anchor, event->data.sequence_start.tag);
	if (rc < 0)
		return rc;
	rc = is_map ? parse_map(p, depth + 1, &value) : parse_list(p, depth + 1, &value);
	if (rc < 0)
		return rc;
	*out = LP_TAKE(value);
	return 0;
}

static int parse_node(struct parser *p, const yaml_event_t *event, unsigned int depth, struct lppack_value **out)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return parse_scalar(p, event, out);
	case YAML_MAPPING_START_EVENT:
	case YAML_SEQUENCE_START_EVENT:
		return parse_container(p, event, depth, out);
	case YAML_ALIAS_EVENT:
		return fail_at(p, event, "aliases are not allowed");
	default:
		return fail_at(p, event, "not a value");
	}
}

static int expect_event(struct parser *p, yaml_event_type_t type, const char *what)
{
	LP_AUTO(yaml_event_delete) yaml_event_t event = { 0 };
	int rc = next_event(p, &event);

	if (rc < 0)
		return rc;
	if (event.type != type)
		return fail_at(p, &event, what);
	if (type == YAML_DOCUMENT_START_EVENT &&
	    (event.data.document_start.version_directive ||
	     event.data.document_start.tag_directives.start != event.data.document_start.tag_directives.end))
		return fail_at(p, &event, "directives are not allowed");
	return 0;
}

static int parse_stream(struct parser *p, struct lppack_value **out)
{
	LP_AUTO(yaml_event_delete) yaml_event_t event = { 0 };
	int rc = expect_event(p, YAML_STREAM_START_EVENT, "not YAML");

	if (rc < 0)
		return rc;
	rc = expect_event(p, YAML_DOCUMENT_START_EVENT, "the file is empty");
	if (rc < 0)
		return rc;
	rc = next_event(p, &event);
	if (rc < 0)
		return rc;
	if (event.type != YAML_MAPPING_START_EVENT)
		return fail_at(p, &event, "the file must be a map of keys and values");
	rc = parse_node(p, &event, 0, out);
	if (rc < 0)
		return rc;
	rc = expect_event(p, YAML_DOCUMENT_END_EVENT, "more than one value");
	if (rc < 0)
		return rc;
	return expect_event(p, YAML_STREAM_END_EVENT, "more than one document");
}

/* Names the first line that is not clean: no character of UTF-8 spans a line break. */
static int fail_unclean(const char *text, size_t n, const char *name, enum lppack_code code, struct lppack_error *err)
{
	const char *hint =
		code == LPPACK_E_SPEC ? "save it as UTF-8 without tabs, carriage returns and byte-order mark" : NULL;
	const char *what = "";
	size_t len = 0;
	unsigned int line = 1;

	for (;; line++) {
		const char *end = memchr(text, '\n', n);

		len = end ? (size_t)(end - text) : n;
		if (!end || !lp_text_is_clean(text, len, false))
			break;
		text += len + 1;
		n -= len + 1;
	}
	if (memchr(text, '\t', len))
		what = ": a tab";
	else if (memchr(text, '\r', len))
		what = ": a carriage return";
	return lp_fail(err, code, hint, "%s:%u: not clean UTF-8 text%s", name, line, what);
}

int lp_yaml_parse(const void *bytes, size_t n, const char *name, enum lppack_code code, struct lppack_value **out,
		  struct lppack_error *err)
{
	struct parser p = { .name = name, .code = code, .err = err };
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	int rc;

	if (!lp_text_is_clean(bytes, n, true))
		return fail_unclean(bytes, n, name, code, err);
	if (!yaml_parser_initialize(&p.yaml))
		return lp_fail_nomem(err);
	yaml_parser_set_encoding(&p.yaml, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&p.yaml, bytes, n);
	rc = parse_stream(&p, &tree);
	yaml_parser_delete(&p.yaml);
	if (rc < 0)
		return rc;
	*out = LP_TAKE(tree);
	return 0;
}

static void emit_scalar(const struct lppack_value *value, struct lp_buf *out)
{
	if (value->kind != LPPACK_KIND_STRING) {
		lp_buf_text(out, value->text);
		return;
	}
	lp_buf_text(out, "\"");
	for (const char *p = value->text; *p; p++) {
		if (*p == '"' || *p == '\\')
			lp_buf_text(out, "\\");
		lp_buf_append(out, p, 1);
	}
	lp_buf_text(out, "\"");
}

static void emit_container(const struct lppack_value *value, int indent, bool inline_first, struct lp_buf *out);

static bool is_container(const struct lppack_value *value)
{
	return value->kind == LPPACK_KIND_MAP || value->kind == LPPACK_KIND_LIST;
}

static void emit_entry(const struct lppack_value *value, int indent, struct lp_buf *out)
{
	if (!is_container(value)) {
		lp_buf_text(out, " ");
		emit_scalar(value, out);
		lp_buf_text(out, "\n");
	} else if (value->n == 0) {
		lp_buf_text(out, value->kind == LPPACK_KIND_MAP ? " {}\n" : " []\n");
	} else {
		lp_buf_text(out, "\n");
		emit_container(value, indent + 2, false, out);
	}
}

/* inline_first: the first key stands on the line of its list's dash. */
static void emit_container(const struct lppack_value *value, int indent, bool inline_first, struct lp_buf *out)
{
	for (size_t i = 0; i < value->n; i++) {
		const struct lppack_value *item = value->items[i];

		if (i > 0 || !inline_first)
			lp_buf_printf(out, "%*s", indent, "");
		if (value->kind == LPPACK_KIND_MAP) {
			lp_buf_printf(out, "%s:", value->keys[i]);
			emit_entry(item, indent, out);
		} else if (is_container(item) && item->n > 0) {
			lp_buf_text(out, "- ");
			emit_container(item, indent + 2, true, out);
		} else {
			lp_buf_text(out, "-");
			emit_entry(item, indent, out);
		}
	}
}

void lp_yaml_emit(const struct lppack_value *tree, struct lp_buf *out)
{
	emit_container(tree, 0, false, out);
}

static unsigned int line_of_difference(const uint8_t *a, size_t n, const struct lp_buf *b)
{
	unsigned int line = 1;

	for (size_t i = 0; i < n && i < b->len && a[i] == b->data[i]; i++)
		line += a[i] == '\n';
	return line;
}

int lp_yaml_parse_canonical(const void *bytes, size_t n, const char *name, struct lppack_value **out,
			    struct lppack_error *err)
{
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	LP_AUTO_BUF struct lp_buf again = { 0 };
	int rc = lp_yaml_parse(bytes, n, name, LPPACK_E_STRUCTURE, &tree, err);

	if (rc < 0)
		return rc;
	lp_yaml_emit(tree, &again);
	if (!lp_buf_ok(&again))
		return lp_fail_nomem(err);
	if (again.len != n || memcmp(again.data, bytes, n) != 0)
		return lp_fail(err, LPPACK_E_STRUCTURE, "the bundle was not made by a conforming writer",
			       "%s:%u: not in the canonical form", name, line_of_difference(bytes, n, &again));
	*out = LP_TAKE(tree);
	return 0;
}
