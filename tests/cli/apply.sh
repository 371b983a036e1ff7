#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What lppack apply, rollback and remove print on the way: warnings of the plan, and a document for each level tried.
. "$(dirname "$0")/lib.sh"
use_bundle
use_host h 6.1.0-1-test
write_spec old.yaml 'created: 2020-01-01T00:00:00Z' 'expires: 2021-01-01T00:00:00Z' "$(pair 'livepatch_7-*.ko' 'vmlinuz-{release}')"
lppack create old.yaml --key key.key -o old.lpb > /dev/null
lppack install --root h old.lpb > /dev/null 2>&1

for verb in "apply old.lpb" "apply --installed" "rollback --to 7"; do
	{
		# shellcheck disable=SC2086
		try OK $verb --dry-run --root h
		says "$err" '^lppack: warning: .*: the bundle expired on 2021-01-01T00:00:00Z$'
		# shellcheck disable=SC2086
		try OK $verb --dry-run --root h --json
		json "['warnings']" "['the bundle expired on 2021-01-01T00:00:00Z']"
	} | ok "${verb% *}: the warnings of the plan are told"
done
use_host g 6.1.0-1-test

# documents: what the JSON documents in $out say, one a line: the error's name, or the serial.
documents()
{
	python3 - "$out" << 'EOT'
import json, sys
text = open(sys.argv[1], encoding="utf-8").read()
while text.strip():
    d, end = json.JSONDecoder().raw_decode(text.lstrip())
    text = text.lstrip()[end:]
    print(d["error"]["name"] if "error" in d else d["bundle"]["serial"])
EOT
}

sed 's/^serial: .*/serial: 8/' spec.yaml > 8.yaml
lppack create 8.yaml --key key.key -o 8.lpb > /dev/null
lppack install --root g b.lpb > /dev/null
lppack install --root g 8.lpb > /dev/null
for level in g/var/lib/lppack/bundles/*.lpb; do
	cmp -s 8.lpb "$level" && newest=$level
done
dry=(apply --installed --dry-run --root g)

{ try OK "${dry[@]}" --json; documents | diff <(echo 8) -; } | ok "the newest level has a document"
# A kernel of another release with this build ID: no level's module is for it.
echo 6.1.0-9-test > g/proc/sys/kernel/osrelease
{
	try VERMAGIC "${dry[@]}" --json
	documents | diff <(printf '%s\n' VERMAGIC VERMAGIC) -
	grep -c '^lppack: error: livepatch_7: the module is for kernel' "$err" | diff <(echo 2) -
	try VERMAGIC "${dry[@]}"
	silent "$out"
} | ok "so has each that will not do"
echo 6.1.0-1-test > g/proc/sys/kernel/osrelease
printf x | dd of="$newest" bs=1 seek=30000 conv=notrunc 2> /dev/null
{
	try OK "${dry[@]}" --json
	documents | diff <(printf '%s\n' CORRUPT 7) -
} | ok "a level that is passed over has one, and the one below"

done_testing
