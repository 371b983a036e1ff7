#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes the test vectors anew and compares them with format-spec/vectors.md; --write puts them there instead.
here=$(dirname "$0")
committed=$here/../../format-spec/vectors.md
top_builddir=${top_builddir:-.}
for tool in python3 openssl zstd; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP no $tool"; exit 0; }
done
export top_builddir PYTHONDONTWRITEBYTECODE=1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

if [ "$1" = --write ]; then
	python3 "$here/vectors.py" >"$work/vectors.md" && cp "$work/vectors.md" "$committed"
	exit
fi

n=0
check() { # check NAME COMMAND...
	local name=$1
	shift
	n=$((n + 1))
	if "$@" >"$work/log" 2>&1; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		sed 's/^/# /' "$work/log" | head -n 40
	fi
}

compare() {
	python3 "$here/vectors.py" >"$work/vectors.md" && diff -u "$committed" "$work/vectors.md"
}

echo 1..5
check "the text shows what is made now" compare
check "the second implementation accepts the bundles" python3 "$here/vectors.py" "$work"
check "lppack verifies the first" "$top_builddir/lppack" verify --keys "$work/a.pub" "$work/one.lpb"
check "lppack verifies the second" "$top_builddir/lppack" verify --keys "$work/a.pub" "$work/two.lpb"
check "lppack verifies the third" "$top_builddir/lppack" verify --keys "$work/c.pub" "$work/three.lpb"
