# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Levels that change the system's state, here what the console shows: forward, and not back. As test-state.sh does.
# shellcheck source=tests/vm/selftests/guest/lib.sh disable=SC1091
. /selftests.sh

# The level in linux/printk.h that shows everything, which the modules set.
MOTORMOUTH=15

console_level() {
	cut -f 1 /proc/sys/kernel/printk
}

# refused NAME BUNDLE MODULE: states do not fit, and state3 stays.
refused() {
	listen
	expect_status "$1" 61 lppack apply --replace --allow-downgrade --allow-loss --switch-stream "$B/$2.lpb"
	expect_match "$1: says why" "*error: $3: *state 1, which the active test_klp_state3 has in version 2*" "$OUTPUT"
	expect_said "$1: the kernel was not asked" </dev/null
	in_force "$1" test_klp_state3
	expect_eq "$1: the state is kept" $MOTORMOUTH "$(console_level)"
}

before=$(console_level)
listen
expect_status 'the first' 0 lppack install $B/state.lpb
in_force 'the first' test_klp_state
expect_eq 'the state has changed' $MOTORMOUTH "$(console_level)"
expect_said 'its callbacks' <<END
livepatch: enabling patch 'test_klp_state'
test_klp_state: pre_patch_callback: vmlinux
test_klp_state: allocate_loglevel_state: allocating space to store console_loglevel
livepatch: 'test_klp_state': starting patching transition
test_klp_state: post_patch_callback: vmlinux
test_klp_state: fix_console_loglevel: fixing console_loglevel
livepatch: 'test_klp_state': patching complete
END

listen
expect_status 'compatible' 0 lppack install $B/state2.lpb
expect_match 'there is no way back' '*going back*reboot: state 1*' "$(echo "$OUTPUT" | tr '\n' ' ')"
in_force 'compatible' test_klp_state2
expect_said 'the state is taken over' <<END
livepatch: enabling patch 'test_klp_state2'
test_klp_state2: pre_patch_callback: vmlinux
test_klp_state2: allocate_loglevel_state: space to store console_loglevel already allocated
livepatch: 'test_klp_state2': starting patching transition
test_klp_state2: post_patch_callback: vmlinux
test_klp_state2: fix_console_loglevel: taking over the console_loglevel change
livepatch: 'test_klp_state2': patching complete
END
expect_status 'back from it' 67 lppack rollback
expect_match 'says why' '*state 1 version 2*' "$OUTPUT"
in_force 'back from it' test_klp_state2

expect_status 'the same states' 0 lppack install $B/state3.lpb
in_force 'the same states' test_klp_state3
expect_status 'back and forth' 0 lppack rollback
in_force 'back' test_klp_state2
expect_eq 'back: the state is kept' $MOTORMOUTH "$(console_level)"
expect_status 'and forth' 0 lppack apply --replace $B/state3.lpb
in_force 'forth' test_klp_state3
refused 'a lower version' state test_klp_state
refused 'without the state' atomic_replace test_klp_atomic_replace

listen
expect_status 'remove' 0 lppack remove
in_force 'removed' ''
expect_eq 'the state is as before' "$before" "$(console_level)"
expect_said 'by its callbacks' <<END
test_klp_state3: pre_unpatch_callback: vmlinux
test_klp_state3: restore_console_loglevel: restoring console_loglevel
livepatch: 'test_klp_state3': starting unpatching transition
test_klp_state3: post_unpatch_callback: vmlinux
test_klp_state3: free_loglevel_state: freeing space for the stored console_loglevel
livepatch: 'test_klp_state3': unpatching complete
END
expect_status 'with no state left any fits' 0 lppack apply --switch-stream $B/atomic_replace.lpb
in_force 'any fits' test_klp_atomic_replace
finish
