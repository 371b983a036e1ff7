/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Modules' files: no byte of one is parsed but in a cell. */
#include "check/module_file.h"

#include "base/file.h"
#include "format/facts_tree.h"
#include "format/format.h"
#include "format/stream.h"
#include "inspect/anatomy.h"
#include "cell/cell.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

struct unpacking {
	struct lp_input in;
	int out; /* memory, which the cell fills */
};

static struct lppack_value *unpack_answer(void *context, struct lp_cell *cell, const struct lp_cell_request *request,
					  struct lppack_error *err)
{
	struct unpacking *u = context;
	LP_AUTO_BUF struct lp_buf bytes = { 0 };

	(void)cell;
	if (lp_input_read_decompressed(&u->in, LP_MODULE_MAX, &bytes, err) < 0)
		return NULL;
	if (lp_write_all(u->out, bytes.data, bytes.len) == 0)
		return lp_value_bool(true);
	lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be handed over", request->name);
	return NULL;
}

/* What the cell has left in the memory, which nobody can change any more. */
static int take_memory(int fd, const char *name, struct lp_buf *out, struct lppack_error *err)
{
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0 ||
	    lseek(fd, 0, SEEK_SET) < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: cannot be read", name);
	return lp_fd_read(fd, name, LP_MODULE_MAX, out, err);
}

static int unpack(struct lp_input *in, struct lp_buf *out, struct lppack_error *err)
{
	LP_AUTO_CLOSE int fd = memfd_create("lppack module", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct unpacking u = { *in, fd };
	const int keep[] = { in->fd, fd };
	const struct lp_cell_service service = { .name = in->name,
						 .context = &u,
						 .keep = keep,
						 .n_keep = 2,
						 .file_max = LP_MODULE_MAX,
						 .answer = unpack_answer };
	LP_AUTO_VALUE struct lppack_value *answer = NULL;
	int rc;

	if (fd < 0)
		return lp_fail_sys(err, LPPACK_E_IO, NULL, "%s: no memory to decompress it into", in->name);
	rc = lp_cell_run(&service, &answer, err);
	return rc < 0 ? rc : take_memory(fd, in->name, out, err);
}

int lp_module_file_read(const char *path, struct lp_buf *out, uint64_t *file_size, struct lppack_error *err)
{
	LP_AUTO_INPUT struct lp_input in = { .fd = -1 };
	uint8_t head[16] = { 0 };
	uint8_t *room;
	int rc = lp_input_open(&in, path, err);

	if (rc < 0)
		return rc;
	if (file_size)
		*file_size = in.size;
	rc = lp_input_read(&in, 0, head, in.size < sizeof(head) ? (size_t)in.size : sizeof(head), err);
	if (rc < 0)
		return rc;
	if (lp_stream_is_compressed(head, sizeof(head)))
		return unpack(&in, out, err);
	if (in.size > LP_MODULE_MAX)
		return lp_fail(err, LPPACK_E_LIMIT, "check that it is the file you mean",
			       "%s: larger than the limit of %u bytes", path, LP_MODULE_MAX);
	room = lp_buf_grow(out, (size_t)in.size);
	return room ? lp_input_read(&in, 0, room, (size_t)in.size, err) : lp_fail_nomem(err);
}

struct inspecting {
	const struct lp_buf *bytes;
	const char *path;
};

static struct lppack_value *describe_fault(const struct lppack_error *fault)
{
	struct lppack_value *map = lp_value_map();

	lp_value_add_int(&map, "code", (uint64_t)fault->code);
	lp_value_add_text(&map, "message", fault->message);
	lp_value_add_text(&map, "hint", fault->hint);
	return map;
}

/* The facts; with "fault" where there is one. */
static struct lppack_value *inspect_answer(void *context, struct lp_cell *cell, const struct lp_cell_request *request,
					   struct lppack_error *err)
{
	const struct inspecting *i = context;
	LP_AUTO_MODULE_FACTS struct lp_module_facts facts = { 0 };
	LP_AUTO_ANATOMY struct lp_anatomy anatomy = { 0 };
	struct lppack_error fault = LPPACK_ERROR_INIT;
	struct lppack_value *map;

	(void)cell;
	(void)request;
	if (lp_module_anatomize(i->bytes->data, i->bytes->len, i->path, &facts, &anatomy, err) < 0)
		return NULL;
	map = lp_module_facts_tree(&facts);
	if (lp_faults_judge(&anatomy.faults, i->path, &fault) < 0)
		lp_value_add(&map, "fault", describe_fault(&fault));
	return map;
}

static void take_fault(const struct lppack_value *tree, const char *path, struct lppack_error *fault)
{
	uint64_t code = lppack_value_int(lppack_value_get(tree, "code"), 0);
	const char *message = lppack_value_text(lppack_value_get(tree, "message"));
	const char *hint = lppack_value_text(lppack_value_get(tree, "hint"));

	if (!tree)
		return;
	if (code > 255 || !lppack_error_name((int)code))
		code = LPPACK_E_MODULE;
	lp_fail(fault, (enum lppack_code)code, hint, "%s", message ? message : path);
}

int lp_module_file_inspect(const struct lp_buf *bytes, const char *path, struct lp_module_facts *out,
			   struct lppack_error *fault, struct lppack_error *err)
{
	struct inspecting inspecting = { bytes, path };
	const struct lp_cell_service service = { .name = path, .context = &inspecting, .answer = inspect_answer };
	LP_AUTO_VALUE struct lppack_value *tree = NULL;
	int rc = lp_cell_run(&service, &tree, err);

	if (rc < 0)
		return rc;
	if (fault)
		take_fault(lppack_value_get(tree, "fault"), path, fault);
	return lp_module_facts_take(tree, path, out, err);
}
