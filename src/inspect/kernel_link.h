/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a module is linked against when a kernel loads it, read from that kernel's files: symbols, exports, ftrace
 * sites, configuration, trusted certificates, structure layouts. Everything works on bytes in memory; "name" is for
 * messages. Structs are zeroed by the caller, filled once, and empty again after a failure.
 */
#ifndef LP_INSPECT_KERNEL_LINK_H
#define LP_INSPECT_KERNEL_LINK_H

#include "inspect/arena.h"
#include "inspect/elf.h"

struct lp_symbol_set;

/* ---- the image: a decompressed vmlinux (ELF, as a bzImage's payload is one) ---- */

/* Bytes of the file that stand at an address of the kernel. */
struct lp_kernel_range {
	uint64_t address;
	uint64_t size;
	const uint8_t *bytes;
};

struct lp_kernel_image {
	const char *name; /* borrowed */
	const char *arch; /* as uname -m says it; NULL if unknown */
	const uint8_t *bytes;
	size_t size;
	bool big_endian;
	struct lp_elf elf;             /* its sections; none if the file has no section headers */
	struct lp_kernel_range *ranges; /* its allocated sections, or else its segments, by address */
	size_t n_ranges;
};

/* bytes and name stay borrowed. LPPACK_E_KERNEL_IMAGE if it is no 64-bit ELF executable. */
int lp_kernel_image_open(struct lp_kernel_image *image, const void *bytes, size_t n, const char *name,
			 struct lppack_error *err);
void lp_kernel_image_close(struct lp_kernel_image *image);
/* The n bytes at an address, or NULL if not all of them are in the file. */
const uint8_t *lp_kernel_image_at(const struct lp_kernel_image *image, uint64_t address, uint64_t n);
/* The text at an address: printable ASCII, under LP_ELF_NAME_MAX; or NULL. Borrowed from the bytes. */
const char *lp_kernel_image_text(const struct lp_kernel_image *image, uint64_t address);
/* The section of that name, or what stands between two symbols (symbols may be NULL). False if neither is there. */
bool lp_kernel_image_find(const struct lp_kernel_image *image, const struct lp_symbol_set *symbols,
			  const char *section, const char *start, const char *stop, struct lp_kernel_range *out);
/* The embedded configuration (CONFIG_IKCONFIG): gzip of the text that lp_kconfig_parse() reads. False if absent. */
bool lp_kernel_image_ikconfig(const struct lp_kernel_image *image, const uint8_t **bytes, size_t *n);

/* ---- symbols ---- */

enum lp_symbol_source {
	LP_SYMBOLS_NONE,
	LP_SYMBOLS_IMAGE,    /* the kallsyms tables within a kernel image: what the kernel itself will look up */
	LP_SYMBOLS_MAP,      /* System.map */
	LP_SYMBOLS_PROC,     /* /proc/kallsyms */
	LP_SYMBOLS_ELF,      /* .symtab of a vmlinux or its debug file */
	LP_SYMBOLS_MODULE,   /* .symtab of a .ko */
};

struct lp_kernel_symbol {
	const char *name;
	const char *object; /* NULL: vmlinux; otherwise a module's name, with '_' */
	uint64_t address;   /* 0 if !has_addresses; of a .ko: section << 32 | offset in it */
	uint64_t size;      /* up to the next higher symbol of its object, as kallsyms has it; 0 if unknown */
	char type;          /* as nm says it: T t D d R r ... */
	bool init;          /* of a .ko: freed after its init, so no longer found in a live module */
};

struct lp_symbol_set {
	enum lp_symbol_source source;
	bool has_addresses;               /* false: read without privilege, or no table of addresses was found */
	struct lp_kernel_symbol *symbols; /* vmlinux by address, then modules as their symbol tables have them */
	size_t n;
	/* private */
	struct lp_arena arena;
	uint32_t *by_name;    /* places in symbols, by name and place */
	uint32_t *by_address; /* places in symbols, by address and place */
};

