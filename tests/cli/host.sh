#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lppack status, and lppack apply --dry-run where it may go on. The machines are directories.
. "$(dirname "$0")/lib.sh"
use_bundle
use_host h 6.1.0-1-test
dry=(apply --dry-run --root h b.lpb)

# unchanged STATUS ARGUMENT...: like try, and nothing is written.
unchanged()
{
	snapshot > "$scratch/io/before"
	try "$@"
	snapshot | diff "$scratch/io/before" -
}

# shown STATUS NAME ARGUMENT...: the status, no word on standard error, nothing changed, and tests/golden/NAME is printed.
shown()
{
	local name=$2

	{ unchanged "$1" "${@:3}"; silent "$err"; } | ok "$name"
	golden "$name"
	[[ $name != *.json ]] || python3 -m json.tool "$out" 2>&1 > /dev/null | ok "$name is JSON"
}

shown OK status-none.txt status --root h
shown OK status-none.json status --root h --json
shown OK apply-first.txt "${dry[@]}"
shown OK apply-first.json "${dry[@]}" --json

# An earlier serial is in force, with an object whose module is not loaded, and a record of it.
use_patch h livepatch_6 6666666666666666666666666666666666666666
patch=h/sys/kernel/livepatch/livepatch_6
mkdir -p $patch/vmlinux/foo_ioctl,1 $patch/nfsd/nfsd_open,2 h/var/lib/lppack
echo 1 > $patch/vmlinux/patched
echo 0 > $patch/nfsd/patched
shown OK status-unknown.txt status --root h
record_applied h "12345678-1234-1234-1234-123456789abc" << 'EOF'
kernel: "d995dc1e24e5bf6f9407ab76941af67bfabd3833"
release: "6.1.0-1-test"
module: "livepatch_6"
module_build_id: "6666666666666666666666666666666666666666"
stream: "web"
epoch: 0
serial: 6
version: "6.0"
digest: "4be2a837a4f83f91c4e336254bd82300e8dbabfce009d09f730f30e2807cb7a6"
applied_at: "2026-09-01T00:00:00Z"
EOF
shown OK status.txt status --root h
shown OK status.json status --root h --json
{ unchanged OK "${dry[@]}" --replace; says "$err" 'warning: b\.lpb: which fixes are active was not recorded'; } |
	ok "what is lost of a record without fixes cannot be told"
printf '  %s\n' 'claims:' '  fixes: []' '  unfixable: []' '  not_applicable: []' >> h/var/lib/lppack/state.yaml
shown OK apply-replace.txt "${dry[@]}" --replace
shown OK apply-replace.json "${dry[@]}" --replace --json
mkdir h/sys/module/{livepatch_5,ext4}
printf 'OK\n' > h/sys/module/livepatch_5/taint
printf 'K\n' | tee h/sys/module/livepatch_{5,6}/taint > /dev/null
{ unchanged OK status --root h; says "$out" '^modules +2 livepatch modules are loaded, more than are active'; } |
	ok "a replaced module that is still loaded is told"
rm -r h/sys/module/livepatch_5
{
	echo 1 > $patch/transition
	unchanged OK status --root h
	says "$out" '^livepatches +1, IN TRANSITION$'
	echo 0 > $patch/transition
} | ok "a transition is told"
{
	echo 'more: 1' >> h/var/lib/lppack/state.yaml
	unchanged OK status --root h
	says "$err" "^lppack: warning: h/var/lib/lppack/state\\.yaml:25: unknown key 'more'"
	says "$out" 'unknown: lppack has no record'
	unchanged OK status --root h --json
	json "['problems'][0]['message']" "\"h/var/lib/lppack/state.yaml:25: unknown key 'more'\""
} | ok "a damaged record is told, and hides nothing else"
rm -r h/var $patch h/sys/module/livepatch_6

# This very module is in force.
use_patch h livepatch_7 "$(module_id 1)"
shown ALREADY apply-already.txt "${dry[@]}"
shown ALREADY apply-already.json "${dry[@]}" --json
echo 1 > h/sys/kernel/livepatch/livepatch_7/transition
{ unchanged OK "${dry[@]}"; says "$out" 'would be applied'; } | ok "its transition, which an interrupted call began, is joined"
rm -r h/sys/kernel/livepatch/livepatch_7 h/sys/module/livepatch_7

write_spec old.yaml 'created: 2020-01-01T00:00:00Z' 'expires: 2021-01-01T00:00:00Z' "$(pair 'livepatch_7-1.ko' 'vmlinuz-{release}')"
lppack create old.yaml --key key.key -o old.lpb > /dev/null
{ try OK apply --dry-run --root h old.lpb; says "$err" '^lppack: warning: old\.lpb: the bundle expired on 2021-01-01T00:00:00Z'; } |
	ok "an expired bundle is told"
{ try OK apply --dry-run --root h --json old.lpb; json "['warnings']" "['the bundle expired on 2021-01-01T00:00:00Z']"; } |
	ok "in JSON too"

# What older kernels do not show is no error.
use_patch h livepatch_6
rm h/sys/kernel/livepatch/livepatch_6/replace h/proc/sys/kernel/{arch,version}
{
	unchanged OK status --root h
	says "$out" '^  state +enabled$'
	unchanged OK "${dry[@]}" --replace --take-over
	says "$out" '^  change +livepatch_6 -> livepatch_7$'
} | ok "a kernel that shows less"

done_testing
