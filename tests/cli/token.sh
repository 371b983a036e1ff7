#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A key that is made in a token (SoftHSM) and never leaves it: it signs bundles and policies, and machines verify them.
. "$(dirname "$0")/lib.sh"
module=/usr/lib/softhsm/libsofthsm2.so
for tool in softhsm2-util pkcs11-tool openssl; do
	command -v $tool > /dev/null || skip_all "no $tool"
done
[ -r $module ] || skip_all "no $module"

# libp11's engine does not free its method tables.
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0
use_bundle
use_host h 6.1.0-1-test
mkdir tokens
export SOFTHSM2_CONF=$PWD/softhsm2.conf
printf '%s\n' "directories.tokendir = $PWD/tokens" 'objectstore.backend = file' 'log.level = ERROR' > softhsm2.conf
softhsm2-util --init-token --free --label lppack --pin 1234 --so-pin 4321 > /dev/null || exit 99
tool=(pkcs11-tool --module $module --token-label lppack)
"${tool[@]}" --login --pin 1234 --keypairgen --key-type EC:prime256v1 --label release --id 01 > /dev/null 2> "$err" || { cat "$err"; exit 99; }
"${tool[@]}" --read-object --type pubkey --label release > release.der 2> /dev/null || exit 99
openssl pkey -pubin -inform DER -in release.der -out release.pub || exit 99
id=$(openssl pkey -pubin -in release.pub -outform DER | sha256sum | cut -d ' ' -f 1)

# The vendor's authority certifies it.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout root.key -out root.pem -days 3650 -subj /CN=root \
	-addext keyUsage=critical,keyCertSign,cRLSign 2> /dev/null || exit 99
printf '%s\n' 'basicConstraints = critical,CA:FALSE' 'keyUsage = critical,digitalSignature' 'extendedKeyUsage = codeSigning' > leaf.ext
openssl x509 -new -force_pubkey release.pub -subj /CN=release -CA root.pem -CAkey root.key -days 365 -extfile leaf.ext -out release.pem \
	2> "$err" || { cat "$err"; exit 99; }

uri="pkcs11:token=lppack;object=release;type=private"
by="?module-path=$module"
SOURCE_DATE_EPOCH=$(date +%s)
export SOURCE_DATE_EPOCH
echo 1234 > pin
echo 9999 > wrong
chmod 600 pin wrong

works "create with a key in a token" create spec.yaml -o t.lpb --key "$uri;pin-value=1234$by" --cert release.pem --json
{ try OK verify --keys root.pem t.lpb; says "$out" "signed by +$id  cms  trusted"; } | ok "it verifies by the authority"
{ try OK verify --keys release.pub t.lpb; } | ok "and by the bare key"
refused "and by nobody else" UNTRUSTED 't\.lpb: ' '' verify --keys key.pub t.lpb
works "sign in place, with the PIN from a file" sign b.lpb --key "$uri$by" --cert release.pem --passphrase-file pin --json
works "both signatures" verify -q --keys key.pub --keys root.pem b.lpb
{
	mkdir modules
	try OK create spec.yaml -o m.lpb --key key.key --sign-module "$uri$by" --cert release.pem --passphrase-file pin
	mv "$(lppack extract m.lpb --keys key.pub --kernel vmlinuz-6.1.0-1-test -o modules)" modules/m.ko
	split_module modules/m.ko
	openssl cms -verify -binary -inform DER -in modules/m.ko.p7 -content livepatch_7-1.ko -certfile release.pem -noverify \
		-out verified 2> "$err" || cat "$err"
} | ok "modules are signed by it for the kernel"
# A token notes in its own files that it was asked, so only the bundles are looked at.
{ cp b.lpb before.lpb; try KEY sign b.lpb --key "$uri$by" --cert release.pem --passphrase-file wrong; says "$err" 'error: pkcs11:.*PIN'; cmp before.lpb b.lpb; } |
	ok "a wrong PIN"
{
	try KEY create spec.yaml -o n.lpb --key "pkcs11:token=lppack;object=none;type=private;pin-value=1234$by" --cert release.pem
	says "$err" 'error: pkcs11:token=lppack;object=none'
	grep 1234 "$err"
	[ ! -e n.lpb ] || echo "n.lpb was made"
} | ok "a key that is not there"
printf '%s\n' 'format: 1' 'version: 1' "created: $(date -u +%Y-%m-%dT%H:%M:%SZ)" 'required_schemes: [cms]' > policy.yaml
{
	cp root.pem h/etc/lppack/keys.d/
	try OK trust sign policy.yaml --key "$uri;pin-value=1234$by" --cert release.pem
	try OK trust update --root h policy.yaml
	try OK verify -q --root h t.lpb
} | ok "a policy signed by a key in a token"

done_testing
