#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What create, verify, show and extract print, for people and for programs.
. "$(dirname "$0")/lib.sh"
use_bundle
mkmodule --release 6.1.0-2-test --name livepatch_7 --function foo_ioctl --object nfsd --function nfsd_open,2 --function nfsd_close \
	--callback pre_patch --callback post_unpatch --state 4711:2 --filler 20000 --seed 7 --signed --build-id "$(module_id 2)" \
	-o livepatch_7-2.ko
write_spec full.yaml 'epoch: 1' 'version: "7.0"' 'expires: 2099-06-30T00:00:00Z' 'rollback_floor: 5' \
	'fixes:' \
	'  - id: CVE-2026-0007' '    summary: a reference is dropped once only' '    severity: medium' \
	'    functions: [nfsd_open, nfsd_close]' '    not_for: ["6.1.0-1-*", "5.*"]' \
	'  - id: CVE-2026-0001' '    summary: a length is checked before the copy' '    severity: high' '    cvss: "7.8"' \
	'    since: 5' '    functions: [foo_ioctl]' \
	'unfixable:' '  - id: CVE-2026-0003' '    reason: the fix changes the layout of a structure' \
	'withdrawn:' '  - kind: fix' '    id: CVE-2026-0002' '    reason: it made suspending fail' \
	"$(pair 'livepatch_7-*.ko' 'vmlinuz-{release}')"
export SOURCE_DATE_EPOCH=1790000000

parses()
{
	python3 -m json.tool "$out" 2>&1 > /dev/null | ok "$1 is JSON"
}

# shown NAME ARGUMENT...: succeeds without a word on standard error, and prints tests/golden/NAME.
shown()
{
	works "$@"
	golden "$1"
	[[ $1 != *.json ]] || parses "$1"
}

shown create.txt create full.yaml --key key.key -o full.lpb
shown create.json create full.yaml --key key.key -o full.lpb --force --json
shown verify.txt verify --keys key.pub full.lpb
shown verify.json verify --keys key.pub full.lpb --json
shown verify-kernel.txt verify --keys key.pub --kernel vmlinuz-6.1.0-2-test full.lpb
shown verify-kernel.json verify --keys key.pub --kernel vmlinuz-6.1.0-2-test full.lpb --json
shown verify-several.txt verify --keys key.pub full.lpb b.lpb
shown show.txt show --keys key.pub full.lpb
shown show.json show --keys key.pub full.lpb --json
shown show-kernels.txt show --keys key.pub full.lpb --kernels
shown show-kernels.json show --keys key.pub full.lpb --kernels --json
shown extract.txt extract --keys key.pub --kernel vmlinuz-6.1.0-2-test -o . full.lpb
cmp livepatch_7.ko livepatch_7-2.ko | ok "the very module, signature included"

# What the golden files leave open.
{
	try OK verify --keys key.pub --kernel vmlinuz-6.1.0-2-test full.lpb --json
	json "['files'][0]['kernel']['module']['sha256']" "'$(sha256sum < livepatch_7-2.ko | cut -c 1-64)'"
	json "['files'][0]['kernel']['module']['size']" "$(stat -c %s livepatch_7-2.ko)"
	json "['files'][0]['sizes']['file']" "$(stat -c %s full.lpb)"
	json "['files'][0]['digest']" "'$(tar xOf full.lpb manifest.yaml | sha256sum | cut -c 1-64)'"
	try OK create full.yaml --key key.key -o full.lpb --force --json
	json "['size']" "$(stat -c %s full.lpb)"
	json "['modules_plain']" "$(cat livepatch_7-[12].ko | wc -c)"
	json "['digest']" "'$(tar xOf full.lpb manifest.yaml | sha256sum | cut -c 1-64)'"
} | ok "sizes and digests are those of the files"

id=$(lppack verify --keys key.pub --kernel vmlinuz-6.1.0-1-test --json full.lpb | sed -n 's/^ *"build_id": "\(.*\)",$/\1/p' | head -n 1)
lppack verify --keys key.pub --kernel vmlinuz-6.1.0-1-test full.lpb > "$scratch/io/by_file"
works "--kernel takes a build ID" verify --keys key.pub --kernel "$id" full.lpb
same "and says the same as for the file" "$scratch/io/by_file" "$out"
works "--quiet" verify --keys key.pub --quiet full.lpb b.lpb
silent "$out" | ok "says nothing"

