# SPDX-License-Identifier: LGPL-2.1-or-later
lppackincludedir = $(includedir)/lppack
lppackinclude_HEADERS = \
	include/lppack/bundle.h \
	include/lppack/check.h \
	include/lppack/create.h \
	include/lppack/diff.h \
	include/lppack/error.h \
	include/lppack/host.h \
	include/lppack/inspect.h \
	include/lppack/keys.h \
	include/lppack/lppack.h \
	include/lppack/options.h \
	include/lppack/progress.h \
	include/lppack/sign.h \
	include/lppack/status.h \
	include/lppack/store.h \
	include/lppack/trust.h \
	include/lppack/value.h \
	include/lppack/version.h
