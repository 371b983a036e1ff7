#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A machine follows one stream: another one's release is refused unless the operator switches, and boots go by the followed
# one alone.
. "$(dirname "$0")/lib.sh"
use_machine

# build NAME STREAM SERIAL
build()
{
	build_release "$1" "stream: $2" "serial: $3"
}

build web1 web 1
build web2 web 2
build db1 db 1
build db2 db 2
keep=(install --no-apply --root h)
dry=(apply --dry-run --root h)

# stream: the one that status says is followed.
stream()
{
	lppack status --root h --json | python3 -c 'import json, sys; print(json.load(sys.stdin).get("stream"))'
}

# at_boot SERIAL: what a boot does with the stream's release.
at_boot()
{
	lppack status --root h --json |
		python3 -c 'import json, sys; print([l["at_boot"] for l in json.load(sys.stdin)["levels"] if l["stream"] == sys.argv[1] and l["serial"] == int(sys.argv[2])])' "$1" "$2"
}

# kept NAME STATUS MESSAGE HINT ARGUMENT...: install refuses it so, and nothing more is installed.
kept()
{
	local name=$1 wanted=$2 message=$3 hint=$4

	shift 4
	find h -type f ! -name lock | sort > "$scratch/io/before"
	{
		try "$wanted" "${keep[@]}" "$@"
		says "$err" "^lppack: error: $message"
		says "$err" "^lppack: hint: .*$hint"
		find h -type f ! -name lock | sort | diff "$scratch/io/before" -
	} | ok "$name"
}

same "a machine that was never set up follows none" <(echo None) <(stream)
works "and takes any" "${dry[@]}" db1.lpb
{ try OK "${keep[@]}" web1.lpb; [ "$(stream)" = web ] || stream; } | ok "the first that is installed is followed"
kept "install of another stream" OTHER_STREAM 'db1\.lpb: is of stream db, and this machine follows web' '--switch-stream' db1.lpb
refused "apply of another stream" OTHER_STREAM 'db1\.lpb: is of stream db, and this machine follows web' '--switch-stream' "${dry[@]}" db1.lpb
refused "a higher serial of another stream" OTHER_STREAM 'db2\.lpb: is of stream db' '--switch-stream' "${dry[@]}" db2.lpb
{
	try OK "${dry[@]}" --switch-stream db1.lpb --json
	json "['switched_from']" "'web'"
	[ "$(stream)" = web ] || stream
} | ok "a dry run of a switch names the stream that is left, and leaves it not"
{
	try OK "${keep[@]}" --switch-stream db1.lpb --json
	json "['switched_from']" "'web'"
	[ "$(stream)" = db ] || stream
	[ "$(at_boot db 1)" = "['applied']" ] || at_boot db 1
	[ "$(at_boot web 1)" = "['not chosen']" ] || at_boot web 1
} | ok "a switch changes what is followed, and what boots apply"
kept "what was followed before is another now" OTHER_STREAM 'web2\.lpb: is of stream web, and this machine follows db' '--switch-stream' web2.lpb
{ try OK "${keep[@]}" --switch-stream db2.lpb --json; json ".get('switched_from')" None; } | ok "no switch, no word of it"

# What the operator's file says counts more.
mkdir -p h/etc/lppack
echo 'stream: web' > h/etc/lppack/lppack.yaml
kept "a switch that lppack.yaml forbids" OTHER_STREAM 'db2\.lpb: is of stream db, and this machine follows web, as h/etc/lppack/lppack\.yaml says' \
	'name it there' --switch-stream db2.lpb
{
	[ "$(stream)" = web ] || stream
	[ "$(at_boot web 1)" = "['applied']" ] || at_boot web 1
	[ "$(at_boot db 2)" = "['not chosen']" ] || at_boot db 2
} | ok "boots go by lppack.yaml"
{ try OK "${keep[@]}" web2.lpb; [ "$(at_boot web 2)" = "['applied']" ] || at_boot web 2; } | ok "and so does install"
echo 'stream: net' > h/etc/lppack/lppack.yaml
{
	[ "$(at_boot web 2)" = "['not chosen']" ] || at_boot web 2
	try OTHER_STREAM status --check --root h
	says "$out" 'web serial 2 is installed, and no boot applies it: this machine follows the stream net'
	try NO_RELEASE apply --installed --dry-run --root h
	says "$err" 'no level of stream net, which this machine follows, is installed'
} | ok "a stream of which nothing is installed: boots apply nothing, and status says so"
for bad in 'stream: Net' 'stream: ""' 'streams: web' 'stream: [web]'; do
	echo "$bad" > h/etc/lppack/lppack.yaml
	kept "lppack.yaml with $bad: install" SPEC 'h/etc/lppack/lppack\.yaml' '' web2.lpb
	refused "lppack.yaml with $bad: apply" SPEC 'h/etc/lppack/lppack\.yaml' '' "${dry[@]}" web2.lpb
	{ try SPEC status --check --root h; says "$out" 'h/etc/lppack/lppack\.yaml'; } | ok "lppack.yaml with $bad: status"
	{ [ "$(at_boot web 2)" = "['applied']" ] || at_boot web 2; } | ok "lppack.yaml with $bad: boots go on as before"
done

done_testing
