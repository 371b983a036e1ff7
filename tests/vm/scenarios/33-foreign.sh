# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Livepatches that others loaded, and a transition that is forced.
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

B=/bundles

mkdir -p /etc/lppack/keys.d
cp $B/vendor.pub /etc/lppack/keys.d/
for module in lppack_sample_1 lptest_noreplace lptest_liar; do
	bareload /livepatch/$module.ko >/dev/null
	wait_for 5 settled $module || fail "$module is not in force"
done
expect_eq 'three foreign patches' 'lppack_sample_1 lptest_liar lptest_noreplace' "$(patches)"
expect_status 'without --replace' 53 lppack apply $B/level2.lpb
expect_status 'without --take-over' 57 lppack apply --replace $B/level2.lpb
expect_match 'all are named' '*lppack_sample_1*lptest_liar*lptest_noreplace*' "$OUTPUT"
expect_eq 'nothing has changed' 'lppack_sample_1 lptest_liar lptest_noreplace' "$(livepatch_modules)"
expect_status 'with it' 0 lppack apply --replace --take-over $B/level2.lpb
expect_eq 'one patch' lppack_sample_2 "$(patches)"
expect_eq 'one module' lppack_sample_2 "$(livepatch_modules)"
expect_eq 'what they were is kept' 3 "$(grep -h -A 60 took_over /var/lib/lppack/history/* | grep -c 'name: ')"
expect_status 'its own needs none' 0 lppack apply --replace $B/level3.lpb

# Forced: in force at once, and nothing more until the next boot.
insmod /livepatch/lptest_target.ko
cat /proc/lptest_sleep_d >/dev/null &
sleeper=$!
wait_for 5 grep -q 1 /proc/lptest_release || fail 'nobody sleeps'
expect_status 'force alone is no word' 2 lppack apply --replace --force --switch-stream $B/test-stall.lpb
expect_status 'forced' 0 lppack apply --replace --timeout 2 --force --accept-reboot --switch-stream $B/test-stall.lpb
expect_match 'says so' '*FORCED*reboot*' "$(echo "$OUTPUT" | tr '\n' ' ')"
expect_eq 'in force' lptest_stall "$(patches)"
expect_status 'a later apply' 58 lppack apply --replace $B/level3.lpb
expect_match 'says why' '*forced in this boot*' "$OUTPUT"
expect_status 'a later removal' 58 lppack remove
rm -r /var/lib/lppack /etc/lppack/kept
expect_status 'even without its memory' 58 lppack apply --replace --take-over --allow-downgrade --allow-loss --switch-stream $B/level3.lpb
echo 1 >/proc/lptest_release
wait $sleeper
finish
