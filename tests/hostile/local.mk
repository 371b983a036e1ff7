# SPDX-License-Identifier: LGPL-2.1-or-later
# Malformed bundles, one small generator each, and a second implementation of the format made from its text.
hostile_scripts = \
	tests/hostile/cell.sh \
	tests/hostile/flip.sh \
	tests/hostile/memory.sh \
	tests/hostile/reopen.sh \
	tests/hostile/run.sh \
	tests/hostile/vectors.sh
dist_check_SCRIPTS += $(hostile_scripts)
unit_tests += $(hostile_scripts)
EXTRA_DIST += \
	tests/hostile/cases/archive.py \
	tests/hostile/cases/cms.py \
	tests/hostile/cases/fixes.py \
	tests/hostile/cases/index.py \
	tests/hostile/cases/kernels.py \
	tests/hostile/cases/limits.py \
	tests/hostile/cases/manifest.py \
	tests/hostile/cases/modules.py \
	tests/hostile/cases/reading.py \
	tests/hostile/cases/signatures.py \
	tests/hostile/cases/trust.py \
	tests/hostile/cases/yaml.py \
	tests/hostile/deep.py \
	tests/hostile/hostile.py \
	tests/hostile/mangle.py \
	tests/hostile/lpb.py \
	tests/hostile/lpb_cms.py \
	tests/hostile/lpb_der.py \
	tests/hostile/lpb_facts.py \
	tests/hostile/lpb_read.py \
	tests/hostile/rsa.key \
	tests/hostile/run.py \
	tests/hostile/small.py \
	tests/hostile/vectors.py

check_PROGRAMS += tests/hostile/flip

tests_hostile_flip_SOURCES = tests/hostile/flip.c
