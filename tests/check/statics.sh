#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A function called run could be anyone's: in a backtrace, and to whoever searches for it.
. "$(dirname "$0")/tap.sh"
cd "$top_srcdir" || exit 99

find src -name '*.c' | sort | xargs awk '
	FNR == 1 { files++ }
	/^static / && match($0, /[ *](run|decode|judge|describe)\(/) {
		print FILENAME ":" FNR ": " substr($0, RSTART + 1, RLENGTH - 2)
	}
	END { if (files < 100) print "only " files + 0 " files found" }' |
	ok "no static function is called run, decode, judge or describe alone"

done_testing
