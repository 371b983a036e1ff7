/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Foreign compressed files and archives, read as streams with a bound. */
#include "format/stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#define CHUNK 65536u

/* Bytes [at, at + left) of what is below: of a file, or of a stream that is read no further than needed. */
struct range {
	struct lp_stream stream;
	struct lp_input *in; /* NULL: below */
	struct lp_stream *below;
	uint64_t at; /* of a stream: still to be skipped */
	uint64_t left;
};

/* One libarchive reader on a stream, and its current entry as a stream again. */
struct layer {
	struct lp_stream stream;
	struct lp_stream *below;
	struct archive *archive;    /* NULL: the bytes pass unchanged */
	struct lppack_error failed; /* of below, inside libarchive's callback */
	size_t ahead;               /* bytes of chunk that were read to see the magic, and not handed on */
	uint8_t chunk[CHUNK];
};

struct lp_decompressor {
	struct range range;
	struct layer outer; /* a .deb's ar */
	struct layer inner;
	struct lp_stream *top;
	char *name;
};

static int64_t range_skip(struct range *r, uint8_t *waste, size_t n, struct lppack_error *err)
{
	while (r->at > 0) {
		int64_t got = r->below->read(r->below->context, waste, r->at < n ? (size_t)r->at : n, err);

		if (got <= 0)
			return got;
		r->at -= (uint64_t)got;
	}
	return 1;
}

static int64_t range_read(void *context, void *out, size_t n, struct lppack_error *err)
{
	struct range *r = context;
	int64_t got;

	if (n > r->left)
		n = (size_t)r->left;
	if (n == 0)
		return 0;
	if (r->in) {
		got = lp_input_read(r->in, r->at, out, n, err);
		if (got < 0)
			return got;
		got = (int64_t)n;
		r->at += n;
	} else {
		got = range_skip(r, out, n, err);
		if (got > 0)
			got = r->below->read(r->below->context, out, n, err);
		if (got <= 0)
			return got;
	}
	r->left -= (uint64_t)got;
	return got;
}

enum format {
	RAW,
	AR,
	TAR,
	CPIO,
};

static const struct filter {
	const char *name;
	const char *magic;
	size_t size;
	int (*support)(struct archive *);
} filters[] = {
	{ "gzip", "\x1f\x8b", 2, archive_read_support_filter_gzip },
	{ "xz",
	  "\xfd"
	  "7zXZ",
	  6, archive_read_support_filter_xz },
	{ "lzma", "\x5d\0\0", 3, archive_read_support_filter_lzma },
	{ "bzip2", "BZh", 3, archive_read_support_filter_bzip2 },
	{ "zstd", "\x28\xb5\x2f\xfd", 4, archive_read_support_filter_zstd },
	{ "lz4", "\x04\x22\x4d\x18", 4, archive_read_support_filter_lz4 },
	{ "lz4", "\x02\x21\x4c\x18", 4, archive_read_support_filter_lz4 },
	{ "lzo", "\x89LZO", 4, archive_read_support_filter_lzop },
};

static const struct filter *find_filter(const uint8_t *head, size_t n)
{
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (n >= filters[i].size && memcmp(head, filters[i].magic, filters[i].size) == 0)
			return &filters[i];
	return NULL;
}

bool lp_stream_is_compressed(const uint8_t *head, size_t n)
{
	return find_filter(head, n) != NULL;
}

static int fail_archive(struct layer *layer, struct archive *a, struct lppack_error *err)
{
	const char *why = archive_error_string(a);

	if (layer->failed.code)
		return lp_fail(err, (enum lppack_code)layer->failed.code, layer->failed.hint, "%s",
			       layer->failed.message);
	if (archive_errno(a) == ENOMEM)
		return lp_fail_nomem(err);
	return lp_fail(err, LPPACK_E_IO, "the file may be damaged or incomplete: fetch it again",
		       "%s: cannot be decompressed or unpacked: %s", layer->below->name, why ? why : "unknown error");
}

