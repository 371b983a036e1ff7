#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Each single byte of a small bundle is changed: see flip.c.
here=$(dirname "$0")
top_builddir=${top_builddir:-.}
for tool in python3 openssl zstd; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP no $tool"; exit 0; }
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export top_builddir PYTHONDONTWRITEBYTECODE=1
python3 "$here/small.py" "$work/small.lpb" "$work/key.pub" || { echo "Bail out! no bundle"; exit 1; }
# Some 70,000 verifications: what the sanitizer remembers of freed memory is kept short.
ASAN_OPTIONS="quarantine_size_mb=4:malloc_context_size=4:$ASAN_OPTIONS" \
	"$top_builddir/tests/hostile/flip" "$work/small.lpb" "$work/key.pub"
