#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Each single byte of small bundles, signed by each scheme and by both, is changed, and they are cut off: see flip.c.
# LPPACK_TESTS_FULL: in every way, and at each length.
here=$(dirname "$0")
top_builddir=${top_builddir:-.}
for tool in python3 openssl zstd; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP no $tool"; exit 0; }
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export top_builddir PYTHONDONTWRITEBYTECODE=1
python3 "$here/small.py" "$work" || { echo "Bail out! no bundle"; exit 1; }
arguments=()
[ -z "${LPPACK_TESTS_FULL:-}" ] || arguments=(--full)
for name in ed25519 cms both; do arguments+=("$work/$name.lpb" "$work/$name.pub"); done
# Tens of thousands of verifications: what the sanitizer remembers of freed memory is kept short.
ASAN_OPTIONS="quarantine_size_mb=4:malloc_context_size=4:$ASAN_OPTIONS" \
	"$top_builddir/tests/hostile/flip" "${arguments[@]}"
