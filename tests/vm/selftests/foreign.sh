# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A stack of three patches that others loaded, replaced at once; the kernel's test-livepatch.sh does that with insmod.
# shellcheck source=tests/vm/selftests/guest/lib.sh disable=SC1091
. /selftests.sh

STACK='test_klp_callbacks_demo test_klp_callbacks_demo2 test_klp_livepatch'

# one_line FILE
one_line() {
	tr -s ' \n' ' ' <"$1"
}

foreign livepatch
foreign callbacks_demo
foreign callbacks_demo2
expect_eq 'three patches' "$STACK" "$(patches)"
expect_match 'one changes a file' 'test_klp_livepatch: this has been live patched' "$(cat /proc/cmdline)"

expect_status 'status' 0 lppack status --json
expect_eq 'all three are foreign' 3 "$(echo "$OUTPUT" | grep -c '"foreign": true')"
expect_status 'for monitoring' 57 lppack status --check
expect_eq 'each is a finding' 3 "$(echo "$OUTPUT" | grep -c '^FOREIGN: test_klp_')"

listen
expect_status 'without --replace' 53 lppack apply $B/atomic_replace.lpb
expect_status 'without --take-over' 57 lppack apply --replace $B/atomic_replace.lpb
expect_match 'all are named' '*test_klp_callbacks_demo, test_klp_callbacks_demo2, test_klp_livepatch*' "$OUTPUT"
expect_match 'and the way out' '*--take-over*' "$OUTPUT"
expect_eq 'all are in force' "$STACK" "$(patches)"
expect_eq 'nothing was loaded' '' "$(said)"

expect_status 'taken over' 0 lppack apply --replace --take-over --json $B/atomic_replace.lpb
expect_eq 'the receipt tells of three' 3 \
	"$(echo "$OUTPUT" | sed -n '/"took_over"/,/"attempts"/p' | grep -c '"build_id": "[0-9a-f]\{40\}"')"
expect_match 'and what they did' '*"vmlinux:cmdline_proc_show,1"*' "$OUTPUT"
expect_match 'and of no way back' '*"class": "one-way"*' "$OUTPUT"
in_force 'replaced' test_klp_atomic_replace
expect_match 'the new one is in force' 'test_klp_atomic_replace: this has been live patched*' "$(cat /proc/meminfo)"
expect_match 'the old ones are not' '*console=*' "$(cat /proc/cmdline)"
# No callback of what is replaced is called (Documentation/livepatch/callbacks.rst).
expect_said 'in one transition' <<END
livepatch: enabling patch 'test_klp_atomic_replace'
livepatch: 'test_klp_atomic_replace': starting patching transition
livepatch: 'test_klp_atomic_replace': patching complete
END
expect_status 'it is known' 0 lppack status --check
expect_status 'history' 0 lppack history
expect_match 'names what was superseded' "*superseded   test_klp_callbacks_demo, *2, test_klp_livepatch*" "$OUTPUT"
expect_match 'and keeps what they were' \
	'*took_over: - name: "test_klp_callbacks_demo" build_id: *"test_klp_callbacks_busy:busymod_work_func,1"*' \
	"$(one_line /var/lib/lppack/history/00000001.yaml)"
expect_status 'rollback' 68 lppack rollback

expect_status 'remove' 0 lppack remove
in_force 'removed' ''
expect_match 'the kernel is as it was' 'MemTotal:*' "$(cat /proc/meminfo)"
finish
