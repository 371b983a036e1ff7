# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes the list of codes of lppack-error(3) of the table in lppack/error.h.
BEGIN {
	print ".SH \"CODES\""
	print "Each with its number, which is also the exit status of \\fBlppack\\fP(1), and what it speaks of."
}
match($0, /^\tX\([A-Z_]+, [0-9]+, [A-Z]+, "/) {
	split(substr($0, 4, RLENGTH - 4), row, ", ")
	meaning = substr($0, RSTART + RLENGTH)
	sub(/"\).*/, "", meaning)
	gsub(/-/, "\\-", meaning)
	printf ".TP\n\\fBLPPACK_E_%s\\fP = %d (%s)\n%s\n", row[1], row[2], tolower(row[3]), meaning
}
