#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every source file names its licence.
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

done_testing
