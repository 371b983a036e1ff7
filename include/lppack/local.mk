# SPDX-License-Identifier: LGPL-2.1-or-later
lppackincludedir = $(includedir)/lppack
lppackinclude_HEADERS = \
	include/lppack/error.h \
	include/lppack/value.h
