# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes of a public header what doxygen is to read: macros without what they are made of, and U+201D for every quote,
# which doxygen would print as an apostrophe. headers.awk turns it back.
/^#define [A-Za-z0-9]+_[A-Z_]*\(/ || /^#define .*\\$/ {
	is_own = /^#define [A-Z_]*_\(/
	inside = /\\$/
	sub(/[ \t]*\\$/, "")
	# Of a macro with parameters, what stands behind them is no interface.
	if (/\(/)
		sub(/\).*/, ")")
	if (!is_own)
		print
	next
}
inside {
	inside = /\\$/
	next
}
/^\tLPPACK_ERRORS\(/ || /^#undef / {
	next
}
/^#include/ || /^extern "C"/ {
	print
	next
}
{
	gsub(/"/, "”")
	print
}
