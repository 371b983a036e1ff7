#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What apply, rollback and remove refuse before anything changes, and what they would do. The machines are directories.
. "$(dirname "$0")/lib.sh"
use_bundle
use_host h 6.1.0-1-test
dry=(apply --dry-run --root h b.lpb)

refused "force is two words" USAGE 'apply: --force and --accept-reboot belong together' 'say so with both' \
	apply --force --replace --dry-run --root h b.lpb
refused "so is the other" USAGE 'apply: --force and --accept-reboot belong together' 'say so with both' \
	apply --accept-reboot --dry-run --root h b.lpb
works "both are one" apply --force --accept-reboot --dry-run --root h b.lpb
refused "a file or the installed level" USAGE 'apply: FILE is missing' '--installed' apply --dry-run --root h
refused "but not both" USAGE 'apply: --installed takes no FILE' 'leave one' apply --installed --dry-run --root h b.lpb
refused "a file is no boot's" USAGE 'apply: --boot is for --installed' 'not counted' apply --boot --dry-run --root h b.lpb
for verb in rollback remove; do
	refused "$verb of another machine" USAGE "$verb: --root h: only the running kernel" '--dry-run' "$verb" --root h
done
for verb in "apply b.lpb" rollback remove "install b.lpb"; do
	# shellcheck disable=SC2086
	refused "${verb% *}: too many retries" USAGE ".*--retries: '1001'" . $verb --retries 1001 --root h
done
works "retries" apply --retries 1000 --retry-delay 500ms --dry-run --root h b.lpb

refused "nothing to go back from" NO_RELEASE 'lppack has put nothing in force' 'lppack install' rollback --dry-run --root h
{
	try ALREADY remove --dry-run --root h
	silent "$err"
	says "$out" '^remove: no livepatch is in force, nothing would be done$'
	says "$out" '^  kernel +6\.1\.0-1-test$'
	try ALREADY remove --dry-run --root h --json
	silent "$err"
	json "['already']" True
	json "['removes']" '[]'
	json "['warnings']" '[]'
	json ".get('error')" None
} | ok "nothing to remove"

# Somebody else's livepatch.
use_patch h kpatch_1 6666666666666666666666666666666666666666
refused "a foreign livepatch" FOREIGN 'not loaded by lppack: kpatch_1' '--take-over' "${dry[@]}" --replace
refused "nor is it removed" FOREIGN 'not loaded by lppack: kpatch_1' '--take-over' remove --dry-run --root h
{
	try OK "${dry[@]}" --replace --take-over
	says "$out" '^  taken over +kpatch_1, which lppack did not load$'
	says "$out" '^  going back +one-way: '
} | ok "taken over knowingly"
{ try OK "${dry[@]}" --replace --take-over --json; json "['replaces'][0]['foreign']" True; } | ok "in JSON too"
{
	try OK remove --dry-run --take-over --root h
	says "$out" '^remove: would be taken out of force$'
	says "$out" '^  change +kpatch_1 -> \(no livepatch\)$'
} | ok "and removed"

# Forced: the kernel log tells, and so does a module that stays pinned.
mkdir h/dev
printf '4,100,200,-;livepatch: forcing remaining tasks to the patched state\n' > h/dev/kmsg
refused "a forced transition" FORCED 'a transition was forced in this boot' reboot "${dry[@]}" --replace --take-over
refused "bars removal too" FORCED 'a transition was forced in this boot' reboot remove --dry-run --take-over --root h
rm -r h/dev
mkdir h/sys/module/old
echo live > h/sys/module/old/initstate
echo 1 > h/sys/module/old/refcnt
echo K > h/sys/module/old/taint
refused "a pinned module" FORCED 'old: .*stays pinned' reboot "${dry[@]}" --replace --take-over
# Nothing refers to it: it is only left over.
echo 0 > h/sys/module/old/refcnt
{ try OK "${dry[@]}" --replace --take-over; } | ok "a module that is left over is no obstacle"
rm -r h/sys/module/{old,kpatch_1} h/sys/kernel/livepatch/kpatch_1

# Three reasons why a machine cannot: each has its message.
printf '23 22 0:21 / /sys ro,nosuid - sysfs sysfs ro\n' > h/proc/self/mountinfo
refused "a read-only /sys" PRIVILEGE 'h/sys is mounted read-only' 'on the host' "${dry[@]}"
rm h/proc/self/mountinfo
printf 'CapEff:\t0000000000000000\n' > h/proc/self/status
refused "no privilege" PRIVILEGE 'this process lacks CAP_SYS_MODULE' 'as root' "${dry[@]}"
rm h/proc/self/status
rmdir h/sys/kernel/livepatch
refused "no kernel for it" NO_LIVEPATCH '.*built without CONFIG_LIVEPATCH' 'CONFIG_LIVEPATCH=y' "${dry[@]}"
mkdir h/run
touch h/run/.containerenv
refused "a container" NO_LIVEPATCH '.*this is a container' 'on the host' "${dry[@]}"
rm -r h/run
mv h/sys/kernel h/kernel
refused "a chroot" NO_LIVEPATCH '.*sysfs is not mounted' 'mount -t sysfs' "${dry[@]}"
mv h/kernel h/sys/kernel
mkdir h/sys/kernel/livepatch

# What a killed call left, where only looking is asked for, stays as it is.
mkdir -p h/var/lib/lppack
printf 'format: 1\nunfinished: maybe\n' > h/var/lib/lppack/journal.yaml
refused "a damaged journal" STATE 'h/var/lib/lppack/journal.yaml:2: ' 'lppack recover --discard' "${dry[@]}"
refused "no argument is taken" USAGE 'recover: unexpected argument' recover recover x

done_testing
