#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Section 3 of the manual has a page for each public header, with every function, code and enumerator of it.
. "$(dirname "$0")/tap.sh"
make_scratch
headers=("$top_srcdir"/include/lppack/*.h)

for header in "${headers[@]}"; do
	name=$(basename "$header" .h)
	page=lppack-$name
	[ "$name" != lppack ] || page=liblppack
	grep -q "src/man/$page\\.3" "$top_srcdir/src/man/local.mk" || echo "$page.3"
done | ok "every public header has a page in src/man/local.mk"

# One way to write down what a call fails with: a list under @return, "- CODE, CODE: when". A line that begins with a code
# and is no item of the list goes on with one.
grep -nE '^ \* +LPPACK_E_' "${headers[@]}" | while IFS=: read -r file line text; do
	sed -n "$((line - 1))p" "$file" | grep -qE '^ \* +(- )?.*LPPACK_E_[A-Z_]+,$|^ \* .*[a-z,]$' || echo "$file:$line:$text"
done | ok "codes are items of a list"
grep -nE '^ \* +- LPPACK_E_' "${headers[@]}" | grep -vE '[-] (LPPACK_E_[A-Z_]+, )*LPPACK_E_[A-Z_]+(: .|,$)' |
	ok "an item has codes by their whole names, and says when they come"
grep -nE '@param +err( |$)' "${headers[@]}" | grep -vE '@param +err +(receives the error|the error; may be NULL)$' |
	ok "codes are not under the parameter err"
for header in "${headers[@]}"; do
	awk '
		/^\/\*\*/ { block = "" }
		/^(\/\*\*| \*)/ { block = block " " substr($0, 3) }
		/^[a-z].*\(/ { prototype = "" }
		/^[a-z].*\(/, /;$/ { prototype = prototype " " $0 }
		/;$/ {
			if (prototype !~ /^ void / && prototype ~ /struct lppack_error \*err\);$/ &&
			    substr(block, index(block, "@return")) !~ /- LPPACK_E_|(as|codes?)( of)? +lppack_/)
				print FILENAME ":" prototype
			prototype = ""
		}' "$header"
done | ok "every function with an err says what it fails with"
grep -ohE 'LPPACK_E_[A-Z_]*[A-Z]' "${headers[@]}" | sort -u | grep -vx LPPACK_E_NAME | while read -r code; do
	grep -q "^	X(${code#LPPACK_E_}, " "$top_srcdir/include/lppack/error.h" || echo "$code"
done | ok "every code that is named exists"

if ! command -v doxygen > /dev/null; then
	skip "the pages are complete" "there is no doxygen"
	done_testing
	exit
fi
sh "$top_srcdir/src/man/headers.sh" doxygen "$top_srcdir/include" 0 "$scratch/pages" 2>&1 | ok "doxygen reads the headers without a warning"

# A function's entry is a heading; behind it must stand more than its parameters.
sed -n '/^global:/,/^local:/s/^[[:space:]]*\([a-z0-9_]*\);.*/\1/p' "$top_srcdir/src/liblppack.sym" | while read -r function; do
	awk -v function_name="$function" '
		/^\.SS / { inside = index($0, " " function_name " (") > 0 || index($0, "*" function_name " (") > 0; next }
		/^\.SH / { inside = 0 }
		inside && /^[^.]/ && length($0) > 14 { found = 1 }
		END { exit !found }' "$scratch"/pages/*.3 || echo "$function"
done | ok "every exported function is described"
sed -n 's/^	X(\([A-Z_]*\), \([0-9]*\), [A-Z]*, "\(.*\)").*/\\fBLPPACK_E_\1\\fP = \2 \3/p' "$top_srcdir/include/lppack/error.h" > "$scratch/wanted"
sed -n '/^\\fBLPPACK_E_/{s/ (.*//;N;s/\n/ /;s/\\-/-/g;p;}' "$scratch/pages/lppack-error.3" > "$scratch/got"
same "lppack-error(3) has every code, its number and its meaning" "$scratch/wanted" "$scratch/got"
sed -n '/^enum /,/^};/s/^\t\(LPPACK_[A-Z_]*\)\( = [^,]*\)\{0,1\},.*/\1/p' "${headers[@]}" > "$scratch/enumerators"
[ -s "$scratch/enumerators" ] || echo "none" > "$scratch/enumerators"
while read -r name; do
	grep -qF "$name \\fP\\fP" "$scratch"/pages/*.3 || echo "$name"
done < "$scratch/enumerators" | ok "every enumerator is described"
for page in "$scratch"/pages/*.3; do
	grep -q '^\.SH "SEE ALSO"' "$page" || echo "${page##*/}"
done | ok "every page says what else to see"
grep -lF -e __builtin -e '”' "$scratch"/pages/*.3 | ok "nothing is left of the insides of macros, nor of what stands for quotes"

if ! command -v man > /dev/null; then
	skip "the pages are read without a warning" "there is no man"
	done_testing
	exit
fi
for page in "$scratch"/pages/*.3; do
	MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings -l "$page" 2>&1 > /dev/null | sed "s|^|${page##*/}: |"
done | ok "the pages are read at 80 columns without a warning"

# shown PAGE: as it is read, in lines that do not break.
shown()
{
	MANWIDTH=400 LC_ALL=C.UTF-8 man -l "$scratch/pages/$1.3" | col -bx
}

{ shown lppack-keys | grep -qF 'LPPACK_KEYS_DIR_ADMIN   "/etc/lppack/keys.d"' || echo missing; } | ok "a string is shown in its quotes"
{ shown lppack-version | grep -qE 'LPPACK_VERSION_AT_LEAST\(major, +minor, +patch\)$' || echo missing; } | ok "a macro is shown by its parameters"
shown liblppack | awk '/^EXAMPLE$/ { on = 1; next } /^[A-Z]/ { on = 0 } on' > "$scratch/example.c"
diff -w <(sed 1d "$top_srcdir/examples/steps.c" | grep .) <(grep . "$scratch/example.c") |
	ok "the example of liblppack(3) is examples/steps.c, which tests/cli/examples.sh runs"
cc -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -I "$top_srcdir/include" "$scratch/example.c" 2>&1 |
	ok "the example compiles as the page shows it"

done_testing
