/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes a fake module or kernel file for the tests of the command line; see usage(). */
#include "support/elf_maker.h"
#include "support/kernel_maker.h"

#include "base/file.h"
#include "shared/text.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define LIST_MAX 256

static void usage(FILE *to)
{
	fputs("usage: mkmodule [OPTION]... -o FILE\n"
	      "  --kind KIND          module (default), vmlinuz, vmlinux, notes, image (a vmlinux with symbols)\n"
	      "  --name NAME          module name (livepatch_test)\n"
	      "  --release RELEASE    kernel release (6.1.0-1-test)\n"
	      "  --vermagic TEXT      whole vermagic instead of one made of the release\n"
	      "  --arch ARCH          x86_64 (default), aarch64, s390x, ppc64le, riscv64, loongarch64\n"
	      "  --builder BUILDER    source (default), kpatch-build, klp-build\n"
	      "  --depends LIST       modinfo depends\n"
	      "  --srcversion TEXT    modinfo srcversion\n"
	      "  --object NAME        begin an object (the functions and callbacks after it belong to it)\n"
	      "  --function NAME[,POS]\n"
	      "  --callback NAME      pre_patch, post_patch, pre_unpatch, post_unpatch\n"
	      "  --state ID:VERSION\n"
	      "  --filler BYTES       pseudo-random code\n"
	      "  --seed NUMBER        of the filler\n"
	      "  --build-id HEX       of the module or kernel\n"
	      "  --init WHAT          what init code does to replace: none, true, false, unknown\n"
	      "  --import NAME[:CRC]  an imported symbol; the CRC is decimal\n"
	      "  --klp-symbol TEXT    .klp.sym.OBJECT.NAME,POSITION\n"
	      "  --license TEXT       GPL (default)\n"
	      "  --mark TEXT          modinfo livepatch: Y (default)\n"
	      "  --signature FILE     append this PKCS#7\n"
	      "  --extras             versions, exports, livepatch relocations, debug sections, ...\n"
	      "  --no-enable, --no-versions, --no-init-pointer, --no-exit\n"
	      "  --no-replace, --not-livepatch, --no-anatomy, --no-modinfo, --no-build-id, --stripped, --signed\n",
	      to);
}

enum option_id {
	KIND = 256,
	NAME,
	RELEASE,
	VERMAGIC,
	ARCH,
	BUILDER,
	DEPENDS,
	SRCVERSION,
	OBJECT,
	FUNCTION,
	CALLBACK,
	STATE,
	FILLER,
	SEED,
	BUILD_ID,
	INIT,
	SIGNATURE,
	IMPORT,
	KLP_SYMBOL,
	LICENSE,
	MARK,
	EXTRAS,
	NO_REPLACE,
	NOT_LIVEPATCH,
	NO_ANATOMY,
	NO_MODINFO,
	NO_BUILD_ID,
	STRIPPED,
	SIGNED,
	NO_ENABLE,
	NO_VERSIONS,
	NO_INIT,
	NO_EXIT,
};

static const struct option long_options[] = {
	{ "kind", required_argument, NULL, KIND },
	{ "name", required_argument, NULL, NAME },
	{ "release", required_argument, NULL, RELEASE },
	{ "vermagic", required_argument, NULL, VERMAGIC },
	{ "arch", required_argument, NULL, ARCH },
	{ "builder", required_argument, NULL, BUILDER },
	{ "depends", required_argument, NULL, DEPENDS },
	{ "srcversion", required_argument, NULL, SRCVERSION },
	{ "object", required_argument, NULL, OBJECT },
	{ "function", required_argument, NULL, FUNCTION },
	{ "callback", required_argument, NULL, CALLBACK },
	{ "state", required_argument, NULL, STATE },
	{ "filler", required_argument, NULL, FILLER },
	{ "seed", required_argument, NULL, SEED },
	{ "build-id", required_argument, NULL, BUILD_ID },
	{ "init", required_argument, NULL, INIT },
	{ "signature", required_argument, NULL, SIGNATURE },
	{ "import", required_argument, NULL, IMPORT },
	{ "klp-symbol", required_argument, NULL, KLP_SYMBOL },
	{ "license", required_argument, NULL, LICENSE },
	{ "mark", required_argument, NULL, MARK },
	{ "extras", no_argument, NULL, EXTRAS },
	{ "no-replace", no_argument, NULL, NO_REPLACE },
	{ "not-livepatch", no_argument, NULL, NOT_LIVEPATCH },
	{ "no-anatomy", no_argument, NULL, NO_ANATOMY },
	{ "no-modinfo", no_argument, NULL, NO_MODINFO },
	{ "no-build-id", no_argument, NULL, NO_BUILD_ID },
	{ "stripped", no_argument, NULL, STRIPPED },
	{ "signed", no_argument, NULL, SIGNED },
	{ "no-enable", no_argument, NULL, NO_ENABLE },
	{ "no-versions", no_argument, NULL, NO_VERSIONS },
	{ "no-init-pointer", no_argument, NULL, NO_INIT },
	{ "no-exit", no_argument, NULL, NO_EXIT },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

struct request {
	struct elf_maker_options module;
	const char *kind;
	const char *output;
	struct elf_maker_object objects[LIST_MAX];
	struct elf_maker_func funcs[LIST_MAX];
	size_t n_funcs;
	struct lp_klp_state states[LIST_MAX];
	struct elf_maker_import imports[LIST_MAX];
	const char *klp_symbols[LIST_MAX + 1];
	size_t n_klp_symbols;
};

static int find_word(const char *word, const char *const *words)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	return -1;
}

