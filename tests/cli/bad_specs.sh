#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lppack create: specs that are refused, each with its line.
. "$(dirname "$0")/lib.sh"
use_key
for i in 1 2; do
	mkmodule --kind vmlinuz --release 6.1.0-$i-test -o vmlinuz-6.1.0-$i-test
	mkmodule --release 6.1.0-$i-test --name livepatch_7 --function f -o m$i.ko
done
cat > good.yaml << 'EOF'
stream: web
serial: 7
kernels:
  - module: m1.ko
    kernel: vmlinuz-6.1.0-1-test
EOF
works "the good one" create good.yaml --key key.key -o good.lpb

# spec NAME MESSAGE HINT SED: the good one edited so is refused.
spec()
{
	sed -e "$4" good.yaml > s.yaml
	refused "$1" SPEC "$2" "$3" create s.yaml --key key.key -o new.lpb
}

# after LINE-NUMBER TEXT: a sed command that puts lines there.
after()
{
	printf '%sa\\\n%s' "$1" "${2//$'\n'/\\$'\n'}"
}

page='lppack-spec\(5\)'
utf8='as UTF-8 without tabs'

# What is no YAML, or YAML that a spec may not have.
spec "an empty file" 's\.yaml:1: the file is empty' "$page" d
spec "comments only" 's\.yaml:2: the file is empty' "$page" '2,9d; s/^/# /'
spec "a tab" 's\.yaml:2: not clean UTF-8 text: a tab' "$utf8" $'2s/ /\t/'
spec "carriage returns" 's\.yaml:1: not clean UTF-8 text: a carriage return' "$utf8" $'s/$/\r/'
spec "Latin-1" 's\.yaml:1: not clean UTF-8 text' "$utf8" $'1s/$/ # \xe4/'
spec "a byte-order mark" 's\.yaml:1: not clean UTF-8 text' "$utf8" $'1s/^/\xef\xbb\xbf/'
refused "a module" SPEC 'm1\.ko:1: not clean UTF-8 text' "$utf8" create m1.ko --key key.key -o new.lpb
spec "an anchor" 's\.yaml:1: anchors are not allowed' "$page" '1s/web/\&a web/'
spec "an alias" 's\.yaml:2: aliases are not allowed' "$page" '2s/7/*a/'
spec "a tag" 's\.yaml:1: tags are not allowed' "$page" '1s/web/!!str web/'
spec "a merge key" 's\.yaml:2: a key must be lower-case' "$page" "$(after 1 '<<: {}')"
spec "a key twice" "s\\.yaml:3: the key 'serial' stands twice" 'keep one' "$(after 2 'serial: 8')"
spec "wrong indentation" 's\.yaml:[56]: not YAML' 'indentation and the quotes' '5s/  //'
spec "a quote left open" 's\.yaml:[0-9]+: not YAML' 'indentation and the quotes' '1s/web/"web/'
spec "two documents" 's\.yaml:6: more than one document' "$page" "$(after 5 $'---\nstream: b')"
spec "a list" 's\.yaml:1: the file must be a map' "$page" '2,9d; s/.*/- web/'
refused "a file that does not exist" IO 'none\.yaml: cannot be opened' 'check the path' create none.yaml --key key.key -o new.lpb
refused "a directory" IO '\.: cannot be read: Is a directory' 'name a file' create . --key key.key -o new.lpb
truncate -s 17M big.yaml
refused "a file of 17 MiB" LIMIT 'big\.yaml: larger than' 'the file you mean' create big.yaml --key key.key -o new.lpb
rm big.yaml

# Keys.
spec "an unknown key like a known one" "s\\.yaml:3: unknown key 'expire'; did you mean 'expires'\\?" "$page" "$(after 2 'expire: never')"
spec "an unknown key like no other" "s\\.yaml:3: unknown key 'frobnicate'" 'remove it, or begin its name with x-' "$(after 2 'frobnicate: 1')"
spec "an unknown key deeper down" "s\\.yaml:5: unknown key 'kernl'; did you mean 'kernel'\\?" "$page" 's/    kernel/    kernl/'
spec "a key in capitals" 's\.yaml:3: a key must be lower-case' "$page" "$(after 2 'Epoch: 1')"
for key in stream serial kernels; do
	spec "no $key" "s\\.yaml:[0-9]+: the key '$key' is missing" 'add it' "$([ $key = kernels ] && echo 3,9d || echo "/^$key/d")"
done
spec "no module" "s\\.yaml:4: the key 'module' is missing" 'add it' '4d; 5s/    /  - /'
spec "no kernel" "s\\.yaml:4: give either 'kernel' or 'build_id'" 'vmlinuz' 5d
spec "a kernel and a build ID" "s\\.yaml:4: give either 'kernel' or 'build_id'" 'vmlinuz' "$(after 5 '    build_id: "12345678"')"
spec "no kernels in the list" "s\\.yaml:3: 'kernels' is empty" "$page" '3s/:/: []/; 4,9d'

# Values.
while IFS='|' read -r name message text; do
	spec "$name" "s\\.yaml:3: $message" "$page|keep one|quotes|add it|choose" "$(after 2 "$text")"
