# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/format/doc.c src/format/doc.h \
	src/format/facts_tree.c src/format/facts_tree.h \
	src/format/fixes.c src/format/fixes.h \
	src/format/format.h \
	src/format/head.c src/format/head.h \
	src/format/index.c src/format/index.h \
	src/format/manifest.c src/format/manifest.h \
	src/format/metadata.c src/format/metadata.h \
	src/format/release.c src/format/release.h \
	src/format/state_file.c src/format/state_file.h \
	src/format/stream.c src/format/stream.h \
	src/format/text_list.c src/format/text_list.h \
	src/format/tar.c src/format/tar.h \
	src/format/yaml.c src/format/yaml.h \
	src/format/zstd.c src/format/zstd.h
