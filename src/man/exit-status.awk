# SPDX-License-Identifier: LGPL-2.1-or-later
# awk -f exit-status.awk include/lppack/error.h lppack.1.scd: the page with the table of errors in place of its mark.
FNR == 1 { file++ }

file == 1 && match($0, /X\([A-Z_]+, [0-9]+, [A-Z]+, ".*"\)/) {
	row = substr($0, RSTART + 2, RLENGTH - 3)
	name = row
	sub(/,.*/, "", name)
	number = row
	sub(/^[^,]*, /, "", number)
	sub(/,.*/, "", number)
	meaning = row
	sub(/^[^"]*"/, "", meaning)
	sub(/"$/, "", meaning)
	gsub(/[_*\\]/, "\\\\&", name)
	gsub(/[_*\\]/, "\\\\&", meaning)
	rows = rows "|] " number "\n:[ " name "\n:< " meaning "\n"
	n++
}

file == 2 && $0 == "@EXIT_STATUS@" {
	if (!n) {
		print "exit-status.awk: no errors found" > "/dev/stderr"
		exit 1
	}
	printf "|[ *Status*\n:[ *Name*\n:< *Meaning*\n%s", rows
	next
}

file == 2