/*
 * Finds and decodes the kernel's own kallsyms tables by their shape, whatever their order (every kernel since 4.6 with
 * CONFIG_KALLSYMS_BASE_RELATIVE, and absolute ones). LPPACK_E_KERNEL_IMAGE if there are none.
 */
int lp_symbol_set_read_image(struct lp_symbol_set *set, const struct lp_kernel_image *image, struct lppack_error *err);
/*
 * System.map. LPPACK_E_KERNEL_IMAGE if it is none, or only a stub that says where the real one is (Debian), which
 * the message and hint say then.
 */
int lp_symbol_set_read_map(struct lp_symbol_set *set, const void *bytes, size_t n, const char *name,
			   struct lppack_error *err);
/* /proc/kallsyms. With only zero addresses (no privilege, kernel.kptr_restrict) has_addresses is false. */
int lp_symbol_set_read_proc(struct lp_symbol_set *set, const void *bytes, size_t n, const char *name,
			    struct lppack_error *err);
/* .symtab of a vmlinux or of its debug file. LPPACK_E_KERNEL_IMAGE without one. */
int lp_symbol_set_read_elf(struct lp_symbol_set *set, const struct lp_kernel_image *image, struct lppack_error *err);
/* .symtab of an uncompressed .ko, appended signature or not; object: the module's name. LPPACK_E_MODULE. */
int lp_symbol_set_read_module(struct lp_symbol_set *set, const void *bytes, size_t n, const char *object,
			      const char *name, struct lppack_error *err);
void lp_symbol_set_free(struct lp_symbol_set *set);

/* In the queries object is NULL or "vmlinux" for the kernel proper. Symbols freed after init do not count. */
/* How many symbols of that name the object has: what "sympos" counts (kernel/livepatch/core.c, klp_find_callback). */
size_t lp_symbol_set_count(const struct lp_symbol_set *set, const char *object, const char *name);
/* The nth of them, from 1; or NULL. */
const struct lp_kernel_symbol *lp_symbol_set_find(const struct lp_symbol_set *set, const char *object, const char *name,
						  uint64_t nth);
/* Whether the object has any symbol at all. */
bool lp_symbol_set_has_object(const struct lp_symbol_set *set, const char *object);

enum lp_resolution {
	LP_RESOLVED,
	LP_RESOLVE_MISSING,
	LP_RESOLVE_AMBIGUOUS,    /* sympos 0 and more than one */
	LP_RESOLVE_OUT_OF_RANGE, /* fewer than sympos */
};

/* As klp_find_object_symbol(). *symbol (may be NULL) receives what was found; *count (may be NULL) how many there
 * are. */
enum lp_resolution lp_symbol_set_resolve(const struct lp_symbol_set *set, const char *object, const char *name,
					 uint64_t sympos, const struct lp_kernel_symbol **symbol, size_t *count);
/* The last symbol at or below an address, or NULL. */
const struct lp_kernel_symbol *lp_symbol_set_at(const struct lp_symbol_set *set, uint64_t address);
/* The nearest name of an object for "did you mean": function names with the same stem (gcc's .isra.0, .constprop.0,
 * .part.0, .cold and the like dropped on both sides); NULL if none. */
const struct lp_kernel_symbol *lp_symbol_set_find_variant(const struct lp_symbol_set *set, const char *object,
							  const char *name);

/* ---- exports ---- */

struct lp_kernel_export {
	const char *name;
	const char *module;     /* NULL: vmlinux; otherwise the name, with '_' */
	const char *name_space; /* NULL: none */
	uint32_t crc;
	bool has_crc;
	bool gpl_only;
};

struct lp_kernel_exports {
	struct lp_kernel_export *exports; /* by name; one name may be exported by several modules */
	size_t n;
	/* private */
	struct lp_arena arena;
};

