# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lppack killed at every point of an apply (see killat.c), back and forth between two levels: the next call puts it right.
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

B=/bundles

# apply LEVEL, after whatever words stand before it.
apply() {
	echo "lppack apply --replace --allow-downgrade --allow-loss --switch-stream $B/level$1.lpb"
}

# right: one of the levels is in force, alone, and on record.
right() {
	level=$(sample_level)
	[ "$(patches):$(livepatch_modules)" = "lppack_sample_$level:lppack_sample_$level" ] &&
		grep -q "^  module: .*lppack_sample_$level\\>" /var/lib/lppack/state.yaml &&
		! grep -q '^unfinished: true' /var/lib/lppack/journal.yaml
}

# try N: killed at point N on the way to the other level, then recovered, or applied again.
try() {
	local to=$((3 - level)) status=0 again=0 next='lppack recover'
	[ $(($1 % 10)) -gt 0 ] || next=$(apply $to)
	killat "$1" $(apply $to) >/tmp/killed 2>&1 || status=$?
	OUTPUT=$($next 2>&1) || again=$?
	[ $status -ne 137 ] || killed=$((killed + 1))
	case $status:$again in
	# The number of points varies with how often the kernel is asked meanwhile.
	137:0 | 137:3 | 0:0 | 0:3) right && return ;;
	esac
	echo "# point $1 to level $to: status $status, then $again of $next"
	sed 's/^/#   /' /tmp/killed
	echo "$OUTPUT" | sed 's/^/#   /'
	stack_list
	return 1
}

mkdir -p /etc/lppack/keys.d
cp $B/vendor.pub /etc/lppack/keys.d/
expect_status 'level 1' 0 $(apply 1)
expect_status 'level 2' 0 $(apply 2)
expect_status 'and back' 0 $(apply 1)
n=$(killat 0 $(apply 2) 2>&1 >/dev/null | sed -n 's/^killat: //p')
calls=$(killat -a 0 $(apply 1) 2>&1 >/dev/null | sed -n 's/^killat: //p')
[ "${n:-0}" -gt 20 ] || fail "an apply of $n points"
say "$calls system calls from the lock on, of which $n come after a change"
right || fail 'level 1 again'

started=$(now_ms)
k=1
bad=0
killed=0
changes=0
while [ "$k" -le "$n" ]; do
	before=$level
	try "$k" || bad=$((bad + 1))
	[ "$before" = "$level" ] || changes=$((changes + 1))
	k=$((k + 1))
done
say "$killed kills in $(($(now_ms) - started)) ms, after $changes of which the new level was in force"
# The last points are of an apply that had to ask more often than others.
[ $((killed * 3)) -ge $((n * 2)) ] && ok 'most came to it' || not_ok "$killed kills at $n points"
expect_eq "killed $n times" 0 "$bad"
[ "$changes" -gt 0 ] && [ "$changes" -lt "$n" ] && ok 'some before, some behind the load' || not_ok "$changes of $n"
finish
