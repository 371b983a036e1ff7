#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# One set of keys in the reader of policies and in lppack-policy(5); and its example is a policy.
. "$(dirname "$0")/tap.sh"
make_scratch
page=$top_srcdir/src/man/lppack-policy.5.scd

# Each key is handed to a reading function, or is a name that a function gets for it.
tr '\n' ' ' < "$top_srcdir/src/trust/policy.c" | grep -oE ' keys\[\] = \{[^}]*\}' | grep -oE '"[a-z_]+"' | tr -d '"' > "$scratch/all"
printf '%s\n' id digest >> "$scratch/all"
sort -u "$scratch/all" > "$scratch/reader"
# A line may name several: *not_before*, *not_after*.
sed -n '/^# KEYS/,/^# EXAMPLES/p' "$page" | grep -E '^	?(\*[a-z_]+\*(, )?)+$' | grep -oE '[a-z_]+' | sort -u > "$scratch/page"
{ grep -qx required_schemes "$scratch/reader" && grep -qx not_after "$scratch/reader" || cat "$scratch/reader"; } |
	ok "the reader is understood"
same "keys of the reader and of lppack-policy(5)" "$scratch/reader" "$scratch/page"

sed -n '/^# EXAMPLES/,$p' "$page" | sed -n '/^```$/,/^```$/p' | grep -v '^```' > "$scratch/example.yaml"
"$top_builddir/lppack" keygen -o "$scratch/key" > /dev/null
"$top_builddir/lppack" trust sign --key "$scratch/key.key" "$scratch/example.yaml" 2>&1 > /dev/null | ok "the example is a policy"

done_testing
