# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A reversal that comes too late: the transition ends between lppack's last look and its 0. What it replaced is gone, so
# the way out is forward: lppack turns the disabling back, or loads the module again.
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

B=/bundles

sleeping() {
	[ "$(cat /proc/lptest_release)" = "$1" ]
}

loads() {
	dmesg | grep -c "livepatch: enabling patch 'lptest_stall'"
}

# stalled HOOK: applies over level 1 what a sleeper holds up; HOOK runs as holdat says, at each write to its enabled.
stalled() {
	local sleeper
	expect_status 'level 1' 0 lppack apply --replace --allow-downgrade --allow-loss --switch-stream $B/level1.lpb
	dd if=/proc/lptest_sleep_d bs=64 count=1 >/dev/null 2>&1 &
	sleeper=$!
	wait_for 20 sleeping 1 || fail 'nobody sleeps'
	expect_status 'applied all the same' 0 \
		holdat /lptest_stall/enabled "$1" lppack apply --replace --allow-downgrade --allow-loss --switch-stream --timeout 3 --json $B/test-stall.lpb
	wait $sleeper
	expect_eq 'one patch' lptest_stall "$(patches)"
	expect_eq 'one livepatch module' lptest_stall "$(livepatch_modules)"
	expect_eq 'in force' settled "$(settled lptest_stall && echo settled)"
	expect_eq 'on record' 1 "$(grep -c '^  module: .*lptest_stall' /var/lib/lppack/state.yaml)"
	expect_eq 'nothing is unfinished' 0 "$(grep -c '^unfinished: true' /var/lib/lppack/journal.yaml)"
}

# Before the first write everybody is let go, and the transition ends.
cat >/tmp/release <<'END'
#!/bin/sh
. /lib.sh
[ "$1" = 1 ] || exit 0
echo 1 >/proc/lptest_release
wait_for 20 settled lptest_stall && wait_for 20 unlisted lppack_sample_1
END
# And before the second, which would turn it back, the disabling ends too.
cat >/tmp/release_and_wait <<'END'
#!/bin/sh
. /lib.sh
case $1 in
1) exec /tmp/release 1 ;;
2) wait_for 20 unlisted lptest_stall ;;
esac
END
chmod +x /tmp/release /tmp/release_and_wait

mkdir -p /etc/lppack/keys.d
cp $B/vendor.pub /etc/lppack/keys.d/
insmod /livepatch/lptest_target.ko

stalled /tmp/release
expect_match 'told' '*"note": "the time-out came as the transition ended; *' "$OUTPUT"
say "$(echo "$OUTPUT" | sed -n 's/.*"note": //p')"

loads=$(loads)
stalled /tmp/release_and_wait
expect_match 'told that it was loaded again' '*"note": "the time-out came as the transition ended; loaded again"*' "$OUTPUT"
expect_eq 'the kernel has loaded it twice' 2 $(($(loads) - loads))
finish
