# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# disk: 48
# reboots: yes
# What is installed comes back at boot; a livepatch that panics the machine is tried at two boots and no more; the kill
# switch. Each boot runs this script from its beginning: the disk tells which one it is.
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

B=/bundles
mkdir -p /disk
mount -t ext4 /dev/vda /disk || fail 'the disk cannot be mounted'
mkdir -p /disk/var /disk/etc /var/lib/lppack /etc/lppack
mount --bind /disk/var /var/lib/lppack
mount --bind /disk/etc /etc/lppack
boot=$(($(cat /disk/boot 2>/dev/null || echo 0) + 1))
echo $boot >/disk/boot
sync
TESTS=$(cat /disk/tests 2>/dev/null || echo 0)
FAILED=$(cat /disk/failed 2>/dev/null || echo 0)
say "boot $boot"

# again: to the next boot, with what was counted so far.
again() {
	echo "$TESTS" >/disk/tests
	echo "$FAILED" >/disk/failed
	sync
	reboot -f
	sleep 60
}

# Stock, as the machine came up.
came_up_unpatched() {
	expect_eq "boot $boot: nothing is in force" '' "$(patches)"
}

came_up_unpatched
case $boot in
1)
	mkdir -p /etc/lppack/keys.d
	cp $B/vendor.pub /etc/lppack/keys.d/
	expect_status 'install and apply' 0 lppack install --json $B/level1.lpb
	expect_match 'with the whole receipt' '*"apply": {*"outcome": "applied"*"reversibility": {*"warnings": *' \
		"$(echo "$OUTPUT" | tr '\n' ' ')"
	expect_eq 'level 1 is in force' 1 "$(sample_level)"
	again
	;;
2)
	expect_status 'the boot puts it in force' 0 lppack apply --installed --boot
	expect_eq 'level 1 is in force' 1 "$(sample_level)"
	expect_status 'its name' 0 lppack effective-version
	expect_match 'has the level' "$(uname -r)+lp.*.1" "$OUTPUT"
	expect_status 'not confirmed yet' 0 lppack status --json
	expect_match 'which status tells' '*"unconfirmed": true*' "$OUTPUT"
	expect_status 'it is healthy' 0 lppack confirm
	expect_status 'the next level' 0 lppack install --no-apply $B/level2.lpb
	expect_eq 'is not in force yet' 1 "$(sample_level)"
	again
	;;
3)
	echo 'quiet lppack.apply=0' >/tmp/cmdline
	mount --bind /tmp/cmdline /proc/cmdline
	expect_status 'the kill switch' 69 lppack apply --installed --boot
	expect_match 'is told' '*lppack.apply=0*' "$OUTPUT"
	expect_eq 'nothing was loaded' '' "$(livepatch_modules)"
	umount /proc/cmdline
	expect_status 'without it' 0 lppack apply --installed --boot
	expect_eq 'level 2 is in force' 2 "$(sample_level)"
	expect_status 'it is healthy' 0 lppack confirm
	expect_status 'one that does not live' 0 lppack install --no-apply --switch-stream $B/test-panic.lpb
	again
	;;
4 | 5)
	echo "$TESTS" >/disk/tests
	echo "$FAILED" >/disk/failed
	sync
	lppack apply --installed --boot >/dev/null 2>&1
	not_ok "boot $boot should have panicked"
	again
	;;
6)
	expect_status 'skipped' 70 lppack apply --installed --boot
	expect_match 'and says so' '*2 boots*did not become healthy*' "$OUTPUT"
	came_up_unpatched
	expect_status 'monitoring hears of it' 70 lppack status --check
	expect_match 'with its serial' '*serial * is skipped: 2 boots with it did not become healthy*' "$OUTPUT"
	expect_status 'this boot has nothing to confirm' 0 lppack confirm
	expect_status 'it stays skipped' 70 lppack apply --installed --boot
	expect_status 'a newer level' 0 lppack install --no-apply --switch-stream $B/level3.lpb
	again
	;;
7)
	expect_status 'is tried again' 0 lppack apply --installed --boot
	expect_eq 'level 3 is in force' 3 "$(sample_level)"
	expect_status 'the alarm is over' 0 lppack status --check
	expect_status 'and confirmed' 0 lppack confirm
	expect_status 'it stays over' 0 lppack status --check
	expect_status 'removed' 0 lppack remove
	expect_status 'boots leave it so' 68 lppack apply --installed
	expect_status 'monitoring hears of that too' 80 lppack status --check
	expect_match 'and how it comes back' '*lppack rollback --to *' "$OUTPUT"
	expect_status 'which it does' 0 lppack rollback --to 3
	expect_status 'and all is well' 0 lppack status --check
	expect_status 'for boots as well' 3 lppack apply --installed
	lppack hold --serial 2 >/tmp/held 2>&1
	expect_match 'a hold below it is warned of' '*serial 3 is in force, and beyond the hold*' "$(cat /tmp/held)"
	expect_status 'and reported' 83 lppack status --check
	expect_status 'until it is gone' 0 lppack unhold
	expect_status 'history' 0 lppack history
	expect_match 'of every boot' '*serial 3*serial 2*serial 1*' "$(echo "$OUTPUT" | tr '\n' ' ')"
	finish
	;;
esac
