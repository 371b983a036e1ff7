# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/runtime/blockers.c \
	src/runtime/host.c \
	src/runtime/kmsg.c \
	src/runtime/load.c \
	src/runtime/lock.c \
	src/runtime/modules.c \
	src/runtime/preflight.c \
	src/runtime/private.h \
	src/runtime/prove.c \
	src/runtime/real_ops.c \
	src/runtime/remove.c \
	src/runtime/runtime.h \
	src/runtime/stack.c \
	src/runtime/swap.c \
	src/runtime/undo.c \
	src/runtime/watch.c

# For any test that needs a kernel to livepatch.
FAKE_KERNEL = tests/unit/fake_kernel.c tests/unit/fake_kernel.h

check_PROGRAMS += tests/unit/test_host
unit_tests += tests/unit/test_host
tests_unit_test_host_SOURCES = tests/unit/test_host.c $(FAKE_KERNEL)

check_PROGRAMS += tests/unit/test_stack
unit_tests += tests/unit/test_stack
tests_unit_test_stack_SOURCES = tests/unit/test_stack.c $(FAKE_KERNEL)

check_PROGRAMS += tests/unit/test_preflight
unit_tests += tests/unit/test_preflight
tests_unit_test_preflight_SOURCES = tests/unit/test_preflight.c $(FAKE_KERNEL)

check_PROGRAMS += tests/unit/test_kmsg
unit_tests += tests/unit/test_kmsg
tests_unit_test_kmsg_SOURCES = tests/unit/test_kmsg.c $(FAKE_KERNEL)

check_PROGRAMS += tests/unit/test_load
unit_tests += tests/unit/test_load
tests_unit_test_load_SOURCES = tests/unit/test_load.c $(FAKE_KERNEL)

check_PROGRAMS += tests/unit/test_blockers
unit_tests += tests/unit/test_blockers
tests_unit_test_blockers_SOURCES = tests/unit/test_blockers.c $(FAKE_KERNEL)

check_PROGRAMS += tests/unit/test_swap
unit_tests += tests/unit/test_swap
tests_unit_test_swap_SOURCES = tests/unit/test_swap.c tests/unit/swap_machine.h $(FAKE_KERNEL)

check_PROGRAMS += tests/unit/test_prove
unit_tests += tests/unit/test_prove
tests_unit_test_prove_SOURCES = tests/unit/test_prove.c tests/unit/swap_machine.h $(FAKE_KERNEL)

check_PROGRAMS += tests/unit/test_undo
unit_tests += tests/unit/test_undo
tests_unit_test_undo_SOURCES = tests/unit/test_undo.c tests/unit/swap_machine.h $(FAKE_KERNEL)