static la_ssize_t feed(struct archive *a, void *context, const void **bytes)
{
	struct layer *layer = context;
	int64_t got = (int64_t)layer->ahead;

	layer->ahead = 0;
	*bytes = layer->chunk;
	if (got == 0)
		got = layer->below->read(layer->below->context, layer->chunk, CHUNK, &layer->failed);
	if (got < 0)
		archive_set_error(a, EIO, "input failed");
	return got < 0 ? ARCHIVE_FATAL : (la_ssize_t)got;
}

static int64_t layer_read(void *context, void *out, size_t n, struct lppack_error *err)
{
	struct layer *layer = context;
	la_ssize_t got;

	if (layer->archive) {
		got = archive_read_data(layer->archive, out, n);
		return got < 0 ? fail_archive(layer, layer->archive, err) : (int64_t)got;
	}
	if (layer->ahead == 0)
		return layer->below->read(layer->below->context, out, n, err);
	if (n > layer->ahead)
		n = layer->ahead;
	memcpy(out, layer->chunk, n);
	layer->ahead -= n;
	memmove(layer->chunk, layer->chunk + n, layer->ahead);
	return (int64_t)n;
}

/* Fills the chunk as far as a magic needs. */
static int look_ahead(struct layer *layer, struct lppack_error *err)
{
	while (layer->ahead < 16) {
		int64_t got = layer->below->read(layer->below->context, layer->chunk + layer->ahead,
						 CHUNK - layer->ahead, err);

		if (got < 0)
			return (int)got;
		if (got == 0)
			break;
		layer->ahead += (size_t)got;
	}
	return 0;
}

static void add_format(struct archive *a, enum format format)
{
	switch (format) {
	case RAW:
		archive_read_support_format_raw(a);
		archive_read_support_format_empty(a);
		break;
	case AR:
		archive_read_support_format_ar(a);
		break;
	case TAR:
		archive_read_support_format_tar(a);
		break;
	case CPIO:
		archive_read_support_format_cpio(a);
		break;
	}
}

static int layer_open(struct layer *layer, struct lp_stream *below, enum format format, struct lppack_error *err)
{
	const struct filter *filter;
	int rc;

	layer->below = below;
	layer->stream = (struct lp_stream){ layer_read, layer, below->name };
	rc = look_ahead(layer, err);
	if (rc < 0)
		return rc;
	filter = find_filter(layer->chunk, layer->ahead);
	if (format == RAW && !filter)
		return 0;
	layer->archive = archive_read_new();
	if (!layer->archive)
		return lp_fail_nomem(err);
	/* ARCHIVE_WARN means that libarchive would run an external program. */
	if (filter && filter->support(layer->archive) != ARCHIVE_OK)
		return lp_fail(err, LPPACK_E_IO, "decompress it first",
			       "%s: compressed with %s, which the libarchive in use cannot read", layer->below->name,
			       filter->name);
	add_format(layer->archive, format);
	if (archive_read_open2(layer->archive, layer, NULL, feed, NULL, NULL) != ARCHIVE_OK)
		return fail_archive(layer, layer->archive, err);
	return 0;
}

/* Moves to the next regular file that matches; *found is false at the archive's end. */
static int layer_find(struct layer *layer, const char *const *patterns, const char **path, bool *found,
		      struct lppack_error *err)
{
	struct archive_entry *entry = NULL;
	int rc;

	*found = false;
	while ((rc = archive_read_next_header(layer->archive, &entry)) == ARCHIVE_OK || rc == ARCHIVE_WARN) {
		*path = archive_entry_pathname(entry);
		/* An ar member whose mode has no file type, as ar(1) with D writes it, is a file too. */
		if (!*path || archive_entry_hardlink(entry) ||
		    (archive_entry_filetype(entry) != AE_IFREG && archive_entry_filetype(entry) != 0))
			continue;
		if (strncmp(*path, "./", 2) == 0)
			*path += 2;
		for (size_t i = 0; patterns[i]; i++)
			if (fnmatch(patterns[i], *path, FNM_PATHNAME) == 0)
				*found = true;
		if (*found)
			return 0;
	}
	return rc == ARCHIVE_EOF ? 0 : fail_archive(layer, layer->archive, err);
}

