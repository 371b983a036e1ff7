# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes a page of section 3 of what doxygen wrote of a header, and of the structs of it that have pages of their own
# (the files behind the first). All pages end with what headers.sh puts behind them.
FNR == 1 {
	file++
	keep = file == 1
	fields = 0
}
{
	# What headers-input.awk made of quotes.
	gsub(/”/, "\\(dq")
}

# No date: the same sources make the same page.
file == 1 && /^\.TH / {
	printf ".TH \"%s\" \"3\" \"\" \"lppack %s\" \"liblppack\"\n", page, version
	next
}
file == 1 && /^lppack\/[a-z_]*\.h \\- / {
	sub(/^lppack\/[a-z_]*\.h \\- /, page " \\- ")
	sub(/\\&\. *$/, "")
	print
	next
}
file == 1 && /^\.SH SYNOPSIS$/ {
	print
	printf ".nf\n#include <lppack/%s.h>\n.fi\n.PP\n", header
	print "Compile and link with the flags of \\fBpkg\\-config \\-\\-cflags \\-\\-libs lppack\\fP"
	print "(with \\fB\\-\\-static\\fP too for a static library)\\&."
	next
}

# What doxygen says of itself stands last.
/^\.SH "Author"$/ {
	keep = 0
}
# A struct's page counts from its description on, under its name.
file > 1 && /^\.SH NAME$/ {
	getline
	struct = $1
	next
}
file > 1 && /^\.SS "Data Fields"$/ {
	keep = 1
	printf ".SH \"struct %s\"\n", struct
	next
}
file > 1 && /^\.SH "Detailed Description"$/ {
	next
}
file > 1 && /^\.SH "Field Documentation"$/ {
	next
}
!keep {
	next
}

# A member is a line "TYPE \fINAME\fP what it is", a parameter is one without a type.
/^\\fBData Fields:\\fP$/ || /^\\fBParameters\\fP$/ {
	fields = 1
	print
	next
}
fields == 1 && /^\.RS/ {
	fields = 2
	print
	print ".PD 0"
	next
}
fields && /^\.RE$/ {
	fields = 0
	print ".PD"
}
fields && match($0, /\\fI[a-z_0-9]*(\[[0-9A-Z_]*\])?\\fP /) {
	printf ".TP\n%s\\fB%s\\fP\n%s\n", substr($0, 1, RSTART - 1), substr($0, RSTART + 3, RLENGTH - 7),
		substr($0, RSTART + RLENGTH)
	next
}
fields && (/^\.br$/ || /^\.PP$/) {
	next
}

/^\.SH "Detailed Description"$/ {
	print ".SH \"DESCRIPTION\""
	next
}
/^\.SH "/ {
	print toupper_but_code($0)
	next
}
/^\.SS "/ {
	sub(/lppack_[a-z_]*::/, "")
}
{
	# A line that begins with an apostrophe is none of roff's.
	if (/^'/)
		$0 = "\\&" $0
	# Doxygen leaves a space in front of what follows code.
	if (/^\.(nf|fi)$/)
		is_code = /nf/
	if (!is_code)
		sub(/^ /, "")
	# The enumerators of this one come from a macro.
	sub(/\\fBLPPACK_OK\\fP = 0 }/, "\\fBLPPACK_OK\\fP = 0, LPPACK_E_INTERNAL = 1, ... (see CODES) }")
	gsub(/\\fC/, "\\fB")
	print
}

function toupper_but_code(line)
{
	return line ~ /"struct / ? line : toupper(line)
}
