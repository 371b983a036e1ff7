/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes one thing of an ELF file: a section, a symbol, a relocation, a header. */
#include "support/elf_edit.h"

#include <elf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

uint8_t *elf_edit_header(struct lp_buf *bytes, const char *name)
{
	uint64_t table, strings;
	uint16_t n, names;

	memcpy(&table, bytes->data + 40, 8);
	memcpy(&n, bytes->data + 60, 2);
	memcpy(&names, bytes->data + 62, 2);
	memcpy(&strings, bytes->data + table + names * 64u + 24, 8);
	for (size_t i = 0; i < n; i++) {
		uint32_t at;

		memcpy(&at, bytes->data + table + i * 64, 4);
		if (strcmp((const char *)bytes->data + strings + at, name) == 0)
			return bytes->data + table + i * 64;
	}
	fail_msg("no section %s", name);
	return NULL;
}

uint8_t *elf_edit_content(struct lp_buf *bytes, const char *name, uint64_t *n)
{
	const uint8_t *header = elf_edit_header(bytes, name);
	uint64_t at;

	memcpy(&at, header + 24, 8);
	memcpy(n, header + 32, 8);
	return bytes->data + at;
}

void elf_edit_append(struct lp_buf *bytes, const char *name, uint64_t flags, uint64_t align, const void *content,
		     size_t n)
{
	LP_AUTO_BUF struct lp_buf table = { 0 };
	LP_AUTO_BUF struct lp_buf names = { 0 };
	uint8_t header[64] = { 0 };
	uint64_t at[3] = { bytes->len, n, 0 };
	uint64_t table_at, names_at, names_size;
	uint32_t name_at, type = 1;
	uint16_t count, names_index;

	memcpy(&table_at, bytes->data + 40, 8);
	memcpy(&count, bytes->data + 60, 2);
	memcpy(&names_index, bytes->data + 62, 2);
	lp_buf_append(&table, bytes->data + table_at, count * 64u);
	memcpy(&names_at, table.data + names_index * 64u + 24, 8);
	memcpy(&names_size, table.data + names_index * 64u + 32, 8);
	lp_buf_append(&names, bytes->data + names_at, names_size);
	name_at = (uint32_t)names.len;
	lp_buf_append(&names, name, strlen(name) + 1);
	lp_buf_append(bytes, content, n);
	names_at = bytes->len;
	names_size = names.len;
	memcpy(table.data + names_index * 64u + 24, &names_at, 8);
	memcpy(table.data + names_index * 64u + 32, &names_size, 8);
	lp_buf_append(bytes, names.data, names.len);
	memcpy(header, &name_at, 4);
	memcpy(header + 4, &type, 4);
	memcpy(header + 8, &flags, 8);
	memcpy(header + 24, at, 16);
	memcpy(header + 48, &align, 8);
	lp_buf_append(&table, header, 64);
	lp_buf_grow(bytes, -bytes->len % 16);
	table_at = bytes->len;
	count++;
	lp_buf_append(bytes, table.data, table.len);
	memcpy(bytes->data + 40, &table_at, 8);
	memcpy(bytes->data + 60, &count, 2);
}

/* By name, or if that is NULL by section and type. */
static uint8_t *find_symbol(struct lp_buf *bytes, const char *name, size_t section, uint32_t *number)
{
	uint64_t n, names_size;
	uint8_t *table = elf_edit_content(bytes, ".symtab", &n);
	const char *names = (const char *)elf_edit_content(bytes, ".strtab", &names_size);

	for (uint64_t i = 0; i < n / 24; i++) {
		uint8_t *symbol = table + i * 24;
		uint16_t index;
		uint32_t at;

		memcpy(&at, symbol, 4);
		memcpy(&index, symbol + 6, 2);
		*number = (uint32_t)i;
		if (name ? strcmp(names + at, name) == 0 : index == section && ELF64_ST_TYPE(symbol[4]) == STT_SECTION)
			return symbol;
	}
	fail_msg("no symbol %s", name ? name : "of the section");
	return NULL;
}

uint8_t *elf_edit_symbol(struct lp_buf *bytes, const char *name, uint32_t *number)
{
	return find_symbol(bytes, name, 0, number);
}

uint8_t *elf_edit_section_symbol(struct lp_buf *bytes, const char *section, uint32_t *number)
{
	const uint8_t *header = elf_edit_header(bytes, section);
	uint64_t table;

	memcpy(&table, bytes->data + 40, 8);
	return find_symbol(bytes, NULL, (size_t)(header - bytes->data - table) / 64, number);
}

void elf_edit_relocate(struct lp_buf *bytes, const char *section, uint64_t index, uint32_t symbol)
{
	uint64_t n;
	uint8_t *content = elf_edit_content(bytes, section, &n);

	if (index >= n / 24)
		fail_msg("%s has no relocation %llu", section, (unsigned long long)index);
	memcpy(content + index * 24 + 12, &symbol, 4);
	memset(content + index * 24 + 16, 0, 8);
}
