# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A target that comes and goes while its patch is in force or in transition, and one that is busy. As test-callbacks.sh
# does.
# shellcheck source=tests/vm/selftests/guest/lib.sh disable=SC1091
. /selftests.sh

BLOCKS=/sys/module/test_klp_callbacks_busy/parameters/block_transition

# come_and_go NAME
come_and_go() {
	listen
	insmod $MODULES/test_klp_callbacks_mod.ko
	expect_eq "$1: it is patched" patched "$(object_state test_klp_callbacks_mod)"
	expect_said "$1: before its init runs" <<END
livepatch: applying patch 'test_klp_callbacks_demo' to loading module 'test_klp_callbacks_mod'
test_klp_callbacks_demo: pre_patch_callback: test_klp_callbacks_mod -> $COMING
test_klp_callbacks_demo: post_patch_callback: test_klp_callbacks_mod -> $COMING
test_klp_callbacks_mod: test_klp_callbacks_mod_init
END
	listen
	rmmod test_klp_callbacks_mod
	expect_eq "$1: it is pending again" pending "$(object_state test_klp_callbacks_mod)"
	expect_said "$1: after its exit" <<END
test_klp_callbacks_mod: test_klp_callbacks_mod_exit
test_klp_callbacks_demo: pre_unpatch_callback: test_klp_callbacks_mod -> $GOING
livepatch: reverting patch 'test_klp_callbacks_demo' on unloading module 'test_klp_callbacks_mod'
test_klp_callbacks_demo: post_unpatch_callback: test_klp_callbacks_mod -> $GOING
END
}

listen
expect_status 'without its targets' 0 lppack apply --json $B/callbacks_demo.lpb
expect_match 'the receipt tells of both' '*"pending": \[ "test_klp_callbacks_busy", "test_klp_callbacks_mod" \]*' \
	"$(echo "$OUTPUT" | tr -s ' \n' ' ')"
expect_said 'callbacks of the kernel only' <<END
livepatch: enabling patch 'test_klp_callbacks_demo'
test_klp_callbacks_demo: pre_patch_callback: vmlinux
livepatch: 'test_klp_callbacks_demo': starting patching transition
test_klp_callbacks_demo: post_patch_callback: vmlinux
livepatch: 'test_klp_callbacks_demo': patching complete
END
expect_eq 'it is pending' pending "$(object_state test_klp_callbacks_mod)"
come_and_go 'first'
come_and_go 'second'
expect_status 'remove' 0 lppack remove

# The work function sleeps in its loop, so its kernel thread can be on neither side.
insmod $MODULES/test_klp_callbacks_busy.ko block_transition=Y
listen
expect_status 'a busy target' 62 lppack apply --timeout 2 $B/callbacks_demo.lpb
expect_match 'who and where' '*kworker*busymod_work_func*' "$OUTPUT"
in_force 'reversed' ''
expect_said 'every callback has its counterpart' <<END
livepatch: enabling patch 'test_klp_callbacks_demo'
test_klp_callbacks_demo: pre_patch_callback: vmlinux
test_klp_callbacks_demo: pre_patch_callback: test_klp_callbacks_busy -> [MODULE_STATE_LIVE] Normal state
livepatch: 'test_klp_callbacks_demo': starting patching transition
livepatch: 'test_klp_callbacks_demo': starting unpatching transition
test_klp_callbacks_demo: post_unpatch_callback: vmlinux
test_klp_callbacks_demo: post_unpatch_callback: test_klp_callbacks_busy -> [MODULE_STATE_LIVE] Normal state
livepatch: 'test_klp_callbacks_demo': unpatching complete
END

# Another target comes while the transition runs.
lppack apply --timeout 60 $B/callbacks_demo.lpb >/tmp/apply 2>&1 &
apply=$!
wait_for 10 grep -qs 1 $LIVEPATCH/test_klp_callbacks_demo/transition || fail 'no transition'
insmod $MODULES/test_klp_callbacks_mod.ko
expect_status 'status' 0 lppack status --json
expect_match 'tells who blocks' '*"blockers": *kworker*"function": "busymod_work_func"*' "$OUTPUT"
expect_eq 'it came patched' patched "$(object_state test_klp_callbacks_mod)"
echo N >$BLOCKS
wait $apply
expect_eq 'it ends when the target is free' 0 $?
in_force 'it ends' test_klp_callbacks_demo
expect_eq 'the busy one is patched' patched "$(object_state test_klp_callbacks_busy)"
rmmod test_klp_callbacks_busy
expect_eq 'it is pending' pending "$(object_state test_klp_callbacks_busy)"
expect_eq 'the other is not' patched "$(object_state test_klp_callbacks_mod)"
finish
