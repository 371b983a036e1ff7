#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every source file tells its licence; functions have at most 80 lines, files 800.
. "$(dirname "$0")/tap.sh"
cd "$top_srcdir" || exit 99

# What is written by hand. Pages of scdoc have no comments, and data files are made of bytes.
sources()
{
	find configure.ac Makefile.am include src tests samples bench packaging format-spec -type f "$@" 2> /dev/null |
		grep -vE '/(corpus|golden|vectors)/|\.scd$|/\.' | sort
}

sources \( -name '*.[ch]' -o -name '*.mk' -o -name '*.am' -o -name '*.ac' -o -name '*.sh' -o -name '*.py' -o -name '*.awk' \
	-o -name '*.sym' -o -name '*.bash' -o -name '*.fish' -o -name '_lppack' -o -name Kbuild -o -perm -u+x \) |
	while read -r file; do
		# A program that an in-tree build left there is no source.
		grep -Iq . "$file" || continue
		head -n 3 "$file" | grep -q 'SPDX-License-Identifier: ' || echo "$file"
	done | ok "every source file has an SPDX line"

sources -name '*.[ch]' | while read -r file; do
	lines=$(wc -l < "$file")
	[ "$lines" -le 800 ] || echo "$file: $lines lines"
done | ok "no file is over 800 lines"

# From the line after the one before it that ends or is empty (its name) to its closing brace in column 1.
sources -name '*.c' | xargs awk '
	FNR == 1 { head = 1; open = 0 }
	!open && (/^$/ || /[;}\/]$/) { head = FNR + 1 }
	/^\{$/ { open = 1 }
	open && /^\}/ {
		open = 0
		if (FNR - head + 1 > 80)
			print FILENAME ":" head ": " FNR - head + 1 " lines"
		head = FNR + 1
	}' | ok "no function is over 80 lines"

done_testing
