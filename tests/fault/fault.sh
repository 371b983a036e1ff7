#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A share of the faults; tests/all makes them all. In memory where there is a place for that: it syncs a lot.
[ ! -w /dev/shm ] || export TMPDIR=/dev/shm
exec "$top_builddir/tests/fault/fault_apply" --every 40
