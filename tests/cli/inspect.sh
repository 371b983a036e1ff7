#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lppack inspect: what a module's file tells, its findings, and --strict.
. "$(dirname "$0")/lib.sh"

mkmodule --extras --init true --function foo_ioctl --object nfsd --function nfsd_open,2 --callback pre_patch --state 7:1 \
	--build-id 11223344556677889900 -o good.ko
works "a module" inspect good.ko
golden inspect.txt
works "a module, as JSON" inspect --json good.ko
golden inspect.json
works "a module with warnings is fit for a bundle" inspect --strict good.ko

# finds ID SEVERITY STATUS OPTION...: a module made with these options has the finding; --strict fails with the status.
finds()
{
	local id=$1 severity=$2 wanted=$3

	shift 3
	mkmodule "$@" -o m.ko
	{
		try OK inspect --json m.ko
		grep -A1 "\"id\": \"$id\"" "$out" | grep -q "\"severity\": \"$severity\"" || { echo "no $severity $id"; cat "$out"; }
		try "$wanted" inspect --strict m.ko
		[ "$severity" != error ] || says "$out" '^  error  '
		silent "$err"
	} | ok "finds: $id"
}

finds not-livepatch error NOT_LIVEPATCH --not-livepatch
finds replace-refuted error NOT_REPLACE --no-replace
finds replace-contradicted error NOT_REPLACE --init false
finds replace-contradicted error NOT_REPLACE --init false --builder kpatch-build
finds replace-contradicted error NOT_REPLACE --init false --builder klp-build
finds no-vermagic error MODULE --vermagic ''
finds name error MODULE_NAME --name "$(printf 'a%.0s' {1..56})"
finds name error MODULE_NAME --name a-b
finds no-exit error UNLOADABLE --no-exit
finds no-init error UNLOADABLE --no-exit --no-init-pointer
finds never-enabled error UNLOADABLE --no-enable
finds license error UNLOADABLE --license Proprietary
finds not-livepatch error NOT_LIVEPATCH --mark N
finds no-versions error UNLOADABLE --no-versions
finds versions error UNLOADABLE --no-versions --import printk:1
finds unrecognised warning OK --no-anatomy
finds replace-unknown warning OK --init unknown
finds replace-unknown warning OK --builder klp-build
finds depends warning OK --depends nfsd,ext4
finds jump-table warning OK --extras
finds debug warning OK --extras
finds no-build-id warning OK --no-build-id
finds no-signature info OK

# verdict WORD OPTION...
verdict()
{
	local word=$1

	shift
	mkmodule "$@" -o m.ko
	{ try OK inspect --json m.ko; says "$out" "\"verdict\": \"$word\""; } | ok "replace is $word: $*"
}

verdict proved --init none
verdict proved --init true
verdict supported --init true --builder kpatch-build
verdict supported --init true --builder klp-build --stripped
verdict refuted --init true --no-replace
verdict not_decoded --init unknown --builder kpatch-build
verdict not_decoded --builder kpatch-build --arch aarch64

mkmodule --signed -o signed.ko
{ try OK inspect signed.ko; says "$out" '^  signature +64 B, not readable: .*no PKCS#7'; } | ok "a signature that is none"
if command -v openssl > /dev/null; then
	openssl req -x509 -newkey rsa:2048 -nodes -keyout k.pem -out c.pem -days 1 -subj '/CN=Vendor Modules' 2> /dev/null
	echo module | openssl cms -sign -binary -noattr -nocerts -md sha384 -signer c.pem -inkey k.pem -outform DER -out sig
	mkmodule --signature sig -o signed.ko
	{ try OK inspect signed.ko; says "$out" 'rsaEncryption with sha384'; says "$out" '^    issuer +Vendor Modules$'; } |
		ok "who signed it"
else
	skip "who signed it" "there is no openssl"
fi

for packer in gzip xz zstd; do
	command -v $packer > /dev/null || { skip "a module packed by $packer" "there is no $packer"; continue; }
	$packer -c good.ko > packed.ko
	{ try OK inspect --json packed.ko; says "$out" '"name": "livepatch_test"'; json "['files'][0]['size'] == $(stat -c %s good.ko)" True; } |
		ok "a module packed by $packer"
done

echo no module > text.ko
refused "a file that is no module" MODULE "text.ko: not an ELF file" "" inspect text.ko
{
	try MODULE inspect --json good.ko text.ko absent.ko
	says "$err" 'absent.ko: cannot be opened'
	says "$out" '"error": \{'
	json "['files'][1]['error']['name']" '"MODULE"'
	json "['files'][2]['error']['name']" '"IO"'
	json "['files'][0]['livepatch']" True
} | ok "the first file that cannot be read decides"

done_testing