static int new_decompressor(struct lp_decompressor **out, const char *name, struct lppack_error *err)
{
	*out = calloc(1, sizeof(**out));
	if (!*out)
		return lp_fail_nomem(err);
	(*out)->name = strdup(name);
	(*out)->range.stream = (struct lp_stream){ range_read, &(*out)->range, (*out)->name };
	return (*out)->name ? 0 : lp_fail_nomem(err);
}

static int open_raw(struct lp_decompressor *d, struct lppack_error *err)
{
	struct archive_entry *entry = NULL;
	int rc = layer_open(&d->inner, &d->range.stream, RAW, err);

	d->top = &d->inner.stream;
	if (rc < 0 || !d->inner.archive)
		return rc;
	rc = archive_read_next_header(d->inner.archive, &entry);
	return rc == ARCHIVE_OK || rc == ARCHIVE_EOF ? 0 : fail_archive(&d->inner, d->inner.archive, err);
}

/* Of a file or of a stream; the other is NULL. */
static int open_range(struct lp_decompressor **out, struct lp_input *in, struct lp_stream *below, uint64_t offset,
		      uint64_t size, struct lppack_error *err)
{
	LP_AUTO_DECOMPRESSOR struct lp_decompressor *d = NULL;
	int rc = new_decompressor(&d, in ? in->name : below->name, err);

	*out = NULL;
	if (rc < 0)
		return rc;
	d->range.in = in;
	d->range.below = below;
	d->range.at = offset;
	d->range.left = size;
	rc = open_raw(d, err);
	if (rc < 0)
		return rc;
	*out = LP_TAKE(d);
	return 0;
}

int lp_decompressor_open(struct lp_decompressor **out, struct lp_input *in, uint64_t offset, uint64_t size,
			 struct lppack_error *err)
{
	return open_range(out, in, NULL, offset, size, err);
}

int lp_decompressor_open_stream(struct lp_decompressor **out, struct lp_stream *source, uint64_t offset, uint64_t size,
				struct lppack_error *err)
{
	return open_range(out, NULL, source, offset, size, err);
}

