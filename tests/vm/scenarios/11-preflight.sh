# shellcheck shell=dash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What an apply says of the machine before it loads: probes on the functions, and memory.
# shellcheck source=tests/vm/lib.sh disable=SC1091
. /lib.sh

B=/bundles
TRACING=/sys/kernel/debug/tracing
LIST=/sys/kernel/debug/kprobes/list

# hits: how often a read of /proc/cmdline hits each probe, as NAME=COUNT.
hits() {
	local name
	echo >$TRACING/trace
	cat /proc/cmdline >/dev/null
	for name in entry return inside; do
		echo "$name=$(grep -c " $name: " $TRACING/trace)"
	done | tr '\n' ' '
}

# inside: an offset in the function that is the border of an instruction, and none that ftrace has.
inside() {
	local offset
	for offset in 5 6 7 8 9 10 11 12; do
		echo "p:inside cmdline_proc_show+$offset" >>$TRACING/kprobe_events && return
	done 2>/dev/null
	return 1
}

mkdir -p /etc/lppack/keys.d
cp $B/vendor.pub /etc/lppack/keys.d/
mount -t debugfs debugfs /sys/kernel/debug

expect_status 'without probes' 0 lppack apply --dry-run $B/level1.lpb
expect_eq 'there is nothing to warn of' 0 "$(echo "$OUTPUT" | grep -c warning)"

echo 'p:entry cmdline_proc_show' >$TRACING/kprobe_events
echo 'r:return cmdline_proc_show' >>$TRACING/kprobe_events
inside || fail 'no probe can be put inside'
for event in $TRACING/events/kprobes/*/enable; do
	echo 1 >"$event"
done
expect_eq 'three probes' 3 "$(grep -c cmdline_proc_show $LIST)"
expect_eq 'all are hit' 'entry=1 return=1 inside=1 ' "$(hits)"
expect_status 'with probes' 0 lppack apply --dry-run $B/level1.lpb
expect_match 'the one on the entry' '*warning: *a kprobe is at the entry of cmdline_proc_show: it is hit as before*' "$OUTPUT"
expect_match 'the one on the return' '*warning: *a kretprobe is at the entry of cmdline_proc_show*' "$OUTPUT"
expect_match 'the one inside' '*warning: *a kprobe is inside cmdline_proc_show*it will not be hit any more*' "$OUTPUT"
expect_status 'applied' 0 lppack apply $B/level1.lpb
expect_eq 'what was told is so' 'entry=1 return=1 inside=0 ' "$(hits)"
expect_eq 'behaviour' 1 "$(sample_level)"

# Memory that is short, as far as lppack can see.
sed 's/^MemAvailable:.*/MemAvailable:         20 kB/' /proc/meminfo >/tmp/meminfo
mount --bind /tmp/meminfo /proc/meminfo
expect_status 'short of memory' 72 lppack apply --replace $B/level2.lpb
expect_match 'says how much' '*only 20 KiB are available*' "$OUTPUT"
expect_eq 'the old one is in force' lppack_sample_1 "$(patches)"
umount /proc/meminfo
expect_status 'with memory again' 0 lppack apply --replace $B/level2.lpb
finish
