#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# One table of errors: include/lppack/error.h, and the exit statuses in lppack(1).
. "$(dirname "$0")/tap.sh"
make_scratch
page=$top_builddir/src/man/lppack.1

# "number NAME meaning"
sed -n 's/^[[:space:]]*X(\([A-Z_]*\), \([0-9]*\), [A-Z]*, "\(.*\)").*/\2 \1 \3/p' "$top_srcdir/include/lppack/error.h" > "$scratch/header"

grep -c '^[[:space:]]*X(' "$top_srcdir/include/lppack/error.h" > "$scratch/wanted"
grep -c . "$scratch/header" > "$scratch/got"
same "every row of error.h is understood" "$scratch/wanted" "$scratch/got"
sed -n 's/^[[:space:]]*X([A-Z_]*, [0-9]*, \([A-Z]*\),.*/\1/p' "$top_srcdir/include/lppack/error.h" | sort -u |
	grep -vx -e CALL -e MACHINE -e RELEASE | ok "every row speaks of the call, the machine or the release"
cut -d ' ' -f 1 "$scratch/header" | sort | uniq -d | ok "numbers are unique"
cut -d ' ' -f 2 "$scratch/header" | sort | uniq -d | ok "names are unique"
cut -d ' ' -f 1 "$scratch/header" | awk '$1 <= last { print $1 " after " last } { last = $1 }' | ok "numbers ascend"
# 126 and above are the shell's: not executable, not found, killed by a signal.
awk '$1 < 1 || $1 > 125' "$scratch/header" | ok "numbers are exit statuses from 1 to 125"
cut -d ' ' -f 3- "$scratch/header" | grep -E '^[A-Z][a-z]|\.$' | ok "meanings are lower-case phrases"

if [ ! -e "$page" ]; then
	skip "lppack(1) tells the exit statuses of error.h" "no man page was built"
else
	# A row of the table is "NUMBER<TAB>NAME<TAB>MEANING" in T{ T} blocks, with roff's escapes.
	tr '\n' ' ' < "$page" | sed 's/T}/\n/g; s/\.TE/\n\n/g' |
		sed -n 's/^.*T{ *//; s/\\(\([a-z]*\)/&/g; s/\\&//g; s/\\-/-/g; s/\\//g; s/ *$//p' |
		awk '/^[0-9]+$/ { number = $0; left = 2; row = number; next }
		     left { row = row " " $0; left--; if (!left) print row }' > "$scratch/page"
	sed 's/  */ /g' "$scratch/page" > "$scratch/got"
	same "lppack(1) tells the exit statuses of error.h" "$scratch/header" "$scratch/got"
fi

# A number in the prose of a page goes with its name: "31 (UNTRUSTED)".
grep -hoE '[0-9]+ \([A-Z][A-Z_]+\)' "$top_srcdir"/src/man/*.scd | sort -u | while read -r number name; do
	name=${name//[()]/}
	grep -q "^$number $name " "$scratch/header" || echo "$number ($name)"
done | ok "numbers in the man pages are those of error.h"

done_testing
