# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A hundred cumulative levels one after the other, and fifty of the same on a pile: what each costs.
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

LEVELS=100
PILE=50

# In bytes: the modules of livepatches.
memory() {
	local name sum=0
	for name in $(livepatch_modules); do
		sum=$((sum + $(cat "/sys/module/$name/coresize")))
	done
	echo "$sum"
}

traced() {
	grep -c . /sys/kernel/tracing/enabled_functions
}

# measure WHAT NUMBER: a row of the table; its parts stay in $MEMORY, $TRACED and $COST.
measure() {
	MEMORY=$(memory)
	TRACED=$(traced)
	COST=$(syscost)
	say "table: $1, $2: $(patches | wc -w) patches, $(livepatch_modules | wc -w) modules, $MEMORY bytes, $TRACED functions traced, getpid $COST ns"
}

# costs_the_same NUMBER: as level 1, within a twentieth. With two CPUs the clock is the host's, and too coarse for that.
costs_the_same() {
	[ "$(grep -c ^processor /proc/cpuinfo)" -eq 1 ] || return 0
	if [ $((COST * 20)) -gt $((cost * 21)) ] || [ $((COST * 20)) -lt $((cost * 19)) ]; then
		not_ok "at level $1 a call costs $COST, at level 1 $cost"
	else
		ok "at level $1 a call costs what it did at level 1"
	fi
}

mkdir -p /etc/lppack/keys.d
cp /levels/vendor.pub /etc/lppack/keys.d/
say "table: none, 0: getpid $(syscost) ns"
n=1
bad=0
while [ "$n" -le "$LEVELS" ]; do
	name=lptest_level_$(printf %04d "$n")
	if ! lppack apply --replace "/levels/$n.lpb" >/tmp/out 2>&1; then
		sed 's/^/#   /' /tmp/out
		fail "level $n"
	fi
	if [ "$(patches)" != "$name" ] || [ "$(livepatch_modules)" != "$name" ]; then
		bad=$((bad + 1))
		stack_list
	fi
	case $n in
	1)
		measure replaced 1
		memory=$MEMORY
		traced=$TRACED
		cost=$COST
		;;
	50 | 100)
		measure replaced $n
		expect_eq "level $n holds as much memory as level 1" "$memory" "$MEMORY"
		expect_eq "level $n traces as many functions" "$traced" "$TRACED"
		costs_the_same "$n"
		;;
	esac
	n=$((n + 1))
done
expect_eq "$LEVELS levels: one patch and one module after each" 0 "$bad"
expect_eq 'the last is in force' "$(printf %04d "$LEVELS")" "$(sample_level)"

expect_status 'remove' 0 lppack remove
expect_eq 'nothing is left' : "$(patches):$(livepatch_modules)"
expect_eq 'no function is traced' 0 "$(traced)"
say "table: none again, 0: getpid $(syscost) ns"
n=1
while [ "$n" -le "$PILE" ]; do
	name=lptest_pile_$(printf %04d "$n")
	insmod "/levels/$(uname -r)/$name.ko" || fail "$name"
	wait_for 30 settled "$name" || fail "$name is not settled"
	case $n in 1 | "$PILE") measure piled "$n" ;; esac
	n=$((n + 1))
done
expect_eq 'a pile holds them all' "$PILE" "$(livepatch_modules | wc -w)"
expect_eq 'and their memory' $((PILE * memory)) "$MEMORY"
finish
