# SPDX-License-Identifier: LGPL-2.1-or-later
# What tests/all and tests/long share: parts that are counted and timed, and builds in folders of the source tree.
# Needs PROG and TOP.
jobs=$(nproc)
passed=0
failed=0
table=()
began=$SECONDS

step() {
	printf '\n== %s (%s)\n' "$*" "$(date -u +%H:%M:%S)"
}

# minutes SECONDS
minutes() {
	printf '%d:%02d' $(($1 / 60)) $(($1 % 60))
}

# part NAME COMMAND...: counts it and takes its time; a failure does not keep the others from running.
part() {
	local name=$1 start=$SECONDS verdict=passed
	shift
	step "$name"
	if "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		verdict=FAILED
		echo "$PROG: FAILED: $name" >&2
	fi
	table+=("$(printf '%7s  %-6s  %s' "$(minutes $((SECONDS - start)))" "$verdict" "$name")")
}

# The table, and the counts as the last line.
closing() {
	printf '\n%7s  %-6s  %s\n' min:s verdict part
	printf '%s\n' "${table[@]}" "$(printf '%7s  %-6s  %s' "$(minutes $((SECONDS - began)))" '' 'in all')"
	echo
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
}

# autoreconf and what is needed; a source tree that is configured itself cannot be built elsewhere.
prepare() {
	step 'What is needed'
	"$TOP/samples/setup-debian"
	if [ -f "$TOP/config.status" ]; then
		echo "$PROG: $TOP is configured itself; run 'make distclean' there first" >&2
		exit 1
	fi
	mkdir -p "$TOP/build"
	(cd "$TOP" && autoreconf -i) >"$TOP/build/autoreconf.out" 2>&1 || {
		cat "$TOP/build/autoreconf.out" >&2
		exit 1
	}
}

configure_in() {
	local dir=$TOP/$1
	shift
	mkdir -p "$dir"
	(cd "$dir" && "$TOP/configure" --quiet --enable-werror "$@")
}

# build_all DIR: all programs and all tests, without running one.
build_all() {
	local status=0
	make -C "$TOP/$1" --quiet -j"$jobs" all >"$TOP/$1/build.out" 2>&1 &&
		make -C "$TOP/$1" --quiet -j"$jobs" check TESTS= >>"$TOP/$1/build.out" 2>&1 || status=$?
	[ "$status" -eq 0 ] || grep -v '^  CC' "$TOP/$1/build.out" | tail -n 100
	return "$status"
}

# check DIR [VARIABLE=VALUE]: make check, with the logs of what failed.
check() {
	local dir=$TOP/$1 status=0
	shift
	make -C "$dir" --quiet -j"$jobs" all >/dev/null || return 1
	make -C "$dir" -j"$jobs" check "$@" >"$dir/check.out" 2>&1 || status=$?
	sed -n '/^# TOTAL/,/^# ERROR/p' "$dir/check.out"
	[ "$status" -eq 0 ] || grep -v '^PASS' "$dir/check.out" | tail -n 200
	return "$status"
}
