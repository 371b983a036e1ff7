/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tests what init code refers to: functions of the kernel's, of the module's own, and what decides nothing. */
#include "support/bytes.h"
#include "support/kernel_maker.h"

#include "shared/text.h"
#include "inspect/init_calls.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

enum place {
	NOWHERE = 0,
	TEXT = 1,
	INIT = 2,
	DATA = 3,
};

/* A relocation of init code at byte 4, or of the code behind it. */
struct reference {
	const char *name; /* NULL: a section's symbol */
	enum place to;
	bool behind_init;  /* beyond the end of init_module */
	bool init_in_text; /* init code without a section of its own */
	const char *told;
};

static void put_symbol(struct lp_buf *symbols, struct lp_buf *names, const char *name, unsigned char type,
		       enum place section, uint64_t size)
{
	Elf64_Sym symbol = { .st_info = ELF64_ST_INFO(STB_GLOBAL, type),
			     .st_shndx = (uint16_t)section,
			     .st_size = size };

	if (name) {
		symbol.st_name = (uint32_t)names->len;
		lp_buf_append(names, name, strlen(name) + 1);
	}
	lp_buf_append(symbols, &symbol, sizeof(symbol));
}

static void judge(const struct reference *r)
{
	static const uint8_t code[32];
	LP_AUTO_BUF struct lp_buf symbols = { 0 };
	LP_AUTO_BUF struct lp_buf names = { 0 };
	LP_AUTO_BUF struct lp_buf bytes = { 0 };
	LP_AUTO_ELF struct lp_elf elf = { 0 };
	struct lppack_error err = LPPACK_ERROR_INIT;
	enum place init = r->init_in_text ? TEXT : INIT;
	const Elf64_Rela rela[] = { { 1, ELF64_R_INFO(2, R_X86_64_PLT32), -4 },
				    { r->behind_init ? 20 : 4, ELF64_R_INFO(3, R_X86_64_PLT32), -4 } };
	const struct kernel_maker_section sections[] = {
		{ .name = ".text", .type = SHT_PROGBITS, .flags = SHF_ALLOC | SHF_EXECINSTR, .bytes = code, .n = 32 },
		{ .name = ".init.text",
		  .type = SHT_PROGBITS,
		  .flags = SHF_ALLOC | SHF_EXECINSTR,
		  .bytes = code,
		  .n = 32 },
		{ .name = ".data", .type = SHT_PROGBITS, .flags = SHF_ALLOC | SHF_WRITE, .bytes = code, .n = 32 },
		{ .name = ".rela", .type = SHT_RELA, .link = 5, .info = init, .bytes = rela, .n = sizeof(rela) },
		{ .name = ".symtab", .type = SHT_SYMTAB, .link = 6, .bytes = NULL, .n = 0 },
		{ .name = ".strtab", .type = SHT_STRTAB, .bytes = NULL, .n = 0 },
	};
	struct kernel_maker_section all[6];
	const struct kernel_maker_elf options = { .sections = all, .n = 6, .type = ET_REL, .machine = EM_X86_64 };

	memcpy(all, sections, sizeof(all));
	lp_buf_append(&names, "", 1);
	put_symbol(&symbols, &names, NULL, 0, NOWHERE, 0);
	put_symbol(&symbols, &names, "init_module", STT_FUNC, init, 16);
	put_symbol(&symbols, &names, "klp_enable_patch", STT_NOTYPE, NOWHERE, 0);
	put_symbol(&symbols, &names, r->name, r->name ? STT_FUNC : STT_SECTION, r->to, 0);
	all[4].bytes = symbols.data;
	all[4].n = symbols.len;
	all[5].bytes = names.data;
	all[5].n = names.len;
	assert_int_equal(kernel_maker_elf(&options, &bytes), 0);
	assert_int_equal(lp_elf_open(&elf, bytes.data, bytes.len, "test.ko", &err), 0);
	if (!lp_text_equal(lp_init_calls_find(&elf), r->told))
		fail_msg("%s: %s", r->name, lp_init_calls_find(&elf));
}

static void what_init_code_refers_to(void **state)
{
	static const struct reference references[] = {
		{ "_printk", NOWHERE, false, false, NULL },
		{ "__x86_indirect_thunk_rax", NOWHERE, false, false, NULL },
		{ "__x86_return_thunk", NOWHERE, false, false, NULL },
		{ "klp_enable_patch_twice", NOWHERE, false, false, "klp_enable_patch_twice" },
		{ "filp_open", NOWHERE, false, false, "filp_open" },
		{ "filp_open", NOWHERE, true, false, "filp_open" },
		/* Without a section of its own, it ends where its symbol does. */
		{ "filp_open", NOWHERE, true, true, NULL },
		{ "filp_open", NOWHERE, false, true, "filp_open" },
		{ "patch", DATA, false, false, NULL },
		{ NULL, DATA, false, false, NULL },
		{ "helper", INIT, false, false, NULL },
		{ "helper", TEXT, false, false, "helper" },
		{ NULL, TEXT, false, false, "a function of its own" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++)
		judge(&references[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_init_code_refers_to) };

	return cmocka_run_group_tests_name("init_calls", tests, NULL, NULL);
}
