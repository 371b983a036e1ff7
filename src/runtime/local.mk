# SPDX-License-Identifier: LGPL-2.1-or-later
liblppack_all_la_SOURCES += \
	src/runtime/blockers.c \
	src/runtime/forced.c \
	src/runtime/host.c \
	src/runtime/keyring.c src/runtime/keyring.h \
	src/runtime/kmsg.c \
	src/runtime/kprobes.c \
	src/runtime/load.c \
	src/runtime/lock.c \
	src/runtime/modules.c \
	src/runtime/preflight.c \
	src/runtime/private.h \
	src/runtime/prove.c \
	src/runtime/real_ops.c \
	src/runtime/removal.c \
	src/runtime/remove.c \
	src/runtime/restore.c \
	src/runtime/runtime.h \
	src/runtime/stack.c \
	src/runtime/swap.c \
	src/runtime/undo.c \
	src/runtime/watch.c

# For any test that needs a kernel to livepatch.
FAKE_KERNEL = tests/unit/fake_kernel.c tests/unit/fake_facts.c tests/unit/fake_kernel.h

check_PROGRAMS += tests/unit/test_host
unit_tests += tests/unit/test_host
tests_unit_test_host_SOURCES = tests/unit/test_host.c $(FAKE_KERNEL)

check_PROGRAMS += tests/unit/test_stack
unit_tests += tests/unit/test_stack
tests_unit_test_stack_SOURCES = tests/unit/test_stack.c $(FAKE_KERNEL)

check_PROGRAMS += tests/unit/test_preflight
unit_tests += tests/unit/test_preflight
tests_unit_test_preflight_SOURCES = tests/unit/test_preflight.c $(FAKE_KERNEL)

check_PROGRAMS += tests/unit/test_keyring
unit_tests += tests/unit/test_keyring
tests_unit_test_keyring_SOURCES = tests/unit/test_keyring.c $(FAKE_KERNEL)

check_PROGRAMS += tests/unit/test_kmsg
unit_tests += tests/unit/test_kmsg
tests_unit_test_kmsg_SOURCES = tests/unit/test_kmsg.c $(FAKE_KERNEL)

check_PROGRAMS += tests/unit/test_kprobes
unit_tests += tests/unit/test_kprobes
tests_unit_test_kprobes_SOURCES = tests/unit/test_kprobes.c $(FAKE_KERNEL)

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

check_PROGRAMS += tests/unit/test_watch
unit_tests += tests/unit/test_watch
tests_unit_test_watch_SOURCES = tests/unit/test_watch.c tests/unit/swap_machine.h $(FAKE_KERNEL)

check_PROGRAMS += tests/unit/test_undo
unit_tests += tests/unit/test_undo
tests_unit_test_undo_SOURCES = tests/unit/test_undo.c tests/unit/swap_machine.h $(FAKE_KERNEL)

check_PROGRAMS += tests/unit/test_removal
unit_tests += tests/unit/test_removal
tests_unit_test_removal_SOURCES = tests/unit/test_removal.c tests/unit/swap_machine.h $(FAKE_KERNEL)

check_PROGRAMS += tests/unit/test_forced
unit_tests += tests/unit/test_forced
tests_unit_test_forced_SOURCES = tests/unit/test_forced.c tests/unit/swap_machine.h $(FAKE_KERNEL)

check_PROGRAMS += tests/unit/test_retry
unit_tests += tests/unit/test_retry
tests_unit_test_retry_SOURCES = tests/unit/test_retry.c tests/unit/swap_machine.h $(FAKE_KERNEL)
