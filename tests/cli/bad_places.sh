#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Outputs that cannot be written, or not there; and a standard output that cannot.
. "$(dirname "$0")/lib.sh"
use_bundle
export SOURCE_DATE_EPOCH=1790000000
create=(create spec.yaml --key key.key)
extract=(extract --keys key.pub --kernel vmlinuz-6.1.0-1-test b.lpb)
mkdir folder
mkfifo fifo

echo kept > exists.lpb
refused "create: the output exists" EXISTS 'exists\.lpb: exists already' '--force' "${create[@]}" -o exists.lpb
refused "create: the output is a directory" USAGE 'folder: names a directory' 'name a file' "${create[@]}" -o folder
refused "create: a directory, not even with --force" USAGE 'folder: names a directory' 'name a file' "${create[@]}" -o folder --force
refused "create: a name that ends with a slash" USAGE 'folder/: names a directory' 'name a file' "${create[@]}" -o folder/
refused "create: a pipe is not replaced by a file" USAGE 'fifo: exists and is not a regular file' 'name a file' "${create[@]}" -o fifo --force
refused "create: a directory that does not exist" IO 'none: cannot be opened' 'create the directory first' "${create[@]}" -o none/o.lpb
refused "create: a file as directory" IO 'b\.lpb: cannot be opened: Not a directory' 'another path' "${create[@]}" -o b.lpb/o.lpb
refused "create: a name that is too long" IO '0+\.lpb: cannot be created: File name too long' 'a shorter name' "${create[@]}" \
	-o "$(printf '%0300d' 0).lpb"
refused "create: a file system without files" IO '/proc/o\.lpb: cannot be created' '' "${create[@]}" -o /proc/o.lpb
ln -s nowhere link.lpb
refused "create: a link to nothing" USAGE 'link\.lpb: exists and is a link' 'name the file' "${create[@]}" -o link.lpb

refused "extract: a directory that does not exist" IO 'none: cannot be opened' 'create the directory first' "${extract[@]}" -o none
refused "extract: a file as directory" IO 'b\.lpb: cannot be opened: Not a directory' 'another path' "${extract[@]}" -o b.lpb
echo kept > folder/livepatch_7.ko
refused "extract: the file exists" EXISTS 'folder/livepatch_7\.ko: exists already' '--force' "${extract[@]}" -o folder
{ try OK "${extract[@]}" -o folder --force; cmp livepatch_7-1.ko folder/livepatch_7.ko; } | ok "extract --force"
rm folder/livepatch_7.ko
mkdir folder/livepatch_7.ko
refused "extract: a directory of that name" USAGE 'folder/livepatch_7\.ko: names a directory' 'name a file' "${extract[@]}" -o folder --force
rmdir folder/livepatch_7.ko

chmod 555 folder
held_to_modes refused "create: a directory that may not be written" IO 'folder/o\.lpb: cannot be created: Permission denied' "directory's permissions" \
	"${create[@]}" -o folder/o.lpb
held_to_modes refused "extract: a directory that may not be written" IO 'folder/livepatch_7\.ko: cannot be created: Permission denied' \
	"directory's permissions" "${extract[@]}" -o folder
held_to_modes refused "keygen: a directory that may not be written" IO 'folder/k\.key: cannot be created: Permission denied' "directory's permissions" \
	keygen -o folder/k
chmod 755 folder

# limited NAME KIBIBYTES ARGUMENT...: fails as on a full disk, and leaves nothing. The shell's own files must stay writable.
limited()
{
	local name=$1 limit=$2 text

	shift 2
	snapshot > "$scratch/io/before"
	{
		text=$(ulimit -f "$limit" && lppack "$@" 2>&1)
		[ $? = "${status[IO]}" ] || echo "exit status is not ${status[IO]}"
		grep -qE '^lppack: error: .*cannot be written: File too large$' <<< "$text" || echo "$text"
		snapshot | diff "$scratch/io/before" -
	} | ok "$name"
}

for kibibytes in 0 1 8 16 30; do limited "create: no room beyond $kibibytes KiB" $kibibytes "${create[@]}" -o full.lpb; done
limited "create --force: the old output stays" 8 "${create[@]}" -o exists.lpb --force
limited "extract: no room" 8 "${extract[@]}" -o folder
limited "keygen: no room" 0 keygen -o full

# A kill at any time leaves nothing where files can be without a name until they are whole.
if ! python3 -c 'import os; os.open(".", os.O_TMPFILE | os.O_RDWR)' 2> /dev/null; then
	skip "create: killed" "no O_TMPFILE here, or no python3"
else
	mkmodule --release 6.1.0-1-test --name livepatch_8 --function f --filler 8000000 -o large.ko
	write_spec large.yaml "$(pair large.ko 'vmlinuz-{release}')"
	snapshot > "$scratch/io/before"
	{
		{ timeout -s KILL 0.4 "${program[@]}" create large.yaml --key key.key -o killed.lpb --level 22; } > /dev/null 2>&1
		[ $? = 137 ] || echo "it was not killed"
		snapshot | diff "$scratch/io/before" -
	} | ok "create: killed"
fi

# Nowhere to print to. What was made is whole and stays: only the report is lost.
# said_to FILE STATUS MESSAGE ARGUMENT...
said_to()
{
	local target=$1 wanted=$2 message=$3 got

	shift 3
	lppack "$@" > "$target" 2> "$err"
	got=$?
	[ $got = "${status[$wanted]}" ] || echo "lppack $*: exit status $got"
	says "$err" "^lppack: error: standard output: $message"
}

full='No space left on device'
for command in 'verify --keys key.pub b.lpb' 'verify --keys key.pub b.lpb --json' 'show --keys key.pub b.lpb' 'show --keys key.pub b.lpb --kernels --json' \
	help --version 'keygen -o report' 'keygen -o json --json'; do
	# shellcheck disable=SC2086
	said_to /dev/full NO_SPACE "$full" $command
done | ok "a full disk behind standard output is no success"
{
	said_to /dev/full NO_SPACE "$full" "${create[@]}" -o report.lpb
	cmp b.lpb report.lpb
	said_to /dev/full NO_SPACE "$full" "${extract[@]}" -o folder
	cmp livepatch_7-1.ko folder/livepatch_7.ko
} | ok "what was made stays"
{
	lppack verify --keys key.pub b.lpb >&- 2> "$err"
	[ $? = "${status[IO]}" ] || echo "exit status $?"
	says "$err" '^lppack: error: standard output: Bad file descriptor'
} | ok "a closed standard output is no success"
{
	lppack verify -q --keys key.pub b.lpb <&- >&- 2>&- || echo "exit status $?"
	lppack "${create[@]}" -o closed.lpb <&- >&- 2>&-
	cmp b.lpb closed.lpb
	lppack keygen -o closed <&- >&- 2>&-
	lppack "${create[@]}" --key closed.key -o closed2.lpb > /dev/null
	lppack verify -q --keys closed.pub closed2.lpb
} | ok "nothing is printed into a file that was opened in its place"

done_testing