/* "LEFT<separator>NUMBER"; cuts the number off. Without a separator the number stays 0. */
static int split_number(char *text, char separator, uint64_t *number)
{
	char *at = strrchr(text, separator);

	if (!at)
		return 0;
	*at = '\0';
	return lp_text_to_u64(at + 1, number);
}

static int add_object(struct request *r, const char *name)
{
	if (r->module.n_objects == LIST_MAX)
		return -1;
	r->objects[r->module.n_objects++] = (struct elf_maker_object){ .name = name, .funcs = &r->funcs[r->n_funcs] };
	r->module.objects = r->objects;
	return 0;
}

static int add_function(struct request *r, char *text)
{
	struct elf_maker_func *func = &r->funcs[r->n_funcs];

	if (r->n_funcs == LIST_MAX || (!r->module.n_objects && add_object(r, NULL) < 0))
		return -1;
	func->name = text;
	r->n_funcs++;
	r->objects[r->module.n_objects - 1].n_funcs++;
	return split_number(text, ',', &func->sympos);
}

static int add_callback(struct request *r, const char *text)
{
	int which = find_word(text, lp_callback_names);

	if (which < 0 || (!r->module.n_objects && add_object(r, NULL) < 0))
		return -1;
	r->objects[r->module.n_objects - 1].callbacks |= 1u << which;
	return 0;
}

static int add_state(struct request *r, char *text)
{
	struct lp_klp_state *state = &r->states[r->module.n_states];
	uint64_t version = 0;

	if (r->module.n_states == LIST_MAX || split_number(text, ':', &version) < 0)
		return -1;
	r->module.states = r->states;
	r->module.n_states++;
	state->version = (uint32_t)version;
	return lp_text_to_u64(text, &state->id);
}

static int add_import(struct request *r, char *text)
{
	struct elf_maker_import *import = &r->imports[r->module.n_imports];
	uint64_t crc = 0;

	if (r->module.n_imports == LIST_MAX)
		return -1;
	import->has_crc = strchr(text, ':') != NULL;
	if (split_number(text, ':', &crc) < 0)
		return -1;
	import->name = text;
	import->crc = (uint32_t)crc;
	r->module.imports = r->imports;
	r->module.n_imports++;
	return 0;
}

static int add_klp_symbol(struct request *r, const char *text)
{
	if (r->n_klp_symbols == LIST_MAX)
		return -1;
	r->klp_symbols[r->n_klp_symbols++] = text;
	r->module.klp_symbols = r->klp_symbols;
	return 0;
}

static int take_size(size_t *out, const char *text)
{
	uint64_t number = 0;

	if (lp_text_to_u64(text, &number) < 0)
		return -1;
	*out = (size_t)number;
	return 0;
}

static int take_builder(struct request *r, const char *text)
{
	int builder = find_word(text, lp_builder_names);

	r->module.builder = builder < 0 ? LP_BUILDER_UNKNOWN : (enum lp_builder)builder;
	return builder <= 0 ? -1 : 0;
}

static int take_init(struct request *r, const char *text)
{
	static const char *const words[] = { "none", "true", "false", "unknown", NULL };
	int init = find_word(text, words);

	r->module.init = init < 0 ? ELF_MAKER_INIT_NONE : (enum elf_maker_init)init;
	return init < 0 ? -1 : 0;
}

static int take_signature(struct request *r, const char *path)
{
	/* Borrowed by the request until the program ends. */
	static struct lp_buf bytes;

	if (lp_file_read(AT_FDCWD, path, 65536, &bytes, NULL) < 0)
		return -1;
	r->module.signature = bytes.data;
	r->module.signature_size = bytes.len;
	return 0;
}

