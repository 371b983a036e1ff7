# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/bundle/bundle.c src/bundle/bundle.h \
	src/bundle/contents.c src/bundle/contents.h \
	src/bundle/describe.c src/bundle/describe.h \
	src/bundle/entry.c src/bundle/entry.h \
	src/bundle/findings.c src/bundle/findings.h \
	src/bundle/fix.c src/bundle/fix.h \
	src/bundle/module_cache.c src/bundle/module_cache.h \
	src/bundle/signature_check.c src/bundle/signature_check.h \
	src/bundle/verify_all.c src/bundle/verify_all.h
