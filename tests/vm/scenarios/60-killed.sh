# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lppack killed at its system calls, back and forth between two levels: the next call puts it right.
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

B=/bundles

# One or two thousand calls, most of them polls of the same few files: each machine tries others of them.
TRIES=40
case $(uname -r):$(grep -c ^processor /proc/cpuinfo) in
6.1.*:1) k=1 ;;
6.1.*) k=3 ;;
*:1) k=5 ;;
*) k=7 ;;
esac

apply() {
	lppack apply --replace --allow-downgrade "$B/level$1.lpb"
}

# calls LEVEL: how many system calls going there takes.
calls() {
	killat 0 lppack apply --replace --allow-downgrade "$B/level$1.lpb" 2>&1 >/dev/null | sed -n 's/^killat: //p'
}

# try N LEVEL: killed on the way there, then called again.
try() {
	local status=0 again=0
	killat "$1" lppack apply --replace --allow-downgrade "$B/level$2.lpb" >/tmp/killed 2>&1 || status=$?
	OUTPUT=$(apply "$2" 2>&1) || again=$?
	case $status:$again in
	137:0 | 137:3) ;;
	# The number of calls varies with what the kernel is asked meanwhile.
	0:3) ;;
	*)
		echo "# call $1 to level $2: status $status, then $again"
		sed 's/^/#   /' /tmp/killed
		echo "$OUTPUT" | sed 's/^/#   /'
		return 1
		;;
	esac
	[ "$(patches):$(livepatch_modules):$(sample_level)" = "lppack_sample_$2:lppack_sample_$2:$2" ] && return
	echo "# call $1 to level $2: in force: $(patches); loaded: $(livepatch_modules); behaviour: $(sample_level)"
	return 1
}

mkdir -p /etc/lppack/keys.d
cp $B/vendor.pub /etc/lppack/keys.d/
expect_status 'level 1' 0 apply 1
n=$(calls 2)
expect_eq 'level 2' 2 "$(sample_level)"
[ "${n:-0}" -gt 20 ] || fail "an apply of $n system calls"
every=$((n / TRIES + 1))
say "$n system calls from the lock on, of which every $every. is tried, from the $k. on"
expect_status 'level 1 again' 0 apply 1

tried=0
bad=0
while [ "$k" -le "$n" ]; do
	tried=$((tried + 1))
	try "$k" $((1 + tried % 2)) || bad=$((bad + 1))
	k=$((k + every))
done
expect_eq "killed $tried times" 0 "$bad"
expect_eq 'no call is unfinished' 0 "$(grep -c '^unfinished: true' /var/lib/lppack/journal.yaml)"
finish