done << 'EOF'
a text for a number|'epoch' must be a whole number|epoch: one
a list for a text|'version' must be a text|version: [1]
an empty version|'version' must have 1 to 511 bytes|version: ""
a time in words|'expires' must be a time in UTC like 2027|expires: tomorrow
a day that does not exist|'expires' must be a time|expires: 2027-02-30T00:00:00Z
a time in another zone|'expires' must be a time|expires: 2027-02-03T00:00:00+01:00
a creation before 1970|'created' must be a time|created: 1969-12-31T23:59:59Z
a creation in a far future|'created' is after the year 2242|created: 2300-01-01T00:00:00Z
a floor above the serial|'rollback_floor' must be at most 7|rollback_floor: 8
fixes that are no list|'fixes' must be a list|fixes: none
a fix that is no map|an element of the list must be a map|fixes: [CVE-2026-0001]
a fix without an id|the key 'id' is missing|fixes: [{summary: some}]
a fix twice|the fix a stands twice|fixes: [{id: a}, {id: b}, {id: a}]
an unknown severity|'severity' must be low, medium, high or critical|fixes: [{id: a, severity: bad}]
a fix of the future|'since' must be at most 7|fixes: [{id: a, since: 8}]
functions that are no list|'functions' must be a list|fixes: [{id: a, functions: f}]
functions that are numbers|an element of the list must be a text|fixes: [{id: a, functions: [1]}]
an unfixable without a reason|the key 'reason' is missing|unfixable: [{id: a}]
an unfixable twice|a stands twice|unfixable: [{id: a, reason: b}, {id: a, reason: c}]
withdrawn of an unknown kind|'kind' must be fix, function, kernel or state|withdrawn: [{kind: patch, id: a, reason: b}]
withdrawn twice|fix a stands twice|withdrawn: [{kind: fix, id: a, reason: b}, {kind: fix, id: a, reason: c}]
a withdrawn function like a fix|the id of a withdrawn function must be OBJECT:FUNCTION|withdrawn: [{kind: function, id: a, reason: b}]
a withdrawn kernel by release|the id of a withdrawn kernel must be a build ID|withdrawn: [{kind: kernel, id: 6.1.0-1, reason: b}]
a withdrawn state in words|the id of a withdrawn state must be a decimal number|withdrawn: [{kind: state, id: one, reason: b}]
a function without a name|'functions' must have texts of 1 to 511 bytes|fixes: [{id: a, functions: [""]}]
EOF
for text in -1 1.5 '"7"' 07 0x7 18446744073709551616; do
	spec "the serial $text" "s\\.yaml:2: 'serial' must be a whole number" "$page" "2s/7/$text/"
done
spec "a serial beyond 2^53 - 1" "s\\.yaml:2: 'serial' must be at most 9007199254740991" "$page" '2s/7/9007199254740992/'
for text in Web we/b .web '"we b"' '""' "$(printf 'w%.0s' {1..65})"; do
	spec "the stream $text" "s\\.yaml:1: 'stream' must be up to 64 of a-z" "$page" "1s|web|$text|"
done
for text in xyz ABCDEF12 1234567 '"123456"'; do
	spec "the build ID $text" "s\\.yaml:5: 'build_id' must be a build ID" "$page" "5s/.*/    build_id: $text/"
done
spec "an expiry in the past" 's\.yaml: expires before it is created' 'choose a later time' "$(after 2 'expires: 2001-01-01T00:00:00Z')"
SOURCE_DATE_EPOCH=99999999999 refused "a SOURCE_DATE_EPOCH in a far future" USAGE 'the creation time is not 1970 to 2242' 'SOURCE_DATE_EPOCH' \
	create good.yaml --key key.key -o new.lpb

# Files.
relative='relative paths begin at'
spec "no such module" 's\.yaml:4: no file matches none\.ko' "$relative" 's/m1/none/'
spec "a pattern that fits no module" 's\.yaml:4: no file matches none/\*\.ko' "$relative" 's|m1|none/*|'
spec "no such kernel" 's\.yaml:4: no kernel for m1\.ko: no file matches none' "$relative" 's/vmlinuz.*/none/'
spec "no kernel of the release" 's\.yaml:4: no kernel for m1\.ko: no file matches none-6\.1\.0-1-test' "$relative" 's/vmlinuz.*/none-{release}/'
spec "a pattern that fits two kernels" 's\.yaml:4: vmlinuz\* matches 2 files, but m1\.ko belongs to one' 'by \{release\}' 's/vmlinuz.*/vmlinuz*/'
refused "a directory that does not exist" SPEC 'good\.yaml:4: no file matches none/m1\.ko' "$relative" create good.yaml -C none --key key.key -o new.lpb

# Without a spec.
new=(create --key key.key -o new.lpb --module m1.ko --kernel vmlinuz-6.1.0-1-test)
refused "a bad stream" USAGE "'Web' cannot be the name of a stream" 'lower-case letters' "${new[@]}" --stream Web --serial 7
refused "a bad serial" USAGE "create: --serial: '9007199254740992' is not a whole number from 0 to 9007199254740991" 'lppack create --help' "${new[@]}" \
	--stream web --serial 9007199254740992
refused "a bad time" USAGE "create: --expires: 'tomorrow' is not a time in UTC" 'write it like 2027' "${new[@]}" --stream web --serial 7 --expires tomorrow
refused "a time in the past" SPEC '.*expires before it is created' 'choose a later time' "${new[@]}" --stream web --serial 7 --expires 2001-01-01T00:00:00Z
refused "a bad version" USAGE 'the version text' 'printable' "${new[@]}" --stream web --serial 7 --bundle-version $'7\t0'

done_testing
