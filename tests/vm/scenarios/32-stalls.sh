# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Transitions that stall: who is named, what is waited for, and what is not disturbed.
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

B=/bundles
SLEEPERS=

sleeping() {
	[ "$(cat /proc/lptest_release)" = "$1" ]
}

# sleepers N KIND: N readers of /proc/lptest_sleep_KIND; their pids in $SLEEPERS.
sleepers() {
	local n=0
	SLEEPERS=
	while [ $n -lt "$1" ]; do
		# Not cat, which tries again what fails.
		dd if=/proc/lptest_sleep_$2 bs=64 count=1 >/tmp/sleeper.$n 2>&1 &
		SLEEPERS="$SLEEPERS $!"
		n=$((n + 1))
	done
	wait_for 20 sleeping "$1" || fail "$1 do not sleep"
}

release() {
	local pid
	echo 1 >/proc/lptest_release
	for pid in $SLEEPERS; do
		wait "$pid"
	done
}

apply() {
	lppack apply --replace --allow-downgrade --allow-loss --switch-stream "$@"
}

# told: the tids of the blockers in /tmp/out.json, sorted, in one line.
told() {
	sed -n '/"blockers"/,/^ *\]/s/.*"tid": \([0-9]*\).*/\1/p' /tmp/out.json | sort -n | tr '\n' ' '
}

old_in_force() {
	expect_eq "$1: one patch" lppack_sample_1 "$(patches)"
	expect_eq "$1: one livepatch module" lppack_sample_1 "$(livepatch_modules)"
	expect_eq "$1: behaviour" 1 "$(sample_level)"
}

# named N: the blockers are exactly the sleepers.
named() {
	sleepers "$1" d
	status=0
	apply --timeout 3 --json $B/test-stall.lpb >/tmp/out.json 2>/tmp/err || status=$?
	expect_eq "$1 sleepers stall it" 62 "$status"
	expect_eq "$1: exactly they are named" "$(echo "$SLEEPERS" | tr ' ' '\n' | grep . | sort -n | tr '\n' ' ')" "$(told)"
	expect_eq "$1: as user tasks" "$1" "$(grep -c '"kind": "user"' /tmp/out.json)"
	expect_eq "$1: with the function" "$1" "$(grep -c '"function": "target_sleep_d"' /tmp/out.json)"
	old_in_force "$1 sleepers"
	release
}

mkdir -p /etc/lppack/keys.d
cp $B/vendor.pub /etc/lppack/keys.d/
expect_status 'level 1' 0 lppack apply $B/level1.lpb
insmod /livepatch/lptest_target.ko

named 1
named 200

# A kernel thread: no signal moves it.
echo 1 >/proc/lptest_sleep_k
wait_for 5 sleeping 1 || fail 'the kernel thread does not sleep'
status=0
apply --timeout 3 --json $B/test-stall.lpb >/tmp/out.json 2>/tmp/err || status=$?
expect_eq 'a kernel thread stalls it' 62 "$status"
expect_eq 'is named as one' 1 "$(grep -c '"kind": "kernel"' /tmp/out.json)"
expect_eq 'and nobody else' 1 "$(told | wc -w)"
expect_eq 'by its name' 1 "$(grep -c '"command": "lptest_sleeper"' /tmp/out.json)"
old_in_force 'the kernel thread'

# Retried until it is released.
apply --timeout 2 --retries 20 --retry-delay 1 $B/test-stall.lpb >/tmp/out 2>&1 &
retrying=$!
usleep 4000000
echo 1 >/proc/lptest_release
status=0
wait $retrying || status=$?
expect_eq 'retried and applied' 0 "$status"
expect_match 'tells the attempts' '*attempts*' "$(cat /tmp/out)"
expect_eq 'in force' lptest_stall "$(livepatch_modules)"
expect_status 'back' 0 apply $B/level1.lpb

# An interruptible sleeper is moved by the kernel's fake signal, which a program may take badly.
sleepers 1 e
started=$(now_ms)
signals=$(dmesg | grep -c 'signaling remaining tasks')
expect_status 'before the signal' 62 apply --before-signal $B/test-stall.lpb
say "reversed after $(($(now_ms) - started)) ms"
expect_eq 'the kernel sent none' "$signals" "$(dmesg | grep -c 'signaling remaining tasks')"
expect_eq 'the program was not disturbed' '' "$(cat /tmp/sleeper.0)"
old_in_force 'before the signal'
started=$(now_ms)
expect_status 'with the signal' 0 apply $B/test-stall.lpb
say "applied after $(($(now_ms) - started)) ms"
wait "${SLEEPERS# }"
expect_match 'which disturbs the program' '*error*' "$(cat /tmp/sleeper.0)"
expect_eq 'in force' lptest_stall "$(livepatch_modules)"
finish
