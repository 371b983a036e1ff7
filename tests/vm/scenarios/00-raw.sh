# shellcheck shell=dash disable=SC2317
# SPDX-License-Identifier: LGPL-2.1-or-later
# Proves the rig and the kernel's behaviour without lppack.
# modules: pktgen softdog
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

IDENTITY=/sys/class/watchdog/watchdog0/identity
STATE=/sys/class/watchdog/watchdog0/state

load() {
	bareload /livepatch/"$1".ko
}

only() {
	[ "$(patches)" = "$1" ]
}

# replace_by NEW OLD: loads NEW, waits until OLD has gone, removes its module.
replace_by() {
	expect_status "load $1 over ${2:-nothing}" 0 load "$1"
	say "time $1 over ${2:-nothing}: $OUTPUT"
	if ! wait_for 5 only "$1"; then
		fail "$1 is the only patch"
	fi
	ok "$1 is the only patch"
	[ -z "$2" ] || expect_status "remove $2" 0 bareload --unload "$2"
}

unpatched() {
	expect_eq 'no patch at the start' '' "$(patches)"
	expect_eq 'stock cmdline' 0 "$(sample_level)"
	echo 0 >/proc/sys/kernel/ftrace_enabled
	expect_status 'refused while ftrace is off' 1 load lppack_sample_1
	expect_match 'with EBUSY' '*errno=EBUSY*' "$OUTPUT"
	echo 1 >/proc/sys/kernel/ftrace_enabled
}

levels() {
	replace_by lppack_sample_1 ''
	expect_eq 'level 1 in /proc/cmdline' 1 "$(sample_level)"
	expect_eq 'pktgen pending' 0 "$(attribute lppack_sample_1 pktgen/patched)"
	modprobe pktgen
	expect_eq 'pktgen patched when loaded' 1 "$(attribute lppack_sample_1 pktgen/patched)"
	expect_match 'level 1 in pktgen' '* lppack_level=1' "$(cat /proc/net/pktgen/pgctrl)"
	expect_match 'version not yet patched' 'Linux version*Debian *)' "$(cat /proc/version)"

	replace_by lppack_sample_2 lppack_sample_1
	expect_eq 'level 2 in /proc/cmdline' 2 "$(sample_level)"
	expect_match 'level 2 in pktgen' '* lppack_level=2' "$(cat /proc/net/pktgen/pgctrl)"
	expect_match 'level 2 in /proc/version' 'Linux*) lppack_level=2' "$(cat /proc/version)"
	expect_eq 'watchdog pending' 0 "$(attribute lppack_sample_2 watchdog/patched)"
	modprobe softdog
	expect_eq 'level 2 in watchdog' 'Software Watchdog lppack_level=2' "$(cat $IDENTITY)"
	expect_eq 'state not yet patched' inactive "$(cat $STATE)"

	replace_by lppack_sample_3 lppack_sample_2
	expect_eq 'level 3 in /proc/cmdline' 3 "$(sample_level)"
	expect_match 'level 3 in /proc/execdomains' '*[[]kernel] lppack_level=3' "$(cat /proc/execdomains)"
	expect_eq 'level 3 in watchdog' 'Software Watchdog lppack_level=3' "$(cat $IDENTITY)"
	expect_eq 'state patched' 'inactive lppack_level=3' "$(cat $STATE)"
	expect_status 'same name again' 1 load lppack_sample_3
	expect_match 'gives EEXIST' '*errno=EEXIST*' "$OUTPUT"

	replace_by lppack_sample_2 lppack_sample_3
	expect_eq 'back at level 2' 2 "$(sample_level)"
	expect_match 'execdomains stock again' '*[[]kernel]' "$(cat /proc/execdomains)"
	expect_eq 'one livepatch module' lppack_sample_2 "$(livepatch_modules)"
}

# extra NAME: a patch that is added to level 2 instead of replacing it.
extra() {
	expect_status "load lptest_$1" 0 load "lptest_$1"
	sleep 1
	expect_eq "lptest_$1 did not replace" "lppack_sample_2 lptest_$1" "$(patches)"
	expect_eq "lptest_$1 is seen" "$1" "$(sample_level)"
	say "replace: $(attribute "lptest_$1" replace)"
	expect_status "unload lptest_$1" 0 bareload --unload "lptest_$1"
	expect_eq "level 2 after lptest_$1" 2 "$(sample_level)"
}

# refused NAME ERRNO PATCH: NAME is refused and PATCH stays.
refused() {
	expect_status "$1 refused" 1 load "$1"
	expect_match "$1: $2" "*errno=$2*" "$OUTPUT"
	expect_eq "$1 changed nothing" "$3" "$(patches)"
	expect_eq "$1 left no module" "$3" "$(livepatch_modules)"
}

refusals() {
	refused lptest_initfail EPERM lppack_sample_2
	refused lptest_missing EINVAL lppack_sample_2
	expect_status 'ordinary module' 0 load lptest_plain
	expect_eq 'is no livepatch' lppack_sample_2 "$(livepatch_modules)"
	rmmod lptest_plain
	replace_by lptest_state_2 lppack_sample_2
	refused lptest_state_1 EINVAL lptest_state_2
	refused lptest_state_none EINVAL lptest_state_2
	refused lppack_sample_3 EINVAL lptest_state_2
	expect_status 'disable lptest_state_2' 0 bareload --unload lptest_state_2
	expect_eq 'stock cmdline again' 0 "$(sample_level)"
}

sleeps() {
	[ "$(cat /proc/lptest_release)" = "$1" ]
}

# stalled COMM FUNCTION: somebody sleeps; the transition waits for just them.
stalled() {
	local pid comm
	expect_status "$1 stalls" 3 bareload --timeout 3 /livepatch/lptest_stall.ko
	expect_eq "$1: transition" 1 "$(attribute lptest_stall transition)"
	expect_status "$1: another load" 1 load lptest_noreplace
	expect_match "$1: EBUSY" '*errno=EBUSY*' "$OUTPUT"
	blockers >/tmp/blockers
	say "blockers: $(cat /tmp/blockers)"
	read -r pid comm </tmp/blockers
	expect_eq "$1: only blocker" "1 $1" "$(wc -l </tmp/blockers) $comm"
	expect_match "$1: stack" "*$2*" "$(cat "/proc/$pid/stack")"
	expect_status "$1: reverse" 0 bareload --unload lptest_stall
	say "time reverse: $OUTPUT"
	expect_eq "$1: level 2 in force" 'lppack_sample_2 2' "$(patches) $(sample_level)"
	echo 1 >/proc/lptest_release
	wait_for 5 sleeps 0 || fail "$1 does not wake up"
}

stalls() {
	insmod /livepatch/lptest_target.ko
	replace_by lppack_sample_2 ''
	cat /proc/lptest_sleep_d >/dev/null &
	wait_for 5 sleeps 1 || fail 'no sleeper'
	stalled cat target_sleep_d
	echo 1 >/proc/lptest_sleep_k
	wait_for 5 sleeps 1 || fail 'no kernel thread'
	stalled lptest_sleeper target_sleep_k
	expect_eq 'target unpatched' 1 "$(cat /proc/lptest_value)"
	replace_by lptest_stall lppack_sample_2
	expect_eq 'target patched' 2 "$(cat /proc/lptest_value)"
	expect_status 'disable lptest_stall' 0 bareload --unload lptest_stall
}

unpatched
levels
extra noreplace
extra liar
refusals
stalls
expect_eq 'nothing left' '/' "$(patches)/$(livepatch_modules)"
finish
