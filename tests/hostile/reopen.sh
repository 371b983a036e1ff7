#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# rauc CVE-2020-25860: a path that is opened again between check and use. Each verb opens the bundle once, so whoever
# puts another file in its place changes nothing of what was verified.
. "$(dirname "$0")/../cli/lib.sh"
command -v strace > /dev/null || skip_all "there is no strace"
strace -o /dev/null true 2> /dev/null || skip_all "strace may not trace here"
use_bundle
use_host h 6.1.0-1-test

# opens NAME ARGUMENT...: of the bundle b.lpb, by whatever path, exactly one, and nothing else that looks at its name.
opens()
{
	local name=$1

	shift
	{
		# The leak detector does not work under strace.
		ASAN_OPTIONS=detect_leaks=0 strace -f -o trace -e trace=%file "${program[@]}" "$@" > "$out" 2> "$err" ||
			cat "$out" "$err"
		grep -E '"([^"]*/)?b\.lpb"' trace | grep -vE 'execve\(' > named
		[ "$(grep -cE '(open|openat|openat2)\(' named)" = 1 ] || cat named
		grep -vE '(open|openat|openat2)\(' named
	} | ok "$name opens the bundle once"
}

opens verify verify -q --keys key.pub b.lpb
opens show show --keys key.pub b.lpb
opens extract extract --keys key.pub --kernel vmlinuz-6.1.0-1-test -o . b.lpb
opens "apply, which loads what it has verified," apply --dry-run --root h b.lpb
opens install install --no-apply --root h b.lpb

done_testing