/* Module.symvers. LPPACK_E_KERNEL_IMAGE on a line that is none. */
int lp_kernel_exports_read_symvers(struct lp_kernel_exports *out, const void *bytes, size_t n, const char *name,
				   struct lppack_error *err);
/* __ksymtab*, __ksymtab_strings and __kcrctab* of an image; symbols (may be NULL) finds them without section names.
 * LPPACK_E_KERNEL_IMAGE if there are none. */
int lp_kernel_exports_read_image(struct lp_kernel_exports *out, const struct lp_kernel_image *image,
				 const struct lp_symbol_set *symbols, struct lppack_error *err);
/* The same of a .ko, appended signature or not; none is no error. LPPACK_E_MODULE. */
int lp_kernel_exports_read_module(struct lp_kernel_exports *out, const void *bytes, size_t n, const char *object,
				  const char *name, struct lppack_error *err);
void lp_kernel_exports_free(struct lp_kernel_exports *exports);
/* The first export of that name, or NULL; others of that name follow it in the array. */
const struct lp_kernel_export *lp_kernel_exports_find(const struct lp_kernel_exports *exports, const char *name);

/* ---- ftrace sites and the kprobe blacklist ---- */

struct lp_address_list {
	uint64_t *addresses; /* ascending */
	size_t n;
};

/* __mcount_loc of an image, without what is freed after init. LPPACK_E_KERNEL_IMAGE if it cannot be found. */
int lp_ftrace_sites_read_image(struct lp_address_list *out, const struct lp_kernel_image *image,
			       const struct lp_symbol_set *symbols, struct lppack_error *err);
/* __mcount_loc (or __patchable_function_entries) of a .ko; addresses as in its symbol set. An
 * empty list means that nothing in it can be traced. LPPACK_E_MODULE. */
int lp_ftrace_sites_read_module(struct lp_address_list *out, const void *bytes, size_t n, const char *name,
				struct lppack_error *err);
/* _kprobe_blacklist of an image: addresses of functions where no kprobe may be. Those are no bar to a livepatch. */
int lp_kprobe_blacklist_read_image(struct lp_address_list *out, const struct lp_kernel_image *image,
				   const struct lp_symbol_set *symbols, struct lppack_error *err);
void lp_address_list_free(struct lp_address_list *list);
/* Whether an address of the list lies in [address, address + size), size 0 counting as 1. */
bool lp_address_list_touches(const struct lp_address_list *list, uint64_t address, uint64_t size);
/* Whether ftrace, so livepatch, can hook the function (kernel/trace/ftrace.c, ftrace_location()): whether a site stands
 * where its architecture puts the hook. arch as uname -m says it. */
bool lp_ftrace_sites_cover(const struct lp_address_list *sites, const char *arch,
			   const struct lp_kernel_symbol *symbol);

/* ---- configuration ---- */

struct lp_kconfig_item {
	const char *name;  /* with CONFIG_ */
	const char *value; /* "y", "m", a number, a text without its quotes; NULL: "is not set" */
};

struct lp_kconfig {
	struct lp_kconfig_item *items; /* by name; of several the last one of the file */
	size_t n;
	/* private */
	struct lp_arena arena;
};

/* config-RELEASE of /boot, .config, or the text of IKCONFIG. LPPACK_E_KERNEL_IMAGE if it is none. */
int lp_kconfig_parse(struct lp_kconfig *out, const void *bytes, size_t n, const char *name, struct lppack_error *err);
void lp_kconfig_free(struct lp_kconfig *config);
/* The value, or NULL if it is not set or absent. name with or without CONFIG_. */
const char *lp_kconfig_get(const struct lp_kconfig *config, const char *name);
/* Whether it is "y". */
bool lp_kconfig_is_on(const struct lp_kconfig *config, const char *name);

/* ---- the tree of modules ---- */

struct lp_module_entry {
	const char *name;    /* with '_' for '-' */
	const char *path;    /* as the file has it, relative to lib/modules/RELEASE */
	const char *depends; /* of modules.dep: paths, blank-separated; NULL: none */
	bool builtin;
};

