# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Loads the module of each case the barest way and prints "result NUMBER loaded|ERRNO". /cases/list has a line for each:
# NUMBER, FILE, and what is loaded before, by commas or "-". A mark in the kernel log tells where a case begins.
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

# before NAME: a test module of ours, one of the distribution, or what the machine is like.
before() {
	case $1 in
	ftrace-off) echo 0 >/proc/sys/kernel/ftrace_enabled ;;
	modules-disabled) echo 1 >/proc/sys/kernel/modules_disabled ;;
	lptest_*) bareload "/livepatch/$1.ko" >/dev/null ;;
	*) modprobe "$1" ;;
	esac
}

# after NAME: away with it, whether it is a livepatch or not, if the case has not removed it; with what it depends on.
after() {
	case $1 in
	ftrace-off) echo 1 >/proc/sys/kernel/ftrace_enabled ;;
	modules-disabled) ;; # until the next boot
	lptest_*) [ ! -e "/sys/module/$1" ] || bareload --unload "$1" >/dev/null ;;
	*) [ ! -e "/sys/module/$1" ] || modprobe -r "$1" ;;
	esac
}

one() {
	local number=$1 file=$2 name name_before result status=0
	name=$(basename "$file" .ko)
	for name_before in $3; do
		before "$name_before" || say "case $number: $name_before cannot be loaded"
	done
	echo "lppack case $number begins" >/dev/kmsg
	result=$(bareload --timeout 30 "/cases/$file" 2>/dev/null) || status=$?
	case $status in
	0) echo "result $number loaded" ;;
	1) echo "result $number ${result#errno=}" ;;
	*) echo "result $number status-$status" ;;
	esac
	echo "lppack case $number ends" >/dev/kmsg
	[ "$status" -ne 0 ] || bareload --unload "$name" >/dev/null || echo "stuck $number $name"
	# shellcheck disable=SC2086 # words
	for name_before in $(reversed $3); do
		after "$name_before" || echo "stuck $number $name_before"
	done
}

reversed() {
	local item list=
	for item in "$@"; do
		list="$item $list"
	done
	echo "$list"
}

while read -r number file names; do
	[ "$names" != - ] || names=
	one "$number" "$file" "$(echo "$names" | tr ',' ' ')"
done </cases/list
echo "left $(livepatch_modules)"
finish
