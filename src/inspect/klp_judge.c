/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What of a livepatch's objects and functions no kernel takes, or takes to no effect. */
#include "inspect/klp_judge.h"

#include "shared/text.h"
#include "inspect/klp_relocs.h"

#include <string.h>

static const char name_letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

static int judge_add(struct lp_faults *faults, const char *id, const char *sys_errno, const char *subject,
		     char *message, const char *hint, struct lppack_error *err)
{
	return lp_faults_add(faults,
			     &(struct lp_fault){ .id = id,
						 .sys_errno = sys_errno,
						 .effect = sys_errno ? LP_FAULT_ENABLING : LP_FAULT_LATER,
						 .subject = subject,
						 .message = message,
						 .hint = hint },
			     err);
}

char *lp_klp_near_name(const char *object)
{
	const char *slash = strrchr(object, '/');
	char *near = strdup(slash ? slash + 1 : object);

	if (!near)
		return NULL;
	for (char *c = near; *c; c++)
		if (*c == '-')
			*c = '_';
	near[strspn(near, name_letters)] = '\0';
	return near;
}

static int judge_object_name(const char *object, struct lp_faults *faults, struct lppack_error *err)
{
	LP_AUTO_FREE char *near = NULL;
	LP_AUTO_FREE char *hint = NULL;

	if (strlen(object) > LP_MODULE_NAME_MAX)
		return judge_add(faults, "object-name", "EINVAL", object,
				 lp_text_format("patches the module %s, whose name is longer than %d characters",
						object, LP_MODULE_NAME_MAX),
				 "name the module as lsmod does", err);
	if (lp_module_name_is_good(object))
		return 0;
	near = lp_klp_near_name(object);
	hint = near && *near ? lp_text_format("write %s, as lsmod names it", near) :
			       strdup("name the module as lsmod does");
	return hint ? judge_add(faults, "object-name", NULL, object,
				lp_text_format("patches the module %s, but no module can have that name: never patched",
					       object),
				hint, err) :
		      lp_fail_nomem(err);
}

/* sysfs names functions "NAME,POSITION", and takes position 0 for 1 (klp_init_func()). */
static bool is_same_function(const struct lp_func *a, const struct lp_func *b)
{
	return strcmp(a->name, b->name) == 0 && (a->sympos ? a->sympos : 1) == (b->sympos ? b->sympos : 1);
}

static int judge_functions(const struct lp_object *object, struct lp_faults *faults, struct lppack_error *err)
{
	for (size_t i = 1; i < object->n_funcs; i++) {
		const struct lp_func *func = &object->funcs[i];

		if (is_same_function(&object->funcs[i - 1], func))
			return judge_add(faults, "function-twice", "EEXIST", func->name,
					 lp_text_format("patches %s of %s twice at one position (0 is 1)", func->name,
							object->name),
					 "keep one entry for each function of that name, with its position", err);
	}
	return 0;
}

/* module_init_section() of kernel/module/main.c: what is freed once init has returned. */
static bool is_freed(const struct lp_elf *elf, const struct lp_elf_reloc *code)
{
	return code->to_section && code->to_section < elf->n_sections &&
	       strncmp(elf->sections[code->to_section].name, ".init", 5) == 0;
}

/* klp_init_func(); the functions of the trace are those of the facts. */
static int judge_code(const struct lp_elf *elf, const struct lp_klp_trace *trace, struct lp_faults *faults,
		      struct lppack_error *err)
{
	for (size_t i = 0; i < trace->n_funcs; i++) {
		const struct lp_klp_func *func = &trace->funcs[i];

		if (!func->code)
			return judge_add(
				faults, "function-null", "EINVAL", func->name,
				lp_text_format("patches %s of %s with no new function", func->name, func->object),
				"set its new_func", err);
		if (is_freed(elf, func->code))
			return judge_add(faults, "function-freed", NULL, func->name,
					 lp_text_format("replaces %s of %s by code of %s, which the kernel frees when "
							"the module has been loaded",
							func->name, func->object,
							elf->sections[func->code->to_section].name),
					 "do not mark the new function __init", err);
	}
	return 0;
}

int lp_klp_judge(const struct lp_elf *elf, const struct lp_module_facts *facts, const struct lp_klp_trace *trace,
		 struct lp_faults *faults, struct lppack_error *err)
{
	int rc = judge_code(elf, trace, faults, err);

	for (size_t i = 0; rc == 0 && i < facts->n_objects; i++) {
		rc = judge_object_name(facts->objects[i].name, faults, err);
		if (rc == 0)
			rc = judge_functions(&facts->objects[i], faults, err);
	}
	return rc < 0 ? rc : lp_klp_judge_relocations(elf, facts, faults, err);
}
