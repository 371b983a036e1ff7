/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Plain structs that the layers hand each other: identities, module facts, kernel facts. */
#ifndef LP_BASE_FACTS_H
#define LP_BASE_FACTS_H

#include "shared/cleanup.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LP_BUILD_ID_MIN 4
#define LP_BUILD_ID_MAX 32
#define LP_BUILD_ID_TEXT (2 * LP_BUILD_ID_MAX + 1)

/* A GNU build ID. Bytes past len are zero, so that whole arrays compare with memcmp(). len 0: none. */
struct lp_build_id {
	uint8_t bytes[LP_BUILD_ID_MAX];
	uint8_t len;
};

bool lp_build_id_equal(const struct lp_build_id *a, const struct lp_build_id *b);
/* Lower-case hex; an empty text for none. */
const char *lp_build_id_format(const struct lp_build_id *id, char out[LP_BUILD_ID_TEXT]);
/* From lower-case hex of 4 to 32 bytes; 0 or -1. */
int lp_build_id_parse(const char *hex, struct lp_build_id *id);
/* From raw bytes; 0, or -1 if the length is out of range. */
int lp_build_id_set(struct lp_build_id *id, const void *bytes, size_t len);

#define LP_DIGEST_SIZE 32
#define LP_DIGEST_TEXT (2 * LP_DIGEST_SIZE + 1)

/* A SHA-256. */
struct lp_digest {
	uint8_t bytes[LP_DIGEST_SIZE];
};

bool lp_digest_equal(const struct lp_digest *a, const struct lp_digest *b);


/* One replaced function (kernel: struct klp_func). */
struct lp_func {
	char *name;
	uint64_t sympos; /* as written in the module: 0 means "must be unique" */
};

enum lp_callback {
	LP_CALLBACK_PRE_PATCH = 1u << 0,
	LP_CALLBACK_POST_PATCH = 1u << 1,
	LP_CALLBACK_PRE_UNPATCH = 1u << 2,
	LP_CALLBACK_POST_UNPATCH = 1u << 3,
};

/* Names of the callbacks in bit order, NULL-terminated. */
extern const char *const lp_callback_names[];

/* One patched object (kernel: struct klp_object): "vmlinux" or a module's name. */
struct lp_object {
	char *name;
	struct lp_func *funcs;
	size_t n_funcs;
	unsigned int callbacks; /* enum lp_callback bits */
};

/* kernel: struct klp_state. */
struct lp_klp_state {
	uint64_t id;
	uint32_t version;
};

/* What is known of replace mode: set in data, clear in data, or only set in code (so not readable). */
enum lp_replace {
	LP_REPLACE_DECLARED,
	LP_REPLACE_PROVED,
	LP_REPLACE_REFUTED,
};

enum lp_builder {
	LP_BUILDER_UNKNOWN,
	LP_BUILDER_SOURCE,
	LP_BUILDER_KPATCH_BUILD,
	LP_BUILDER_KLP_BUILD,
};

/* Names of the enums in order, NULL-terminated. */
extern const char *const lp_replace_names[];
extern const char *const lp_builder_names[];

/* Everything lppack reads from a livepatch module. Strings are owned, clean printable ASCII, and NULL when absent. */
struct lp_module_facts {
	char *name;     /* modinfo name */
	char *vermagic; /* whole modinfo vermagic */
	char *release;  /* its first word */
	char *arch;     /* as uname -m says it: x86_64, aarch64, s390x, ppc64le, riscv64, loongarch64 */
	char *srcversion;
	char *depends;                /* modinfo depends, comma-separated; NULL when empty */
	struct lp_build_id build_id;  /* the module's own */
	bool is_livepatch;            /* modinfo livepatch=Y */
	bool has_signature;           /* an appended PKCS#7 signature */
	enum lp_builder builder;
	enum lp_replace replace;
	struct lp_object *objects; /* "vmlinux" first, then by name; no two of one name */
	size_t n_objects;
	struct lp_klp_state *states; /* by id */
	size_t n_states;
};

/* include/linux/moduleparam.h: MODULE_NAME_LEN is 56 on 64-bit, with its NUL. */
#define LP_MODULE_NAME_MAX 55

/* Whether Kbuild can have given a module that name: 1 to 55 letters, digits and '_'. */
bool lp_module_name_is_good(const char *name);
void lp_module_facts_free(struct lp_module_facts *facts);
size_t lp_module_facts_count_functions(const struct lp_module_facts *facts);
/* Appends; the caller fills the zeroed element. NULL without memory. */
struct lp_object *lp_module_facts_add_object(struct lp_module_facts *facts);
struct lp_func *lp_object_add_func(struct lp_object *object);
struct lp_klp_state *lp_module_facts_add_state(struct lp_module_facts *facts);
/* NULL: there is none of that id. */
const struct lp_klp_state *lp_module_facts_find_state(const struct lp_module_facts *facts, uint64_t id);
/* Orders for qsort(): objects with "vmlinux" first, then by name; functions by name, then sympos. */
int lp_object_compare(const void *a, const void *b);
int lp_func_compare(const void *a, const void *b);
/* Puts objects, functions (by name, then sympos) and states into the order the format wants. */
void lp_module_facts_sort(struct lp_module_facts *facts);

/* What is known of a kernel, running or as a file. Strings are owned and may be NULL. */
struct lp_kernel_facts {
	struct lp_build_id build_id;
	char *release;
	char *arch;
	char *version; /* the rest of the banner, "#1 SMP PREEMPT_DYNAMIC ..." */
};

void lp_kernel_facts_free(struct lp_kernel_facts *facts);

#define LP_AUTO_MODULE_FACTS LP_AUTO(lp_module_facts_free)
#define LP_AUTO_KERNEL_FACTS LP_AUTO(lp_kernel_facts_free)

/* A pull source of bytes, so that one layer can decompress and another parse. */
struct lp_stream {
	/* Up to n bytes into out; 0 at the end, negative code on error. */
	int64_t (*read)(void *context, void *out, size_t n, struct lppack_error *err);
	void *context;
	const char *name; /* for messages */
};

#endif
