# SPDX-License-Identifier: LGPL-2.1-or-later
# What tests are made of: directories, keys, certificates, modules, bundles, a fake kernel.
check_LTLIBRARIES += tests/support/libsupport.la
tests_support_libsupport_la_SOURCES = \
	tests/support/apply_machine.h \
	tests/support/bytes.h \
	tests/support/capture.h \
	tests/support/elf_edit.c tests/support/elf_edit.h \
	tests/support/elf_maker_arch.c tests/support/elf_maker_arch.h \
	tests/support/elf_maker_parts.c tests/support/elf_maker_parts.h \
	tests/support/elf_maker_bzimage.c tests/support/elf_maker.c tests/support/elf_maker.h \
	tests/support/fake_facts.c \
	tests/support/fake_files.c tests/support/fake_files.h \
	tests/support/fake_kernel.c tests/support/fake_kernel.h \
	tests/support/fixture.c tests/support/fixture.h \
	tests/support/image_maker.c tests/support/image_maker.h \
	tests/support/kernel_maker.c tests/support/kernel_maker.h \
	tests/support/packer.c tests/support/packer.h \
	tests/support/pki.c tests/support/pki.h \
	tests/support/remembered.h \
	tests/support/status_tree.h \
	tests/support/store_machine.h \
	tests/support/replace_machine.h
