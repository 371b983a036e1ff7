/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The texts beside a kernel; the first byte says which one: System.map, /proc/kallsyms, Module.symvers, modules.dep,
 * modules.builtin, the configuration. */
#include "replay.h"

#include "inspect/kconfig.h"
#include "inspect/kernel_exports.h"
#include "inspect/module_index.h"
#include "inspect/symbol_set.h"
#include "inspect/symbol_text.h"
#include "inspect/symvers.h"

#include <stdlib.h>
#include <string.h>

static void check_outcome(int rc, const struct lppack_error *err, size_t n)
{
	if (rc != -err->code || (rc < 0) != (err->message[0] != '\0') || (rc < 0 && n))
		abort();
}

static void read_symbols(bool is_proc, const uint8_t *data, size_t size)
{
	LP_AUTO_SYMBOL_SET struct lp_symbol_set set = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	int rc = is_proc ? lp_symbol_set_read_proc(&set, data, size, "kallsyms", &err) :
			   lp_symbol_set_read_map(&set, data, size, "System.map", &err);

	check_outcome(rc, &err, set.n);
	for (size_t i = 0; i < set.n; i++) {
		const struct lp_kernel_symbol *s = &set.symbols[i];

		if (s->object && strcmp(s->object, "vmlinux") == 0)
			continue;
		if (lp_symbol_set_count(&set, s->object, s->name) == 0 ||
		    lp_symbol_set_resolve(&set, s->object, s->name, 1, NULL, NULL) != LP_RESOLVED ||
		    (set.has_addresses && !lp_symbol_set_at(&set, s->address)))
			abort();
	}
}

static void read_symvers(const uint8_t *data, size_t size)
{
	LP_AUTO_KERNEL_EXPORTS struct lp_kernel_exports exports = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;

	check_outcome(lp_kernel_exports_read_symvers(&exports, data, size, "Module.symvers", &err), &err, exports.n);
	for (size_t i = 0; i < exports.n; i++)
		if (!lp_kernel_exports_find(&exports, exports.exports[i].name))
			abort();
}

static void read_index(bool is_builtin, const uint8_t *data, size_t size)
{
	LP_AUTO_MODULE_INDEX struct lp_module_index index = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	int rc = is_builtin ? lp_module_index_read_builtin(&index, data, size, "modules.builtin", &err) :
			      lp_module_index_read_dep(&index, data, size, "modules.dep", &err);

	check_outcome(rc, &err, index.n);
	for (size_t i = 0; i < index.n; i++)
		if (!lp_module_index_find(&index, index.entries[i].name))
			abort();
}

static void read_config(const uint8_t *data, size_t size)
{
	LP_AUTO_KCONFIG struct lp_kconfig config = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;

	check_outcome(lp_kconfig_parse(&config, data, size, "config", &err), &err, config.n);
	for (size_t i = 0; i < config.n; i++)
		if (lp_kconfig_get(&config, config.items[i].name) != config.items[i].value)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	switch (data[0] % 6) {
	case 0:
	case 1:
		read_symbols(data[0] % 6, data + 1, size - 1);
		break;
	case 2:
		read_symvers(data + 1, size - 1);
		break;
	case 3:
	case 4:
		read_index(data[0] % 6 == 4, data + 1, size - 1);
		break;
	default:
		read_config(data + 1, size - 1);
	}
	return 0;
}

void fuzz_seeds(void (*feed)(const void *bytes, size_t n))
{
	/* '0' is 48, which 6 divides. */
	static const char *const seeds[] = {
		"0ffffffff81000000 T _text\nffffffff81000010 t f.isra.0\n0000000000000000 A per_cpu\n",
		"0ffffffffffffffff B The real System.map is in the linux-image-<version>-dbg package\n",
		"1ffffffff81000000 T _text\nffffffffc0000000 t f\t[mod]\nffffffffc0000010 t f\t[mod]\n",
		"10000000000000000 T _text\n0000000000000000 t f\n",
		"20x4bc6b4d1\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n0x00000001\tx\tfs/a-b\tEXPORT_SYMBOL_GPL\tNS\n",
		"3kernel/fs/xfs/xfs.ko.xz: kernel/lib/libcrc32c.ko.xz\nkernel/lib/libcrc32c.ko.xz:\n",
		"4kernel/fs/ext4/ext4.ko\nkernel/some-thing.ko\n",
		"5# comment\nCONFIG_LIVEPATCH=y\n# CONFIG_X is not set\nCONFIG_T=\"a \\\"b\\\" \\\\\"\nCONFIG_HZ=250\n",
	};

	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
		feed(seeds[i], strlen(seeds[i]));
}
