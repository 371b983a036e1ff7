#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The power goes at each step of lppack install: the machine comes up with the levels that it had or with the new one, its
# memory is readable, and the next install ends well and leaves nothing over.
. "$(dirname "$0")/lib.sh"
command -v strace > /dev/null || skip_all "there is no strace"
python3 -c '' || skip_all "there is no Python"
strace -o /dev/null true 2> /dev/null || skip_all "strace may not trace here"
use_bundle
use_host h 6.1.0-1-test
calls=openat,openat2,mkdir,mkdirat,write,fsync,fdatasync,rename,renameat,renameat2,linkat,unlink,unlinkat

for serial in 8 9 10; do
	write_spec $serial.yaml "$(pair 'livepatch_7-*.ko' 'vmlinuz-{release}')"
	sed -i "s/^serial: .*/serial: $serial/" $serial.yaml
	lppack create $serial.yaml --key key.key -o $serial.lpb > /dev/null || exit 99
done

# levels ROOT: the serials that are installed, and what is wrong with them.
levels()
{
	lppack status --root "$1" --json 2> /dev/null | python3 -c '
import json, os, sys
d = json.load(sys.stdin)
for problem in d["problems"]:
    print("problem:", problem["message"])
for level in d["levels"]:
    if not os.path.exists(level["path"]) or os.path.getsize(level["path"]) != level["size"]:
        print("lost:", level["path"])
print(*[level["serial"] for level in d["levels"]])'
}

# recovers ROOT BUNDLE OLD NEW: what was there is as before or as after, and the next call does what this one was to do.
recovers()
{
	local found

	found=$(levels "$1")
	[ "$found" = "$3" ] || [ "$found" = "$4" ] || echo "$1: $found; not '$3' nor '$4'"
	if [ -n "$found" ]; then
		lppack apply --installed --dry-run --root "$1" > "$out" 2>&1 || { echo "$1: a boot fails"; cat "$out"; }
	fi
	lppack install --root "$1" "$2" > "$out" 2>&1 || { echo "$1: the next install fails"; cat "$out"; }
	found=$(levels "$1")
	[ "$found" = "$4" ] || echo "$1: after the next install: $found; not '$4'"
	[ "$(find "$1/var/lib/lppack/bundles" -type f | wc -l)" = "$(wc -w <<< "$4")" ] ||
		find "$1/var/lib/lppack/bundles" -type f
}

total=0
trees=0
old=
for serial in 7 8 9 10; do
	bundle=$serial.lpb
	[ $serial != 7 ] || bundle=b.lpb
	# The next policy comes with each, so that the memory of it is written on the way.
	printf '%s\n' 'format: 1' "version: $serial" 'created: 2026-01-01T00:00:00Z' > h/etc/lppack/policy.yaml
	cp -a h before
	# The leak detector does not work under strace.
	ASAN_OPTIONS=detect_leaks=0 strace -f -y -s 4096 -e trace=$calls -o trace \
		"${program[@]}" install --root h $bundle > "$out" 2> "$err" ||
		{ cat "$out" "$err"; exit 99; }
	cp -a h after
	new=$(levels h)
	read -r steps distinct < <(python3 -B "$tests_cli/power.py" trace before after h cut)
	for tree in cut/*; do
		recovers "$tree" $bundle "$old" "$new"
	done | ok "serial $serial: $steps cuts, $distinct different disks"
	total=$((total + steps))
	trees=$((trees + distinct))
	old=$new
	rm -rf before after cut
done
{ [ $total -ge 200 ] || echo "only $total"; [ $trees -ge 40 ] || echo "only $trees trees"; } | ok "$total cuts in all"

done_testing
