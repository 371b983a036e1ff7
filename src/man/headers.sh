#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes the manual pages of section 3 from the doc blocks of the public headers: lppack-NAME.3 for lppack/NAME.h, and
# liblppack.3 for lppack/lppack.h.
#
#     headers.sh DOXYGEN INCLUDE VERSION OUT
set -eu
doxygen=$1 include=$2 version=$3 out=$4
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The page of lppack/$1.h.
page_of()
{
	[ "$1" = lppack ] && echo liblppack || echo "lppack-$1"
}

# A text as roff prints it unchanged.
escaped()
{
	sed 's/\\/\\e/g; s/-/\\-/g; s/^\([.'\'']\)/\\\&\1/'
}

# The pages that one is about the same as: those of the headers that it includes, and those that its text names.
see_also()
{
	{
		# Not itself; and the first of all pages names all others.
		[ "$1" = lppack ] || printf 'liblppack 3\nlppack-error 3\n'
		sed -n 's/^#include <lppack\/\([a-z]*\)\.h>$/\1/p' "$include/lppack/$1.h" | while read -r included; do
			echo "$(page_of "$included") 3"
		done
		grep -oE 'lppack(-[a-z-]+)?\([0-9]\)' "$include/lppack/$1.h" | sed 's/(/ /; s/)//'
	} | grep -v "^$(page_of "$1") 3$" | LC_ALL=C sort -u -k 2,2n -k 1,1 |
		sed 's/-/\\-/g; s/^\([^ ]*\) \(.*\)/\\fB\1\\fP(\2),/; $s/,$//'
}

mkdir -p "$out" "$work/include/lppack"
for header in "$include"/lppack/*.h; do
	awk -f "$here/headers-input.awk" "$header" > "$work/include/lppack/$(basename "$header")"
done
cat > "$work/Doxyfile" <<END
PROJECT_NAME = lppack
INPUT = "$work/include/lppack"
FILE_PATTERNS = *.h
STRIP_FROM_PATH = "$work/include"
STRIP_FROM_INC_PATH = "$work/include"
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

for header in "$include"/lppack/*.h; do
	name=$(basename "$header" .h)
	page=$(page_of "$name")
	# The structs that have a page of their own, because they have members that are functions.
	structs=$(sed -n 's/^struct \(lppack_[a-z_]*\) {$/\1/p' "$header" | while read -r struct; do
		[ ! -e "$work/out/man/man3/$struct.3" ] || echo "$work/out/man/man3/$struct.3"
	done)
	# shellcheck disable=SC2086
	awk -v header="$name" -v page="$page" -v version="$version" -f "$here/headers.awk" \
		"$work/out/man/man3/$name.h.3" $structs > "$work/$page.3"
done

awk -f "$here/headers-codes.awk" "$include/lppack/error.h" >> "$work/lppack-error.3"
{
	echo '.SH "HEADERS"'
	for header in "$include"/lppack/*.h; do
		name=$(basename "$header" .h)
		[ "$name" != lppack ] || continue
		printf '.TP\n\\fB<lppack/%s.h>\\fP, \\fBlppack\\-%s\\fP(3)\n' "$name" "$name"
		sed -n "s/^lppack-$name \\\\- //p" "$work/lppack-$name.3"
	done
	printf '.SH "EXAMPLE"\n.nf\n'
	escaped < "$here/../../examples/steps.c" | sed 1d
	echo '.fi'
} >> "$work/liblppack.3"

for header in "$include"/lppack/*.h; do
	name=$(basename "$header" .h)
	page=$(page_of "$name")
	{
		cat "$work/$page.3"
		echo '.SH "SEE ALSO"'
		see_also "$name"
	} > "$out/$page.3.tmp"
	mv "$out/$page.3.tmp" "$out/$page.3"
done
