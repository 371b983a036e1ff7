# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Modules as kpatch-build and klp-build make them, which allocate their klp_patch at run time, and one with livepatch
# symbols: applied from bundles; what lppack said of the file is what the kernel shows.
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

B=/bundles
BOTH='lptest_target/target_value,1 vmlinux/cmdline_proc_show,1'

# functions PATCH: OBJECT/FUNCTION,SYMPOS of all that the kernel lists, in one line.
functions() {
	local dir list=
	for dir in "$LIVEPATCH/$1"/*/*/; do
		[ -d "$dir" ] || continue
		dir=${dir%/}
		list="$list ${dir#"$LIVEPATCH/$1/"}"
	done
	echo "${list# }"
}

# shape NAME BUILDER VALUE FUNCTIONS: applies it; what the target module and the kernel tell then.
shape() {
	expect_match "$1: lppack knows the builder" "*builder      $2*" "$(lppack inspect "/livepatch/lptest_$1.ko")"
	expect_status "$1: applied" 0 lppack apply --replace --allow-downgrade --allow-loss --switch-stream "$B/test-$1.lpb"
	expect_eq "$1: the only patch" "lptest_$1" "$(patches)"
	expect_eq "$1: the only livepatch module" "lptest_$1" "$(livepatch_modules)"
	expect_eq "$1: its objects and functions" "$4" "$(functions "lptest_$1")"
	expect_match "$1: vmlinux is patched" "* lppack_test=$1" "$(cat /proc/cmdline)"
	expect_eq "$1: the target module is patched" "$3" "$(cat /proc/lptest_value)"
	[ ! -e "$LIVEPATCH/lptest_$1/replace" ] ||
		expect_eq "$1: replace, by the kernel" 1 "$(attribute "lptest_$1" replace)"
}

mkdir -p /etc/lppack/keys.d
cp $B/vendor.pub /etc/lppack/keys.d/
insmod /livepatch/lptest_target.ko
expect_eq 'unpatched' 1 "$(cat /proc/lptest_value)"
expect_status 'level 1' 0 lppack apply $B/level1.lpb
shape kpatch kpatch-build 2 "$BOTH"
shape klpbuild klp-build 2 "$BOTH"
shape klpsym source 42 "$BOTH vmlinux/version_proc_show,1"
expect_eq 'klpsym: a variable of the kernel is read' 'Linux version lppack_test=klpsym' "$(cat /proc/version)"
shape kpatch kpatch-build 2 "$BOTH"
expect_status 'the target module goes' 0 rmmod lptest_target
expect_eq 'kpatch: its object is pending' 0 "$(attribute lptest_kpatch lptest_target/patched)"
expect_status 'back to level 1' 0 lppack apply --replace --switch-stream $B/level1.lpb
expect_eq 'level 1: the only livepatch module' lppack_sample_1 "$(livepatch_modules)"
finish
