#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# One set of functions in the public headers, in src/liblppack.sym and in the library.
. "$(dirname "$0")/tap.sh"
make_scratch
library=$top_builddir/.libs/liblppack.so

# Without comments, and without typedefs of function types.
sed -e 's://.*::' "$top_srcdir"/include/lppack/*.h | tr '\n' ' ' | sed -e 's:/\*\([^*]\|\*\+[^*/]\)*\*\+/::g' |
	tr ';{}' '\n\n\n' | grep -v typedef | grep -oE '\blppack_[a-z0-9_]+[[:space:]]*\(' | tr -d ' (' | sort -u > "$scratch/headers"
{ grep -qx lppack_version "$scratch/headers" || echo "lppack_version is missed"; } | ok "the headers are understood"

sed -n '/^global:/,/^local:/s/^[[:space:]]*\([a-z0-9_]*\);.*/\1/p' "$top_srcdir/src/liblppack.sym" > "$scratch/listed"
sort -u "$scratch/listed" > "$scratch/sym"
same "src/liblppack.sym is sorted, each name once" "$scratch/sym" "$scratch/listed"
same "the headers declare what src/liblppack.sym exports" "$scratch/headers" "$scratch/sym"

if [ ! -e "$library" ]; then
	skip "the library exports what src/liblppack.sym lists" "no shared library was built"
elif ! command -v nm > /dev/null; then
	skip "the library exports what src/liblppack.sym lists" "there is no nm"
else
	nm -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort -u > "$scratch/exported"
	same "the library exports what src/liblppack.sym lists" "$scratch/sym" "$scratch/exported"
fi

# C++ programs include the headers too.
for header in "$top_srcdir"/include/lppack/*.h; do
	grep -q 'extern "C"' "$header" || echo "${header##*/}: no extern \"C\""
	grep -q "^#include <lppack/${header##*/}>" "$top_srcdir/include/lppack/lppack.h" ||
		[ "${header##*/}" = lppack.h ] || echo "${header##*/}: not in lppack.h"
	grep -q "lppack/${header##*/}" "$top_srcdir/include/lppack/local.mk" || echo "${header##*/}: not installed"
done | ok "every public header is installed, in lppack.h and fit for C++"

done_testing
