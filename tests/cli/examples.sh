#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The programs of examples/, built against the shared library, do what they say.
. "$(dirname "$0")/lib.sh"
[ -x "$top_builddir/examples/list" ] || skip_all "the examples are not built"

# example NAME ARGUMENT...
example()
{
	local name=$1

	shift
	if [ -x "$top_builddir/examples/.libs/$name" ]; then
		LD_LIBRARY_PATH="$top_builddir/.libs" "$top_builddir/examples/.libs/$name" "$@"
	else
		"$top_builddir/examples/$name" "$@"
	fi
}

# shows PATTERN NAME ARGUMENT...: it succeeds, and a line that it prints matches.
shows()
{
	local pattern=$1

	shift
	example "$@" > "$out" 2> "$err" || { echo "$1: exit status $?"; cat "$out" "$err"; }
	says "$out" "$pattern"
}

# fails STATUS NAME ARGUMENT...
fails()
{
	local wanted=$1 got

	shift
	example "$@" > "$out" 2> "$err"
	got=$?
	[ "$got" = "${status[$wanted]}" ] || { echo "$1: exit status $got, not $wanted"; cat "$out" "$err"; }
	[ -s "$err" ] || echo "$1: says nothing"
}

use_bundle
use_host h 6.1.0-1-test
id=$(lppack show --kernels --keys key.pub --json b.lpb | grep -m 1 -o '"build_id": "[0-9a-f]*"' | cut -d '"' -f 4)

{ shows '^web, serial 7, for 2 kernels$' list b.lpb key.pub; says "$out" "^$id 6\.1\.0-[12]-test: livepatch_7, [12] functions$"; } |
	ok "list: the kernels of a verified bundle"
lppack keygen -o other > /dev/null
fails UNTRUSTED list b.lpb other.pub | ok "list: another key"
{ shows '^\./livepatch_7\.ko$' extract b.lpb key.pub "$id"; [ -s livepatch_7.ko ] || echo "no module"; } |
	ok "extract: one module, verified"
{ shows "^$id 6\\.1\\.0-[12]-test/livepatch_7\\.ko\$" unpack b.lpb key.pub
	[ "$(ls 6.1.0-1-test/livepatch_7.ko 6.1.0-2-test/livepatch_7.ko | wc -l)" = 2 ]; } | ok "unpack: every kernel's module"
{ mkdir stepped && cd stepped; shows '^\./livepatch_7\.ko$' steps ../b.lpb ../key.pub "$id"; cd .. && cmp stepped/livepatch_7.ko livepatch_7.ko; } |
	ok "steps: one module, step by step"
fails UNTRUSTED steps b.lpb other.pub "$id" | ok "steps: another key"
fails NO_KERNEL steps b.lpb key.pub 0123456789 | ok "steps: a kernel that the bundle lacks"
fails UNTRUSTED unpack b.lpb other.pub | ok "unpack: another key"
fails EXISTS extract b.lpb key.pub "$id" | ok "extract: nothing is overwritten"
fails NO_KERNEL extract b.lpb key.pub 0123456789 | ok "extract: a kernel that the bundle lacks"
{ shows '^made\.lpb: signed by [0-9a-f]{64}$' create key.key livepatch_7-1.ko vmlinuz-6.1.0-1-test made.lpb
	try OK verify made.lpb --keys key.pub; shows 'CVE-2026-0001: an example' list made.lpb key.pub; } |
	ok "create: a bundle by calls alone verifies, and lists its fix"
{ fails MODULE create key.key key.pub vmlinuz-6.1.0-1-test bad.lpb; [ ! -e bad.lpb ] || echo "an output is there"; } |
	ok "create: what is no module leaves nothing behind"
openssl genpkey -algorithm ed25519 -out far.key 2> /dev/null && openssl pkey -in far.key -pubout -out far.pub
{ shows '^b\.lpb: signed by ' sign_elsewhere b.lpb far.pub 'openssl pkeyutl -sign -inkey far.key -rawin -in message.bin'
	try OK verify b.lpb --keys far.pub; } | ok "sign_elsewhere: a signature by a command"
openssl genpkey -algorithm ed25519 -out wrong.key 2> /dev/null && openssl pkey -in wrong.key -pubout -out wrong.pub
cp b.lpb before.lpb
{ fails BAD_SIGNATURE sign_elsewhere b.lpb wrong.pub 'openssl pkeyutl -sign -inkey far.key -rawin -in message.bin'
	cmp b.lpb before.lpb; } | ok "sign_elsewhere: one that does not fit is not written"
shows 'nothing was ever installed' status h | ok "status: a machine's"
shows '"bundle"' apply b.lpb key.pub h | ok "apply: a plan for another machine"
fails USAGE apply b.lpb key.pub h yes | ok "apply: another machine is not changed"
shows '^(yes|no|unknown)$' check livepatch_7-1.ko vmlinuz-6.1.0-1-test | ok "check: a verdict"

done_testing
