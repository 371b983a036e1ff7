# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lppack apply on a real kernel: the main job, and everything it must refuse or undo.
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

B=/bundles
KEYS=/etc/lppack/keys.d

# Levels and test modules come in any order here.
apply() {
	lppack apply --replace --allow-downgrade --allow-loss --switch-stream "$@"
}

# in_force NAME PATCH LEVEL-OR-TEST: exactly this patch, exactly this module, its behaviour.
in_force() {
	expect_eq "$1: one patch" "$2" "$(patches)"
	expect_eq "$1: one livepatch module" "$2" "$(livepatch_modules)"
	expect_match "$1: behaviour" "* lppack_$3" "$(cat /proc/cmdline)"
}

# unprivileged COMMAND...
unprivileged() {
	/mnt/setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all "$@"
}

trust() {
	expect_status 'no trusted key' 30 lppack apply $B/level1.lpb
	expect_match 'names the directory' '*/etc/lppack/keys.d*' "$OUTPUT"
	mkdir -p $KEYS
	cp $B/stranger.pub $KEYS/
	expect_status 'signed by a stranger' 31 lppack apply $B/level1.lpb
	cp $B/vendor.pub $KEYS/
	head -c 30000 $B/level1.lpb >/tmp/short.lpb
	expect_status 'truncated' 21 lppack apply /tmp/short.lpb
	expect_status 'damaged metadata' 24 lppack apply $B/damaged.lpb
	echo 0 >/proc/sys/kernel/ftrace_enabled
	expect_status 'ftrace is off' 56 lppack apply $B/level1.lpb
	echo 1 >/proc/sys/kernel/ftrace_enabled
	expect_eq 'nothing was loaded' '' "$(livepatch_modules)"
	expect_eq 'stock behaviour' 0 "$(sample_level)"
}

first() {
	expect_status 'status of the stock kernel' 0 lppack status
	expect_match 'no livepatch' '*none active*' "$OUTPUT"
	expect_status 'dry run' 0 lppack apply --dry-run $B/level1.lpb
	expect_match 'tells the plan' '*lppack_sample_1*' "$OUTPUT"
	expect_eq 'and does nothing' '' "$(livepatch_modules)"
	expect_status 'apply level 1' 0 lppack apply $B/level1.lpb
	in_force 'level 1' lppack_sample_1 level=1
	expect_status 'the same bundle again' 3 lppack apply $B/level1.lpb
	expect_match 'is already applied' '*already applied*' "$OUTPUT"
	expect_status 'level 2 without --replace' 53 lppack apply $B/level2.lpb
	in_force 'still level 1' lppack_sample_1 level=1
	lppack status --json >/tmp/status.json
	expect_eq 'pktgen is pending' 1 "$(grep -c '"pending": true' /tmp/status.json)"
	expect_eq 'status names the bundle, whose stream is followed' 2 "$(grep -c '"stream": "debian-sample"' /tmp/status.json)"
}

# twenty: each apply leaves one patch and one module.
twenty() {
	n=0
	while [ $n -lt 20 ]; do
		level=$(((n + 1) % 3 + 1))
		status=0
		apply $B/level$level.lpb >/tmp/out 2>&1 || status=$?
		if [ $status -ne 0 ] || [ "$(patches)" != lppack_sample_$level ] ||
			[ "$(livepatch_modules)" != lppack_sample_$level ] || [ "$(sample_level)" != $level ]; then
			sed 's/^/# /' /tmp/out
			fail "replace $n by level $level: status $status, patches '$(patches)', modules '$(livepatch_modules)'"
		fi
		n=$((n + 1))
	done
	ok '20 successive replaces: one patch and one livepatch module each time'
}

refused() {
	expect_status 'a bundle for another kernel' 40 apply $B/elsewhere.lpb
	expect_status 'a failing pre_patch callback' 60 apply $B/test-initfail.lpb
	expect_match 'says so' '*pre_patch callback failed*' "$OUTPUT"
	expect_match 'and what the module says' '*lptest_initfail: not on this machine*' "$OUTPUT"
	expect_status 'a function that does not exist' 19 apply $B/test-missing.lpb
	expect_status 'a module without a livepatch' 13 apply $B/test-empty.lpb
	expect_match 'was removed again' '*the module was removed*' "$OUTPUT"
	expect_status 'an older bundle' 38 lppack apply --replace $B/level1.lpb
	in_force 'after refusals' lppack_sample_3 level=3
	expect_status 'not root' 51 unprivileged lppack apply --replace $B/level1.lpb
	expect_status 'status without root' 0 unprivileged lppack status
	in_force 'after all refusals' lppack_sample_3 level=3
}

