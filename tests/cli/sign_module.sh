#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# lppack create --sign-module: modules get the signature that the kernel looks for, and are else as they were.
. "$(dirname "$0")/lib.sh"
command -v openssl > /dev/null || skip_all "no openssl"
use_bundle
export SOURCE_DATE_EPOCH=1790000000

# signer NAME ALGORITHM-OPTION...: NAME.key and NAME.pem, issued by a CA.
signer()
{
	local name=$1

	shift
	openssl req -newkey "$@" -nodes -subj "/CN=Signer $name/O=Test" -keyout "$name.key" -out "$name.csr"
	openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -set_serial 0xc0ffee -days 30 -out "$name.pem"
} 2> /dev/null

# unpack BUNDLE FILE: the module of the first kernel.
unpack()
{
	mkdir -p extracted
	mv "$(lppack extract "$1" --keys key.pub --kernel vmlinuz-6.1.0-1-test -o extracted -f)" "$2"
}

openssl req -x509 -newkey rsa:3072 -nodes -subj '/CN=Module CA' -days 30 -keyout ca.key -out ca.pem 2> /dev/null
signer rsa rsa:3072
signer ec ec -pkeyopt ec_paramgen_curve:P-384
signer other rsa:3072

with=(create spec.yaml --key key.key)
works "modules are signed" "${with[@]}" --sign-module rsa.key --cert rsa.pem -o one.lpb
{ says "$out" '^  modules +signed by O=Test,CN=Signer rsa, serial 0?C0FFEE \(sha256\)$'; } | ok "and it is told by whom"
works "a second time" "${with[@]}" --sign-module rsa.key --cert rsa.pem -o two.lpb --threads 3
cmp one.lpb two.lpb 2>&1 | ok "the same bytes again"
works "the bundle verifies" verify -q one.lpb --keys key.pub
unpack one.lpb one.ko
split_module one.ko
cmp one.ko.content livepatch_7-1.ko 2>&1 | ok "before the signature stands the module as it was"
{
	[ "$(xxd -p -c 40 one.ko.end)" = "0000020000000000$(printf %08x "$(stat -c %s one.ko.p7)")$(printf '~Module signature appended~\n' | xxd -p -c 40)" ] ||
		xxd one.ko.end
} | ok "at its end stands struct module_signature"
{
	openssl cms -verify -binary -inform DER -in one.ko.p7 -content livepatch_7-1.ko -certfile rsa.pem -noverify \
		-out verified 2> "$err" || cat "$err"
	cmp verified livepatch_7-1.ko
	openssl cms -verify -binary -inform DER -in one.ko.p7 -content livepatch_7-2.ko -certfile rsa.pem -noverify \
		-out verified 2> /dev/null && echo "it is good for another module too"
	openssl cms -verify -binary -inform DER -in one.ko.p7 -content livepatch_7-1.ko -certfile other.pem -nointern \
		-noverify -out verified 2> /dev/null && echo "it is by another key too"
} | ok "the plain openssl verifies it"
{
	try OK inspect one.ko
	says "$out" '^  signature .*, rsaEncryption with sha256, not verified'
	says "$out" '^    issuer +Module CA'
	says "$out" '^    serial +0?C0FFEE'
} | ok "inspect sees signer and digest"
{
	try OK show one.lpb --kernels --json
	grep -q '"signed": true' "$out" || cat "$out"
	try OK show b.lpb --kernels --json
	! grep -q '"signed": true' "$out" || cat "$out"
} | ok "the bundle says that its modules are signed"
{
	try OK "${with[@]}" --sign-module rsa.key --cert rsa.pem -o json.lpb --json
	json "['module_signature']['digest']" "'sha256'"
	json "['module_signature']['issuer']" "'CN=Module CA'"
	[ "$(stat -c %s one.ko)" = "$(($(stat -c %s one.ko.content) + $(stat -c %s one.ko.p7) + 40))" ] || echo "its size is another"
} | ok "--json"
works "by an elliptic curve, with another digest" "${with[@]}" --module-hash sha384 --sign-module ec.key --cert ec.pem -o ec.lpb
{
	unpack ec.lpb ec.ko
	try OK inspect ec.ko
	says "$out" '^  signature .*sha384'
	split_module ec.ko
	openssl cms -verify -binary -inform DER -in ec.ko.p7 -content livepatch_7-1.ko -certfile ec.pem -noverify -out verified \
		2> "$err" || cat "$err"
} | ok "openssl verifies that too"
works "the bundle's key has a certificate, the modules' another" create spec.yaml --key rsa.key --cert rsa.pem \
	--sign-module other.key --cert other.pem --key key.key -o both.lpb
{
	unpack both.lpb both.ko
	split_module both.ko
	openssl cms -verify -binary -inform DER -in both.ko.p7 -content livepatch_7-1.ko -certfile other.pem -noverify -out verified \
		2> "$err" || cat "$err"
	lppack sign both.lpb --list | grep -c ' cms ' | grep -qx 1 || lppack sign both.lpb --list
} | ok "each --cert belongs to the key before it"

