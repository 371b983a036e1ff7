#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Nothing grows past what one can take in: a function has at most 80 lines, a file 800.
. "$(dirname "$0")/tap.sh"
cd "$top_srcdir" || exit 99

sources()
{
	find include src tests samples bench -type f "$@" | sort
}

{ [ "$(sources -name '*.c' | wc -l)" -gt 100 ] || echo "few sources found"; } | ok "the sources are read"

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