struct lp_module_index {
	struct lp_module_entry *entries; /* by name */
	size_t n;
	/* private */
	struct lp_arena arena;
};

/* Both may be read into one index, in either order. LPPACK_E_KERNEL_IMAGE on lines that make no sense. */
int lp_module_index_read_dep(struct lp_module_index *index, const void *bytes, size_t n, const char *name,
			     struct lppack_error *err);
int lp_module_index_read_builtin(struct lp_module_index *index, const void *bytes, size_t n, const char *name,
				 struct lppack_error *err);
void lp_module_index_free(struct lp_module_index *index);
/* name with '-' or '_'. A loadable one comes before a built-in one of the same name. */
const struct lp_module_entry *lp_module_index_find(const struct lp_module_index *index, const char *name);
/* "net-sched.ko.xz" or a path to it: "net_sched" into out; false if it is no module's file name or too long. */
bool lp_module_name_of_path(const char *path, char *out, size_t room);

/* ---- trusted certificates ---- */

struct lp_byte_range {
	const uint8_t *bytes;
	size_t n;
};

struct lp_certificate_list {
	struct lp_byte_range *certificates; /* each one a whole DER SEQUENCE, borrowed from the image */
	size_t n;
};

/* The certificates of .builtin_trusted_keys (certs/system_keyring.c). symbols must come from the image (with
 * CONFIG_KALLSYMS_ALL, which livepatch needs). LPPACK_E_KERNEL_IMAGE if the list cannot be found. */
int lp_certificates_read_image(struct lp_certificate_list *out, const struct lp_kernel_image *image,
			       const struct lp_symbol_set *symbols, struct lppack_error *err);
void lp_certificate_list_free(struct lp_certificate_list *list);

/* ---- BTF ---- */

struct lp_btf {
	const char *name;
	const uint8_t *bytes;
	size_t size;
	bool big_endian;
	uint32_t *types; /* offsets of the type records; [0] is void */
	size_t n_types;
	size_t strings;
	size_t n_strings;
};

struct lp_btf_member {
	uint64_t offset; /* bytes */
	uint64_t size;   /* bytes; 0 if unknown (bit fields, flexible arrays) */
};

/* Raw BTF (/sys/kernel/btf/vmlinux, a .BTF section), of the base kernel, not of a module. bytes and name stay
 * borrowed. LPPACK_E_KERNEL_IMAGE if it is damaged. */
int lp_btf_open(struct lp_btf *btf, const void *bytes, size_t n, const char *name, struct lppack_error *err);
/* That of an image, also of an ELF file that has nothing else. LPPACK_E_KERNEL_IMAGE without one. */
int lp_btf_open_image(struct lp_btf *btf, const struct lp_kernel_image *image, struct lppack_error *err);
void lp_btf_close(struct lp_btf *btf);
/* sizeof(struct NAME), or 0 if there is none. */
uint64_t lp_btf_struct_size(const struct lp_btf *btf, const char *name);
/* Also finds members of anonymous structs and unions within. False if there is none. */
bool lp_btf_member(const struct lp_btf *btf, const char *structure, const char *member, struct lp_btf_member *out);

#define LP_AUTO_KERNEL_IMAGE LP_AUTO(lp_kernel_image_close)
#define LP_AUTO_SYMBOL_SET LP_AUTO(lp_symbol_set_free)
#define LP_AUTO_KERNEL_EXPORTS LP_AUTO(lp_kernel_exports_free)
#define LP_AUTO_ADDRESS_LIST LP_AUTO(lp_address_list_free)
#define LP_AUTO_KCONFIG LP_AUTO(lp_kconfig_free)
#define LP_AUTO_MODULE_INDEX LP_AUTO(lp_module_index_free)
#define LP_AUTO_CERTIFICATE_LIST LP_AUTO(lp_certificate_list_free)
#define LP_AUTO_BTF LP_AUTO(lp_btf_close)

#endif
