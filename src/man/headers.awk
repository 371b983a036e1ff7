# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes a page of section 3 of what doxygen wrote of a header, and of the structs of it that have pages of their own
# (the files behind the first).
FNR == 1 {
	file++
	keep = file == 1
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
	printf ".nf\n#include <lppack/%s.h>\n.fi\n.PP\nCompile and link with the flags of \\fBpkg\\-config \\-\\-cflags \\-\\-libs lppack\\fP\\&.\n", header
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
/^\.SH "Detailed Description"$/ {
	print ".SH \"DESCRIPTION\""
	next
}
/^\.SH "/ {
	print toupper_but_code($0)
	next
}
{
	# A line that begins with a quote is none of roff's.
	if (/^'/)
		$0 = "\\&" $0
	gsub(/\\fC/, "\\fB")
	print
}

function toupper_but_code(line)
{
	return line ~ /"struct / ? line : toupper(line)
}
