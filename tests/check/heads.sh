#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every source file begins, after the SPDX line, with a comment: one sentence that says what belongs in it.
. "$(dirname "$0")/tap.sh"
cd "$top_srcdir" || exit 99

find include src tests \( -name '*.c' -o -name '*.h' \) | sort | xargs awk '
	FNR == 1 { files++ }
	FNR == 2 && !/^\/[*\/]/ { print FILENAME ": no comment on line 2" }
	FNR == 2 { comment = $0 }
	FNR == 3 && (comment == "/*" || comment == "/**") { comment = $0 }
	FNR == 4 && comment ~ /^ \* @file/ && length(comment) < 20 { comment = $0 }
	FNR == 3 && comment !~ /@file/ && length(comment) < 20 { print FILENAME ": says nothing: " comment }
	END { if (files < 100) print "only " files + 0 " files found" }' | ok "every source file says what belongs in it"

done_testing
