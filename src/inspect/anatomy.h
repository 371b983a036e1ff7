/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Everything beyond struct lp_module_facts that a module tells without being loaded: for people, not for bundles. */
#ifndef LP_INSPECT_ANATOMY_H
#define LP_INSPECT_ANATOMY_H

#include "base/facts.h"
#include "inspect/fault.h"

/* The new code of a replaced function; as many and in the same order as the functions of the facts' objects. */
struct lp_new_code {
	const char *object; /* borrowed from the file */
	const char *name;   /* borrowed */
	uint64_t sympos;
	uint64_t size; /* bytes; 0: unknown */
};

/* A section that livepatch relocates, or a symbol that it resolves (Documentation/livepatch/module-elf-format.rst). */
struct lp_klp_item {
	char *object;
	char *name;      /* of the section or symbol */
	uint64_t number; /* of entries, or sympos */
};

struct lp_klp_items {
	struct lp_klp_item *items;
	size_t n;
};

struct lp_import {
	const char *name; /* borrowed */
	bool has_crc;
	uint32_t crc;
	bool is_undefined; /* a symbol that must be resolved; others, like module_layout, have a CRC only */
	bool is_weak;      /* undefined, but may stay so */
};

struct lp_modinfo_item {
	char *key;
	char *value; /* printable */
};

/* Counts of entries; -1: the section is absent. */
struct lp_hardening {
	bool retpoline; /* modinfo retpoline=Y */
	int64_t retpoline_sites;
	int64_t return_sites;
	int64_t call_sites;
	int64_t ibt_endbr_seal;
	uint64_t return_thunks; /* jumps to __x86_return_thunk; .return_sites should list as many */
	bool has_ibt; /* .note.gnu.property of x86 */
	bool has_shstk;
	bool has_bti; /* of aarch64 */
	bool has_pac;
};

/* Bytes with the gaps of alignment, as layout_sections() of kernel/module/main.c groups the sections. */
struct lp_memory_part {
	uint64_t text;
	uint64_t rodata;
	uint64_t ro_after_init;
	uint64_t data;
	uint64_t bss;
	uint64_t pages; /* the sum with each group rounded up to pages */
};

struct lp_memory {
	struct lp_memory_part core;
	struct lp_memory_part init;
	uint64_t page_size;
	uint64_t percpu;
	uint64_t debug; /* bytes of the file that are debug sections and their relocations */
};

/* What is known of replace mode, over and above enum lp_replace. */
enum lp_verdict {
	LP_VERDICT_NOT_DECODED,
	LP_VERDICT_PROVED,       /* by data, and no code was seen to change it */
	LP_VERDICT_REFUTED,      /* by data */
	LP_VERDICT_SUPPORTED,    /* set by code, which says true */
	LP_VERDICT_CONTRADICTED, /* set by code, which says false */
};

/* In order, NULL-terminated. */
extern const char *const lp_verdict_names[];

#define LP_THIS_MODULE_POINTERS 8

/* struct module as it stands in the file (.gnu.linkonce.this_module). */
struct lp_this_module {
	uint64_t size;
	uint64_t pointers[LP_THIS_MODULE_POINTERS]; /* offsets of those to the module's own code, ascending */
	size_t n_pointers;
};

struct lp_anatomy {
	struct lp_new_code *code;
	size_t n_code;
	/* Source-built: bytes from one klp_object or klp_func to the next; 0: not measurable. */
	uint64_t object_stride;
	uint64_t func_stride;
	/* Bytes that such an array can have, where none has two entries; else 0. */
	uint64_t object_room;
	uint64_t func_room;
	struct lp_faults faults;
	struct lp_klp_items relocations;
	struct lp_klp_items symbols;
	struct lp_klp_items jump_tables; /* name only */
	struct lp_import *imports; /* by name */
	size_t n_imports;
	const char **exports; /* by name; borrowed */
	size_t n_exports;
	bool uses_shadow_variables;
	struct lp_modinfo_item *modinfo; /* in order */
	size_t n_modinfo;
	char *compiler; /* as .comment names it: "GCC: (Debian 12.2.0-14) 12.2.0"; NULL where it does not */
	char *release_salt; /* the build salt of .note.Linux, printable */
	struct lp_hardening hardening;
	struct lp_memory memory;
	enum lp_verdict verdict;
	char *reason; /* one sentence without a full stop; NULL if it is no livepatch */
	char *no_endbr; /* x86_64: a function that is called by a pointer and does not begin with ENDBR, or NULL */
	struct lp_this_module this_module;
	char *unknown_versions;      /* the first __version_ext_ section that no kernel is known to read, or NULL */
	size_t n_unreadable_imports; /* names that are too long or not printable: not among the imports */
	size_t signature_at; /* the range of an appended signature, PKCS#7 in DER */
	size_t signature_size;
};

/*
 * Reads the module's facts, as lp_module_inspect(), and its anatomy. What is borrowed lives as long as the bytes.
 * LPPACK_E_MODULE; then both are empty.
 */
int lp_module_anatomize(const void *bytes, size_t n, const char *name, struct lp_module_facts *facts,
			struct lp_anatomy *out, struct lppack_error *err);
/* LPPACK_E_UNLOADABLE, or the code of the first fault of a livepatch in memory; LPPACK_E_MODULE if it cannot be read. */
int lp_module_judge(const void *bytes, size_t n, const char *name, struct lppack_error *err);
void lp_anatomy_free(struct lp_anatomy *anatomy);
/* The first value of a modinfo key, as the kernel takes it, or NULL. */
const char *lp_anatomy_modinfo(const struct lp_anatomy *anatomy, const char *key);
/* Whether the kernel takes its license for compatible with the GPL. */
bool lp_anatomy_is_gpl(const struct lp_anatomy *anatomy);

#define LP_AUTO_ANATOMY LP_AUTO(lp_anatomy_free)

#endif
