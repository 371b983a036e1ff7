# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every way to change what is in force, with a note on the disk after each.
# shellcheck source=tests/vm/power/disk.sh disable=SC1091
. /disk.sh

attach /dev/vda || fail 'the disk cannot be mounted'
say ready
began=$(now_ms)
n=1
while [ "$n" -le "$STEPS" ]; do
	expect_status "step $n" 0 step "$n"
	expect_eq "level after step $n" "$(level_after "$n")" "$(sample_level)"
	: >"/disk/acks/$n"
	sync
	n=$((n + 1))
done
say "worked $(($(now_ms) - began)) ms"
finish
