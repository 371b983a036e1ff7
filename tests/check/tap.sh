# SPDX-License-Identifier: LGPL-2.1-or-later
# TAP for the check scripts: ok NAME with what is wrong on standard input; nothing there passes. done_testing at the end.
set -u
# Without it, the ok at the end of a pipe counts in a subshell.
shopt -s lastpipe
export LC_ALL=C
: "${top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}" "${top_builddir:=.}"

tests=0
failures=0

ok()
{
	local wrong

	wrong=$(cat)
	tests=$((tests + 1))
	if [ -z "$wrong" ]; then
		echo "ok $tests - $1"
	else
		failures=$((failures + 1))
		echo "not ok $tests - $1"
		printf '%s\n' "$wrong" | sed 's/^/# /'
	fi
}

# same NAME FILE FILE: the two have the same lines.
same()
{
	diff -u "$2" "$3" | ok "$1"
}

skip()
{
	tests=$((tests + 1))
	echo "ok $tests - $1 # SKIP $2"
}

skip_all()
{
	echo "1..0 # SKIP $1"
	exit 0
}

done_testing()
{
	echo "1..$tests"
	[ "$failures" = 0 ]
	exit
}

# A directory for scratch files, removed at the end.
make_scratch()
{
	scratch=$(mktemp -d) || exit 99
	trap 'rm -rf "$scratch"' EXIT
}