# Several files, of which some fail.
{
	try IO verify --keys key.pub none.lpb full.lpb full.yaml
	says "$out" '^full\.lpb: verified$'
	says "$err" '^lppack: error: none\.lpb: '
	says "$err" '^lppack: error: full\.yaml: not a lppack bundle$'
	head -n 1 "$out" | grep -q '^full' || echo "begins with an empty line"
} | ok "all files are tried, and the first that fails decides"
{
	try NOT_BUNDLE verify --keys key.pub full.yaml none.lpb --json
	json "['files'][0]['error']['name']" "'NOT_BUNDLE'"
	json "['files'][1]['error']['code']" "${status[IO]}"
	json "['files'][1]['verified']" False
	says "$err" 'none\.lpb'
} | ok "as JSON too"
{
	try IO verify --keys key.pub --kernel none full.lpb --json
	json "['error']['message']" "'none: cannot be opened: No such file or directory'"
} | ok "a failure as a whole is a document with the error"

# Expired: told, but no failure. One at its expiry, by a clock that is certainly after it.
write_spec old.yaml 'created: 2020-01-01T00:00:00Z' 'expires: 2021-01-01T00:00:00Z' "$(pair 'livepatch_7-1.ko' 'vmlinuz-{release}')"
lppack create old.yaml --key key.key -o old.lpb > /dev/null
for verb in verify show "extract --kernel vmlinuz-6.1.0-1-test -o . -f"; do
	# shellcheck disable=SC2086
	{
		try OK $verb --keys key.pub old.lpb
		says "$err" '^lppack: warning: old\.lpb: the bundle expired on 2021-01-01T00:00:00Z$'
		says "$err" '^lppack: hint: look for a newer bundle'
	} | ok "${verb%% *}: an expired bundle is told"
done
{ try OK verify --keys key.pub old.lpb --json; json "['files'][0]['expired']" True; } | ok "an expired bundle in JSON"

# Not verified: shown all the same, and nobody may miss it.
lppack keygen -o other > /dev/null
{
	try OK show --keys other.pub full.lpb
	says "$err" '^lppack: hint: if you trust key [0-9a-f]{64}, put its \.pub file'
} | ok "show without the signer's key"
golden show-untrusted.txt
{ head -n 1 "$out"; tail -n 1 "$out"; } | grep -vc '^NOT VERIFIED: full\.lpb: the signature is not by a trusted key$' | grep -v '^0$' |
	ok "begins and ends with the warning"
{
	try OK show --keys other.pub full.lpb --json
	json "['verified']" False
	json "['why_name']" "'UNTRUSTED'"
	json "['signatures'][0]['trusted']" False
} | ok "the same in JSON"
mkdir root
{
	try OK show --root root full.lpb
	says "$out" '^NOT VERIFIED: no trusted key in root/etc/lppack/keys\.d or root/usr/lib/lppack/keys\.d$'
	says "$err" '^lppack: hint: .*root/etc/lppack/keys\.d/'
} | ok "show without any key"
{
	sed 's/stream: "web"/stream: "wab"/' full.lpb > bad.lpb
	try OK show --keys key.pub bad.lpb
	says "$out" '^NOT VERIFIED: bad\.lpb: .*the signature does not fit'
	says "$out" '^  stream +wab,'
} | ok "show with a wrong signature"
{
	try OK verify --keys key.pub "$(printf './\r/../full.lpb')" 2> /dev/null
	ln -s full.lpb "$(printf 'a\033[31m\nb.lpb')"
	try OK verify --keys key.pub "$(printf 'a\033[31m\nb.lpb')"
	says "$out" '^a\?\[31m\?b\.lpb: verified$'
} | grep -v 'exit status 5\|cannot be opened\|hint: check the path' | ok "control characters of a file's name are not passed on"

done_testing
