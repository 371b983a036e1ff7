/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes modules and kernel files for tests: whole enough for every reader of lppack, far too small to run. A zeroed
 * struct of options is valid everywhere. Text in options is borrowed; the functions return 0, or -1 without memory.
 */
#ifndef LP_TESTS_ELF_MAKER_H
#define LP_TESTS_ELF_MAKER_H

#include "shared/buf.h"
#include "base/facts.h"

struct elf_maker_func {
	const char *name;
	uint64_t sympos;
};

struct elf_maker_object {
	const char *name; /* NULL or "vmlinux": the kernel itself */
	const struct elf_maker_func *funcs;
	size_t n_funcs;
	unsigned int callbacks; /* enum lp_callback bits */
};

/* The CRCs of what every module imports. */
#define ELF_MAKER_LAYOUT_CRC 0x12345678u
#define ELF_MAKER_ENABLE_CRC 0x9abcdef0u

struct elf_maker_import {
	const char *name;
	bool has_crc;
	uint32_t crc;
};

/* What the init code does to replace of struct klp_patch (x86_64). */
enum elf_maker_init {
	ELF_MAKER_INIT_NONE, /* there is none */
	ELF_MAKER_INIT_TRUE,
	ELF_MAKER_INIT_FALSE,
	ELF_MAKER_INIT_UNKNOWN, /* stores the outcome of a comparison */
};

enum elf_maker_target {
	ELF_MAKER_TO_OUTSIDE,
	ELF_MAKER_TO_PATCH,  /* source-built: struct klp_patch */
	ELF_MAKER_TO_MODULE, /* __this_module */
	ELF_MAKER_TO_DATA,   /* the start of .data */
	ELF_MAKER_TO_INIT,   /* the start of .init.text */
};

struct elf_maker_reloc {
	uint64_t offset;
	uint32_t type;
	enum elf_maker_target to;
	int64_t addend;
};

struct elf_maker_options {
	const char *name;     /* "livepatch_test" */
	const char *release;  /* "6.1.0-1-test" */
	const char *vermagic; /* "RELEASE SMP preempt mod_unload modversions " */
	const char *arch;     /* "x86_64"; also aarch64, s390x (big-endian), ppc64le, riscv64, loongarch64 */
	uint16_t machine;     /* e_machine instead of that of arch */
	const char *srcversion;
	const char *depends;
	struct lp_build_id build_id;            /* the module's own; len 0: derived from name, release and seed */
	enum lp_builder builder;                /* UNKNOWN: SOURCE */
	const struct elf_maker_object *objects; /* none: vmlinux with one function, cmdline_proc_show */
	size_t n_objects;
	const struct lp_klp_state *states; /* source-built only */
	size_t n_states;
	unsigned int object_stride; /* 168 */
	unsigned int func_stride;   /* 152 */
	size_t filler;              /* bytes of pseudo-random code */
	uint64_t seed;              /* of the filler; the same seed makes the same bytes */
	bool no_replace;
	bool not_livepatch;
	const char *mark; /* the value of modinfo livepatch: "Y" */
	bool no_anatomy;  /* marked as a livepatch, with nothing to recognise */
	bool no_modinfo;
	bool no_modinfo_name; /* the name in struct module stays */
	bool no_build_id;
	bool stripped;         /* as strip --strip-unneeded leaves it: section symbols only */
	bool has_signature;    /* with a (meaningless) signature appended */
	const void *signature; /* that one instead, of signature_size bytes */
	size_t signature_size;
	/* Versions, an import of klp_shadow_get, an export, livepatch relocations and symbols, a jump table, marks of
	 * hardening, a debug section, .bss, a build salt, function symbols of 16 bytes. */
	bool extras;
	bool no_enable;   /* klp_enable_patch is neither imported nor called */
	bool no_versions; /* no __versions, but those of imports with a CRC; else of module_layout and klp_enable_patch */
	bool no_init;     /* no such pointers in struct module */
	bool no_exit;
	const char *license;                    /* "GPL" */
	const struct elf_maker_import *imports; /* module_layout gets its CRC only */
	size_t n_imports;
	/* ".klp.sym.OBJECT.NAME,POSITION", NULL-terminated, each with a livepatch relocation in a section for the object of
	 * the first. */
	const char *const *klp_symbols;
	bool no_klp_relocations; /* the symbols alone */
	enum elf_maker_init init;
	const void *init_code; /* .init.text instead of what init says */
	size_t init_code_size;
	const struct elf_maker_reloc *init_relocs;
	size_t n_init_relocs;
};

int elf_maker_module(const struct elf_maker_options *options, struct lp_buf *out);

struct elf_maker_kernel {
	const char *release;         /* "6.1.0-1-test" */
	const char *arch;            /* "x86_64" */
	struct lp_build_id build_id; /* len 0: derived from the release */
	bool no_build_id;
	bool no_release;     /* without the build-salt note */
	bool stale_segments; /* vmlinux: as eu-strip -f leaves a debug file, notes found by sections only */
	size_t gap;          /* vmlinux: bytes between the headers and the notes */
};

/* The build ID that the functions below give the kernel. */
struct lp_build_id elf_maker_kernel_id(const struct elf_maker_kernel *options);
/* As /sys/kernel/notes has them. */
int elf_maker_notes(const struct elf_maker_kernel *options, struct lp_buf *out);
int elf_maker_vmlinux(const struct elf_maker_kernel *options, struct lp_buf *out);
/* An x86 bzImage around any payload. */
int elf_maker_bzimage_around(const char *release, const void *payload, size_t n, struct lp_buf *out);
/* A bzImage with a gzip payload of such a vmlinux. */
int elf_maker_bzimage(const char *release, const void *build_id, size_t build_id_len, struct lp_buf *out);
/* A gzip member of stored blocks. */
void elf_maker_gzip(const void *bytes, size_t n, struct lp_buf *out);

#endif
