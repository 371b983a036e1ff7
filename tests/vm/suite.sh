# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the programs that boot many machines share: . "$(dirname "$0")/.../suite.sh". They have set PROG and define
# usage().

SUITE=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
readonly SUITE

cache=${LPPACK_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lppack}
build=.
every=no
jobs=2
logs=
work=
names=()

die() {
	echo "$PROG: $*" >&2
	exit 2
}

# take_option OPTION [VALUE]: one that all of them have; $taken words of the command line were it.
# shellcheck disable=SC2034 # that is for the caller
take_option() {
	taken=2
	case $1 in
	--build) build=${2:?} ;;
	--cache) cache=${2:?} ;;
	--jobs) jobs=${2:?} ;;
	--logs) logs=${2:?} ;;
	--every)
		every=yes
		taken=1
		;;
	--help)
		usage
		exit
		;;
	*) return 1 ;;
	esac
}

# begin: once the options are known. What is below $work goes at the end.
begin() {
	build=$(realpath "$build")
	lppack=$build/.libs/lppack
	[ -x "$lppack" ] || die "$lppack: missing; run make there first, or name the folder with --build"
	[ -s "$cache/kernels/list" ] || die "$cache/kernels/list: missing; run samples/kernels/fetch first"
	export LD_LIBRARY_PATH=$build/.libs
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	logs=$(realpath -m "${logs:-$work/logs}")
	mkdir -p "$logs"
}

kernels() {
	if [ "$every" = yes ]; then
		cat "$cache/kernels/list"
	else
		grep cloud "$cache/kernels/list"
	fi
}

wait_for_room() {
	while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
		wait -n || true
	done
}

# boot NAME KERNEL ARGUMENT...: a machine with lppack in it, by tests/vm/run. Its output, kernel log and status go to
# files.
boot() {
	local name=$1 kernel=$2 status=0
	shift 2
	"$SUITE/run" --cache "$cache" --kernel "$kernel" --log "$logs/$name.kernel" --add "$lppack:/bin/lppack" "$@" \
		>"$logs/$name.out" 2>&1 || status=$?
	echo "$status" >"$logs/$name.status"
	return "$status"
}

# start NAME KERNEL ARGUMENT...: the same, as soon as there is room, and report() tells of it.
start() {
	names+=("$1")
	wait_for_room
	boot "$@" &
}

# report_one NUMBER NAME
report_one() {
	local status
	status=$(cat "$logs/$2.status" 2>/dev/null || echo none)
	if [ "$status" = 0 ]; then
		echo "ok $1 - $2 ($(grep -c '^ok ' "$logs/$2.out" || true) checks)"
		sed -n 's/^# table: /# /p' "$logs/$2.out"
		return
	fi
	echo "not ok $1 - $2 (status $status)"
	grep -v '^ok ' "$logs/$2.out" | sed 's/^/# /'
	tail -n 40 "$logs/$2.kernel" 2>/dev/null | sed 's/^/# kernel: /'
	return 1
}

# report WHAT: TAP for everything that was started; fails if one did.
report() {
	local name number=0 failed=0
	wait
	[ "${#names[@]}" -gt 0 ] || die "$cache/kernels/list: none of the kernels was booted"
	echo "1..${#names[@]}"
	for name in "${names[@]}"; do
		number=$((number + 1))
		report_one "$number" "$name" || failed=$((failed + 1))
	done
	echo "$1: $((number - failed)) boots passed, $failed failed"
	[ "$failed" -eq 0 ]
}
