#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Machines on which lppack apply must refuse before anything changes. They are directories, so nothing could be loaded.
. "$(dirname "$0")/lib.sh"
use_bundle
use_host h 6.1.0-1-test
dry=(apply --dry-run --replace --root h b.lpb)
kernel=h/proc/sys/kernel

# with PATH TEXT REFUSED...: the check `refused` with this file on the machine.
with()
{
	local path=h/$1

	mkdir -p "$(dirname "$path")"
	printf '%b\n' "$2" > "$path"
	shift 2
	refused "$@"
	rm "$path"
}

refused "another machine's files decide nothing over this kernel" USAGE 'apply: --root h: only the running kernel' 'add --dry-run' \
	apply --replace --root h b.lpb
refused "not even with its own name for the root" USAGE 'apply: --root /\.: only the running kernel' 'add --dry-run' \
	apply --replace --root /. b.lpb
with proc/sys/kernel/ftrace_enabled 0 "ftrace off" FTRACE 'kernel\.ftrace_enabled is 0' 'sysctl kernel\.ftrace_enabled=1' "${dry[@]}"
with proc/sys/kernel/modules_disabled 1 "modules disabled" LOCKED 'kernel\.modules_disabled is 1' 'reboot' "${dry[@]}"
with sys/kernel/security/lockdown 'none [integrity] confidentiality' "lockdown" LOCKED \
	'livepatch_7: kernel lockdown \(.*\[integrity\].*\) forbids' 'the vendor must sign the module' "${dry[@]}"
with sys/module/module/parameters/sig_enforce Y "signatures required" LOCKED \
	'livepatch_7: the kernel requires module signatures' 'the vendor must sign the module' "${dry[@]}"
with proc/self/status 'Name:\tx\nCapEff:\t0000000000000000' "not root" PRIVILEGE 'this process lacks CAP_SYS_MODULE' 'as root' "${dry[@]}"
printf 'CapEff:\t000001ffffffffff\n' > h/proc/self/status
with proc/self/uid_map '         0       1000          1' "root of a user namespace" PRIVILEGE 'this process is in a user namespace' \
	'on the host' "${dry[@]}"
with proc/sys/kernel/osrelease 6.1.0-9-test "a kernel of another release with this build ID" VERMAGIC \
	'livepatch_7: the module is for kernel 6\.1\.0-1-test, but 6\.1\.0-9-test is running' 'use a bundle' "${dry[@]}"
echo 6.1.0-1-test > $kernel/osrelease
with proc/sys/kernel/arch aarch64 "another architecture" ARCH 'livepatch_7: the module is for x86_64, this kernel for aarch64' \
	'for this architecture' "${dry[@]}"
echo x86_64 > $kernel/arch
with sys/module/livepatch_7/initstate live "a stale module of that name" NAME_IN_USE 'livepatch_7: a module of that name is loaded' 'rmmod' \
	"${dry[@]}"
with sys/module/livepatch_7/initstate going "a module of that name on its way" NAME_IN_USE \
	'livepatch_7: a module of that name is being loaded or removed \(going\)' 'in a moment' "${dry[@]}"
rmdir h/sys/module/livepatch_7

use_patch h livepatch_7 "$(module_id 2)"
refused "another build of that name is active" NAME_IN_USE \
	"livepatch_7: another build of that name is active \\(build ID $(module_id 2), not $(module_id 1)\\)" 'the vendor must name' "${dry[@]}"
rm -r h/sys/module/livepatch_7/notes
refused "a livepatch of that name whose build is unknown" NAME_IN_USE 'livepatch_7: .*its build ID cannot be read' 'disable and remove it' \
	"${dry[@]}"
rm -r h/sys/kernel/livepatch/livepatch_7 h/sys/module/livepatch_7

use_patch h livepatch_5
use_patch h livepatch_6
refused "others are active, and no --replace" ACTIVE 'active already: livepatch_5, livepatch_6' 'give --replace' apply -n --root h b.lpb
{
	try ACTIVE apply -n --root h b.lpb --json
	json "['error']['name']" "'ACTIVE'"
	json "['error']['hint']" "'give --replace to supersede them'"
	json ".keys()" "{'error': 0}.keys()"
} | ok "with --json the error is the whole document"
echo 1 > h/sys/kernel/livepatch/livepatch_6/transition
refused "a transition is running" BUSY 'the livepatch livepatch_6 is in transition' 'lppack status --watch' "${dry[@]}"
rm -r h/sys/kernel/livepatch/* h/sys/module/*

mkmodule --kind notes --release 6.1.0-3-test -o h/sys/kernel/notes
refused "a bundle for other kernels" NO_KERNEL 'b\.lpb: has nothing for the running kernel 6\.1\.0-1-test \(build ID [0-9a-f]{40}\)' \
	'ask the vendor of stream web' "${dry[@]}"
mkmodule --kind notes --no-build-id -o h/sys/kernel/notes
refused "a kernel without a build ID" NO_KERNEL '/sys/kernel/notes: the running kernel has no build ID' 'with a build ID' "${dry[@]}"
rm h/sys/kernel/notes
refused "no notes to read" IO 'h/sys/kernel/notes: cannot be opened' 'mount sysfs' "${dry[@]}"

rm -r h/sys/kernel/livepatch
refused "a kernel without livepatches" NO_LIVEPATCH 'h/sys/kernel/livepatch does not exist' 'CONFIG_LIVEPATCH=y' "${dry[@]}"
{ try UNSUPPORTED status --root h --check; says "$out" '^UNSUPPORTED: .*h/sys/kernel/livepatch does not exist'; } |
	ok "status: a kernel without livepatches"
rm -r h/sys
refused "no sysfs" NO_LIVEPATCH 'h/sys/kernel does not exist' 'mount sysfs' "${dry[@]}"
{ try UNSUPPORTED status --root h --check; says "$out" '^UNSUPPORTED: .*h/sys/kernel does not exist'; } | ok "status: no sysfs"
rm -r h/proc
for verb in "apply -n b.lpb" status; do
	# shellcheck disable=SC2086
	{
		refused "$verb: no proc" IO 'h/proc/sys/kernel/osrelease: cannot be read' 'mount /proc' $verb --root h
	}
done
refused "status: no such directory" IO 'none: cannot be opened' 'name a directory' status --root none
refused "status: a file" IO 'b\.lpb: cannot be opened' 'name a directory' status --root b.lpb
{
	try IO status --root none --json
	json "['error']['code']" "${status[IO]}"
} | ok "status --json: the error is a document"

done_testing
