#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Section 3 of the manual has a page for each public header, with every function of the library in it.
. "$(dirname "$0")/tap.sh"
make_scratch

for header in "$top_srcdir"/include/lppack/*.h; do
	name=$(basename "$header" .h)
	page=lppack-$name
	[ "$name" != lppack ] || page=liblppack
	grep -q "src/man/$page\\.3" "$top_srcdir/src/man/local.mk" || echo "$page.3"
done | ok "every public header has a page in src/man/local.mk"

if ! command -v doxygen > /dev/null; then
	skip "the pages are complete" "there is no doxygen"
	done_testing
	exit
fi
sh "$top_srcdir/src/man/headers.sh" doxygen "$top_srcdir/include" 0 "$scratch/pages" 2>&1 | ok "doxygen reads the headers without a warning"

# A function's entry is a heading; behind it must stand more than its parameters.
sed -n '/^global:/,/^local:/s/^[[:space:]]*\([a-z0-9_]*\);.*/\1/p' "$top_srcdir/src/liblppack.sym" | while read -r function; do
	awk -v function_name="$function" '
		/^\.SS / { inside = index($0, " " function_name " (") > 0 || index($0, "*" function_name " (") > 0; next }
		/^\.SH / { inside = 0 }
		inside && /^[^.]/ && length($0) > 14 { found = 1 }
		END { exit !found }' "$scratch"/pages/*.3 || echo "$function"
done | ok "every exported function is described"

if ! command -v man > /dev/null; then
	skip "the pages are read without a warning" "there is no man"
else
	for page in "$scratch"/pages/*.3; do
		MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings -l "$page" 2>&1 > /dev/null | sed "s|^|${page##*/}: |"
	done | ok "the pages are read at 80 columns without a warning"
fi

done_testing
