# SPDX-License-Identifier: LGPL-2.1-or-later
# Built against the shared library, as anybody's program would be.
example_programs = \
	examples/apply \
	examples/check \
	examples/create \
	examples/extract \
	examples/list \
	examples/sign_elsewhere \
	examples/status \
	examples/steps \
	examples/unpack
check_PROGRAMS += $(example_programs)
EXTRA_DIST += examples/Makefile examples/README.md

examples_apply_LDADD = liblppack.la
examples_check_LDADD = liblppack.la
examples_create_LDADD = liblppack.la
examples_extract_LDADD = liblppack.la
examples_list_LDADD = liblppack.la
examples_sign_elsewhere_LDADD = liblppack.la
examples_status_LDADD = liblppack.la
examples_steps_LDADD = liblppack.la
examples_unpack_LDADD = liblppack.la
