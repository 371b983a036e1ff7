#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The machine is read once for one answer, and once more with the lock held: how often each of its files is opened.
. "$(dirname "$0")/lib.sh"
command -v strace > /dev/null || skip_all "there is no strace"
strace -o /dev/null true 2> /dev/null || skip_all "strace may not trace here"
use_bundle
use_host h 6.1.0-1-test

# opens COMMAND...: "COUNT FILE" for each file of the machine's memory that was opened, and for its boot id.
opens()
{
	ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=openat,openat2 -e signal=none -o trace -y "${program[@]}" "$@" > "$out" 2> "$err" ||
		{ cat "$out" "$err"; exit 99; }
	grep -v -e ENOENT -e O_DIRECTORY -e O_WRONLY -e O_RDWR trace |
		grep -oE '= [0-9]+<[^>]*(/var/lib/lppack/[a-z]+\.yaml|/bundles/[0-9a-f]+\.lpb|/boot_id)>' |
		sed 's|.*/||; s|>$||' | sort | uniq -c
}

for serial in 8 9; do
	write_spec $serial.yaml "$(pair 'livepatch_7-*.ko' 'vmlinuz-{release}')"
	sed -i "s/^serial: .*/serial: $serial/" $serial.yaml
	lppack create $serial.yaml --key key.key -o $serial.lpb > /dev/null || exit 99
done
lppack install --root h b.lpb > /dev/null
lppack install --root h 8.lpb > /dev/null
lppack hold --root h --serial 8 2> /dev/null > /dev/null
opens status --root h > counts
{
	awk '$1 != 1' counts
	for file in state store freshness holds; do
		grep -q " $file\\.yaml\$" counts || echo "$file.yaml is not opened"
	done
	[ "$(grep -c '\.lpb$' counts)" = 2 ] || cat counts
} | ok "status opens each file once"
opens apply --dry-run --root h 8.lpb > counts
awk '$1 != 1' counts | ok "a plan opens each file once"
opens install --root h 9.lpb > counts
awk '$1 != 1' counts | ok "so does install, with the lock held"

done_testing
