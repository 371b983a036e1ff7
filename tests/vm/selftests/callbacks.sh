# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Callbacks that fail: in a patch that is loaded, over nothing, a level and a foreign patch; and in one that is in force
# when its target comes. As test-callbacks.sh does.
# shellcheck source=tests/vm/selftests/guest/lib.sh disable=SC1091
. /selftests.sh

DEMO=test_klp_callbacks_demo
TARGET=test_klp_callbacks_mod
RETURNS=/sys/module/$DEMO/parameters/pre_patch_ret

# fails NAME OPTION...: the reason is told, and nothing stays of it.
fails() {
	local name="$1"
	shift
	listen
	expect_status "$name: refused" 60 lppack apply --replace --switch-stream --json "$@" $B/callbacks_fail.lpb
	expect_match "$name: nothing has changed" '*"outcome": "nothing"*' "$OUTPUT"
	expect_match "$name: the receipt has the kernel's words" \
		"*\"kernel_log\": *pre-patch callback failed for object 'vmlinux'*\"error\"*" "$OUTPUT"
	expect_match "$name: and its errno" '*pre_patch callback failed*No such device*' "$OUTPUT"
	expect_said "$name: the kernel says" <<END
livepatch: enabling patch 'test_klp_callbacks_fail'
test_klp_callbacks_fail: pre_patch_callback: vmlinux
livepatch: pre-patch callback failed for object 'vmlinux'
livepatch: failed to enable patch 'test_klp_callbacks_fail'
livepatch: 'test_klp_callbacks_fail': unpatching complete
END
}

fails 'over nothing'
in_force 'over nothing' ''

expect_status 'a level' 0 lppack apply $B/atomic_replace.lpb
fails 'over a level'
in_force 'over a level' test_klp_atomic_replace
expect_match 'it still works' 'test_klp_atomic_replace: this has been live patched*' "$(cat /proc/meminfo)"
expect_status 'history' 0 lppack history
expect_match 'has all three' '3 *apply: nothing*2 *apply: applied*1 *apply: nothing*' "$OUTPUT"

foreign livepatch
fails 'over a foreign patch' --take-over
expect_eq 'the stack is as it was' 'test_klp_atomic_replace test_klp_livepatch' "$(patches)"
expect_eq 'and its modules' 'test_klp_atomic_replace test_klp_livepatch' "$(livepatch_modules)"
expect_eq 'and what it does' 'test_klp_livepatch: this has been live patched' "$(cat /proc/cmdline)"

expect_status 'callbacks that do not fail' 0 lppack apply --replace --take-over --switch-stream $B/callbacks_demo.lpb
in_force 'no failure' $DEMO
listen
echo -19 >$RETURNS
# busybox's insmod tries twice.
expect_status 'its target is refused' 1 bareload --no-wait $MODULES/$TARGET.ko
expect_match 'with the errno of the callback' '*errno=ENODEV*' "$OUTPUT"
expect_said 'the kernel says' <<END
livepatch: applying patch '$DEMO' to loading module '$TARGET'
$DEMO: pre_patch_callback: $TARGET -> $COMING
livepatch: pre-patch callback failed for object '$TARGET'
livepatch: patch '$DEMO' failed for module '$TARGET', refusing to load module '$TARGET'
END
expect_eq 'the object is pending' pending "$(object_state $TARGET)"
echo 0 >$RETURNS
expect_status 'accepted' 0 insmod $MODULES/$TARGET.ko
expect_eq 'the object is patched' patched "$(object_state $TARGET)"
finish