static int take_value(struct request *r, int id, char *value)
{
	switch (id) {
	case INIT:
		return take_init(r, value);
	case SIGNATURE:
		return take_signature(r, value);
	case IMPORT:
		return add_import(r, value);
	case KLP_SYMBOL:
		return add_klp_symbol(r, value);
	case FUNCTION:
		return add_function(r, value);
	case OBJECT:
		return add_object(r, value);
	case CALLBACK:
		return add_callback(r, value);
	case STATE:
		return add_state(r, value);
	case BUILDER:
		return take_builder(r, value);
	case FILLER:
		return take_size(&r->module.filler, value);
	case SEED:
		return lp_text_to_u64(value, &r->module.seed);
	case BUILD_ID:
		return lp_build_id_parse(value, &r->module.build_id);
	default:
		return -1;
	}
}

static const char **text_option(struct request *r, int id)
{
	switch (id) {
	case KIND:
		return &r->kind;
	case NAME:
		return &r->module.name;
	case RELEASE:
		return &r->module.release;
	case VERMAGIC:
		return &r->module.vermagic;
	case ARCH:
		return &r->module.arch;
	case DEPENDS:
		return &r->module.depends;
	case SRCVERSION:
		return &r->module.srcversion;
	case LICENSE:
		return &r->module.license;
	case MARK:
		return &r->module.mark;
	case 'o':
		return &r->output;
	default:
		return NULL;
	}
}

static bool *flag_option(struct request *r, int id)
{
	switch (id) {
	case EXTRAS:
		return &r->module.extras;
	case NO_REPLACE:
		return &r->module.no_replace;
	case NOT_LIVEPATCH:
		return &r->module.not_livepatch;
	case NO_ANATOMY:
		return &r->module.no_anatomy;
	case NO_MODINFO:
		return &r->module.no_modinfo;
	case NO_BUILD_ID:
		return &r->module.no_build_id;
	case STRIPPED:
		return &r->module.stripped;
	case SIGNED:
		return &r->module.has_signature;
	case NO_ENABLE:
		return &r->module.no_enable;
	case NO_VERSIONS:
		return &r->module.no_versions;
	case NO_INIT:
		return &r->module.no_init;
	case NO_EXIT:
		return &r->module.no_exit;
	default:
		return NULL;
	}
}

static int take_option(struct request *r, int id, char *value)
{
	const char **text = text_option(r, id);
	bool *flag = flag_option(r, id);

	if (text)
		*text = value;
	else if (flag)
		*flag = true;
	else
		return take_value(r, id, value);
	return 0;
}

/* One that the link check can ask everything. */
static int make_image(const struct elf_maker_kernel *kernel, const char *vermagic, struct lp_buf *out)
{
	LP_AUTO_BUF struct lp_buf notes = { 0 };
	struct kernel_maker image = { .vermagic = vermagic };

	if (elf_maker_notes(kernel, &notes) < 0)
		return -1;
	image.notes = notes.data;
	image.n_notes = notes.len;
	return kernel_maker_vmlinux(&image, out);
}

static int make(const struct request *r, struct lp_buf *out)
{
	const struct elf_maker_kernel kernel = { .release = r->module.release, .arch = r->module.arch,
						 .build_id = r->module.build_id,
						 .no_build_id = r->module.no_build_id };
	struct lp_build_id id = elf_maker_kernel_id(&kernel);

	if (strcmp(r->kind, "module") == 0)
		return elf_maker_module(&r->module, out);
	if (strcmp(r->kind, "vmlinuz") == 0)
		return elf_maker_bzimage(kernel.release, id.bytes, id.len, out);
	if (strcmp(r->kind, "vmlinux") == 0)
		return elf_maker_vmlinux(&kernel, out);
	if (strcmp(r->kind, "notes") == 0)
		return elf_maker_notes(&kernel, out);
	if (strcmp(r->kind, "image") == 0)
		return make_image(&kernel, r->module.vermagic, out);
	fprintf(stderr, "mkmodule: unknown kind %s\n", r->kind);
	return -1;
}

static int write_file(const char *path, const struct lp_buf *bytes)
{
	LP_AUTO_FCLOSE FILE *f = fopen(path, "wb");

	if (!f || fwrite(bytes->data, 1, bytes->len, f) != bytes->len || fflush(f) != 0) {
		perror(path);
		return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct request r = { .kind = "module" };
	LP_AUTO_BUF struct lp_buf out = { 0 };
	int id;

	while ((id = getopt_long(argc, argv, "o:h", long_options, NULL)) != -1) {
		if (id == 'h') {
			usage(stdout);
			return 0;
		}
		if (id == '?' || take_option(&r, id, optarg) < 0) {
			fprintf(stderr, "mkmodule: bad option before argument %d\n", optind);
			return 2;
		}
	}
	if (optind != argc || !r.output) {
		usage(stderr);
		return 2;
	}
	return make(&r, &out) < 0 || write_file(r.output, &out) < 0 ? 1 : 0;
}
