// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * An imitation of a livepatch module that needs no kernel headers, to be compiled for any 64-bit architecture. Defines:
 * SHAPE_SOURCE, SHAPE_KPATCH or SHAPE_KLP_BUILD; FUNC_SIZE and OBJECT_SIZE, in bytes, of the kernel's structs, which
 * differ between versions and configurations; REPLACE; ARCH and RELEASE, texts.
 */
typedef unsigned long ulong;

#define SECTION(name) __attribute__((used, section(name)))
#define MODINFO(id, text) static const char modinfo_##id[] __attribute__((used, section(".modinfo"), aligned(1))) = text

struct module {
	int state;
	void *list[2];
	char name[56];
	char rest[512];
};

struct module __this_module __attribute__((section(".gnu.linkonce.this_module"))) = { .name = "cross_module" };

MODINFO(license, "license=GPL");
MODINFO(livepatch, "livepatch=Y");
MODINFO(depends, "depends=");
MODINFO(name, "name=cross_module");
MODINFO(vermagic, "vermagic=" RELEASE " SMP mod_unload modversions " ARCH);

static const struct {
	ulong crc;
	char name[56];
} versions[] SECTION("__versions") = {
	{ 0x11223344, "module_layout" },
	{ 0xfeedf00d, "klp_enable_patch" },
	{ 0x00c0ffee, "klp_shadow_get" },
};

extern int klp_enable_patch(void *patch);
extern void *klp_shadow_get(void *object, ulong id);
extern int cross_secret(int value);

int cross_exported(int value);
int cross_exported(int value)
{
	return value + 1;
}
static const char exported_name[] SECTION("__ksymtab_strings") = "cross_exported";
const ulong __ksymtab_cross_exported[2] SECTION("___ksymtab_gpl+cross_exported") = {
	(ulong)cross_exported, (ulong)exported_name,
};

#define NEW __attribute__((used, noinline)) static int

NEW new_read(int value)
{
	return cross_secret(value) + 1;
}

NEW new_write(int value)
{
	return klp_shadow_get(&__this_module, value) != 0;
}

NEW new_open(int value)
{
	return value * 7 + cross_exported(value);
}

NEW pre_patch(void *object)
{
	return object == 0;
}

__attribute__((used)) static void post_unpatch(void *object)
{
	klp_shadow_get(object, 1);
}

#ifdef SHAPE_SOURCE
struct klp_func {
	const char *old_name;
	void *new_func;
	ulong old_sympos;
	char rest[FUNC_SIZE - 24];
};

struct klp_object {
	const char *name;
	struct klp_func *funcs;
	void *callbacks[4];
	char rest[OBJECT_SIZE - 48];
};

struct klp_state {
	ulong id;
	unsigned int version;
	void *data;
};

struct klp_patch {
	void *mod;
	struct klp_object *objs;
	struct klp_state *states;
	unsigned char replace;
	char rest[200];
};

static struct klp_func vmlinux_funcs[] = {
	{ .old_name = "cross_read", .new_func = new_read },
	{ .old_name = "cross_write", .new_func = new_write, .old_sympos = 3 },
	{ },
};
static struct klp_func module_funcs[] = { { .old_name = "cross_open", .new_func = new_open }, { } };
static struct klp_func no_funcs[] = { { } };
static struct klp_object objs[] = {
	{ .funcs = vmlinux_funcs, .callbacks = { pre_patch, 0, 0, post_unpatch } },
	{ .name = "cross_target", .funcs = module_funcs },
	{ .name = "cross_watched", .funcs = no_funcs, .callbacks = { 0, 0, 0, post_unpatch } },
	{ },
};
static struct klp_state states[] = { { 0x5eed, 2, 0 }, { 7, 1, 0 }, { } };
static struct klp_patch patch = { .mod = &__this_module, .objs = objs, .states = states, .replace = REPLACE };

int init_module(void);
int init_module(void)
{
	return klp_enable_patch(&patch);
}
#endif

#ifdef SHAPE_KPATCH
struct kpatch_func {
	void *new_addr;
	ulong new_size, old_addr, old_size, sympos;
	const char *name, *objname;
};
struct kpatch_callback {
	void *callback;
	const char *objname;
};

static const char vmlinux_name[] SECTION(".kpatch.strings") = "vmlinux";
static const char target_name[] SECTION(".kpatch.strings") = "cross_target";
static const char read_name[] SECTION(".kpatch.strings") = "cross_read";
static const char write_name[] SECTION(".kpatch.strings") = "cross_write";
static const char open_name[] SECTION(".kpatch.strings") = "cross_open";

static struct kpatch_func funcs[] SECTION(".kpatch.funcs") = {
	{ new_read, 16, 0, 0, 0, read_name, vmlinux_name },
	{ new_write, 24, 0, 0, 3, write_name, vmlinux_name },
	{ new_open, 32, 0, 0, 0, open_name, target_name },
};
static struct kpatch_callback pre[] SECTION(".kpatch.callbacks.pre_patch") = { { pre_patch, vmlinux_name } };
static struct kpatch_callback post[] SECTION(".kpatch.callbacks.post_unpatch") = {
	{ post_unpatch, vmlinux_name },
	{ post_unpatch, target_name },
};
/* The linker script of kpatch-build ends each of these sections so. */
static ulong pre_end SECTION(".kpatch.callbacks.pre_patch");
static ulong post_end SECTION(".kpatch.callbacks.post_unpatch");
#endif

#ifdef SHAPE_KLP_BUILD
struct klp_func_ext {
	const char *old_name;
	void *new_func;
	ulong sympos;
};
struct klp_object_ext {
	const char *name;
	struct klp_func_ext *funcs;
	void *callbacks[4];
	ulong post_unpatch_enabled;
	unsigned int nr_funcs;
};

static struct klp_func_ext vmlinux_funcs[] SECTION(".init.klp_funcs") = {
	{ "cross_read", new_read, 0 },
	{ "cross_write", new_write, 3 },
};
static struct klp_func_ext module_funcs[] SECTION(".init.klp_funcs") = { { "cross_open", new_open, 0 } };
static struct klp_object_ext objs[] SECTION(".init.klp_objects") = {
	{ 0, vmlinux_funcs, { pre_patch, 0, 0, post_unpatch }, 0, 2 },
	{ "cross_target", module_funcs, { 0, 0, 0, post_unpatch }, 0, 1 },
};
#endif

#ifndef SHAPE_SOURCE
int init_module(void);
int init_module(void)
{
	return klp_enable_patch(&__this_module);
}
#endif
