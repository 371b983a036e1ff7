#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes the manual pages of section 3 from the doc blocks of the public headers: lppack-NAME.3 for lppack/NAME.h.
#
#     headers.sh DOXYGEN INCLUDE VERSION OUT
set -eu
doxygen=$1 include=$2 version=$3 out=$4
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/Doxyfile" <<END
PROJECT_NAME = lppack
INPUT = "$include/lppack"
FILE_PATTERNS = *.h
STRIP_FROM_PATH = "$include"
STRIP_FROM_INC_PATH = "$include"
OUTPUT_DIRECTORY = "$work/out"
GENERATE_HTML = NO
GENERATE_LATEX = NO
GENERATE_MAN = YES
OPTIMIZE_OUTPUT_FOR_C = YES
INLINE_SIMPLE_STRUCTS = YES
AUTOLINK_SUPPORT = NO
SHOW_INCLUDE_FILES = NO
SORT_MEMBER_DOCS = NO
JAVADOC_AUTOBRIEF = YES
QUIET = YES
WARN_IF_UNDOCUMENTED = NO
END
"$doxygen" "$work/Doxyfile"

mkdir -p "$out"
for header in "$include"/lppack/*.h; do
	name=$(basename "$header" .h)
	page=lppack-$name
	[ "$name" != lppack ] || page=liblppack
	# The structs that have a page of their own, because they have members that are functions.
	structs=$(sed -n 's/^struct \(lppack_[a-z_]*\) {$/\1/p' "$header" | while read -r struct; do
		[ ! -e "$work/out/man/man3/$struct.3" ] || echo "$work/out/man/man3/$struct.3"
	done)
	# shellcheck disable=SC2086
	awk -v header="$name" -v page="$page" -v version="$version" -f "$here/headers.awk" \
		"$work/out/man/man3/$name.h.3" $structs > "$out/$page.3.tmp"
	mv "$out/$page.3.tmp" "$out/$page.3"
done
