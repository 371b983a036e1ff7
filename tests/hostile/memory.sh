#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A small file must not take much memory: verbs read the deepest chain of the largest modules within the bound that the manual
# states, which is held here by a limit on the address space.
. "$(dirname "$0")/../cli/lib.sh"
command -v openssl > /dev/null || skip_all "no openssl"
[ "$(type -t python3)" = file ] || skip_all "no python3"
! grep -q -- '-fsanitize' "$top_builddir/Makefile" || skip_all "sanitizers reserve more than any limit"
export PYTHONDONTWRITEBYTECODE=1
top_builddir=$top_builddir python3 "$top_srcdir/tests/hostile/deep.py" . || exit 99
deepest=0808080808080808080808080808080808080808
size=$(stat -c %s deep.lpb)
{ [ "$size" -lt 4000000 ] || echo "deep.lpb has $size bytes"; } | ok "the bundle is small"
use_host h 6.1.0-9-test
mkmodule --kind notes --release 6.1.0-9-test --build-id $deepest -o h/sys/kernel/notes
cp deep.pub h/etc/lppack/keys.d/vendor.pub
mkdir out

# Two modules of 64 MiB, and what the program and its libraries take by themselves.
bound=$((2 * 65536 + 49152))

# within NAME ARGUMENT...: succeeds with that much address space.
within()
{
	local name=$1

	shift
	(ulimit -v $bound && try OK "$@") | ok "$name takes two modules of memory"
}

within verify verify --keys deep.pub deep.lpb
within extract extract --keys deep.pub --kernel $deepest -o out deep.lpb
within show show --keys deep.pub --kernels deep.lpb
within "verify for one kernel" verify --keys deep.pub --kernel $deepest deep.lpb
within "apply --dry-run" apply --dry-run --root h deep.lpb
within install install --root h --no-apply deep.lpb

done_testing
