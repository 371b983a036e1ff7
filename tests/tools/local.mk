# SPDX-License-Identifier: LGPL-2.1-or-later
# Programs that tests call.
check_PROGRAMS += tests/tools/cms tests/tools/mkmodule
tests_tools_cms_SOURCES = tests/tools/cms.c
tests_tools_mkmodule_SOURCES = tests/tools/mkmodule.c