liar() {
	expect_status 'a non-replace module passed off as replace' 64 apply $B/test-liar.lpb
	expect_match 'is named' '*lptest_liar*' "$OUTPUT"
	in_force 'the liar was undone' lppack_sample_3 level=3
}

stalled() {
	insmod /livepatch/lptest_target.ko
	cat /proc/lptest_sleep_d >/dev/null &
	blocker=$!
	wait_for 5 grep -q 1 /proc/lptest_release || fail 'nobody sleeps'
	expect_status 'a stalled task' 62 apply --timeout 3 $B/test-stall.lpb
	expect_match 'the blocker is named' "*$blocker*cat*target_sleep_d*" "$(echo "$OUTPUT" | tr '\n' ' ')"
	expect_match 'the outcome is told' '*old*in force*' "$(echo "$OUTPUT" | tr '\n' ' ')"
	in_force 'reversed' lppack_sample_3 level=3
	expect_eq 'the target is unpatched' 1 "$(cat /proc/lptest_value)"
	echo 1 >/proc/lptest_release
	wait $blocker
	expect_status 'once it is released' 0 apply $B/test-stall.lpb
	in_force 'the new one' lptest_stall test=stall
	expect_eq 'the target is patched' 2 "$(cat /proc/lptest_value)"
	expect_status 'and back' 0 apply $B/level3.lpb
}

states() {
	expect_status 'a state of version 2' 0 apply $B/test-state_2.lpb
	expect_status 'a lower version' 61 apply $B/test-state_1.lpb
	expect_status 'no such state' 61 apply $B/test-state_none.lpb
	in_force 'after refusals' lptest_state_2 test=state_2
}

# A replaced module that somebody else left loaded bears the very name: it is theirs to remove.
stale() {
	bareload --unload lptest_state_2 >/dev/null
	bareload /livepatch/lppack_sample_1.ko >/dev/null
	bareload /livepatch/lppack_sample_2.ko >/dev/null
	wait_for 5 settled lppack_sample_2
	expect_match 'a stale module is left over' '*lppack_sample_1*' "$(livepatch_modules)"
	expect_status 'which is not ours to remove' 54 apply --take-over $B/level1.lpb
	expect_match 'is named' '*lppack_sample_1: a module of that name is loaded*' "$OUTPUT"
	bareload --unload lppack_sample_1 >/dev/null || rmmod lppack_sample_1
	expect_status 'the active one is foreign' 57 apply $B/level1.lpb
	expect_match 'and named' '*lppack_sample_2*' "$OUTPUT"
	expect_status 'taken over' 0 apply --take-over $B/level1.lpb
	expect_status 'what was taken over is kept' 0 grep -rq took_over /var/lib/lppack/history
	in_force 'the last one' lppack_sample_1 level=1
}

name_in_use() {
	lppack remove >/dev/null
	bareload /livepatch/lptest_noreplace.ko >/dev/null
	wait_for 5 settled lptest_noreplace
	lppack apply $B/level1.lpb >/dev/null 2>&1
	expect_status 'removing what others loaded' 57 lppack remove
	expect_status 'knowingly' 0 lppack remove --take-over
	expect_eq 'nothing is left' '' "$(livepatch_modules)"
	expect_status 'nothing to remove' 3 lppack remove
	expect_status 'afterwards' 0 apply $B/level1.lpb
	in_force 'the last one' lppack_sample_1 level=1
}

locked() {
	echo 1 >/proc/sys/kernel/modules_disabled
	expect_status 'modules are disabled' 55 apply $B/level2.lpb
	in_force 'while locked' lppack_sample_1 level=1
}

trust
first
twenty
apply $B/level3.lpb >/dev/null 2>&1
refused
liar
stalled
states
stale
name_in_use
locked
finish
