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
	lppack apply --replace --timeout 60 --switch-stream $B/test-stall.lpb >/tmp/out 2>&1 &
	APPLY=$!
	wait_for 10 in_transition || fail 'no transition'
}

# ends NAME WANTED: the status of the background apply.
unprivileged() {
	/mnt/setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all "$@"
}

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
expect_match 'and that its call is at work' '*lppack apply, which is at work*' "$OUTPUT"
expect_status 'monitoring meanwhile' 84 lppack status --check
# What only root is told is no finding for anybody else.
expect_status 'or without root' 84 unprivileged lppack status --check
expect_match 'which is not told who blocks' '*only root is told which tasks are not there yet*' "$OUTPUT"
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
expect_status 'back' 0 lppack apply --replace --allow-downgrade --allow-loss --switch-stream $B/level1.lpb

# Killed, and the next call has to undo it: the sleeper stays.
stall
kill -KILL "$APPLY"
ends 'killed' 137
expect_status 'another bundle comes after undoing it' 0 lppack apply --replace --switch-stream --timeout 3 $B/level2.lpb
expect_match 'says so' '*was cut short; it was undone*' "$OUTPUT"
expect_eq 'the other is in force' lppack_sample_2 "$(livepatch_modules)"
expect_status 'back' 0 lppack apply --replace --allow-downgrade --allow-loss --switch-stream $B/level1.lpb

# Killed without a chance: the transition goes on, and the same command joins and finishes it.
stall
kill -KILL "$APPLY"
ends 'killed' 137
expect_eq 'the transition goes on' 1 "$(attribute lptest_stall transition)"
expect_match 'status tells of it' '*apply*' "$(lppack status --json | grep -A 3 '"unfinished"')"
echo 1 >/proc/lptest_release
expect_status 'the same command again' 3 lppack apply --replace --switch-stream $B/test-stall.lpb
expect_match 'finishes it and says so' '*was cut short; it was finished*' "$OUTPUT"
expect_eq 'the new one is in force' 'lptest_stall' "$(patches)"
expect_eq 'and no other module is left' 'lptest_stall' "$(livepatch_modules)"

# What only looks leaves a transition alone as long as it runs, and puts right what is left of it once it has ended.
sleeper() {
	cat /proc/lptest_sleep_d >/dev/null &
	wait_for 5 grep -q 1 /proc/lptest_release || fail 'nobody sleeps'
}

ended() {
	[ "$(attribute lptest_stall transition)" = 0 ]
}

recovered='lppack: recovered: the apply of lptest_stall * was cut short; it was finished*'
expect_status 'back' 0 lppack apply --replace --allow-downgrade --allow-loss --switch-stream $B/level1.lpb
sleeper
stall
kill -KILL "$APPLY"
ends 'killed' 137
expect_status 'status leaves it' 0 lppack status
expect_match 'and says who waits for it' "*its transition is still running: 'lppack recover' waits for it*" "$OUTPUT"
expect_match 'and in JSON' '*"recovered"*"action": "left"*' "$(lppack status --json | tr '\n' ' ')"
expect_status 'so does monitoring' 85 lppack status --check
expect_status 'without root it is not told' 84 unprivileged lppack status --check
expect_eq 'the transition goes on' 1 "$(attribute lptest_stall transition)"
(sleep 2 && echo 1 >/proc/lptest_release) &
expect_status 'watched to its end' 0 lppack status --watch
expect_match 'with who holds it up' '*patching, 1 task left: * (cat, user) in target_sleep_d*' "$OUTPUT"
expect_match 'and what came of it' '*lptest_stall: in force*' "$OUTPUT"
expect_match 'then it is finished' "*$recovered" "$OUTPUT"
expect_eq 'and no other module is left' 'lptest_stall' "$(livepatch_modules)"
# From level 2 back to 1 fixes were lost on purpose.
expect_status 'all is well but for that' 47 lppack status --check
expect_match 'it is kept' '*recover: finished*' "$(lppack history -n 1)"

for verb in 'status --check' 'history' 'effective-version' 'hold'; do
	wanted=0
	[ "$verb" != 'status --check' ] || wanted=47
	expect_status 'back' 0 lppack apply --replace --allow-downgrade --allow-loss --switch-stream $B/level1.lpb
	sleeper
	stall
	kill -KILL "$APPLY"
	ends 'killed' 137
	echo 1 >/proc/lptest_release
	wait_for 60 ended || fail 'the transition does not end'
	# shellcheck disable=SC2086 # a verb and its options
	expect_status "then $verb" $wanted lppack $verb
	expect_match 'says what was done' "*$recovered" "$OUTPUT"
	expect_eq 'and no other module is left' 'lptest_stall' "$(livepatch_modules)"
	# shellcheck disable=SC2086
	expect_status "$verb again" $wanted lppack $verb
	expect_eq 'has nothing to say' '' "$(echo "$OUTPUT" | grep lppack:)"
done

# Nobody holds the lock of the dead.
expect_status 'and now' 0 lppack apply --replace --allow-downgrade --allow-loss --switch-stream $B/level1.lpb
finish
