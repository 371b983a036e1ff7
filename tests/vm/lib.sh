# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Functions for scenarios, run by busybox sh in the guest: . /lib.sh

LIVEPATCH=/sys/kernel/livepatch
TESTS=0
FAILED=0

say() {
	echo "# $*"
}

ok() {
	TESTS=$((TESTS + 1))
	echo "ok $TESTS - $*"
}

not_ok() {
	TESTS=$((TESTS + 1))
	FAILED=$((FAILED + 1))
	echo "not ok $TESTS - $*"
}

# finish: prints the plan and ends with status 0 if every test passed, else 1.
finish() {
	echo "1..$TESTS"
	[ "$FAILED" -eq 0 ]
	exit
}

# fail WHY: gives up at once.
fail() {
	not_ok "$*"
	stack_list
	dmesg | tail -n 20 | sed 's/^/# /'
	finish
}

# expect_eq NAME WANTED GOT
expect_eq() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1"
		say "  wanted: $2"
		say "  got:    $3"
	fi
}

# expect_match NAME PATTERN GOT: a shell pattern.
expect_match() {
	# shellcheck disable=SC2254 # it is meant as a pattern
	case $3 in
	$2) ok "$1" ;;
	*)
		not_ok "$1"
		say "  wanted: $2"
		say "  got:    $3"
		;;
	esac
}

# expect_status NAME WANTED COMMAND...: the output stays in $OUTPUT.
expect_status() {
	local name="$1" wanted="$2" got=0
	shift 2
	OUTPUT=$("$@" 2>&1) || got=$?
	expect_eq "$name" "$wanted" "$got"
	[ "$wanted" = "$got" ] || echo "$OUTPUT" | sed 's/^/#   /'
}

# wait_for SECONDS COMMAND...: until the command succeeds, tried ten times a second.
wait_for() {
	local left=$(($1 * 10))
	shift
	while [ "$left" -gt 0 ]; do
		if "$@"; then
			return 0
		fi
		usleep 100000
		left=$((left - 1))
	done
	return 1
}

# now_ms: milliseconds since boot.
now_ms() {
	local up
	read -r up _ </proc/uptime
	echo "${up%.*}${up#*.}0"
}

# patches: names of the livepatches that the kernel lists, in one line.
patches() {
	local dir list=
	for dir in "$LIVEPATCH"/*/; do
		[ -d "$dir" ] || continue
		dir=${dir%/}
		list="$list ${dir##*/}"
	done
	echo "${list# }"
}

# livepatch_modules: loaded modules that are livepatches (taint K), in one
# line. One that was replaced and not removed shows here only.
livepatch_modules() {
	local file list=
	for file in /sys/module/*/taint; do
		[ -r "$file" ] || continue
		case $(cat "$file" 2>/dev/null) in
		*K*)
			file=${file%/taint}
			list="$list ${file##*/}"
			;;
		esac
	done
	echo "${list# }"
}

# attribute PATCH NAME: the value, or - if there is none.
attribute() {
	cat "$LIVEPATCH/$1/$2" 2>/dev/null || echo -
}

# settled PATCH: enabled and out of transition.
settled() {
	[ "$(attribute "$1" enabled)" = 1 ] && [ "$(attribute "$1" transition)" = 0 ]
}

# unlisted PATCH: the kernel has forgotten it; its module may be loaded yet.
unlisted() {
	[ ! -e "$LIVEPATCH/$1" ]
}

# gone NAME: neither patch nor module of that name is left.
gone() {
	[ ! -e "$LIVEPATCH/$1" ] && [ ! -e "/sys/module/$1" ]
}

# stack_list: every patch with its attributes and objects, as comments.
stack_list() {
	local dir file line
	for dir in "$LIVEPATCH"/*/; do
		[ -d "$dir" ] || continue
		line=$(basename "$dir")
		for file in enabled transition replace stack_order; do
			[ -r "$dir$file" ] && line="$line $file=$(cat "$dir$file")"
		done
		for file in "$dir"*/patched; do
			[ -r "$file" ] || continue
			line="$line $(basename "${file%/patched}")=$(cat "$file")"
		done
		say "$line"
	done
	say "modules: $(livepatch_modules)"
}

# blockers: pid and name of every task that the running transition waits for.
blockers() {
	local patch target file state pid
	for patch in "$LIVEPATCH"/*/; do
		[ "$(cat "${patch}transition" 2>/dev/null)" = 1 ] || continue
		target=$(cat "${patch}enabled")
		for file in /proc/[0-9]*/task/[0-9]*/patch_state; do
			state=$(cat "$file" 2>/dev/null) || continue
			[ "$state" != "$target" ] || continue
			pid=${file#/proc/*/task/}
			pid=${pid%/patch_state}
			echo "$pid $(cat "/proc/$pid/comm" 2>/dev/null)"
		done
	done
}

# sample_level: the level of the sample stream in force, by what the kernel
# says; 0 if none, the name of a test patch if that is on top.
sample_level() {
	local line
	read -r line </proc/cmdline
	case $line in
	*" lppack_level="*) echo "${line##* lppack_level=}" ;;
	*" lppack_test="*) echo "${line##* lppack_test=}" ;;
	*) echo 0 ;;
	esac
}
