# shellcheck shell=dash disable=SC2317
# SPDX-License-Identifier: LGPL-2.1-or-later
# An interruptible sleeper holds a transition up until the kernel's first fake
# signal, after 15 retries; a sleeper in state D or a kernel thread does so for
# good, and goes when it wakes up.
# modules:
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

sleeps() {
	[ "$(cat /proc/lptest_release)" = "$1" ]
}

insmod /livepatch/lptest_target.ko
cat /proc/lptest_sleep_i >/dev/null &
wait_for 5 sleeps 1 || fail 'no sleeper'
expect_status 'interruptible sleeper ends by the fake signal' 0 bareload /livepatch/lptest_stall.ko
say "time: $OUTPUT"
total=${OUTPUT##*total_ns=}
if [ "$total" -gt 14000000000 ]; then
	ok 'not before 14 s'
else
	not_ok "not before 14 s: $total ns"
fi
expect_status 'disable' 0 bareload --unload lptest_stall

cat /proc/lptest_sleep_d >/dev/null &
wait_for 5 sleeps 1 || fail 'no sleeper'
expect_status 'D state' 0 bareload --no-wait /livepatch/lptest_stall.ko
sleep 2
expect_eq 'waits' 1 "$(attribute lptest_stall transition)"
echo 1 >/proc/lptest_release
wait_for 5 settled lptest_stall || fail 'not settled after the sleeper woke'
ok 'settled after the sleeper woke'
expect_status 'disable again' 0 bareload --unload lptest_stall
finish
