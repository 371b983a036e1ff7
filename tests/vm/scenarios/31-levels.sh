# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Levels A, B and C one after the other, back to B, removed, applied again; and back where that is not safe.
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

B=/bundles

# at NAME LEVEL: exactly this level.
at() {
	expect_eq "$1: one patch" "lppack_sample_$2" "$(patches)"
	expect_eq "$1: one livepatch module" "lppack_sample_$2" "$(livepatch_modules)"
	expect_eq "$1: behaviour" "$2" "$(sample_level)"
}

mkdir -p /etc/lppack/keys.d
cp $B/vendor.pub /etc/lppack/keys.d/
expect_status 'nothing to go back from' 68 lppack rollback
for level in 1 2 3; do
	expect_status "install level $level" 0 lppack install $B/level$level.lpb
	at "level $level" $level
done
expect_status 'told before' 0 lppack rollback --dry-run
expect_match 'which level' '*lppack_sample_3 -> lppack_sample_2*' "$OUTPUT"
at 'a dry run' 3
expect_status 'back by one' 0 lppack rollback
at 'after the rollback' 2
expect_status 'back to the first' 0 lppack rollback --to 1
at 'after the second' 1
expect_status 'no older one' 68 lppack rollback
expect_status 'no such one' 68 lppack rollback --to 77
expect_status 'an older bundle than the newest seen' 38 lppack apply --replace $B/level2.lpb
expect_status 'forward again' 0 lppack apply --replace $B/level3.lpb
at 'forward' 3
expect_status 'remove' 0 lppack remove
expect_eq 'no patch' '' "$(patches)"
expect_eq 'no module' '' "$(livepatch_modules)"
expect_eq 'stock behaviour' 0 "$(sample_level)"
expect_status 'nothing to remove' 3 lppack remove
expect_status 'the next boot applies nothing' 68 lppack apply --installed
expect_status 'apply again' 0 lppack apply $B/level3.lpb
at 'applied again' 3
expect_status 'the next boot applies it' 3 lppack apply --installed

# States only go forward: told before, refused after.
expect_status 'an older level is kept' 0 lppack install --no-apply --switch-stream $B/test-state_1.lpb
expect_status 'a state comes' 0 lppack apply --replace --switch-stream $B/test-state_2.lpb
expect_match 'and no way back' '*going back*reboot: state 7*' "$(echo "$OUTPUT" | tr '\n' ' ')"
expect_status 'back from it' 67 lppack rollback
expect_match 'says why' '*state 7 version 2*' "$OUTPUT"
expect_eq 'it is still in force' lptest_state_2 "$(patches)"
expect_status 'it can be removed' 0 lppack remove
expect_eq 'no module' '' "$(livepatch_modules)"
finish