static uint32_t get_be32(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int no_member(const struct lp_decompressor *d, const char *what, struct lppack_error *err)
{
	return lp_fail(err, LPPACK_E_KERNEL_IMAGE, "name the package that holds the kernel image or its debug file",
		       "%s: %s", d->name, what);
}

static int open_deb(struct lp_decompressor *d, const char *const *patterns, char **member, struct lppack_error *err)
{
	static const char *const data[] = { "data.tar", "data.tar.*", NULL };
	const char *path = NULL;
	bool found = false;
	int rc = layer_open(&d->outer, &d->range.stream, AR, err);

	if (rc < 0)
		return rc;
	rc = layer_find(&d->outer, data, &path, &found, err);
	if (rc < 0)
		return rc;
	if (!found)
		return no_member(d, "a package without a data archive", err);
	rc = layer_open(&d->inner, &d->outer.stream, TAR, err);
	if (rc < 0)
		return rc;
	rc = layer_find(&d->inner, patterns, &path, &found, err);
	if (rc < 0)
		return rc;
	if (!found)
		return no_member(d, "a package without a kernel image", err);
	*member = strdup(path);
	d->top = &d->inner.stream;
	return *member ? 0 : lp_fail_nomem(err);
}

/* Moves *at behind a header: its magic, how many entries of 16 bytes its index has, and how many bytes its data
 * (rpm's "RPM V4 Package format"). */
static int skip_rpm_header(struct lp_input *in, uint64_t *at, struct lppack_error *err)
{
	uint8_t head[16];
	uint64_t size;
	int rc = lp_input_read(in, *at, head, sizeof(head), err);

	if (rc < 0)
		return rc;
	size = (uint64_t)get_be32(head + 8) * 16 + get_be32(head + 12);
	if (memcmp(head, "\x8e\xad\xe8\x01", 4) != 0 || !lp_range_ok(*at + sizeof(head), size, in->size))
		return lp_fail(err, LPPACK_E_IO, "the file may be damaged or incomplete: fetch it again",
			       "%s: its header at byte %llu is none of a package, or reaches past its end", in->name,
			       (unsigned long long)*at);
	*at += sizeof(head) + size;
	return 0;
}

/* A lead of 96 bytes, the signatures, padded to 8 bytes, the header, and a compressed cpio archive. */
static int open_rpm(struct lp_decompressor *d, const char *const *patterns, char **member, struct lppack_error *err)
{
	const char *path = NULL;
	bool found = false;
	uint64_t at = 96;
	int rc = skip_rpm_header(d->range.in, &at, err);

	at = (at + 7) & ~UINT64_C(7);
	if (rc == 0)
		rc = skip_rpm_header(d->range.in, &at, err);
	if (rc < 0)
		return rc;
	d->range.at = at;
	d->range.left = d->range.in->size - at;
	rc = layer_open(&d->inner, &d->range.stream, CPIO, err);
	if (rc == 0)
		rc = layer_find(&d->inner, patterns, &path, &found, err);
	if (rc < 0)
		return rc;
	if (!found)
		return no_member(d, "a package without a kernel image", err);
	*member = strdup(path);
	d->top = &d->inner.stream;
	return *member ? 0 : lp_fail_nomem(err);
}

static bool is_rpm(const uint8_t *head, size_t n)
{
	return n >= 4 && memcmp(head, "\xed\xab\xee\xdb", 4) == 0;
}

bool lp_package_is(const void *head, size_t n)
{
	return is_rpm(head, n) || (n >= 8 && memcmp(head, "!<arch>\n", 8) == 0);
}

int lp_decompressor_open_package(struct lp_decompressor **out, struct lp_input *in, const char *const *patterns,
				 char **member, struct lppack_error *err)
{
	LP_AUTO_DECOMPRESSOR struct lp_decompressor *d = NULL;
	uint8_t magic[4] = { 0 };
	int rc = new_decompressor(&d, in->name, err);

	*out = NULL;
	*member = NULL;
	if (rc < 0)
		return rc;
	rc = lp_input_read(in, 0, magic, sizeof(magic), err);
	if (rc < 0)
		return rc;
	d->range.in = in;
	d->range.left = in->size;
	rc = is_rpm(magic, sizeof(magic)) ? open_rpm(d, patterns, member, err) : open_deb(d, patterns, member, err);
	if (rc < 0)
		return rc;
	*out = LP_TAKE(d);
	return 0;
}

struct lp_stream *lp_decompressor_stream(struct lp_decompressor *d)
{
	return d->top;
}

void lp_decompressor_close(struct lp_decompressor *d)
{
	if (!d)
		return;
	archive_read_free(d->inner.archive);
	archive_read_free(d->outer.archive);
	free(d->name);
	free(d);
}

int lp_input_read_decompressed(struct lp_input *in, size_t max, struct lp_buf *out, struct lppack_error *err)
{
	LP_AUTO_DECOMPRESSOR struct lp_decompressor *d = NULL;
	LP_AUTO_FREE uint8_t *chunk = malloc(CHUNK);
	int rc = lp_decompressor_open(&d, in, 0, in->size, err);
	int64_t got;

	if (rc < 0)
		return rc;
	if (!chunk)
		return lp_fail_nomem(err);
	while ((got = d->top->read(d->top->context, chunk, CHUNK, err)) > 0) {
		if ((uint64_t)got > max - out->len)
			return lp_fail(err, LPPACK_E_LIMIT, "check that it is the file you mean",
				       "%s: larger than the limit of %zu bytes", in->name, max);
		lp_buf_append(out, chunk, (size_t)got);
	}
	lp_buf_append(out, "", 0);
	return got < 0 ? (int)got : lp_buf_ok(out) ? 0 : lp_fail_nomem(err);
}
