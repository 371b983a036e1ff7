#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the program says of itself and of wrong command lines.
. "$(dirname "$0")/tap.sh"
make_scratch
lppack=$(cd "$top_builddir" && pwd)/lppack
cd "$scratch" || exit 99
unset SOURCE_DATE_EPOCH

# try STATUS ARGUMENT...: runs and compares the exit status; output in out and err.
try()
{
	local wanted=$1 status

	shift
	"$lppack" "$@" > out 2> err < /dev/null
	status=$?
	[ "$status" = "$wanted" ] || { echo "lppack $*: exit status $status, not $wanted"; cat out err; }
}

# says FILE PATTERN
says()
{
	grep -qE -- "$2" "$1" || { echo "$1 does not say: $2"; cat "$1"; }
}

for verb in keygen inspect create trust verify show diff extract apply status help; do
	{ try 0 "$verb" --help; says out "^Usage: lppack $verb"; [ ! -s err ] || cat err; } | ok "$verb --help"
	{ cp out other; try 0 help "$verb"; cmp out other; } | ok "help $verb is the same"
	{ try 2 "$verb" --nonsense; says err "^lppack: error: $verb: unknown option '--nonsense'"; [ ! -s out ] || cat out; } |
		ok "$verb --nonsense"
done

{ try 0 --help; says out '^Usage: lppack VERB'; cp out other; try 0 help; cmp out other; } | ok "--help and help"
{ try 0 --version; says out '^lppack [0-9]+\.[0-9]+'; } | ok "--version"
{ try 2; says err 'a verb is missing'; says err '^lppack: hint: '; } | ok "no verb"
{ try 2 verfy; says err "unknown verb 'verfy'"; says err "did you mean 'verify'\\?"; } | ok "a mistyped verb"
{ try 2 help aply; says err "did you mean 'apply'\\?"; } | ok "help for a mistyped verb"
{ try 2 frobnicate; says err "'lppack help' lists"; } | ok "a verb like no other"
{ try 2 verify --kernl x b; says err "did you mean '--kernel'\\?"; } | ok "a mistyped option"
{ try 2 apply --rep b; says err "did you mean '--replace'\\?"; } | ok "options are not abbreviated"
{ try 2 apply -x b; says err "unknown option '-x'"; } | ok "an unknown letter"
{ try 2 apply --replace=yes b; says err 'takes no argument'; } | ok "an argument for a flag"
{ try 2 keygen -o; says err '--output needs an argument'; } | ok "an option without its argument"
{ try 2 keygen; says err '--output NAME is missing'; } | ok "a required option"
{ try 2 keygen -o ''; says err 'empty'; } | ok "an empty argument"
{ try 2 keygen -o a --output b; says err 'given twice'; } | ok "an option given twice"
{ try 2 keygen -o a b; says err "unexpected argument 'b'"; [ ! -e a.key ] || echo "a.key was made"; } | ok "a stray argument"
{ try 2 verify; says err 'FILE\.\.\. is missing'; } | ok "no file to verify"
{ try 2 show a b; says err "unexpected argument 'b'"; } | ok "two files to show"
{ try 2 diff a; says err 'OLD NEW is missing'; } | ok "one file to compare"
{ try 2 diff a b c; says err "unexpected argument 'c'"; } | ok "three files to compare"
{ try 2 extract b -o .; says err '--kernel .* is missing'; } | ok "extract without a kernel"
{ try 2 --jsn; says err "unknown option '--jsn'"; } | ok "an unknown option before the verb"
{ try 2 "$(printf 'a\033[31m\nb')"; says err "unknown verb 'a\\?\\[31m\\?b'"; } | ok "control characters are not passed on"

for text in 0 -1 1.5x 1e3 '' 25h 9999999999 .5 1. ' 1' 1,5; do
	try 2 apply --timeout "$text" b
	says err '^lppack: error: apply: --timeout'
done | ok "timeouts that are none"
# Accepted timeouts fail later, at the bundle that does not exist.
for text in 60 1.5 500ms 2m 1h 24h 0.001; do
	try 5 apply --keys key.pub --timeout "$text" b
done | ok "timeouts"
for text in 0 1025 -1 x 1x; do
	try 2 create --threads "$text" s -o b --key k
	says err '^lppack: error: create: --threads'
done | ok "numbers out of range"

pair='write --module MODULE --kernel KERNEL'
new=(create --stream s --serial 1 -o b.lpb --key k)
{ try 2 create -o b --key k; says err 'neither a SPEC nor --stream'; } | ok "create without a spec or stream"
{ try 2 create -o b --key k --stream s; says err 'nor --serial'; } | ok "create without a spec or serial"
{ try 2 "${new[@]}"; says err 'nor --module'; } | ok "create without a module"
{ try 2 "${new[@]}" --module a.ko; says err '--module a.ko has no --kernel'; says err "$pair"; } | ok "a module without its kernel"
{ try 2 "${new[@]}" --module a.ko --kernel k --module c.ko; says err '--module c.ko has no'; } | ok "a second module without its kernel"
{ try 2 "${new[@]}" --module a.ko --module c.ko --kernel k; says err '--module a.ko has no'; } | ok "two modules and one kernel"
{ try 2 "${new[@]}" --kernel k; says err '--kernel k has no --module'; } | ok "a kernel without its module"
{ try 2 create spec.yaml --serial 3 -o b --key k; says err '--serial does not go with a spec'; } | ok "a spec and what it tells"
{ try 2 "${new[@]}" --directory . --module a --kernel k; says err '--directory goes with a spec'; } | ok "a directory without a spec"
{ try 2 "${new[@]}" --keys k --module a --kernel 01234567; says err '--keys goes with --supersedes'; } | ok "trusted keys without an older bundle"
{ SOURCE_DATE_EPOCH=soon try 2 create spec.yaml -o b --key k; says err "SOURCE_DATE_EPOCH: 'soon'"; } | ok "a malformed SOURCE_DATE_EPOCH"
{ SOURCE_DATE_EPOCH='' try 2 create spec.yaml -o b --key k; says err "SOURCE_DATE_EPOCH: ''"; } | ok "an empty SOURCE_DATE_EPOCH"

{ try 0 keygen -o key; says out '^key id +[0-9a-f]{64}$'; says out '^private key +key\.key'; } | ok "keygen"
{ try 7 keygen -o key --json; says out '"name": "EXISTS"'; says out '"code": 7'; says err 'error: '; } | ok "a failure with --json"
{ "$lppack" --help > /dev/full 2> err; [ $? = 6 ] || echo "not 6"; says err 'standard output: No space left'; } |
	ok "a full disk behind standard output"

done_testing
