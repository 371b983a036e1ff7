#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# One set of keys in the reader of specs and in lppack-spec(5); and its example is a spec.
. "$(dirname "$0")/tap.sh"
make_scratch
page=$top_srcdir/src/man/lppack-spec.5.scd

# The lists that name the keys of the document and of its items.
tr '\n' ' ' < "$top_srcdir/src/pack/spec_read.c" | grep -oE ' keys\[\] = \{[^}]*\}' | grep -oE '"[a-z_]+"' | tr -d '"' |
	sort > "$scratch/reader"
sed -n '/^# KEYS/,/^# EXAMPLES/p' "$page" | grep -oE '^	?\*[a-z_]+\*$' | tr -d '\t*' | sort > "$scratch/page"
{ grep -qx rollback_floor "$scratch/reader" && grep -qx not_for "$scratch/reader" || cat "$scratch/reader"; } |
	ok "the reader is understood"
same "keys of the reader and of lppack-spec(5)" "$scratch/reader" "$scratch/page"

# Read as a spec, the example fails only at its modules, which are not here.
sed -n '/^# EXAMPLES/,$p' "$page" | sed -n '/^```$/,/^```$/p' | grep -v '^```' > "$scratch/example.yaml"
"$top_builddir/lppack" keygen -o "$scratch/key" > /dev/null
"$top_builddir/lppack" create "$scratch/example.yaml" -o "$scratch/b.lpb" --key "$scratch/key.key" 2> "$scratch/err"
{ grep -q 'modules/\*/livepatch_7.ko' "$scratch/err" || cat "$scratch/err"; } | ok "the example is read up to its modules"

done_testing
