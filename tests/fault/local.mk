# SPDX-License-Identifier: LGPL-2.1-or-later
# Every system call of an apply made to fail, and lppack killed at each.
fault_apply_sources = \
	tests/fault/fault_apply.c \
	tests/fault/remote_kernel.c tests/fault/remote_kernel.h \
	tests/fault/supervise.c tests/fault/supervise.h \
	tests/unit/ops_machine.h
check_PROGRAMS += tests/fault/fault_apply
tests_fault_fault_apply_SOURCES = $(fault_apply_sources) \
	tests/unit/fixture.c tests/unit/fixture.h tests/unit/elf_maker.c tests/unit/elf_maker.h $(FAKE_KERNEL)
tests_fault_fault_apply_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit -I$(top_srcdir)/tests/fault
dist_check_SCRIPTS += tests/fault/fault.sh
unit_tests += tests/fault/fault.sh
