# SPDX-License-Identifier: LGPL-2.1-or-later
# Every system call of an apply made to fail, and lppack killed at each.
check_PROGRAMS += tests/fault/fault_apply
tests_fault_fault_apply_SOURCES = \
	tests/fault/fault_apply.c \
	tests/fault/remote_kernel.c tests/fault/remote_kernel.h \
	tests/fault/supervise.c tests/fault/supervise.h
dist_check_SCRIPTS += tests/fault/fault.sh
unit_tests += tests/fault/fault.sh
