# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# An apply that stalls: others give way to it, a signal reverses it as a time-out does, and a kill loses nothing.
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

B=/bundles

in_transition() {
	[ "$(attribute lptest_stall transition)" = 1 ]
}

# stall: an apply in the background that waits for a sleeper; its pid in $APPLY.
stall() {
	lppack apply --replace --timeout 60 $B/test-stall.lpb >/tmp/out 2>&1 &
	APPLY=$!
	wait_for 10 in_transition || fail 'no transition'
}

# ends NAME WANTED: the status of the background apply.
ends() {
	status=0
	wait "$APPLY" || status=$?
	expect_eq "$1" "$2" "$status"
}

old_in_force() {
	expect_eq "$1: one patch" lppack_sample_1 "$(patches)"
	expect_eq "$1: one livepatch module" lppack_sample_1 "$(livepatch_modules)"
	expect_eq "$1: behaviour" 1 "$(sample_level)"
}

mkdir -p /etc/lppack/keys.d
cp $B/vendor.pub /etc/lppack/keys.d/
expect_status 'level 1' 0 lppack apply $B/level1.lpb
insmod /livepatch/lptest_target.ko
cat /proc/lptest_sleep_d >/dev/null &
wait_for 5 grep -q 1 /proc/lptest_release || fail 'nobody sleeps'

stall
expect_status 'another apply meanwhile' 52 lppack apply --replace $B/level2.lpb
expect_match 'names the one at work' "*process $APPLY*" "$OUTPUT"
expect_status 'or waits, for a while' 52 lppack apply --replace --wait 1 $B/level2.lpb
expect_status 'status meanwhile' 0 lppack status
expect_match 'tells of the transition' '*IN TRANSITION*' "$OUTPUT"
# Not SIGINT: a shell starts its background jobs with that ignored, and so it stays.
kill -TERM "$APPLY"
ends 'terminated' 62
expect_match 'says why' '*interrupted*' "$(cat /tmp/out)"
old_in_force 'after SIGTERM'

stall
kill -TSTP "$APPLY"
kill -HUP "$APPLY"
ends 'hung up, and not to be stopped' 62
old_in_force 'after SIGHUP'

# The other way round: the one that waits goes on once the first has given up.
stall
lppack apply --replace --wait 60 $B/level2.lpb >/tmp/out2 2>&1 &
second=$!
usleep 500000
kill -TERM "$APPLY"
ends 'the first gives up' 62
status=0
wait $second || status=$?
expect_eq 'the second goes on' 0 "$status"
expect_eq 'and is in force' lppack_sample_2 "$(patches)"
expect_status 'back' 0 lppack apply --replace --allow-downgrade $B/level1.lpb

# Killed, and the next call has to undo it: the sleeper stays.
stall
kill -KILL "$APPLY"
ends 'killed' 137
expect_status 'another bundle comes after undoing it' 0 lppack apply --replace --timeout 3 $B/level2.lpb
expect_match 'says so' '*was cut short; it was undone*' "$OUTPUT"
expect_eq 'the other is in force' lppack_sample_2 "$(livepatch_modules)"
expect_status 'back' 0 lppack apply --replace --allow-downgrade $B/level1.lpb

# Killed without a chance: the transition goes on, and the same command joins and finishes it.
stall
kill -KILL "$APPLY"
ends 'killed' 137
expect_eq 'the transition goes on' 1 "$(attribute lptest_stall transition)"
expect_match 'status tells of it' '*apply*' "$(lppack status --json | grep -A 3 '"unfinished"')"
echo 1 >/proc/lptest_release
expect_status 'the same command again' 3 lppack apply --replace $B/test-stall.lpb
expect_match 'finishes it and says so' '*was cut short; it was finished*' "$OUTPUT"
expect_eq 'the new one is in force' 'lptest_stall' "$(patches)"
expect_eq 'and no other module is left' 'lptest_stall' "$(livepatch_modules)"

# Nobody holds the lock of the dead.
expect_status 'and now' 0 lppack apply --replace --allow-downgrade $B/level1.lpb
finish