# --- What is refused ---

cp one.ko signed.ko
refused "a module that is signed already" SIGNED 'signed\.ko: the module has a signature already' 'before it was signed' \
	create --stream web --serial 7 --module signed.ko --kernel vmlinuz-6.1.0-1-test --key key.key --sign-module rsa.key --cert rsa.pem \
	-o x.lpb
refused "no certificate" USAGE '--sign-module rsa\.key has no --cert after it' '--sign-module KEY --cert CERT' \
	"${with[@]}" --sign-module rsa.key -o x.lpb
refused "a kind of key that no kernel takes" KEY '--sign-module: key\.key: an Ed25519 key, by which the kernel takes no' \
	'RSA key, or .* CONFIG_CRYPTO_ECDSA one of ECDSA P-384' "${with[@]}" --sign-module key.key --cert rsa.pem -o x.lpb
refused "another key's certificate" KEY '--sign-module: other\.pem: is not the certificate of the key rsa\.key' 'issued for this key' \
	"${with[@]}" --sign-module rsa.key --cert other.pem -o x.lpb
refused "twice" USAGE '--sign-module is given twice' 'one signature' \
	"${with[@]}" --sign-module rsa.key --cert rsa.pem --sign-module ec.key --cert ec.pem -o x.lpb
refused "a chain" USAGE 'the signature of a module holds no certificates' 'leave the chain away' \
	"${with[@]}" --sign-module rsa.key --cert rsa.pem --chain ca.pem -o x.lpb
refused "a digest that kernels do not take" USAGE ".*'sha1' is no digest to sign a module with" 'sha256' \
	"${with[@]}" --sign-module rsa.key --cert rsa.pem --module-hash sha1 -o x.lpb
refused "a digest without a key" USAGE "a digest for the modules' signatures, and no key" 'name the key' \
	"${with[@]}" --module-hash sha256 -o x.lpb
refused "no key for the bundle" USAGE 'create: --key FILE\|URI is missing' '--key the bundle' \
	create spec.yaml --sign-module rsa.key --cert rsa.pem -o x.lpb
refused "no such key" IO '--sign-module: none\.key: ' 'check the path' "${with[@]}" --sign-module none.key --cert rsa.pem -o x.lpb

# --- What a machine makes of it ---

use_host h 6.1.0-1-test
mkdir -p h/sys/module/module/parameters
dry=(apply --dry-run --root h)
echo N > h/sys/module/module/parameters/sig_enforce
works "a kernel that insists on nothing" "${dry[@]}" one.lpb
{ says "$out" '^  signature +by Module CA 0?C0FFEE, and it cannot be told whether the kernel has its key'; } | ok "it is told who signed"
echo Y > h/sys/module/module/parameters/sig_enforce
{
	try OK "${dry[@]}" one.lpb
	says "$err" 'warning: one\.lpb: it cannot be told whether the kernel knows the key of the module.s signature \(serial 0?C0FFEE, issued by Module CA\)'
	says "$out" '^ +the kernel loads signed modules only \(module\.sig_enforce\)'
} | ok "one that insists, and does not tell its keys"
refused "unsigned" LOCKED 'livepatch_7: the kernel requires module signatures \(module\.sig_enforce\), and the module has none' \
	'vendor must sign' "${dry[@]}" b.lpb

done_testing
